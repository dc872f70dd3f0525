"""A day that is owed is sent by one at a time, and how that went is kept."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.http import Http
from daemon.recording.post import LEASE, Outcome
from daemon.sandbox.faults import Canned
from daemon.store.recordings import Entry, EntryState
from rules.recorded import DAY
from tests.billing import TODAY, Billing, open_billing, recorder
from tests.blank import blank
from tests.fakes import HOUR

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def billing(tmp_path: Path, http: Http) -> AsyncIterator[Billing]:
    """Noon has passed, and so has the day: 41.5 minutes are due."""
    async with open_billing(blank(tmp_path, "store.db"), http) as billing:
        await billing.begin()
        await billing.use(41.5)
        billing.clock.at += 13 * HOUR
        yield billing


def busy(billing: Billing, times: int, status: int = 503, **headers: str) -> None:
    answers = [Canned(status, "busy", headers) for _ in range(times)]
    billing.stand_in.faults.canned.extend(answers)


async def owed(billing: Billing) -> Entry:
    entry = await billing.entry()
    assert entry is not None
    return entry


async def test_after_a_failure_it_waits_for_the_lease_and_then_longer_each_time(
    billing: Billing,
) -> None:
    busy(billing, 8)
    pauses = []
    for _ in range(8):
        await billing.record()
        entry = await owed(billing)
        pauses.append(entry.due_at - billing.clock.at)
        billing.clock.at = entry.due_at

    assert pauses[:3] == [LEASE, 2 * LEASE, 4 * LEASE]
    assert pauses[-1] == 6 * HOUR
    assert (await billing.record()).results[0].outcome is Outcome.RECORDED


async def test_the_places_own_word_on_when_is_kept_if_it_is_longer(billing: Billing) -> None:
    busy(billing, 1, 429, **{"Retry-After": "3000"})
    await billing.record()

    assert (await owed(billing)).due_at == billing.clock.at + 50 * MINUTE


async def test_a_refusal_is_buried_and_told_with_what_brings_it_back(billing: Billing) -> None:
    good = billing.ledger
    billing.ledger = replace(good, recorder=recorder(billing.url, username="nobody"))
    done = await billing.record()
    (told,) = await billing.letters()
    billing.ledger = good
    later = await billing.record(DAY)

    assert done.results[0].outcome is Outcome.REFUSED
    assert await billing.state() is EntryState.BURIED
    assert "meterwatch record acme --from 2026-11-20 --to 2026-11-20" in told
    assert "check recorders.acme.username" in told
    assert TODAY not in [one.day for one in later.results]


async def test_a_refusal_surely_did_not_arrive_and_a_failure_may_have(billing: Billing) -> None:
    busy(billing, 1)
    await billing.record()
    unsure = (await owed(billing)).lost
    busy(billing, 1, 404)
    await billing.record(LEASE)

    assert unsure == 1
    assert (await owed(billing)).lost == 1
    assert (await owed(billing)).tries == 2


async def test_people_hear_of_an_outage_once_it_lasts_for_a_day(billing: Billing) -> None:
    busy(billing, 100, 500)
    await billing.record()
    await billing.record(DAY)
    quiet = await billing.letters()
    await billing.record(6 * HOUR)
    await billing.record(6 * HOUR)

    assert quiet == []
    assert len(await billing.letters()) == 1


async def test_what_fails_for_a_week_is_given_up(billing: Billing) -> None:
    """Another tenant's subscription looks like a server that is down."""
    busy(billing, 100, 500)
    await billing.record()
    await billing.record(7 * DAY)
    owed_still = await billing.state()
    await billing.record(6 * HOUR)

    assert owed_still is EntryState.OWED
    assert await billing.state() is EntryState.BURIED


async def test_what_was_there_before_it_was_ever_sent_is_said(billing: Billing) -> None:
    """A store that was put back to an older day, say: its amount may be another."""
    await billing.record()
    entry = await owed(billing)
    fresh = replace(entry, state=EntryState.OWED, tries=0, lost=0, settled_at=None)
    async with billing.store.transaction() as tx:
        await tx.recordings.keep(fresh)
    (done,) = (await billing.record()).results

    assert done.outcome is Outcome.ALREADY
    assert done.why == "it was there before this store ever sent it, under the same key"


async def test_an_answer_later_than_the_lease_undoes_nothing(billing: Billing) -> None:
    """Whoever took over holds the day; a failure from before says nothing of their try."""
    await billing.record()
    poster, entry = billing.recording.poster, await owed(billing)
    async with billing.store.transaction() as tx:
        stale = await poster.claim(tx, replace(entry, state=EntryState.OWED))
    billing.clock.at += LEASE
    async with billing.store.transaction() as tx:
        await poster.claim(tx, stale)
    busy(billing, 1, 404)
    result = await poster.post(stale)

    assert result.outcome is Outcome.LATER
    assert await billing.state() is EntryState.OWED
