"""What the past makes usual, against plain sorting."""

from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.baseline import BLOCK, STRAY, middle_at, usual, usual_in
from rules.past import Block, Cells
from rules.season import Season, rolling, seasons
from tests.rules.panels import DAY, HOUR, panel

SHORT = Season("of late", (2, 4, 6, 8, 10), 3)
LONGER = Season("before", tuple(range(1, 16)), 2)


def plainly(values, row, column, of):
    """The definition, for one bucket."""
    for season in of:
        told = [values[row - lag, column] for lag in season.lags if lag <= row]
        told = np.sort([value for value in told if not np.isnan(value)])
        if len(told) >= season.least:
            expected = np.nanmedian(told)
            strays = np.sort(np.abs(told - expected))
            return expected, strays[ceil(0.75 * len(told)) - 1] / STRAY[len(told)]
    return np.nan, np.nan


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.05, 0.6, 1.0]), st.integers(1, 200))
def test_usual_is_the_definition_for_every_bucket(seed, missing, wide):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 6, (22, wide)).astype(np.float64)
    values[rng.random(values.shape) < missing] = np.nan
    of = (SHORT, LONGER)
    found = usual_in(panel(*values.T), slice(7, 22), of)

    for row in range(7, 22):
        for column in (0, wide // 2, wide - 1):
            here = found.expected[row - 7, column], found.spread[row - 7, column]
            np.testing.assert_array_equal(here, plainly(values, row, column, of))


def test_many_series_are_worked_on_in_blocks_that_fit_together():
    values = np.random.default_rng(1).random((30, BLOCK + 7))
    whole = usual(Block(values, slice(12, 30), slice(0, BLOCK + 7)), [LONGER])
    blocks = usual_in(panel(*values.T), slice(12, 30), [LONGER])

    np.testing.assert_array_equal(whole.expected, blocks.expected)
    np.testing.assert_array_equal(whole.spread, blocks.spread)


def test_single_buckets_hear_the_same_as_whole_rows():
    values = np.random.default_rng(2).random((120, 100))
    rows, columns = np.divmod(np.arange(12_000), 100)
    cells = Cells(values, rows, columns)
    single = usual(cells, [SHORT, LONGER])
    whole = usual_in(panel(*values.T), slice(0, 120), [SHORT, LONGER])

    np.testing.assert_array_equal(middle_at(cells, [SHORT, LONGER]), single.expected)
    np.testing.assert_array_equal(single.expected, whole.expected.ravel())
    np.testing.assert_array_equal(single.spread, whole.spread.ravel())


def test_without_a_season_nothing_is_usual():
    found = usual_in(panel([1.0] * 30), slice(20, 30), ())

    assert np.isnan(found.expected).all()
    assert np.isnan(found.spread).all()


def test_a_quarter_of_the_past_may_be_odd_and_not_matter():
    hours = np.full(168 * 8 + 1, 5.0)
    hours[168 * 7] = hours[168 * 6] = 1e6
    found = usual_in(panel(hours), slice(168 * 8, 168 * 8 + 1), seasons(HOUR, 8))

    assert found.expected.item() == 5
    assert found.spread.item() == 0


@pytest.mark.parametrize(("days", "known"), [(27, False), (28, True)])
def test_the_time_of_the_week_needs_four_weeks(days, known):
    found = usual_in(panel(np.arange(29.0), width=DAY), slice(days, days + 1), seasons(DAY, 8))

    assert np.isnan(found.expected).item() is not known


@pytest.mark.parametrize(("hours", "known"), [(7 * 24 - 1, False), (7 * 24, True)])
def test_the_time_of_day_needs_seven_days(hours, known):
    of = seasons(HOUR, 8)[1:]
    found = usual_in(panel(np.ones(200)), slice(hours, hours + 1), of)

    assert np.isnan(found.expected).item() is not known


@pytest.mark.parametrize(("hours", "known"), [(23, False), (24, True)])
def test_the_last_buckets_need_a_day_of_them(hours, known):
    found = usual_in(panel(np.ones(30)), slice(hours, hours + 1), [rolling(HOUR, 8)])

    assert np.isnan(found.expected).item() is not known


@pytest.mark.parametrize("many", [4, 5, 8, 13, 24, 28, 40, 52])
def test_the_spread_of_normal_noise_is_how_far_the_next_sample_strays(many):
    values = np.random.default_rng(many).normal(100, 7, (many + 1, 20_000))
    season = Season("before", tuple(range(1, many + 1)), many)
    found = usual_in(panel(*values.T), slice(many, many + 1), [season])
    strays = np.sqrt(np.mean((values[-1] - found.expected) ** 2))

    assert found.spread.mean() == pytest.approx(strays, rel=0.03)


def test_numbers_too_large_to_subtract_raise_nothing():
    values = np.where(np.arange(30) % 2, 1.7e308, -1.7e308)

    usual_in(panel(values), slice(20, 30), [rolling(HOUR, 8)])
