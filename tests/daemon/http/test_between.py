"""What stands between us and a vendor: certificates, old protocols, proxies."""

import asyncio
import socket
import ssl
from datetime import UTC, datetime

import aiohttp
import pytest
import trustme
from aiohttp import web

from daemon.http import Call, Http, HttpRefused, HttpUnreached
from daemon.sandbox.loopback import serve
from tests.daemon.http.test_http import SECRET, failure, raw


def tls(ca: trustme.CA, **about) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("127.0.0.1", **about).configure_cert(context)
    return context


async def test_a_certificate_of_an_unknown_authority_is_not_accepted(http: Http) -> None:
    async with serve(web.Application(), tls(trustme.CA())) as url:
        error = await failure(http, url)

    assert isinstance(error, HttpRefused)
    assert "certificate is signed by an authority that is not known here" in str(error)


@pytest.mark.parametrize(
    ("host", "about", "cause"),
    [
        ("127.0.0.1", {"not_after": datetime(2020, 1, 2, tzinfo=UTC)}, "expired"),
        ("localhost", {}, "is for another host"),
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
        error = await failure(Http(session), url.replace("127.0.0.1", host))

    assert isinstance(error, HttpRefused)
    assert f": the certificate {cause}" in str(error)


async def test_a_server_without_tls_is_told_of(http: Http) -> None:
    async with serve(web.Application()) as url:
        error = await failure(http, url.replace("http:", "https:"))

    assert isinstance(error, HttpRefused)
    assert str(error).endswith("no TLS: the handshake failed")


async def test_a_server_that_speaks_an_old_tls_is_refused(http: Http) -> None:
    async def alert(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"\x15\x03\x01\x00\x02\x02\x46")  # fatal: the version of the protocol
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(alert, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        error = await failure(http, f"https://127.0.0.1:{port}")

    assert isinstance(error, HttpRefused)
    assert "speaks no TLS that is safe" in str(error)


async def test_a_proxy_that_wants_a_login_is_told_of_and_hears_no_key(
    http: Http, monkeypatch
) -> None:
    heard = bytearray()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.extend(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 407 Login\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setenv("https_proxy", f"http://me:{SECRET}@127.0.0.1:{port}")
        error = await failure(http, "https://acme.example/v1")

    assert isinstance(error, HttpRefused)
    assert str(error) == "https://acme.example:443: the proxy wants a login, check HTTPS_PROXY"
    assert heard.startswith(b"CONNECT acme.example:443")
    assert b"x-key" not in heard.lower()


async def test_a_proxy_that_is_not_there_is_told_of(http: Http, monkeypatch) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{bound.getsockname()[1]}")
        error = await failure(http, "https://acme.example/v1")

    assert isinstance(error, HttpUnreached)
    assert str(error) == "https://acme.example:443: proxy: connection refused"


async def test_what_needs_no_proxy_goes_straight(http: Http, monkeypatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    async with raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") as url:
        reply = await http.send(Call(url))

    assert reply.body == b"{}"
