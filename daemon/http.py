"""The one way out: deadlines, size caps, no secrets in errors."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

import aiohttp
from yarl import URL

LONGEST_WAIT = timedelta(hours=1)
"""A vendor that asks for more is asked again after this: its clock or ours may be wrong."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpError(Exception):
    """No whole answer came. The message names the host and the cause, never a header or a query.

    `retry_after` says when it is worth another try, where that is known.
    """

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class HttpRefused(HttpError):
    """It will not come by itself either: a person must act."""


class Web(Protocol):
    """The way out, as those who ask a vendor see it: governed, or not."""

    async def get(
        self,
        url: str,
        *,
        params: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        within: timedelta = timedelta(seconds=30),
    ) -> Reply: ...

    async def post(
        self,
        url: str,
        *,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        within: timedelta = timedelta(seconds=30),
    ) -> Reply: ...


_Begin = Callable[..., AbstractAsyncContextManager[aiohttp.ClientResponse]]


class Http:
    def __init__(self, session: aiohttp.ClientSession, *, largest: int = 64 * 2**20) -> None:
        self.session = session
        self.largest = largest
        """Bytes of body, unpacked, above which an answer is not read on."""

    async def get(
        self,
        url: str,
        *,
        params: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        within: timedelta = timedelta(seconds=30),
    ) -> Reply:
        """One GET, answered whole `within` the deadline, or `HttpError`. Any status is an answer.

        A redirect is an answer too: following it would carry the credentials somewhere else.
        """
        ask = partial(self.session.get, url, params=params, headers=headers)
        return await self._whole(url, ask, within)

    async def post(
        self,
        url: str,
        *,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        within: timedelta = timedelta(seconds=30),
    ) -> Reply:
        """One POST, sent once. After an `HttpError` nobody knows whether it arrived."""
        ask = partial(self.session.post, url, data=body, headers=headers)
        return await self._whole(url, ask, within)

    async def _whole(self, url: str, ask: _Begin, within: timedelta) -> Reply:
        try:
            async with asyncio.timeout(within.total_seconds()):
                return await self._read(ask)
        except TimeoutError:
            span = f"{within.total_seconds():g} s"
            raise HttpError(f"{_place(url)}: no whole answer within {span}") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # Not `from error`: aiohttp's own text can hold the whole address, query and all.
            raise HttpError(f"{_place(url)}: {_words(error)}") from None

    async def _read(self, ask: _Begin) -> Reply:
        # Ours is the only deadline.
        request = ask(allow_redirects=False, timeout=aiohttp.ClientTimeout(total=None))
        async with request as response:
            return Reply(response.status, response.headers, await self._body(response))

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for chunk in response.content.iter_chunked(2**16):
            body += chunk
            if len(body) > self.largest:
                response.close()
                raise _TooLargeError
        return bytes(body)


class _TooLargeError(aiohttp.ClientError):
    """Told by `_words` like any other failure to read an answer."""


@asynccontextmanager
async def open_http() -> AsyncIterator[Http]:
    """The session of a whole daemon. It must be opened inside the loop that will use it."""
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=64, limit_per_host=8),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": _agent()},
        trust_env=True,  # HTTPS_PROXY and NO_PROXY are how an operator says where the way out is
    )
    async with session:
        yield Http(session)


def retry_after(reply: Reply, at: datetime) -> timedelta | None:
    """The vendor's word on when to come back, at least now and at most in an hour.

    None: it gave no word, or none that can be read.
    """
    headers = {name.lower(): value for name, value in reply.headers.items()}
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return timedelta(seconds=min(float(text), LONGEST_WAIT.total_seconds()))
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - at, timedelta(0)), LONGEST_WAIT)


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


_CAUSES: tuple[tuple[type[Exception], str], ...] = (
    (_TooLargeError, "the answer is larger than this daemon is willing to read"),
    (aiohttp.ClientHttpProxyError, "the proxy let nothing through; check HTTPS_PROXY"),
    (aiohttp.ServerDisconnectedError, "closed the connection without an answer"),
    (aiohttp.ClientPayloadError, "the answer broke off, or cannot be unpacked"),
    (aiohttp.InvalidURL, "expected an address such as https://host.example"),
)


def _words(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        return _no_connection(error)
    for kind, words in _CAUSES:
        if isinstance(error, kind):
            return words
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno).lower()
    if isinstance(error, aiohttp.ClientError):
        return "what came back is not HTTP"
    return "the request cannot be sent: look for a line break in a key or an address"


def _no_connection(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        cause = getattr(error.certificate_error, "verify_message", "no cause given")
        return f"certificate not accepted: {cause}"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "host name not found"
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return "no TLS: the handshake failed"
    number = error.os_error.errno
    words = "connection failed" if number is None else os.strerror(number).lower()
    return f"proxy: {words}" if isinstance(error, aiohttp.ClientProxyConnectionError) else words
