"""What was recorded and is no longer so is told once a change, and never sent again."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from daemon.http import Http
from daemon.recording.asked import Asked, record_days
from daemon.store.recordings import EntryState
from rules.alert import Change
from rules.recorded import DAY
from tests.billing import NOON, TODAY, Billing, open_billing
from tests.blank import blank
from tests.fakes import HOUR


@pytest.fixture
async def billing(tmp_path: Path, http: Http) -> AsyncIterator[Billing]:
    """41.5 minutes of today were recorded tonight."""
    async with open_billing(blank(tmp_path, "store.db"), http) as billing:
        await billing.begin()
        await billing.use(41.5)
        await billing.record(13 * HOUR)
        yield billing


Heard = list[tuple[Change, float | None, float]]


async def heard(billing: Billing) -> Heard:
    """What people hear: what was recorded, and what is said now."""
    return [
        (event.change, event.verdict.expected, event.verdict.observed)
        for event in await billing.heard()
    ]


async def revise(billing: Billing, minutes: float) -> Heard:
    """What people hear after the vendor says something else; it is looked at twice."""
    await billing.use(minutes)
    await billing.record(HOUR)
    await billing.record(HOUR)
    return await heard(billing)


async def test_a_revision_is_told_once_and_not_sent(billing: Billing) -> None:
    assert await revise(billing, 50) == [(Change.OPENED, 41.5, 50)]
    assert billing.billed() == Decimal("41.5")


async def test_each_change_is_told_and_the_way_back_ends_it(billing: Billing) -> None:
    await revise(billing, 50)
    more = await revise(billing, 60)
    back = await revise(billing, 41.5)

    assert (Change.OPENED, 41.5, 60) in more
    assert len(back) == 1
    assert back[0][0] is not Change.OPENED


async def test_what_did_not_change_is_not_told(billing: Billing) -> None:
    assert await revise(billing, 41.5) == []


async def test_a_newcomer_in_a_recorded_day_is_a_revision_too(billing: Billing) -> None:
    billing.used["late", NOON] = 1

    assert await revise(billing, 41.5) == [(Change.OPENED, 41.5, 42.5)]


async def test_use_on_a_day_of_nothing_is_told_as_well(billing: Billing) -> None:
    tomorrow = TODAY + DAY
    await billing.tell(NOON + 2 * DAY)
    await billing.record(DAY)
    state = await billing.state(tomorrow)
    await billing.use(5, tomorrow)
    await billing.record(HOUR)

    assert state is EntryState.NOTHING
    assert await heard(billing) == [(Change.OPENED, 0, 5)]
    assert billing.billed(tomorrow) == 0


async def test_recording_it_after_all_ends_it(billing: Billing) -> None:
    tomorrow = TODAY + DAY
    await billing.tell(NOON + 2 * DAY)
    await billing.record(DAY)
    await billing.use(5, tomorrow)
    await billing.record(HOUR)
    await heard(billing)
    await record_days(billing.recording, Asked(first=tomorrow, last=tomorrow), billing.clock.at)
    await billing.record(HOUR)

    assert billing.billed(tomorrow) == 5
    assert [change for change, _, _ in await heard(billing)] == [Change.RESOLVED]


async def test_what_is_no_longer_told_is_not_compared(billing: Billing) -> None:
    async with billing.store.transaction() as tx:
        await tx.usage.prune(NOON + DAY)
    await billing.record(HOUR)

    assert await heard(billing) == []
