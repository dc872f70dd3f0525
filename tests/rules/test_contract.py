"""A unit that changed is told from everything that only looks like it."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.contract import FACTORS, RECENT, Shift, unit_shift
from rules.panel import Floats, Panel
from rules.series import Absent, Measure, Metric, Series
from tests.rules.panels import HOUR, START

WEEK = 168
NOW = 8 * WEEK + 10
"""The row of the bucket that has just closed: a Monday at ten."""
BACK = 24
BOTH_WAYS = [factor for size in FACTORS for factor in (size, 1 / size)]


def account(seed: int = 0, series: int = 8, rows: int = NOW + 1) -> Floats:
    """Hours of an account that sleeps at night and rests on Sundays, by chance more or less."""
    chance = np.random.default_rng(seed)
    hours = np.arange(rows)
    shape = np.where(hours // 24 % 7 == 6, 0.3, 1.0) * (1.2 + np.sin(hours % 24 / 24 * 2 * np.pi))
    peaks = chance.lognormal(1, 1.5, series)
    return shape[:, None] * peaks * chance.lognormal(0, 0.15, (rows, series))


def held(
    before: Floats,
    after: Floats,
    row: int = NOW,
    *,
    measure: Measure = Measure.AMOUNT,
    width: timedelta = HOUR,
) -> Shift | None:
    """What is made of a poll that tells the last day again, and a bucket that has just closed."""
    metric = Metric("tts", "usage", "minutes", measure, width, Absent.ZERO)
    series = tuple(Series("tts", "usage", (("voice", str(n)),)) for n in range(before.shape[1]))
    first = max(row - BACK, 0)
    past = Panel(metric, series, START, before[:row], row)
    told = after[first : row + 1]
    return unit_shift(past, Panel(metric, series, START + first * width, told, len(told)))


def changed(change: Callable[[Floats], None], seed: int = 0) -> Shift | None:
    """The same, where what happened is told as it was remembered."""
    values = account(seed)
    change(values)
    return held(values, values)


@pytest.mark.parametrize("factor", BOTH_WAYS)
def test_a_past_that_is_told_again_in_another_unit_is_found(factor: float) -> None:
    values = account()
    shift = held(values, values * factor)

    assert shift is not None
    assert shift.factor == pytest.approx(factor, rel=0.03)
    assert (shift.series, shift.of, shift.since) == (8, 8, START + (NOW - BACK) * HOUR)


@pytest.mark.parametrize(("factor", "found"), [(1.0199 * 60, True), (1.0201 * 60, False)])
def test_what_is_told_again_must_be_off_by_the_factor_itself(factor: float, found: bool) -> None:
    values = account()[: NOW + 1]
    values[NOW] = 0  # nothing new to guess from

    assert (held(values, values * factor) is not None) is found


@pytest.mark.parametrize(("same", "found"), [(2, True), (3, False)])
def test_nine_in_ten_of_what_is_told_again_must_agree(same: int, found: bool) -> None:
    before = np.ones((21, 1))
    after = np.where(np.arange(21)[:, None] < same, 1.0, 60.0)
    after[20] = 0

    assert (held(before, after, 20) is not None) is found


@pytest.mark.parametrize(("rows", "found"), [(2, False), (3, True)])
def test_three_numbers_told_again_are_enough_whatever_series_they_are_of(
    rows: int, found: bool
) -> None:
    before = np.full((rows + 1, 1), 5.0)

    assert (held(before, before * 100, rows) is not None) is found


def test_zero_is_no_witness() -> None:
    before = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0], [0.0, 0.0]])
    after = before * 60

    assert held(before, after, 3) is not None
    assert held(before[1:], after[1:], 2) is not None
    assert held(before[2:], after[2:], 1) is None


@pytest.mark.parametrize("factor", FACTORS)
def test_new_buckets_that_are_all_too_large_are_found_at_once(factor: float) -> None:
    def change(values: Floats) -> None:
        values[NOW:] *= factor

    shift = changed(change)

    assert shift is not None
    assert shift.factor == pytest.approx(factor, rel=0.7)
    assert shift.since == START + NOW * HOUR


@pytest.mark.parametrize(("hours", "found"), [(3, False), (4, True)])
def test_new_buckets_that_are_all_too_small_are_found_when_it_lasts(
    hours: int, found: bool
) -> None:
    def change(values: Floats) -> None:
        values[NOW + 1 - hours :] /= 1000

    shift = changed(change)

    assert (shift is not None) is found
    assert shift is None or shift.since == START + (NOW - 3) * HOUR


def launch(values: Floats) -> None:
    values[NOW - 3 :] *= 3


def great_launch(values: Floats) -> None:
    values[NOW - 3 :] *= 20


def loud_voice(values: Floats) -> None:
    values[NOW - 3 :, 0] *= 60


def outage(values: Floats) -> None:
    values[NOW] = 0


def outage_within_its_hour(values: Floats) -> None:
    values[NOW - 2] /= 60
    values[NOW - 1 :] = 0


def outage_just_now(values: Floats) -> None:
    values[NOW] /= 60


def holidays(values: Floats) -> None:
    values[NOW - 3 * WEEK : NOW] /= 100


def long_holidays(values: Floats) -> None:
    values[NOW - 6 * WEEK : NOW] /= 100


def half_of_them(values: Floats) -> None:
    values[NOW:, :4] *= 60


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "event",
    [
        *(launch, great_launch, loud_voice, outage, outage_within_its_hour, outage_just_now),
        *(holidays, long_holidays, half_of_them),
    ],
)
def test_what_people_do_is_no_change_of_unit(event: Callable[[Floats], None], seed: int) -> None:
    assert changed(event, seed) is None


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(4 * WEEK, NOW), st.floats(0.1, 15))
def test_nothing_is_said_of_any_hour_of_an_account_that_only_grows_or_shrinks(
    seed: int, row: int, times: float
) -> None:
    values = account(seed)
    values[row:] *= times

    assert held(values, values, row) is None


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(BOTH_WAYS), st.floats(0.001, 1000))
def test_what_the_numbers_are_counted_in_makes_no_difference(
    seed: int, factor: float, unit: float
) -> None:
    values = account(seed)
    one, other = held(values, values * factor), held(values * unit, values * factor * unit)

    assert one is not None
    assert one == other


@pytest.mark.parametrize(("series", "found"), [(2, False), (3, True)])
def test_two_series_are_too_few_to_guess_from(series: int, found: bool) -> None:
    values = account(series=series)
    values[NOW:] *= 1000

    assert (held(values, values) is not None) is found


@pytest.mark.parametrize(("weeks", "found"), [(3, False), (4, True)])
def test_four_weeks_must_be_known_to_guess(weeks: int, found: bool) -> None:
    values = account()[NOW - weeks * WEEK :]
    row = len(values) - 1
    values[row] *= 1000

    assert (held(values, values, row) is not None) is found


def flat(*ratios: float, record: float = 1.0) -> Shift | None:
    """Series that used the same in every hour, but for one week; now so many times as much."""
    values = np.ones((NOW + 1, len(ratios)))
    values[NOW - 3 * WEEK] = record
    values[NOW] = ratios
    return held(values, values)


@pytest.mark.parametrize(("ratio", "found"), [(60 / 1.31, False), (60 / 1.29, True), (131, False)])
def test_the_middle_series_lies_near_a_factor(ratio: float, found: bool) -> None:
    assert (flat(*[ratio] * 8) is not None) is found


@pytest.mark.parametrize(("stray", "found"), [(3.9, True), (4.1, False)])
def test_one_in_ten_may_stray_and_no_more(stray: float, found: bool) -> None:
    assert (flat(*[60.0] * 17, *[60 * stray] * 3) is not None) is found
    assert flat(*[60.0] * 18, *[60 * stray] * 2) is not None


@pytest.mark.parametrize(("scatter", "found"), [(1.33, True), (1.35, False)])
def test_the_middle_must_be_known_well(scatter: float, found: bool) -> None:
    ratios = [60 / scatter, 60 / scatter, 60 * scatter, 60 * scatter]

    assert (flat(*ratios) is not None) is found


@pytest.mark.parametrize(("record", "found"), [(11.9, True), (12.1, False)])
def test_no_week_has_seen_a_fifth_of_it(record: float, found: bool) -> None:
    assert (flat(*[60.0] * 8, record=record) is not None) is found


@pytest.mark.parametrize("off", [1, RECENT, RECENT + 1])
def test_no_more_than_the_latest_buckets_are_said_to_be_off(off: int) -> None:
    values = account()
    values[NOW + 1 - off :] *= 1000
    shift = held(values, values)

    assert shift is not None
    assert shift.since == START + (NOW + 1 - min(off, RECENT)) * HOUR


def test_what_was_recorded_and_is_told_alike_is_not_questioned() -> None:
    values = account()
    values[NOW - 3 : NOW] *= 1000
    values[NOW] = 0

    assert held(values[: NOW + 1], values, NOW) is None
    assert _held_again(values[:NOW]) is None


def _held_again(values: Floats) -> Shift | None:
    metric = Metric("tts", "usage", "minutes", Measure.AMOUNT, HOUR, Absent.ZERO)
    series = tuple(Series("tts", "usage", (("voice", str(n)),)) for n in range(8))
    known = Panel(metric, series, START, values, len(values))
    start = known.at(len(values) - BACK)
    return unit_shift(known, Panel(metric, series, start, values[-BACK:], BACK))


def test_a_level_that_is_refilled_everywhere_is_no_change_of_unit() -> None:
    values = account()
    values[NOW:] *= 1000

    assert held(values, values, measure=Measure.LEVEL) is None


def test_days_are_held_against_the_same_day_of_earlier_weeks() -> None:
    values = account(rows=60)
    values[59] *= 1000

    assert held(values, values, 59, width=24 * HOUR) is not None
    assert held(values, values, 59, width=5 * 24 * HOUR) is None


def test_a_bucket_that_still_fills_tells_nothing() -> None:
    values = account()
    values[NOW] *= 1000
    metric = Metric("tts", "usage", "minutes", Measure.AMOUNT, HOUR, Absent.ZERO)
    series = tuple(Series("tts", "usage", (("voice", str(n)),)) for n in range(8))
    past = Panel(metric, series, START, values[:NOW], NOW)

    assert unit_shift(past, Panel(metric, series, START + NOW * HOUR, values[NOW:], 0)) is None
    assert unit_shift(past, Panel(metric, series, START + NOW * HOUR, values[NOW:], 1)) is not None


def test_sixty_and_a_hundred_are_told_apart_only_where_that_is_sure() -> None:
    values = account()
    again, new = held(values, values * 60), changed(lambda all_: _times(all_, 60))

    assert again is not None
    assert again.words == "all 8 series are about 60 times what they were"
    assert new is not None
    assert new.words == "all 8 series are about 60 to 100 times what they were"


def _times(values: Floats, factor: float) -> None:
    values[NOW:] *= factor
