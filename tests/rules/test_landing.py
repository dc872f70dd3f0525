"""Where the use of a period will land, judged by the pace of the weeks before."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.landing import Course, landings, looming, usual_share
from rules.period import Period, counted, turns
from tests.rules.panels import DAY, HOUR, NAN, START, panel

WEEK = Period("week")
OFFICE = np.where(np.arange(70) % 7 < 5, 4.0, 0.0)
"""Ten weeks of days from a Monday on: 4 on workdays, nothing at weekends."""


def looks(watched, period, quota, rows=None):
    rows = rows or slice(0, len(watched))
    return looming(watched, rows, counted(watched, rows, period), quota)


def share(watched, first, period=WEEK):
    rows = slice(first, len(watched))
    return usual_share(watched, rows, turns(watched, rows, period))[:, 0]


def test_the_usual_share_follows_the_week_and_not_the_clock():
    found = share(panel(OFFICE, width=DAY), 63)

    np.testing.assert_allclose(found, [0.2, 0.4, 0.6, 0.8, 1, 1, 1], atol=0.05)
    assert found[-1] == 1
    assert (np.diff(found) >= 0).all()


def test_it_is_foreseen_when_the_period_begins_and_not_learnt_from_it():
    odd = OFFICE.copy()
    odd[63:] = 100

    np.testing.assert_array_equal(
        share(panel(odd, width=DAY), 63), share(panel(OFFICE, width=DAY), 63)
    )


@pytest.mark.parametrize("past", [np.zeros(70), np.full(70, NAN), OFFICE[63:]])
def test_where_nothing_was_used_or_told_before_nothing_is_usual(past):
    watched = panel(past, width=DAY)

    assert np.isnan(share(watched, len(past) - 7)).all()


def test_a_period_that_began_before_the_panel_has_no_usual_share():
    tuesday = replace(panel(OFFICE, width=DAY), start=START + DAY)

    assert np.isnan(share(panel(OFFICE, width=DAY), 0, Period("year"))).all()
    assert np.isnan(share(tuesday, 0)[:6]).all()


def test_a_quota_looms_where_even_the_least_that_is_foreseen_passes_it():
    watched = panel(OFFICE, OFFICE * 10, width=DAY)
    found = looks(watched, WEEK, 19.0, slice(63, 70))

    assert found.now[:, 0].tolist() == [True] * 4 + [False] * 3  # by Friday it is passed
    assert not looks(watched, WEEK, 21.0, slice(63, 70)).now[:, 0].any()
    assert not found.now[:, 1].any()  # it is passed on Monday: nothing is left to foresee
    assert found.ever[:, 0].all()


def test_what_is_foreseen_once_is_remembered_until_the_period_ends():
    """Busy on Monday and Tuesday, and then nothing at all."""
    values = np.tile([4.0, 4, 4, 4, 4, 0, 0], 12)
    values[77:79], values[79:] = 9.0, 0.0
    found = looks(panel(values, width=DAY), WEEK, 35.0, slice(77, 84))

    assert found.now[:, 0].tolist() == [False, True, False, False, False, False, False]
    assert found.ever[:, 0].tolist() == [False, True, True, True, True, True, True]


def test_one_looks_ahead_when_a_day_is_over_and_holds_it_until_the_next():
    values = np.tile(np.repeat([1.0, 0.0], 12), 70)
    values[-60:] = 0.0
    month = looks(panel(values), Period("month"), 80.0)

    changes = np.flatnonzero(np.diff(month.now[:, 0].astype(int))) + 1
    assert len(changes)
    assert {int(each) % 24 for each in changes} <= {0, 23}


def test_a_bucket_that_fills_is_no_time_to_look():
    watched = panel(OFFICE, width=DAY)

    assert looks(watched, WEEK, 19.0, slice(63, 70)).now[0, 0]
    assert not looks(replace(watched, closed=63), WEEK, 19.0, slice(63, 70)).now.any()
    assert looks(replace(watched, closed=64), WEEK, 19.0, slice(63, 70)).now.all()


@pytest.mark.parametrize(
    ("width", "end", "looks"),
    [
        (HOUR, 24, range(1, 24)),
        (HOUR, 48, range(1, 48)),
        (HOUR, 49, range(24, 49, 24)),
        (DAY, 31, range(1, 31)),
        (DAY, 92, range(1, 92)),
        (DAY, 365, range(7, 365, 7)),
        (timedelta(days=7), 52, range(1, 52)),
    ],
)
def test_how_often_one_looks_ahead_depends_on_the_period(width, end, looks):
    watched = panel(np.zeros(400), width=width)

    assert Course(watched, 0, end, 400).looks().tolist() == [*looks]


def test_one_looks_no_further_than_what_is_told_and_closed():
    watched = panel(np.zeros(40), width=DAY, filling=10)

    assert Course(watched, 10, 38, 20).looks().tolist() == [*range(11, 21)]
    assert Course(watched, 10, 38, 40).looks().tolist() == [*range(11, 31)]
    assert Course(watched, -30, 60, 4).looks().tolist() == [1, 2, 3, 4]
    assert Course(panel(np.zeros(40)), -30, 600, 40).looks().tolist() == [18]


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(230, 299))
def test_looks_are_the_same_to_the_last_bit_from_wherever_they_are_asked_for(seed, row):
    rng = np.random.default_rng(seed)
    values = rng.poisson(4, (2, 300)) * (1 + np.arange(300) % 4)
    whole = looks(panel(*values, width=6 * HOUR), WEEK, 260.0, slice(224, 300))
    begin = int(turns(panel(*values, width=6 * HOUR), slice(row, row + 1), WEEK).begin[0])
    live = looks(panel(*values[:, : row + 1], width=6 * HOUR), WEEK, 260.0, slice(begin, row + 1))

    np.testing.assert_array_equal(live.now[-1], whole.now[row - 224])
    np.testing.assert_array_equal(live.ever[-1], whole.ever[row - 224])


def landed(values, row, end, quota, begin=None):
    """A series as seen from a row of days of which all before is told."""
    course = Course(panel(values, width=DAY), row if begin is None else begin, end, len(values))
    return landings(course, 0, quota)[row]


def test_a_steady_past_lands_where_it_says():
    found = landed(np.ones(60), 60, 80, 15.0, begin=50)

    assert found.low <= found.middle <= found.high
    assert (found.low, found.high) == pytest.approx((30, 30), abs=1)
    first, likely, last = found.passes
    assert first <= likely <= last
    assert abs(likely - (START + 65 * DAY)) < DAY


def test_it_says_when_only_where_it_is_sure_and_not_yet_so():
    assert landed(np.ones(60), 60, 80, 40.0, begin=50).passes is None
    assert landed(np.ones(60), 60, 80, 10.0, begin=50).passes is None


def test_it_lands_from_every_look_and_from_the_beginning():
    course = Course(panel(np.ones(60), width=DAY), 56, 84, 60)
    found = landings(course, 0, 100.0)

    assert [*found] == [56, 57, 58, 59, 60]
    assert all(each.middle == pytest.approx(28, abs=0.1) for each in found.values())


def test_with_less_than_a_week_nothing_is_foreseen():
    assert landed(np.ones(6), 6, 30, 25.0, begin=0) is None
    assert landed(np.empty(0), 0, 30, 25.0) is None


def test_after_nothing_but_zeros_next_to_nothing_is_expected():
    found = landed(np.zeros(60), 60, 80, 25.0)

    assert found.low == 0
    assert found.high < 5
    assert found.passes is None


def test_what_was_not_told_is_not_counted():
    values = np.ones(60)
    values[57] = NAN

    assert landed(values, 60, 84, 100.0, begin=56).middle == pytest.approx(27, abs=0.1)


def test_a_great_many_are_looked_at_a_few_at_once(monkeypatch):
    rng = np.random.default_rng(3)
    watched = panel(*rng.poisson(4, (7, 70)), width=DAY)
    whole = looks(watched, WEEK, 30.0), share(watched, 63)
    monkeypatch.setattr("rules.landing.CELLS", 3 * 56)
    few = looks(watched, WEEK, 30.0), share(watched, 63)

    np.testing.assert_array_equal(few[0].now, whole[0].now)
    np.testing.assert_array_equal(few[1], whole[1])
