"""Whatever happens on the way, what is billed of a day is what it came to, and is billed once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from daemon.http import Http
from daemon.recording.asked import Asked, record_days
from daemon.recording.post import LEASE, Outcome
from daemon.recording.record import Recording
from daemon.store import Store, Transaction, open_store
from daemon.store.database import Begin, connect, parse_url
from daemon.store.recordings import EntryState
from rules.recorded import DAY
from tests.billing import NOON, TODAY, Billing, RacyKillBill, kill_bill, open_billing, recorder
from tests.fakes import HOUR, HandClock
from tests.test_crash import Died

MINUTE = timedelta(minutes=1)
FATES = ("answered", "answered", "lost", "reply lost", "late")


@dataclass
class Fate:
    """After how many steps the daemon dies. It dies once."""

    steps: int

    def reach(self) -> None:
        self.steps -= 1
        if self.steps == -1:
            raise Died


@dataclass
class Mortal:
    """A part of the daemon, which may die before or after each of its calls."""

    part: Any
    fate: Fate

    def __getattr__(self, call: str) -> Any:
        if not asyncio.iscoroutinefunction(getattr(self.part, call)):
            return getattr(self.part, call)

        async def step(*args: Any, **options: Any) -> Any:
            self.fate.reach()
            result = await getattr(self.part, call)(*args, **options)
            self.fate.reach()
            return result

        return step


@dataclass
class MortalStore:
    store: Store
    fate: Fate

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with self.store.transaction() as tx:
            recordings: Any = Mortal(tx.recordings, self.fate)
            yield replace(tx, recordings=recordings)
            self.fate.reach()
        self.fate.reach()


def mortal(recording: Recording, steps: int) -> Recording:
    fate = Fate(steps)
    store: Any = MortalStore(recording.store, fate)
    http: Any = Mortal(recording.http, fate)
    return replace(recording, store=store, http=http)


async def test_a_death_at_any_step_loses_nothing_and_bills_nothing_twice(
    store_url: str, http: Http
) -> None:
    """Each death is of another recorder, which counts another unit."""
    async with open_billing(store_url, http) as billing:
        await billing.use(41.5)
        died, steps = True, 0
        while died:
            billing.clock.at, unit = NOON, f"unit-{steps}"
            billing.ledger = replace(
                billing.ledger, name=unit, recorder=recorder(billing.url, unit=unit)
            )
            await billing.begin()
            died = await dies(billing, steps)
            await billing.record(LEASE)
            await billing.record(LEASE)

            assert billing.billed(unit=unit) == Decimal("41.5")
            async with billing.store.transaction() as tx:
                entry = await tx.recordings.entry(unit, TODAY)
            assert entry is not None
            assert entry.state is EntryState.RECORDED
            steps += 1

    assert steps > 20


async def dies(billing: Billing, steps: int) -> bool:
    billing.clock.at += 13 * HOUR
    try:
        await mortal(billing.recording, steps).record(billing.clock.at)
    except Died:
        return True
    return False


@pytest.mark.parametrize("seed", range(2))
async def test_replicas_that_crash_over_a_bad_line_bill_every_day_once(
    store_url: str, seed: int
) -> None:
    """Two daemons, calls and answers that get lost or come late, deaths, and revisions, in any
    order; the place takes the same key twice where two come at once."""
    chance = Random(seed)  # noqa: S311
    place = RacyKillBill(fates=lambda: chance.choice(FATES))
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(open_store(store_url))]
        if store_url.startswith("postgresql"):
            stores.append(await stack.enter_async_context(open_store(store_url)))
        clock = HandClock(NOON)
        billings = [
            Billing(kill_bill(clock), "http://kb", store, place, clock)
            for store in (stores[0], stores[-1])
        ]
        await live(billings, place, chance)
        async with stores[0].transaction() as tx:
            entries = await tx.recordings.since("acme", TODAY)

    settled = {entry.day: entry.amount for entry in entries if entry.amount}
    billed = Counter({day: amount for _, day, amount in place.landed})
    assert len(settled) >= 3
    assert dict(billed) == settled
    assert len(place.landed) == len(settled), "no day is there twice"


async def live(billings: list[Billing], place: RacyKillBill, chance: Random) -> None:
    """Some days, told and recorded by either daemon; then a quiet one."""
    one, other = billings
    one.used |= {("a", NOON + days * DAY): 10.0 + days for days in range(-1, 20)}
    await one.begin()
    for _ in range(50):
        match chance.choice(["tick", "both", "both", "die", "revise", "wait", "wait", "wait"]):
            case "tick":
                await chance.choice(billings).record()
            case "both":
                await asyncio.gather(one.record(), other.record())
            case "die":
                with suppress(Died):
                    dying = mortal(chance.choice(billings).recording, chance.randint(0, 40))
                    await dying.record(one.clock.at)
            case "revise":
                hour = one.clock.at.replace(hour=12, minute=0) - chance.randint(0, 2) * DAY
                one.used["a", hour] = chance.randint(0, 99) / 7
            case "wait":
                one.clock.at += chance.choice((MINUTE, LEASE - MINUTE, LEASE, HOUR, 7 * HOUR))
                await place.arrive()
                await one.tell()
    place.fates = lambda: "answered"
    one.clock.at += DAY
    await one.tell()
    await one.record()


async def test_a_command_beside_the_daemon_bills_nothing_twice(store_url: str, http: Http) -> None:
    """Another process on the same database, while the daemon holds it."""
    async with open_billing(store_url, http) as billing:
        engine = connect(parse_url(store_url.replace("+aiosqlite", "")), Begin.WRITING)
        beside = Billing(billing.stand_in, billing.url, Store(engine), http, billing.clock)
        await billing.begin()
        await billing.use(41.5)
        billing.clock.at += 13 * HOUR
        asked = Asked(first=TODAY, last=TODAY)
        try:
            round_, results = await asyncio.gather(
                billing.record(), record_days(beside.recording, asked, billing.clock.at)
            )
        finally:
            await engine.dispose()

        assert billing.billed() == Decimal("41.5")
        outcomes = [one.outcome for one in (*round_.results, *results)]
        assert outcomes.count(Outcome.RECORDED) == 1
        assert len(billing.stand_in.faults.asked) == 1
