"""The latest buckets stand beside the same time of the weeks before."""

import numpy as np

from rules.recent import recent
from rules.season import seasons
from tests.rules.panels import DAY, NAN, panel

[DAILY] = seasons(DAY, 8)


def days(*weeks: float, told: float, filling: int = 0):
    """A day of each week, zero between; what was told of the day after the last of them."""
    values = [value for week in weeks for value in (week, *[0.0] * 6)]
    past = panel(values, width=DAY, filling=filling)
    latest = panel([told], width=DAY)
    now = type(latest)(latest.metric, latest.series, past.end, latest.values, 1)
    return recent(past, now, range(len(values), len(values) + 1), DAILY)


def test_the_usual_is_the_median_of_the_same_day_and_its_bounds_are_the_extremes():
    found = days(4.0, 1.0, 9.0, 2.0, told=7.0)

    assert (found.values[0, 0], found.usual[0, 0]) == (7.0, 3.0)
    assert (found.least[0, 0], found.most[0, 0]) == (1.0, 9.0)


def test_three_weeks_make_nothing_usual():
    assert np.isnan(days(4.0, 1.0, 9.0, told=7.0).usual).all()
    assert np.isnan(days(4.0, NAN, 9.0, 2.0, told=7.0).usual).all()


def test_weeks_that_were_not_told_are_left_out():
    assert days(4.0, NAN, 9.0, 2.0, 5.0, told=7.0).usual[0, 0] == 4.5


def test_what_is_told_now_stands_before_what_is_remembered():
    past = panel([1.0] * 30, [1.0] * 30, width=DAY)
    told = type(past)(past.metric, past.series, past.at(28), np.array([[5.0, NAN], [6.0, 2.0]]), 2)

    assert recent(past, told, range(27, 30), DAILY).values.tolist() == [[1, 1], [5, 1], [6, 2]]


def test_rows_are_added_up_where_the_number_and_its_usual_are_known():
    past = panel([1.0] * 35, [1.0] * 7 + [NAN] * 27 + [1.0], width=DAY)
    pool = recent(past, past, range(33, 35), DAILY).pooled(2)

    assert (pool.values.tolist(), pool.usual.tolist()) == ([2.0, 0.0], [2.0, 0.0])


def test_a_bucket_that_still_fills_is_not_among_the_weeks():
    past = panel([1.0] * 28 + [9.0], width=DAY, filling=1)

    assert np.isnan(recent(past, past, range(28, 29), DAILY).values).all()
    assert recent(past, past, range(35, 36), DAILY).most[0, 0] == 1.0
