"""The one way out: deadlines, size caps, no secrets in errors."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from types import SimpleNamespace
from typing import Protocol

import aiohttp
from aiohttp.abc import ResolveResult
from yarl import URL

from daemon.clock import Clock, WallClock
from daemon.http.breakage import Kind, breakage
from daemon.http.unpack import ACCEPTED, BadlyPackedError, Body, TooLargeError


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpError(Exception):
    """No whole answer came. The message names the host and the cause, never a header or a query.

    `retry_after` says when it is worth another try, where that is known; `left`, whether any of
    the question had left.
    """

    def __init__(
        self, message: str, retry_after: timedelta | None = None, *, left: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.left = left


class HttpRefused(HttpError):
    """It will not come by itself either: a person must act."""


class HttpUnreached(HttpError):
    """Nobody was there to ask: no address, no connection."""


class HttpBroken(HttpError):
    """The connection broke before the answer's end. A question that changes nothing may be asked
    again at once."""


_ERRORS: Mapping[Kind, type[HttpError]] = {
    Kind.REFUSED: HttpRefused,
    Kind.UNREACHED: HttpUnreached,
    Kind.MIDWAY: HttpBroken,
    Kind.OTHER: HttpError,
}


@dataclass(frozen=True, slots=True)
class Call:
    """One question to a server: a GET, or a POST where it has a body."""

    url: str
    params: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = None
    within: timedelta = timedelta(seconds=30)
    """The one deadline, over the whole answer."""

    @property
    def method(self) -> str:
        return "GET" if self.body is None else "POST"


class Web(Protocol):
    """The way out, as those who ask a vendor see it: governed, or not."""

    async def send(self, call: Call) -> Reply: ...


_UNREAD = (TooLargeError, BadlyPackedError)


_WALL = WallClock()


class Http:
    def __init__(
        self, session: aiohttp.ClientSession, *, largest: int = 64 * 2**20, clock: Clock = _WALL
    ) -> None:
        self.session = session
        self.largest = largest
        """Bytes of body, unpacked, above which an answer is not read on."""
        self.clock = clock
        """What time it is, for those who must say so in what they send."""
        trace = aiohttp.TraceConfig()
        trace.on_request_headers_sent.append(_note_leaving)
        trace.freeze()
        session.trace_configs.append(trace)

    async def send(self, call: Call) -> Reply:
        """A whole answer within the deadline, or `HttpError`. Any status is an answer.

        A redirect is an answer too: following it would carry the credentials somewhere else. A
        GET whose connection closes before the first byte of an answer is tried once more by
        aiohttp itself: it may be an old one that the server had already given up. A POST is sent
        once, and after an `HttpError` nobody knows whether it arrived, if it `left`.
        """
        way = _Way()
        try:
            async with asyncio.timeout(call.within.total_seconds()):
                return await self._read(call, way)
        except TimeoutError:
            span = f"{call.within.total_seconds():.3g} s"
            words = f"{_place(call.url)}: no whole answer within {span}"
            raise HttpError(words, left=way.left) from None
        except (aiohttp.ClientError, OSError, ValueError, *_UNREAD) as error:
            broken = breakage(error)
            # Not `from error`: aiohttp's own text can hold the whole address, query and all.
            words = f"{_place(call.url)}: {broken.words}"
            raise _ERRORS[broken.kind](words, left=way.left) from None

    async def _read(self, call: Call, way: "_Way") -> Reply:
        # Ours is the only deadline. And ours the unpacking: aiohttp takes a gzip without its end.
        request = self.session.request(
            call.method,
            call.url,
            params=call.params,
            headers={"Accept-Encoding": ACCEPTED, **call.headers},
            data=call.body,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            trace_request_ctx=way,
        )
        async with request as response:
            try:
                return Reply(response.status, response.headers, await self._body(response))
            except BaseException:
                response.close()  # what it still has to say would be read as the next answer
                raise

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        body = Body(response.headers.get("Content-Encoding", ""), self.largest)
        if (response.content_length or 0) > self.largest:
            raise TooLargeError
        async for piece in response.content.iter_chunked(2**16):
            body.add(piece)
        return body.whole()


@dataclass(slots=True)
class _Way:
    """How far one question came."""

    left: bool = False


async def _note_leaving(
    _session: aiohttp.ClientSession,
    context: SimpleNamespace,
    _params: aiohttp.TraceRequestHeadersSentParams,
) -> None:
    way = context.trace_request_ctx
    if isinstance(way, _Way):
        way.left = True


@asynccontextmanager
async def open_http(clock: Clock = _WALL) -> AsyncIterator[Http]:
    """The session of a whole daemon. It must be opened inside the loop that will use it."""
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=64, limit_per_host=8, resolver=_Resolver()),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": _agent()},
        trust_env=True,  # HTTPS_PROXY and NO_PROXY are how an operator says where the way out is
    )
    async with session:
        yield Http(session, clock=clock)


class _Resolver(aiohttp.ThreadedResolver):
    """The system's. A name that leads nowhere is an error here; aiohttp would trip over it."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        if not found:
            raise socket.gaierror(socket.EAI_NODATA, "no address is known")
        return found


def _agent() -> str:
    try:
        return f"meterwatch/{version('meterwatch')}"
    except PackageNotFoundError:
        return "meterwatch"  # run from a checkout that nobody installed


def _place(url: str) -> str:
    try:
        place = URL(url)
    except ValueError:
        return "an address that cannot be read"
    return f"{place.scheme}://{place.host}:{place.port}"
