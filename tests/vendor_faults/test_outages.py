"""Rows 4 to 7, 25 and 28: a vendor that is away is heard of once, and made up for afterwards."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from daemon.http import Http
from daemon.sandbox.faults import Canned
from daemon.secret import Secret
from daemon.sources.supertone import SupertoneUsage
from rules.alert import Change
from tests.blank import blank
from tests.daemon.sources.vendor import AGATHA, KEY
from tests.vendor_faults.house import HOUR, MINUTE, TURN, House, Hurried, open_house
from tests.vendor_faults.truth import check

DOWN = Canned(503, "down for maintenance")


def elsewhere(url: str) -> SupertoneUsage:
    return SupertoneUsage(Secret(KEY), url, names=False)


@asynccontextmanager
async def silent(prefix: bytes = b"") -> AsyncIterator[str]:
    """Says a little, and then nothing more: a byte now and then, if it said anything at all."""
    talks: set[asyncio.Task[None]] = set()

    async def dawdle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        writer.write(prefix)
        with suppress(ConnectionError):
            while prefix and not writer.is_closing():
                writer.write(b" ")
                await asyncio.sleep(0.01)
            await reader.read()
        writer.close()

    async with await asyncio.start_server(dawdle, "127.0.0.1", 0) as server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await asyncio.gather(*talks)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_row_04_a_short_burst_leaves_no_gap_and_is_told_to_nobody(
    house: House, status: int
) -> None:
    await house.polls(TURN)
    house.says(*[Canned(status)] * 7)
    heard = await house.polls(20 * MINUTE)
    house.clock.at += 3 * HOUR
    heard += await house.polls(TURN)

    assert heard == []
    assert house.counted("polls", source="voices", result="failed") > 0
    check(house, await house.panel())


async def test_row_05_hours_without_an_answer_are_one_alert_and_one_recovery(house: House) -> None:
    """And a breach from before neither ends nor begins meanwhile; it ends when it truly did."""
    await house.polls(TURN)
    house.vendor.revise(AGATHA, house.clock.at, 3000.0)
    assert await house.polls(30 * MINUTE) == [("busy", Change.OPENED)]
    house.says(*[DOWN] * 10_000)
    assert await house.polls(2 * HOUR) == [("blind source", Change.OPENED)]
    house.vendor.faults.canned.clear()
    heard = await house.polls(30 * MINUTE)

    assert sorted(heard) == [("blind source", Change.RESOLVED), ("busy", Change.RESOLVED)]
    check(house, await house.panel())
    over = [event.alert.ended_at for event in house.events if event.change is Change.RESOLVED]
    assert min(filter(None, over)) < house.clock.at - HOUR


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_row_06_silence_is_cut_at_the_deadline(house: House, http: Http, scheme: str) -> None:
    """After the question, and already while a connection is being made."""
    house.http = Hurried(http.session)
    async with silent() as place:
        house.source = elsewhere(f"{scheme}://{place}")
        polled = await asyncio.wait_for(house.poll(), 5)

    assert "no whole answer within" in (polled.failure or "")


async def test_row_07_a_body_that_trickles_is_cut_at_the_same_deadline(
    house: House, http: Http
) -> None:
    house.http = Hurried(http.session)
    async with silent(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{") as place:
        house.source = elsewhere(f"http://{place}")
        polled = await asyncio.wait_for(house.poll(), 5)

    assert "no whole answer within" in (polled.failure or "")


async def test_row_25_a_name_that_leads_nowhere_is_named_and_told_after_the_grace(
    house: House,
) -> None:
    house.source = elsewhere("https://no-such-host.invalid")
    heard = await house.polls(25 * MINUTE)
    assert heard == []

    assert await house.polls(20 * MINUTE) == [("blind source", Change.OPENED)]
    assert "nothing is known by the name no-such-host.invalid" in await house.kept()
    assert house.counted("polls", source="voices", result="failed") == 9


class Flapping(AbstractResolver):
    """Knows the host every third time it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        if self.asked % 3:
            raise socket.gaierror(socket.EAI_AGAIN, "try again")
        there = {"hostname": host, "host": "127.0.0.1", "port": port}
        return [ResolveResult(**there, family=family, proto=0, flags=0)]  # type: ignore[typeddict-item]

    async def close(self) -> None: ...


async def test_row_25_a_name_that_comes_and_goes_is_looked_up_again(tmp_path) -> None:
    resolver = Flapping()
    connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False, force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        async with open_house(blank(tmp_path, "house.db"), Http(session)) as house:
            house.source = elsewhere(house.url.replace("127.0.0.1", "voices.example"))
            polled = await house.poll()

    assert polled.failure is None
    assert resolver.asked == 3 * house.calls


async def test_row_28_a_connection_that_breaks_is_opened_again_within_the_poll(
    house: House,
) -> None:
    await house.polls(TURN)
    before = house.calls
    house.says(Canned(body='{"data"', cut=True))
    polled = await house.poll()

    assert polled.failure is None
    assert house.calls - before == 1 + 2  # the pages of a day, the first of them twice
    check(house, await house.panel())
