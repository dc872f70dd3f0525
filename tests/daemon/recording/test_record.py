"""What a source's days came to is recorded: each day once, when it is over and told whole."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from daemon.http import Http
from daemon.recording.post import Outcome
from daemon.store.recordings import EntryState
from rules.recorded import DAY
from tests.billing import NOON, SUBSCRIPTION, TODAY, Billing, open_billing
from tests.fakes import HOUR

MINUTE = timedelta(minutes=1)
TOMORROW = TODAY + DAY


@pytest.fixture
async def billing(store_url: str, http: Http) -> AsyncIterator[Billing]:
    async with open_billing(store_url, http) as billing:
        yield billing


async def test_a_day_is_recorded_once_it_is_over_and_the_source_is_done(billing: Billing) -> None:
    await billing.begin()
    await billing.use(41.5)
    early = await billing.record(12 * HOUR + 59 * MINUTE)
    done = await billing.record(MINUTE)

    assert not early.results
    assert [(one.day, one.outcome) for one in done.results] == [(TODAY, Outcome.RECORDED)]
    assert billing.billed() == Decimal("41.5")


async def test_a_recorded_day_is_left_alone(billing: Billing) -> None:
    await billing.begin()
    await billing.use(41.5)
    await billing.record(13 * HOUR)
    again = await billing.record(5 * HOUR)

    assert again.results == []
    assert billing.billed() == Decimal("41.5")


async def test_days_before_the_recorder_was_first_run_are_not_billed(billing: Billing) -> None:
    await billing.use(7, TODAY - DAY)
    await billing.begin()
    await billing.use(41.5)
    await billing.record(13 * HOUR)

    assert billing.billed(TODAY - DAY) == 0
    assert billing.billed() == Decimal("41.5")


async def test_after_a_pause_every_day_is_made_up_for(billing: Billing) -> None:
    await billing.begin()
    for days in range(3):
        await billing.use(days + 1, TODAY + days * DAY)
    await billing.record(3 * DAY)

    assert [billing.billed(TODAY + days * DAY) for days in range(3)] == [1, 2, 3]


async def test_all_series_that_match_are_summed_to_the_last_digit(billing: Billing) -> None:
    billing.ledger = replace(billing.ledger, where={"voice": ("a*", "b")})
    await billing.begin()
    for voice, minutes in {"a": 0.1, "a2": 0.2, "b": 0.3, "c": 50}.items():
        await billing.use(minutes, voice=voice)
    await billing.record(13 * HOUR)

    assert billing.billed() == Decimal("0.6")


async def test_an_hour_that_was_not_told_is_waited_for(billing: Billing) -> None:
    await billing.begin()
    billing.used["a", NOON] = 41.5
    await billing.tell(NOON + 30 * MINUTE)
    late = await billing.record(13 * HOUR)
    await billing.use(41.5)
    soon = await billing.record(9 * MINUTE)
    then = await billing.record(MINUTE)

    assert late.results[0].outcome is Outcome.UNFINISHED
    assert (
        late.results[0].why
    ) == "acme: 2026-11-20 is not finished: 12 of its 24 buckets of 1 hour are still filling"
    assert soon.results == []
    assert then.results[0].outcome is Outcome.RECORDED


async def test_people_hear_of_a_day_that_stays_unfinished_and_of_its_end(billing: Billing) -> None:
    await billing.begin()
    billing.used["a", NOON] = 1
    await billing.tell(NOON + 30 * MINUTE)
    await billing.record(13 * HOUR)
    quiet = await billing.letters()
    await billing.record(DAY + 10 * MINUTE)
    said = await billing.letters()
    await billing.use(2)
    await billing.record(10 * MINUTE)

    assert quiet == []
    assert len(said) == 1
    assert said[0].startswith("recording refused opened: acme: 2026-11-20 is not finished")
    assert (await billing.letters())[0].startswith("recording refused resolved")


async def test_while_the_source_is_blind_nobody_hears_of_its_days_too(billing: Billing) -> None:
    await billing.begin()
    async with billing.store.transaction() as tx:
        await tx.polls.failed("tts", billing.clock.at, "503")
    await billing.record(3 * DAY)

    assert await billing.letters() == []


async def test_a_day_the_source_is_never_asked_for_again_is_given_up(billing: Billing) -> None:
    billing.history = 3 * DAY
    await billing.begin()
    await billing.record(4 * DAY + 13 * HOUR)
    (first, *_) = await billing.letters()

    assert await billing.state() is EntryState.BURIED
    assert "meterwatch record acme --from 2026-11-20 --to 2026-11-20 --data FILE" in first


async def test_a_day_of_nothing_is_not_sent(billing: Billing) -> None:
    await billing.begin()
    await billing.use(0)
    done = await billing.record(13 * HOUR)

    assert done.results[0].outcome is Outcome.NOTHING
    assert await billing.state() is EntryState.NOTHING
    assert not billing.stand_in.faults.asked


async def test_what_was_frozen_under_another_key_is_not_sent_elsewhere(billing: Billing) -> None:
    await billing.begin()
    await billing.use(41.5)
    billing.stand_in.faults.lose_replies = 1
    await billing.record(13 * HOUR)
    moved = replace(billing.ledger.recorder, unit="hours")  # type: ignore[type-var]
    billing.ledger = replace(billing.ledger, recorder=moved)
    done = await billing.record(HOUR)

    assert done.results[0].outcome is Outcome.REFUSED
    assert f"was to be recorded as acme:2026-11-20:{SUBSCRIPTION}:minutes" in str(
        done.results[0].why
    )
    assert billing.billed(unit="hours") == 0
    assert billing.billed() == Decimal("41.5")


async def test_a_failure_ends_the_round_and_the_days_after_it_wait(billing: Billing) -> None:
    await billing.begin()
    await billing.use(1)
    await billing.use(2, TOMORROW)
    billing.stand_in.faults.lose_replies = 1
    done = await billing.record(2 * DAY)
    more = await billing.record(MINUTE)

    assert [one.outcome for one in done.results] == [Outcome.LATER]
    assert [(one.day, one.outcome) for one in more.results] == [(TOMORROW, Outcome.RECORDED)]
