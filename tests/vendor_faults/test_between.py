"""Rows 26 and 27: no key goes past a certificate that does not hold, nor to another host."""

import asyncio
import ssl
from datetime import UTC, datetime

import aiohttp
import pytest
import trustme
from aiohttp import web

from daemon.http import Http
from daemon.sandbox.faults import CannedAnswers
from daemon.sandbox.loopback import serve
from daemon.secret import Secret
from daemon.sources.supertone import SupertoneUsage
from rules.alert import Change
from tests.daemon.http.test_between import tls
from tests.daemon.sources.vendor import KEY
from tests.vendor_faults.house import TURN, House

BLIND = [("blind source", Change.OPENED)]
PAST = {
    "not_before": datetime(2020, 1, 1, tzinfo=UTC),
    "not_after": datetime(2020, 1, 2, tzinfo=UTC),
}


@pytest.mark.parametrize(
    ("host", "about", "known", "cause"),
    [
        ("127.0.0.1", PAST, True, "the certificate expired"),
        ("localhost", {}, True, "the certificate is for another host"),
        ("127.0.0.1", {}, False, "the certificate is signed by an authority that is not known"),
    ],
)
async def test_row_26_a_certificate_that_does_not_hold_is_told_at_once_and_sees_no_key(
    house: House, host: str, about, known: bool, cause: str
) -> None:
    authority, trusting, vendor = trustme.CA(), ssl.create_default_context(), CannedAnswers()
    if known:
        authority.configure_trust(trusting)
    app = web.Application(middlewares=[vendor.middleware])
    connector = aiohttp.TCPConnector(ssl=trusting)
    async with (
        serve(app, tls(authority, **about)) as url,
        aiohttp.ClientSession(connector=connector) as session,
    ):
        house.http = Http(session)
        there = url.replace("127.0.0.1", host)
        house.source = SupertoneUsage(Secret(KEY), there, names=False)
        assert await house.polls(TURN) == BLIND
        assert await house.polls(3 * TURN) == []

    assert cause in await house.kept()
    assert not vendor.asked
    assert house.counted("polls", source="voices", result="refused") == 4


async def test_row_26_an_old_tls_is_refused(house: House) -> None:
    async def alert(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"\x15\x03\x01\x00\x02\x02\x46")  # fatal: the version of the protocol
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(alert, "127.0.0.1", 0) as server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        house.source = SupertoneUsage(Secret(KEY), url, names=False)
        assert await house.polls(TURN) == BLIND

    assert "it speaks no TLS that is safe" in await house.kept()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_row_27_a_redirect_is_told_and_the_other_host_never_hears_the_key(
    house: House, status: int
) -> None:
    elsewhere, moved = CannedAnswers(), web.Application()
    async with serve(web.Application(middlewares=[elsewhere.middleware])) as other:

        async def move(_request: web.Request) -> web.Response:
            return web.Response(status=status, headers={"Location": f"{other}/v1/usage"})

        moved.router.add_get("/v1/usage", move)
        async with serve(moved) as url:
            house.source = SupertoneUsage(Secret(KEY), url, names=False)
            assert await house.polls(TURN) == BLIND

    assert not elsewhere.asked
    assert "it points elsewhere and is not followed" in await house.kept()


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_row_27_a_proxy_that_wants_a_login_is_told_at_once(
    house: House, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 407 Login\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        proxy = f"http://me:{KEY}@127.0.0.1:{server.sockets[0].getsockname()[1]}"
        monkeypatch.setenv(f"{scheme}_proxy", proxy)
        house.source = SupertoneUsage(Secret(KEY), f"{scheme}://acme.example", names=False)
        assert await house.polls(TURN) == BLIND
        monkeypatch.undo()

    assert "the proxy wants a login, check HTTPS_PROXY" in await house.kept()
