"""The script: what goes wrong, when, and that it is over afterwards."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.sandbox.incidents import Drain, Script, Spike, TopUp, newcomers_story
from daemon.sandbox.world import VOICES, World, clock_hours

START = datetime(2025, 5, 22, 10, 20, tzinfo=UTC)
WORLD = World(7, START)
AGATHA, BRUNO = VOICES[:2]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

starts = st.integers(0, 4 * 365 * 24 * 60).map(lambda minutes: START + minutes * MINUTE)


def used(script: Script, world: World, since: timedelta, until: timedelta, voice=AGATHA) -> float:
    ends = [np.array([clock_hours(script.start + span)]) for span in (since, until)]
    return float(script.used(world, voice, *ends)[0])


def test_a_spike_multiplies_and_adds_for_as_long_as_it_lasts() -> None:
    spike = Spike(AGATHA.id, 12 * MINUTE, 60 * MINUTE, times=10, added=120)
    calm, script = Script(START, 0), Script(START, 0, (spike,))
    usual = used(calm, WORLD, 12 * MINUTE, 72 * MINUTE)

    assert used(script, WORLD, 12 * MINUTE, 72 * MINUTE) == pytest.approx(10 * usual + 120)
    assert used(script, WORLD, -HOUR, 12 * MINUTE) == used(calm, WORLD, -HOUR, 12 * MINUTE)
    assert used(script, WORLD, 72 * MINUTE, 3 * HOUR) == used(calm, WORLD, 72 * MINUTE, 3 * HOUR)
    assert used(script, WORLD, timedelta(0), 2 * HOUR, BRUNO) == used(
        calm, WORLD, timedelta(0), 2 * HOUR, BRUNO
    )


def test_a_minute_of_speech_costs_sixty_credits() -> None:
    script = Script(START, 50_000)
    spoken = sum(used(script, WORLD, timedelta(0), 2 * HOUR, voice) for voice in VOICES)

    assert script.balance(WORLD, START) == 50_000
    assert script.balance(WORLD, START + 2 * HOUR) == pytest.approx(50_000 - 60 * spoken, abs=1)


def test_a_drain_takes_evenly_what_no_usage_shows() -> None:
    silent = World(7, START, voices=())
    script = Script(START, 10_000, drains=(Drain(HOUR, HOUR, 6_000),))

    assert [script.balance(silent, START + HOUR * n / 2) for n in range(6)] == [
        10_000,
        10_000,
        10_000,
        7_000,
        4_000,
        4_000,
    ]


def test_a_top_up_comes_at_once() -> None:
    silent = World(7, START, voices=())
    script = Script(START, 10_000, top_ups=(TopUp(HOUR, 500),))

    assert script.balance(silent, START + HOUR - MINUTE) == 10_000
    assert script.balance(silent, START + HOUR) == 10_500


def test_once_a_day_what_was_used_is_put_back() -> None:
    script = newcomers_story(START)
    balances = [script.balance(WORLD, START + timedelta(days=day)) for day in (1, 2, 400)]

    assert balances == [94_000] * 3


@settings(max_examples=25)
@given(starts, st.integers(0, 99))
def test_the_story_holds_at_any_hour_of_any_day(start: datetime, seed: int) -> None:
    world, script = World(seed, start - 120 * DAY), newcomers_story(start)
    minutes = (0, 100, 209, 210)
    opening, low, lowest, bought = (
        script.balance(world, start + minute * MINUTE) for minute in minutes
    )

    assert opening > 30_000
    assert 20_000 > low >= lowest > 0
    assert bought > 50_000


@settings(max_examples=25)
@given(starts, st.integers(0, 99))
def test_the_spike_stands_out_within_twenty_minutes(start: datetime, seed: int) -> None:
    world, script = World(seed, start - 120 * DAY), newcomers_story(start)
    before = used(script, world, timedelta(0), 12 * MINUTE)
    spike = used(script, world, 12 * MINUTE, 20 * MINUTE)
    after = used(script, world, 72 * MINUTE, 80 * MINUTE)

    assert spike > 15.9
    assert max(before, after) < 10
