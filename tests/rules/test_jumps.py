"""On how many of the days before was there as much?"""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.baseline import known_by, middle_at
from rules.jumps import Jumps, Seen, lookback, seen
from rules.past import Cells
from rules.rarity import Rarity
from rules.season import rolling, seasons
from rules.series import Measure
from tests.rules.panels import DAY, HOUR, panel

WEEKS = 4


def jumps_of(watched, rows, columns, back):
    cells = Cells(watched.values, np.array(rows), np.array(columns))
    expected = middle_at(cells, back.seasons)
    return Jumps(cells, watched.values[cells.rows, cells.columns] - expected)


def plainly(jumps, number, back):
    """The definition, for one jump: days with as much, and days that could be judged."""
    row, column = jumps.cells.rows[number], jumps.cells.columns[number]
    by = known_by(jumps.cells.part(slice(number, number + 1)), back.seasons).item()
    of, height, values = back.seasons[: by + 1], jumps.height[number], jumps.cells.values
    rows = np.arange(row - back.days * back.day, row)[::-1]
    rows = rows[rows >= 0]
    cells = Cells(values, rows, np.full(len(rows), column))
    jumped = values[rows, column] - middle_at(cells, of)
    high = jumped >= height if height > 0 else jumped <= height
    if back.measure is Measure.AMOUNT and height > 0:
        high &= values[rows, column] >= height
    age = (row - 1 - rows) // back.day
    same = (row - rows) % back.day == 0
    return len(set(age[high & (age > 0)])), int((same & ~np.isnan(jumped)).sum())


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([6 * HOUR, 8 * HOUR, DAY, 5 * HOUR, 2 * DAY]),
    st.sampled_from(list(Measure)),
    st.booleans(),
)
def test_the_count_is_the_definition(seed, width, measure, same_row):
    rng = np.random.default_rng(seed)
    values = rng.poisson(2, (5, 400)) * (rng.random((5, 400)) < 0.5) * 1.0
    values[rng.random(values.shape) < 0.02] = np.nan
    watched = panel(*values, width=width, measure=measure)
    back = lookback(watched, (*seasons(width, WEEKS), rolling(width, WEEKS)), WEEKS)
    rows = np.full(60, 399) if same_row else rng.integers(30, 400, 60)
    jumps = jumps_of(watched, rows, rng.integers(0, 5, 60), back)
    jumps = jumps.only(np.flatnonzero(np.abs(np.nan_to_num(jumps.height)) > 0))
    found = seen(jumps, back, timedelta(0))

    for number in range(len(jumps)):
        here = int(found.alike[number]), int(found.told[number])
        assert here == plainly(jumps, number, back)
    assert found.rare.all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_letting_the_frequent_go_early_changes_nothing_that_is_said(seed, days):
    rng = np.random.default_rng(seed)
    values = rng.poisson(1, (4, 900)) * (rng.random((4, 900)) < 0.4) * 1.0
    watched = panel(*values, width=6 * HOUR)
    back = lookback(watched, (*seasons(6 * HOUR, 8), rolling(6 * HOUR, 8)), 8)
    jumps = jumps_of(watched, np.full(4, 899), np.arange(4), back)
    jumps = jumps.only(np.flatnonzero(jumps.height > 0))
    whole, asked = seen(jumps, back, timedelta(0)), seen(jumps, back, days * DAY)
    rare = whole.alike * days <= np.maximum(whole.told, days)

    np.testing.assert_array_equal(asked.rare, rare)
    np.testing.assert_array_equal(asked.alike[rare], whole.alike[rare])
    np.testing.assert_array_equal(asked.told[rare], whole.told[rare])


@pytest.mark.parametrize(
    ("width", "day", "days"), [(HOUR, 24, 28), (DAY, 1, 28), (5 * HOUR, 4, 33), (40 * DAY, 1, 1)]
)
def test_a_day_is_as_many_buckets_as_fit_but_at_least_one(width, day, days):
    back = lookback(panel([1.0], width=width), (), WEEKS)

    assert (back.day, back.days, back.span) == (day, days, day * width)


def test_no_jumps_are_fine():
    back = lookback(panel([1.0]), (rolling(HOUR, WEEKS),), WEEKS)
    none = Cells(np.ones((1, 1)), np.array([], dtype=np.intp), np.array([], dtype=np.intp))

    assert seen(Jumps(none, np.array([])), back, DAY).rare.tolist() == []


def test_the_rarity_of_one_jump_is_in_days_of_its_own_width():
    back = lookback(panel([1.0], width=7 * DAY), (), WEEKS)
    found = Seen(np.array([0, 1]), np.array([0, 4]), np.array([True, True]), np.array([0, 0]))

    assert found.of(1, back) == Rarity(1, 4, 7 * DAY)
    assert replace(back, day=2).span == 14 * DAY
