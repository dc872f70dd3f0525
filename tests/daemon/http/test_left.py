"""Whether a question had left when no answer came: only then may it have arrived."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest

from daemon.http import Call, Http, HttpError, open_http

SHORT = timedelta(seconds=0.1)


@asynccontextmanager
async def listening(*, answers: bytes | None) -> AsyncIterator[str]:
    """A server that says this and closes; None: nothing at all."""
    over = asyncio.Event()

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A handshake is no question: it ends with the connection.
        with suppress(asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            if answers is None:
                await over.wait()
            else:
                writer.write(answers)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async with await asyncio.start_server(speak, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        over.set()


async def failure(http: Http, url: str) -> HttpError:
    with pytest.raises(HttpError) as error:
        await http.send(Call(url, body=b"{}", within=SHORT))
    return error.value


@pytest.mark.parametrize("answers", [None, b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal"])
async def test_what_was_heard_and_not_answered_had_left(http: Http, answers: bytes | None) -> None:
    async with listening(answers=answers) as url:
        assert (await failure(http, url)).left


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "https://127.0.0.1:1", "nowhere"])
async def test_what_found_nobody_had_not(http: Http, url: str) -> None:
    assert not (await failure(http, url)).left


async def test_what_waits_for_a_connection_had_not() -> None:
    """The handshake never ends: to the client the port is open, and nobody takes the call."""
    async with listening(answers=None) as url, open_http() as http:
        error = await failure(http, url.replace("http:", "https:"))

    assert not error.left
    assert "no whole answer" in str(error)
