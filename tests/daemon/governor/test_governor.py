"""One door for all sources: the strictest limit holds, and replicas share what is allowed."""

import asyncio
from contextlib import AsyncExitStack
from random import Random

import pytest
from aiohttp import web

from daemon.governor import Governor, Outlook, outlook
from daemon.governor.account import Account
from daemon.governor.gate import Resting
from daemon.governor.outcome import Outcome
from daemon.http import Call, Http
from daemon.sandbox.faults import Canned, CannedAnswers
from daemon.sandbox.loopback import serve
from daemon.store import open_store
from tests.daemon.governor.memory import Memory
from tests.daemon.governor.vendor import AT, MINUTE, SECOND, URL, Vendor, limited
from tests.fakes import HandClock
from tests.postgres import Postgres

ACME = Account("acme.example-1a2b3c4d", 20)
STRICT = Account("acme.example-1a2b3c4d", 5)
OTHER = Account("other.example", 60)


def governor(store: Memory, clock: HandClock, *counted: list[tuple[str, Outcome]]) -> Governor:
    chance = Random(7)  # noqa: S311
    if counted:
        return Governor(store, clock, chance, lambda *call: counted[0].append(call))
    return Governor(store, clock, chance)


async def test_the_strictest_limit_holds_for_all_who_share_an_account(
    store: Memory, vendor: Vendor, clock: HandClock
) -> None:
    one = governor(store, clock)
    first, second = one.over(vendor, ACME), one.over(vendor, STRICT)
    for way in (first, second, first, second, first):
        await way.send(Call(URL))
    assert clock.at == AT
    await first.send(Call(URL))

    assert clock.at == AT + 62 * SECOND


async def test_another_account_waits_for_nobody(
    store: Memory, vendor: Vendor, clock: HandClock
) -> None:
    one = governor(store, clock)
    vendor.says(limited("600"))
    await one.over(vendor, ACME).send(Call(URL))

    assert (await one.over(vendor, OTHER).send(Call(URL))).status == 200


async def test_every_call_is_counted_by_its_account(
    store: Memory, vendor: Vendor, clock: HandClock
) -> None:
    calls: list[tuple[str, Outcome]] = []
    way = governor(store, clock, calls).over(vendor, OTHER)
    vendor.says(limited())
    await way.send(Call(URL))

    assert calls == [("other.example", Outcome.LIMITED), ("other.example", Outcome.ANSWERED)]


async def test_the_outlook_says_what_is_left_and_until_when_an_account_rests(
    store: Memory, vendor: Vendor, clock: HandClock
) -> None:
    one = governor(store, clock)
    vendor.says(limited("600"))
    await one.over(vendor, ACME).send(Call(URL))
    await one.over(vendor, OTHER).send(Call(URL))
    told = await outlook(store, [ACME, STRICT, OTHER], clock.at)

    assert told[OTHER.name] == Outlook(OTHER.name, 59)
    rests = told[ACME.name]
    assert (rests.account, rests.calls_left) == (ACME.name, 4)
    assert rests.reason == "it answered 429 (too many calls) and asked for 10 minutes"
    assert rests.rests_until is not None
    assert AT + 10 * MINUTE <= rests.rests_until <= AT + 10.5 * MINUTE
    later = await outlook(store, [ACME], AT + 11 * MINUTE)
    assert later == {ACME.name: Outlook(ACME.name, 20)}


async def test_over_a_real_wire_a_cut_answer_is_asked_for_again_and_a_limit_obeyed(
    store: Memory, clock: HandClock, http: Http
) -> None:
    faults = CannedAnswers()
    faults.canned.extend([Canned(body="{", cut=True), Canned(429, headers={"Retry-After": "90"})])
    app = web.Application(middlewares=[faults.middleware])
    async with serve(app) as url:
        way = governor(store, clock).over(http, OTHER)
        reply = await way.send(Call(f"{url}/usage"))
        with pytest.raises(Resting, match="asked for 1 minute 30 seconds"):
            await way.send(Call(f"{url}/usage"))

    assert reply.status == 429
    assert list(faults.asked) == ["/usage", "/usage"]


async def test_three_replicas_together_ask_no_more_than_one(postgres_server: Postgres) -> None:
    clock = HandClock(AT)
    vendor = Vendor(clock)
    with postgres_server.database() as url:
        async with AsyncExitStack() as stack:
            stores = [await stack.enter_async_context(open_store(url)) for _ in range(3)]
            ways = [governor(store, clock).over(vendor, ACME) for store in stores]
            await asyncio.gather(*(way.send(Call(URL)) for way in ways for _ in range(15)))

    assert len(vendor.asked) == 45
    assert all(b - a > MINUTE for a, b in zip(vendor.asked, vendor.asked[20:], strict=False))


async def test_what_a_vendor_asked_for_outlives_the_daemon(store_url: str) -> None:
    clock = HandClock(AT)
    vendor = Vendor(clock)
    vendor.says(limited("120"))
    async with open_store(store_url) as store:
        await governor(store, clock).over(vendor, ACME).send(Call(URL))
    async with open_store(store_url) as store:
        with pytest.raises(Resting, match="rests until 22 May 10:22"):
            await governor(store, clock).over(vendor, ACME).send(Call(URL))
        clock.at += 3 * MINUTE

        assert (await governor(store, clock).over(vendor, ACME).send(Call(URL))).status == 200
    assert len(vendor.asked) == 2
