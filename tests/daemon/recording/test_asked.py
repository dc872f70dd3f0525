"""Days that a person names are recorded as the daemon would, and never beside it."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from daemon.http import Http
from daemon.recording.asked import Asked, record_days
from daemon.recording.post import LEASE, DayResult, Outcome
from daemon.sandbox.faults import Canned
from daemon.store.recordings import EntryState
from daemon.table import read_table
from rules.panel import Panel
from rules.recorded import DAY, Unfinished
from tests.billing import MINUTES, NOON, SUBSCRIPTION, TODAY, Billing, open_billing, recorder
from tests.fakes import HOUR

YESTERDAY, BEFORE = TODAY - DAY, TODAY - 2 * DAY


@pytest.fixture
async def billing(store_url: str, http: Http) -> AsyncIterator[Billing]:
    """Told from three days ago on; 7 minutes of yesterday and 5 of the day before it."""
    async with open_billing(store_url, http) as billing:
        billing.used |= {("a", NOON - 3 * DAY): 1.0, ("a", NOON - 2 * DAY): 5.0}
        billing.used["a", NOON - DAY] = 7.0
        await billing.tell()
        yield billing


async def ask(billing: Billing, asked: Asked) -> list[DayResult]:
    return await record_days(billing.recording, asked, billing.clock.at)


def outcomes(results: list[DayResult]) -> list[tuple[str, Outcome]]:
    return [(one.day.isoformat()[5:], one.outcome) for one in results]


def table(*rows: str) -> list[Panel]:
    text = "source,metric,timestamp,value,voice\n" + "".join(
        f"tts,minutes,{row},a\n" for row in rows
    )
    return read_table(io.StringIO(text), "usage.csv", {"tts": replace(MINUTES, width=DAY)})


PAST = Asked(first=BEFORE, last=YESTERDAY)


async def test_days_of_the_past_are_recorded_when_they_are_named(billing: Billing) -> None:
    done = await ask(billing, PAST)

    assert outcomes(done) == [("11-18", Outcome.RECORDED), ("11-19", Outcome.RECORDED)]
    assert (billing.billed(BEFORE), billing.billed(YESTERDAY)) == (5, 7)


async def test_asking_twice_records_once(billing: Billing) -> None:
    await ask(billing, PAST)
    again = await ask(billing, PAST)

    assert {one.outcome for one in again} == {Outcome.ALREADY}
    assert (billing.billed(BEFORE), billing.billed(YESTERDAY)) == (5, 7)


async def test_a_dry_run_says_what_would_be_and_does_nothing(billing: Billing) -> None:
    would = await ask(billing, replace(PAST, dry_run=True))

    assert [(one.outcome, one.amount) for one in would] == [(Outcome.WOULD, 5), (Outcome.WOULD, 7)]
    assert not billing.stand_in.faults.asked
    assert await billing.entry(BEFORE) is None


async def test_naming_days_does_not_make_the_daemon_bill_those_between(billing: Billing) -> None:
    await ask(billing, Asked(first=BEFORE, last=BEFORE))
    await billing.begin()
    await billing.use(1)
    await billing.record(13 * HOUR)

    assert billing.billed(YESTERDAY) == 0
    assert billing.billed() == 1


async def test_without_days_the_daemons_own_are_made_up_for(billing: Billing) -> None:
    nothing = await ask(billing, Asked())
    await billing.begin()
    await billing.use(1)
    billing.clock.at += 13 * HOUR
    done = await ask(billing, Asked())

    assert nothing == []
    assert outcomes(done) == [("11-20", Outcome.RECORDED)]


async def test_today_is_not_over_and_yesterday_may_have_to_wait(billing: Billing) -> None:
    billing.ledger = replace(billing.ledger, wait=DAY)
    waits = await ask(billing, Asked(first=YESTERDAY, last=TODAY + 9 * DAY))

    assert outcomes(waits) == [("11-19", Outcome.UNFINISHED), ("11-20", Outcome.UNFINISHED)]
    assert [one.why for one in waits] == ["it is recorded 1 day after its end", "it is not over"]
    assert await billing.entry(YESTERDAY) is None


async def test_a_file_is_recorded_under_the_same_keys(billing: Billing) -> None:
    panels = table("2026-11-18,5.5", "2026-11-19,7.25")
    done = await ask(billing, Asked(panels))
    again = await ask(billing, PAST)

    assert [(one.outcome, one.amount) for one in done] == [
        (Outcome.RECORDED, Decimal("5.5")),
        (Outcome.RECORDED, Decimal("7.25")),
    ]
    assert [one.outcome for one in again] == [Outcome.ALREADY] * 2
    assert again[0].why == "5 is said of it now; what is recorded cannot be taken back"
    assert billing.billed(BEFORE) == Decimal("5.5")


async def test_a_file_of_half_a_day_is_no_day(billing: Billing) -> None:
    done = await ask(billing, Asked(table("2026-11-19T00:00Z,1", "2026-11-19T12:00Z,2")))
    half = await ask(billing, Asked(table("2026-11-18T12:00Z,1", "2026-11-19T00:00Z,2")))

    assert [(one.outcome, one.amount) for one in done] == [(Outcome.RECORDED, 3)]
    assert outcomes(half) == [("11-18", Outcome.UNFINISHED), ("11-19", Outcome.ALREADY)]


async def test_where_nothing_can_be_said_of_any_day_it_is_said_once(billing: Billing) -> None:
    billing.ledger = replace(billing.ledger, metric="calls")

    with pytest.raises(Unfinished, match="tts has not told of 'calls' yet"):
        await ask(billing, PAST)
    with pytest.raises(Unfinished, match="tts has not told of 'calls' yet"):
        await ask(billing, Asked(table("2026-11-18,5.5", "2026-11-19,7")))


async def test_a_day_in_anothers_hands_is_left_to_them(billing: Billing) -> None:
    billing.stand_in.faults.lose_replies = 1
    lost = await ask(billing, Asked(first=BEFORE, last=BEFORE))
    soon = await ask(billing, Asked(first=BEFORE, last=BEFORE))
    billing.clock.at += LEASE
    later = await ask(billing, Asked(first=BEFORE, last=BEFORE))

    assert [one.outcome for one in (*lost, *soon, *later)] == [
        Outcome.LATER,
        Outcome.LATER,
        Outcome.ALREADY,
    ]
    assert soon[0].why == "it is on its way; ask again after Fri 20 Nov 12:05 UTC"
    assert billing.billed(BEFORE) == 5


async def test_what_the_command_left_owed_the_daemon_sends(billing: Billing) -> None:
    billing.stand_in.faults.canned.append(Canned(503))
    await ask(billing, Asked(first=BEFORE, last=BEFORE))
    await billing.record(LEASE)

    assert billing.billed(BEFORE) == 5


async def test_a_day_that_surely_did_not_arrive_may_be_said_anew(billing: Billing) -> None:
    """The subscription was mistyped, and Kill Bill knew of none."""
    good, typo = billing.ledger, SUBSCRIPTION.replace("f3", "a0")
    billing.ledger = replace(good, recorder=recorder(billing.url, subscription=typo))
    refused = await ask(billing, PAST)
    billing.ledger = good
    billing.used["a", NOON - DAY] = 8
    await billing.tell()
    done = await ask(billing, PAST)

    assert {one.outcome for one in refused} == {Outcome.REFUSED}
    assert [(one.outcome, one.amount) for one in done] == [
        (Outcome.RECORDED, 5),
        (Outcome.RECORDED, 8),
    ]


async def test_a_day_that_may_have_arrived_keeps_its_amount_and_its_place(
    billing: Billing,
) -> None:
    billing.stand_in.faults.lose_replies = 1
    await ask(billing, Asked(first=BEFORE, last=BEFORE))
    billing.stand_in.faults.canned.append(Canned(401))
    billing.clock.at += LEASE
    buried = await ask(billing, Asked(first=BEFORE, last=BEFORE))
    good = billing.ledger
    billing.ledger = replace(good, recorder=recorder(billing.url, unit="hours"))
    elsewhere = await ask(billing, Asked(first=BEFORE, last=BEFORE))
    billing.ledger = good
    billing.used["a", NOON - 2 * DAY] = 6
    await billing.tell()
    again = await ask(billing, Asked(first=BEFORE, last=BEFORE))

    assert [one.outcome for one in (*buried, *elsewhere)] == [Outcome.REFUSED] * 2
    assert "record it by a recorder of another name" in str(elsewhere[0].why)
    assert [(one.outcome, one.amount) for one in again] == [(Outcome.ALREADY, 5)]
    assert billing.billed(BEFORE, "hours") == 0


async def test_a_day_of_nothing_can_be_recorded_once_there_is_something(billing: Billing) -> None:
    billing.used["a", NOON - DAY] = 0
    await billing.tell()
    nothing = await ask(billing, Asked(first=YESTERDAY, last=YESTERDAY))
    billing.used["a", NOON - DAY] = 7
    await billing.tell(NOON + timedelta(minutes=1))
    done = await ask(billing, Asked(first=YESTERDAY, last=YESTERDAY))

    assert [one.outcome for one in (*nothing, *done)] == [Outcome.NOTHING, Outcome.RECORDED]
    assert await billing.state(YESTERDAY) is EntryState.RECORDED


async def test_a_day_awaited_by_the_daemon_may_be_named_too(billing: Billing) -> None:
    await billing.begin()
    await billing.use(3)
    billing.clock.at += 13 * HOUR
    done = await ask(billing, Asked(first=TODAY, last=TODAY))
    after = await billing.record(timedelta(hours=2))

    assert outcomes(done) == [("11-20", Outcome.RECORDED)]
    assert after.results == []
    assert billing.billed() == 3
