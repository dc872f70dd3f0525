"""The invented account: the same for whoever asks, and believable."""

import time
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.sandbox.world import VOICES, World, clock_hours

BEGAN = datetime(2025, 5, 22, 10, 20, tzinfo=UTC)
WORLD = World(7, BEGAN)
NOW = int(clock_hours(BEGAN))
WEEKS = np.arange(NOW - 24 * 56, NOW)
NAMED = {voice.name: voice for voice in VOICES}

hours = st.integers(-(10**6), 10**6)
voices = st.sampled_from(VOICES)


def weekdays() -> np.ndarray:
    return (WEEKS // 24 + 3) % 7 < 5


@settings(max_examples=50)
@given(voices, hours, st.integers(0, 30), st.integers(1, 60))
def test_an_hour_is_the_same_in_any_question(voice, hour: int, before: int, length: int) -> None:
    alone = WORLD.amounts(voice, np.array([hour]))
    among = WORLD.amounts(voice, np.arange(hour - before, hour + length))

    assert among[before] == alone[0]


@settings(max_examples=50)
@given(voices, st.floats(-1e5, 1e5), st.integers(0, 20))
def test_a_span_is_the_same_in_any_question(voice, start: float, others: int) -> None:
    starts = np.array([start + 24 * place for place in range(others + 1)])
    alone = WORLD.used(voice, starts[:1], starts[:1] + 24)

    assert WORLD.used(voice, starts, starts + 24)[0] == alone[0]


def test_a_short_span_is_the_same_beside_a_long_one() -> None:
    agatha, start = NAMED["Agatha"], float(NOW - 1)
    starts, ends = np.array([start, start]), np.array([start + 0.25, start + 24])

    assert WORLD.used(agatha, starts, ends)[0] == WORLD.used(agatha, starts[:1], ends[:1])[0]


@settings(max_examples=50)
@given(voices, hours, st.lists(st.floats(0, 1), min_size=2, max_size=8))
def test_an_hour_only_grows_while_it_fills(voice, hour: int, shares: list[float]) -> None:
    ends = hour + np.sort(np.array([*shares, 1.0]))
    told = WORLD.used(voice, np.full(len(ends), float(hour)), ends)

    assert (np.diff(told) >= 0).all()
    assert told[-1] == WORLD.amounts(voice, np.array([hour]))[0]


def test_a_day_is_the_sum_of_its_hours() -> None:
    agatha = NAMED["Agatha"]
    day = float(NOW // 24 * 24)

    [told] = WORLD.used(agatha, np.array([day]), np.array([day + 24]))
    assert told == pytest.approx(WORLD.amounts(agatha, np.arange(int(day), int(day) + 24)).sum())


def test_another_seed_is_another_world_and_one_seed_is_one() -> None:
    agatha = NAMED["Agatha"]

    assert (World(7, BEGAN).amounts(agatha, WEEKS) == WORLD.amounts(agatha, WEEKS)).all()
    assert (World(8, BEGAN).amounts(agatha, WEEKS) != WORLD.amounts(agatha, WEEKS)).any()


def test_amounts_have_eight_decimals_and_are_never_negative() -> None:
    for voice in VOICES:
        spoken = WORLD.amounts(voice, WEEKS)
        assert (spoken >= 0).all()
        assert (spoken == spoken.round(8)).all()


def test_office_voices_rest_at_night_and_on_weekends() -> None:
    bruno = WORLD.amounts(NAMED["Bruno"], WEEKS)
    by_day = np.isin(WEEKS % 24, range(9, 17))

    assert bruno[by_day & weekdays()].mean() > 8 * bruno[~by_day].mean()
    assert bruno[weekdays()].mean() > 8 * bruno[~weekdays()].mean()


def test_the_evening_voice_is_loudest_in_the_evening() -> None:
    celeste = WORLD.amounts(NAMED["Celeste"], WEEKS)

    assert max(range(24), key=lambda hour: celeste[hour == WEEKS % 24].mean()) in (19, 20, 21, 22)


def test_the_batch_runs_in_the_night_of_working_days_only() -> None:
    dmitri = WORLD.amounts(NAMED["Dmitri"], WEEKS)
    batch = np.isin(WEEKS % 24, (2, 3)) & weekdays()

    assert (dmitri[batch] > 5).all()
    assert (dmitri[~batch] == 0).all()


@pytest.mark.parametrize("name", ["Farid", "Greta"])
def test_sparse_voices_are_mostly_silent_and_not_always(name: str) -> None:
    spoken = WORLD.amounts(NAMED[name], WEEKS)

    assert 0.8 < (spoken == 0).mean() < 1


def test_the_growing_voice_grows_up_to_a_limit() -> None:
    esme = NAMED["Esme"]
    spoken = WORLD.amounts(esme, WEEKS).reshape(8, -1).mean(axis=1)
    later = WORLD.amounts(esme, WEEKS + 24 * 365 * 20)

    assert spoken[-1] > 1.5 * spoken[0]
    assert later.mean() < 5 * spoken[-1]


def test_the_noise_is_wider_than_that_of_counting() -> None:
    agatha = WORLD.amounts(NAMED["Agatha"], WEEKS)
    tens = agatha[(WEEKS % 24 == 10) & weekdays()]

    assert tens.std() > 0.15 * tens.mean()


def test_shares_of_a_voice_add_up() -> None:
    assert [sum(part.share for part in voice.parts) for voice in VOICES] == [1] * len(VOICES)


def test_ids_are_shaped_like_the_vendors() -> None:
    assert len({voice.id for voice in VOICES}) == len(VOICES) == 8
    assert {len(voice.id) for voice in VOICES} == {22}


def test_a_revision_takes_the_place_of_an_hour_and_of_no_other() -> None:
    agatha = NAMED["Agatha"]
    revised = World(7, BEGAN, revised={(agatha.id, NOW - 3): 99.0})
    told, usual = revised.amounts(agatha, WEEKS), WORLD.amounts(agatha, WEEKS)

    assert told[-3] == 99.0
    assert (np.delete(told, -3) == np.delete(usual, -3)).all()


def test_sixty_days_of_every_voice_take_no_time() -> None:
    span = np.arange(NOW - 24 * 60, NOW)
    start = time.process_time()
    for voice in VOICES:
        WORLD.amounts(voice, span)

    assert time.process_time() - start < 0.5


def test_hours_are_counted_from_the_epoch_in_any_zone() -> None:
    assert clock_hours(datetime(1970, 1, 2, 0, 30, tzinfo=UTC)) == 24.5
    assert clock_hours(BEGAN) == clock_hours(BEGAN + timedelta(0))
