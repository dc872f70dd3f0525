"""The one way out, against real servers on loopback."""

import asyncio
import gzip
import json
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web

from daemon.http import Call, Http, HttpBroken, HttpError, HttpRefused, HttpUnreached
from daemon.sandbox.loopback import serve

SECRET = "sk-do-not-tell-0123456789"
SHORT = timedelta(milliseconds=60)


def answering(handler) -> web.Application:
    app = web.Application()
    app.router.add_get("/{path:.*}", handler)
    return app


async def failure(http: Http, url: str, **how) -> HttpError:
    with pytest.raises(HttpError) as caught:
        await http.send(Call(url, params=[("token", SECRET)], headers={"x-key": SECRET}, **how))
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__
    return caught.value


async def complaint(http: Http, url: str, **how) -> str:
    return str(await failure(http, url, **how))


@asynccontextmanager
async def raw(answer: bytes, *, reset: bool = False) -> AsyncIterator[str]:
    """A server that says this to whoever asks, and closes; or breaks the connection."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        if reset:
            peer = writer.get_extra_info("socket")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()

    async with await asyncio.start_server(speak, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def packed(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def test_an_answer_comes_whole_whatever_its_status(http: Http) -> None:
    async def teapot(request: web.Request) -> web.Response:
        return web.Response(status=418, text="short and stout", headers={"Retry-After": "7"})

    async with serve(answering(teapot)) as url:
        reply = await http.send(Call(url))

    assert (reply.status, reply.body) == (418, b"short and stout")
    assert reply.headers["retry-after"] == "7"


async def test_what_is_asked_arrives_as_it_was_meant(http: Http) -> None:
    async def echo(request: web.Request) -> web.Response:
        return web.json_response([*request.query.items(), ["key", request.headers["x-key"]]])

    params = [("at", "2025-05-20T00:00:00+09:00"), ("d", "a"), ("d", "b&c"), ("t", "eyJ==")]
    async with serve(answering(echo)) as url:
        reply = await http.send(Call(url, params=params, headers={"x-key": "k"}))

    assert json.loads(reply.body) == [*map(list, params), ["key", "k"]]


async def test_it_says_who_it_is_and_keeps_no_cookies(http: Http) -> None:
    async def set_cookie(request: web.Request) -> web.Response:
        seen = f"{request.headers['User-Agent']} {request.headers.get('Cookie')}"
        return web.Response(text=seen, headers={"Set-Cookie": "a=b; Path=/"})

    async with serve(answering(set_cookie)) as url:
        named = url.replace("127.0.0.1", "localhost")  # cookies of bare addresses are not kept
        await http.send(Call(named))
        reply = await http.send(Call(named))

    assert reply.body.decode().startswith("meterwatch")
    assert reply.body.decode().endswith(" None")


async def test_a_hung_server_is_cut_at_the_deadline(http: Http) -> None:
    async def hang(request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with serve(answering(hang)) as url:
        said = await complaint(http, url, within=SHORT)

    assert said == f"{url}: no whole answer within 0.06 s"


async def test_a_body_that_trickles_is_cut_at_the_same_deadline(http: Http) -> None:
    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b".")
            await asyncio.sleep(0.005)

    async with serve(answering(trickle)) as url:
        said = await complaint(http, url, within=SHORT)

    assert said.endswith("no whole answer within 0.06 s")


async def test_a_thousand_cut_answers_leave_nothing_behind(http: Http) -> None:
    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b".")
        await asyncio.Event().wait()
        raise AssertionError

    async with serve(answering(trickle)) as url:
        for _ in range(125):
            cut = (failure(http, url, within=timedelta(milliseconds=8)) for _ in range(8))
            errors = await asyncio.gather(*cut)

            assert {type(error) for error in errors} == {HttpError}
        assert not http.session.connector._acquired
        assert not http.session.connector._conns
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    ],
)
async def test_a_body_that_breaks_off_is_no_answer(http: Http, answer: bytes, reset: bool) -> None:
    async with raw(answer, reset=reset) as url:
        error = await failure(http, url)

    assert isinstance(error, HttpBroken)
    assert str(error) in {
        f"{url}: the answer broke off before its end",
        f"{url}: connection reset by peer",
    }


@pytest.mark.parametrize("end", [b"", b"\xff" * 20])
async def test_a_gzip_that_does_not_end_well_is_no_answer(http: Http, end: bytes) -> None:
    async with raw(packed(gzip.compress(b"{}" * 1000)[:-20] + end)) as url:
        error = await failure(http, url)

    assert isinstance(error, HttpBroken)
    assert str(error) == f"{url}: the answer cannot be unpacked to its end"


async def test_an_answer_may_come_packed(http: Http) -> None:
    async with raw(packed(gzip.compress(b"{}" * 1000))) as url:
        reply = await http.send(Call(url))

    assert reply.body == b"{}" * 1000


async def test_what_a_short_length_cuts_off_is_not_read_as_the_next_answer(http: Http) -> None:
    async with raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}{}") as url:
        said = await complaint(http, url)

    assert said == f"{url}: what came back is not HTTP"


@pytest.mark.parametrize("reset", [False, True])
async def test_a_server_that_hangs_up_is_told_of(http: Http, reset: bool) -> None:
    async with raw(b"", reset=reset) as url:
        error = await failure(http, url)

    assert isinstance(error, HttpBroken)
    assert str(error) in {
        f"{url}: closed the connection without an answer",
        f"{url}: connection reset by peer",
    }


async def test_what_is_not_http_is_told_of(http: Http) -> None:
    async with raw(b"220 mail.example ESMTP\r\n") as url:
        said = await complaint(http, url)

    assert said == f"{url}: what came back is not HTTP"


async def test_a_body_that_says_it_is_too_large_is_not_begun(http: Http) -> None:
    async with raw(b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n") as url:
        said = await complaint(http, url)

    assert said == f"{url}: the answer is larger than this daemon is willing to read"


@pytest.mark.parametrize(("size", "fits"), [(100_000, True), (100_001, False)])
async def test_a_body_over_the_cap_is_not_read_on(size: int, fits: bool) -> None:
    async def large(request: web.Request) -> web.Response:
        response = web.Response(body=b"x" * size)
        response.enable_compression(web.ContentCoding.gzip)
        return response

    async with serve(answering(large)) as url, aiohttp.ClientSession() as session:
        http = Http(session, largest=100_000)
        if fits:
            assert len((await http.send(Call(url))).body) == size
        else:
            assert "larger than" in await complaint(http, url)


async def test_a_refused_port_is_told_of(http: Http) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # bound, never listening
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        error = await failure(http, url)

    assert isinstance(error, HttpUnreached)
    assert str(error) == f"{url}: connection refused"


NOWHERE = "host name not found: nothing is known by the name no-such-host.invalid"


async def test_a_host_that_does_not_exist_is_told_of(http: Http) -> None:
    error = await failure(http, "https://no-such-host.invalid/v1?a=b")

    assert isinstance(error, HttpUnreached)
    assert str(error) == f"https://no-such-host.invalid:443: {NOWHERE}"


async def test_a_name_without_an_address_is_told_of(http: Http, monkeypatch) -> None:
    async def nothing(*_about: object, **_more: object) -> list[object]:
        return []

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", nothing)
    error = await failure(http, "https://no-such-host.invalid/")

    assert isinstance(error, HttpUnreached)
    assert str(error) == f"https://no-such-host.invalid:443: {NOWHERE}"


@pytest.mark.parametrize("url", ["nothing", "http://h:99999/", "ftp://h/", "http:///x", "http://["])
async def test_an_address_that_is_none_is_told_of(http: Http, url: str) -> None:
    assert isinstance(await failure(http, url), HttpRefused)


async def test_a_key_with_a_line_break_is_not_sent_and_not_shown(http: Http) -> None:
    async with serve(web.Application()) as url:
        with pytest.raises(HttpError, match="look for a line break in a key") as caught:
            await http.send(Call(url, headers={"x-key": f"{SECRET}\nx: y"}))

    assert SECRET not in str(caught.value)


async def test_a_user_in_the_address_is_not_shown(http: Http) -> None:
    said = await complaint(http, f"http://me:{SECRET}@no-such-host.invalid/")

    assert said == f"http://no-such-host.invalid:80: {NOWHERE}"


async def test_a_redirect_is_an_answer_and_is_not_followed(http: Http) -> None:
    visited: list[str] = []

    async def away(request: web.Request) -> web.Response:
        visited.append(request.path)
        raise web.HTTPFound("/elsewhere")

    async with serve(answering(away)) as url:
        reply = await http.send(Call(f"{url}/here", headers={"x-key": SECRET}))

    assert reply.status == 302
    assert visited == ["/here"]


async def test_a_kept_connection_that_the_server_closed_is_opened_again(http: Http) -> None:
    connections: list[int] = []

    async def answer_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        await reader.read(1)
        writer.close()

    async with await asyncio.start_server(answer_one, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        bodies = [(await http.send(Call(url))).body for _ in range(2)]
        await http.session.close()

    assert bodies == [b"hi", b"hi"]
    assert len(connections) == 2
