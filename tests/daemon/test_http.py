"""The one way out, against real servers on loopback."""

import asyncio
import gzip
import json
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
import trustme
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.http import Http, HttpError, Reply, open_http, retry_after
from daemon.sandbox.loopback import serve

NOW = datetime(2025, 5, 22, 10, 20, tzinfo=UTC)
SECRET = "sk-do-not-tell-0123456789"
SHORT = timedelta(milliseconds=60)


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with open_http() as http:
        yield http


def answering(handler) -> web.Application:
    app = web.Application()
    app.router.add_get("/{path:.*}", handler)
    return app


async def complaint(http: Http, url: str, **how) -> str:
    with pytest.raises(HttpError) as caught:
        await http.get(url, params=[("token", SECRET)], headers={"x-key": SECRET}, **how)
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__
    return str(caught.value)


async def raw(answer: bytes) -> tuple[asyncio.Server, str]:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_an_answer_comes_whole_whatever_its_status(http: Http) -> None:
    async def teapot(request: web.Request) -> web.Response:
        return web.Response(status=418, text="short and stout", headers={"Retry-After": "7"})

    async with serve(answering(teapot)) as url:
        reply = await http.get(url)

    assert (reply.status, reply.body) == (418, b"short and stout")
    assert reply.headers["retry-after"] == "7"


async def test_what_is_asked_arrives_as_it_was_meant(http: Http) -> None:
    async def echo(request: web.Request) -> web.Response:
        return web.json_response([*request.query.items(), ["key", request.headers["x-key"]]])

    params = [("at", "2025-05-20T00:00:00+09:00"), ("d", "a"), ("d", "b&c"), ("t", "eyJ==")]
    async with serve(answering(echo)) as url:
        reply = await http.get(url, params=params, headers={"x-key": "k"})

    assert json.loads(reply.body) == [*map(list, params), ["key", "k"]]


async def test_it_says_who_it_is_and_keeps_no_cookies(http: Http) -> None:
    async def set_cookie(request: web.Request) -> web.Response:
        seen = f"{request.headers['User-Agent']} {request.headers.get('Cookie')}"
        return web.Response(text=seen, headers={"Set-Cookie": "a=b; Path=/"})

    async with serve(answering(set_cookie)) as url:
        named = url.replace("127.0.0.1", "localhost")  # cookies of bare addresses are not kept
        await http.get(named)
        reply = await http.get(named)

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


async def test_a_hundred_cut_answers_leave_nothing_behind(http: Http) -> None:
    async def hang(request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with serve(answering(hang)) as url:
        for _ in range(100):
            await complaint(http, url, within=timedelta(milliseconds=2))

    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert not http.session.connector._acquired


async def test_a_body_that_breaks_off_is_no_answer(http: Http) -> None:
    server, url = await raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}")
    async with server:
        said = await complaint(http, url)

    assert said == f"{url}: the answer broke off, or cannot be unpacked"


async def test_a_broken_gzip_is_no_answer(http: Http) -> None:
    packed = gzip.compress(b"{}" * 1000)[:-20] + b"\xff" * 20
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    server, url = await raw(head.encode() + packed)
    async with server:
        said = await complaint(http, url)

    assert said.endswith("the answer broke off, or cannot be unpacked")


async def test_a_server_that_hangs_up_is_told_of(http: Http) -> None:
    server, url = await raw(b"")
    async with server:
        said = await complaint(http, url)

    assert said == f"{url}: closed the connection without an answer"


async def test_what_is_not_http_is_told_of(http: Http) -> None:
    server, url = await raw(b"220 mail.example ESMTP\r\n")
    async with server:
        said = await complaint(http, url)

    assert said == f"{url}: what came back is not HTTP"


@pytest.mark.parametrize(("size", "fits"), [(100_000, True), (100_001, False)])
async def test_a_body_over_the_cap_is_not_read_on(size: int, fits: bool) -> None:
    async def large(request: web.Request) -> web.Response:
        response = web.Response(body=b"x" * size)
        response.enable_compression(web.ContentCoding.gzip)
        return response

    async with serve(answering(large)) as url, aiohttp.ClientSession() as session:
        http = Http(session, largest=100_000)
        if fits:
            assert len((await http.get(url)).body) == size
        else:
            assert "larger than" in await complaint(http, url)


async def test_a_refused_port_is_told_of(http: Http) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # bound, never listening
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        said = await complaint(http, url)

    assert said == f"{url}: connection refused"


async def test_a_host_that_does_not_exist_is_told_of(http: Http) -> None:
    said = await complaint(http, "https://no-such-host.invalid/v1?a=b")

    assert said == "https://no-such-host.invalid:443: host name not found"


@pytest.mark.parametrize("url", ["nothing", "http://h:99999/", "ftp://h/", "http:///x", "http://["])
async def test_an_address_that_is_none_is_told_of(http: Http, url: str) -> None:
    assert await complaint(http, url)


async def test_a_key_with_a_line_break_is_not_sent_and_not_shown(http: Http) -> None:
    async with serve(web.Application()) as url:
        with pytest.raises(HttpError, match="look for a line break in a key") as caught:
            await http.get(url, headers={"x-key": f"{SECRET}\nx: y"})

    assert SECRET not in str(caught.value)


async def test_a_user_in_the_address_is_not_shown(http: Http) -> None:
    said = await complaint(http, f"http://me:{SECRET}@no-such-host.invalid/")

    assert said == "http://no-such-host.invalid:80: host name not found"


async def test_a_redirect_is_an_answer_and_is_not_followed(http: Http) -> None:
    visited: list[str] = []

    async def away(request: web.Request) -> web.Response:
        visited.append(request.path)
        raise web.HTTPFound("/elsewhere")

    async with serve(answering(away)) as url:
        reply = await http.get(f"{url}/here", headers={"x-key": SECRET})

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
        bodies = [(await http.get(url)).body for _ in range(2)]
        await http.session.close()

    assert bodies == [b"hi", b"hi"]
    assert len(connections) == 2


def tls(ca: trustme.CA, **about) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("127.0.0.1", **about).configure_cert(context)
    return context


async def test_a_certificate_of_an_unknown_authority_is_not_accepted(http: Http) -> None:
    async with serve(web.Application(), tls(trustme.CA())) as url:
        said = await complaint(http, url)

    assert said.startswith(f"{url}: certificate not accepted: ")


@pytest.mark.parametrize(
    ("host", "about", "cause"),
    [
        ("127.0.0.1", {"not_after": datetime(2020, 1, 2, tzinfo=UTC)}, "certificate has expired"),
        ("localhost", {}, "Hostname mismatch"),
    ],
)
async def test_a_certificate_that_does_not_hold_is_not_accepted(host, about, cause) -> None:
    ca = trustme.CA()
    if about:
        about = {"not_before": datetime(2020, 1, 1, tzinfo=UTC), **about}
    trusting = ssl.create_default_context()
    ca.configure_trust(trusting)
    connector = aiohttp.TCPConnector(ssl=trusting)
    async with (
        serve(web.Application(), tls(ca, **about)) as url,
        aiohttp.ClientSession(connector=connector) as session,
    ):
        said = await complaint(Http(session), url.replace("127.0.0.1", host))

    assert f"certificate not accepted: {cause}" in said


async def test_a_server_without_tls_is_told_of(http: Http) -> None:
    async with serve(web.Application()) as url:
        said = await complaint(http, url.replace("http:", "https:"))

    assert said.endswith("no TLS: the handshake failed")


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("0", 0),
        ("120", 120),
        (" 1.5 ", 1.5),
        ("3600", 3600),
        ("3601", 3600),
        ("9" * 500, 3600),
        ("Thu, 22 May 2025 10:22:00 GMT", 120),
        ("Thu, 22 May 2025 10:19:00 GMT", 0),
        ("Thu, 22 May 2025 10:22:00", 120),
        ("Thu, 22 May 2031 10:22:00 GMT", 3600),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("Thu, 99 May 2025 10:22:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(text: str, wait: float | None) -> None:
    reply = Reply(429, {"RETRY-AFTER": text}, b"")

    assert retry_after(reply, NOW) == (None if wait is None else timedelta(seconds=wait))


def test_without_a_word_there_is_no_wait() -> None:
    assert retry_after(Reply(429, {}, b""), NOW) is None


@settings(max_examples=100)
@given(st.text() | st.datetimes().map(lambda at: f"{at:%a, %d %b %Y %H:%M:%S} GMT"))
def test_no_retry_after_makes_trouble(text: str) -> None:
    wait = retry_after(Reply(429, {"Retry-After": text}, b""), NOW)

    assert wait is None or timedelta(0) <= wait <= timedelta(hours=1)
