"""Days, weeks, months and other periods in which use is counted from zero again."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.period import Period, counted, pieces, turns
from tests.rules.panels import DAY, HOUR, NAN, START, panel

TEN_DAYS = Period(10 * DAY, from_="2026-01-05")
PERIODS = [
    *(Period("day"), Period("week"), Period("week", begins=6), Period("month")),
    *(Period("month", begins=28), Period("quarter"), Period("year", from_="2020-04-06")),
    *(TEN_DAYS, Period(36 * HOUR, from_="2026-01-05")),
]
PERIOD = st.sampled_from(PERIODS)
MOMENT = st.integers(-(10**6), 10**7).map(
    lambda each: np.datetime64("2020-01-01", "m") + np.timedelta64(each, "m")
)


def bounds(period, at):
    begin, end = period.bounds(np.array([at], dtype="M8[us]"))
    return str(begin[0])[:16], str(end[0])[:16]


@pytest.mark.parametrize(
    ("period", "at", "begin", "end"),
    [
        (Period("day"), "2025-03-03T23:59", "2025-03-03", "2025-03-04"),
        (Period("week"), "2025-03-09T23:00", "2025-03-03", "2025-03-10"),
        (Period("week"), "2025-03-10T00:00", "2025-03-10", "2025-03-17"),
        (Period("week", begins=7), "2025-03-09T23:00", "2025-03-09", "2025-03-16"),
        (Period("week", begins=2), "2025-03-03T23:00", "2025-02-25", "2025-03-04"),
        (Period("month"), "2024-02-29T12:00", "2024-02-01", "2024-03-01"),
        (Period("month", begins=15), "2025-03-14T23:00", "2025-02-15", "2025-03-15"),
        (Period("month", begins=15), "2025-03-15T00:00", "2025-03-15", "2025-04-15"),
        (Period("quarter"), "2025-03-31T12:00", "2025-01-01", "2025-04-01"),
        (Period("quarter", from_="2024-02-10"), "2025-05-09T12:00", "2025-02-10", "2025-05-10"),
        (Period("year"), "2024-12-31T12:00", "2024-01-01", "2025-01-01"),
        (Period("year", from_="2030-04-01"), "2025-03-31T12:00", "2024-04-01", "2025-04-01"),
        (TEN_DAYS, "2026-01-14T23:00", "2026-01-05", "2026-01-15"),
        (TEN_DAYS, "2026-01-04T23:00", "2025-12-26", "2026-01-05"),
        (Period("month"), "1969-12-31T23:00", "1969-12-01", "1970-01-01"),
    ],
)
def test_a_period_begins_and_ends_by_the_calendar(period, at, begin, end):
    assert bounds(period, at) == (f"{begin}T00:00", f"{end}T00:00")


@settings(max_examples=100, deadline=None)
@given(PERIOD, MOMENT)
def test_periods_follow_one_another_without_a_gap(period, at):
    begin, end = period.bounds(np.array([at], dtype="M8[us]"))
    before = period.bounds(begin - np.timedelta64(1, "us"))

    assert begin <= at < end
    assert period.bounds(begin) == (begin, end)
    assert before[1] == begin


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"per": timedelta(0), "from_": "2026-01-05"}, "per: expected a span above zero"),
        ({"per": DAY}, "from: needed with a span"),
        ({"per": DAY, "begins": 1, "from_": "2026-01-05"}, "begins: only a week or a month"),
        ({"per": "year", "begins": 1}, "begins: only a week or a month"),
        ({"per": "week", "begins": 0}, "begins: expected 1 to 7 for a week, got 0"),
        ({"per": "week", "begins": 8}, "begins: expected 1 to 7 for a week, got 8"),
        ({"per": "month", "begins": 29}, "begins: expected 1 to 28 for a month, got 29"),
        ({"per": "month", "from_": "2026-01-05"}, "from: not for a month"),
        ({"per": "year", "from_": "January"}, "from: expected a date like 2026-01-05, got January"),
        ({"per": "year", "from_": "2026-01-29"}, "from: expected the 1st to the 28th"),
    ],
)
def test_fields_that_name_no_period_are_refused_with_what_to_do(fields, words):
    with pytest.raises(ValueError, match=words):
        Period(**fields)


def test_the_last_day_of_each_that_may_be_named():
    assert Period("week", begins=7)
    assert Period("month", begins=28)
    assert Period("year", from_="2026-01-28")
    assert Period(DAY, from_="2026-01-31")


def test_buckets_wider_than_a_period_are_not_for_it():
    assert Period("day").holds(DAY)
    assert not Period("day").holds(DAY + HOUR)
    assert Period("month").holds(28 * DAY)
    assert not Period("month").holds(29 * DAY)
    assert not TEN_DAYS.holds(11 * DAY)


def test_a_period_turns_where_the_zone_of_the_metric_says():
    tokyo = panel(np.zeros(48))
    tokyo = replace(tokyo, metric=replace(tokyo.metric, offset=9 * HOUR))
    turned = turns(tokyo, slice(0, 48), Period("day"))

    assert turned.begin[[0, 14, 15, 38, 39]].tolist() == [-9, -9, 15, 15, 39]
    assert turned.end[[0, 14, 15]].tolist() == [15, 15, 39]


def test_a_bucket_belongs_to_the_period_it_begins_in():
    wide = panel(np.zeros(6), width=5 * HOUR)
    turned = turns(wide, slice(2, 6), Period("day"))

    assert turned.begin.tolist() == [0, 0, 0, 5]
    assert turned.end.tolist() == [5, 5, 5, 10]


def test_rows_are_cut_where_periods_turn():
    watched = panel(np.zeros(72))

    assert [*pieces(turns(watched, slice(20, 50), Period("day")))] == [
        slice(0, 4),
        slice(4, 28),
        slice(28, 30),
    ]
    assert [*pieces(turns(watched, slice(5, 5), Period("day")))] == []


def test_use_is_counted_from_where_a_period_begins():
    found = counted(panel(np.ones(50)), slice(22, 50), Period("day"))

    assert found.used[:4, 0].tolist() == [23, 24, 1, 2]
    assert found.buckets[:4, 0].tolist() == [23, 24, 1, 2]
    assert not found.untold.any()
    np.testing.assert_array_equal(found.most, found.used)


def test_what_was_not_told_may_have_been_as_much_as_the_largest():
    found = counted(panel([2, NAN, 3, 1, NAN]), slice(0, 5), Period("day"))

    assert found.used[:, 0].tolist() == [2, 2, 5, 6, 6]
    assert found.most[:, 0].tolist() == [2, 4, 8, 9, 12]
    assert found.untold[:, 0].tolist() == [0, 1, 1, 1, 2]
    assert found.buckets[:, 0].tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("row", "most"), [(2, 9.0), (1, 2.0)])
def test_the_largest_of_the_four_weeks_before_counts_and_no_older_one(row, most):
    """Row 30 begins a period of two days of which it was not told; row 2 is 28 days before it."""
    values = np.ones(32)
    values[row], values[30] = 8.0, NAN
    twos = Period(2 * DAY, from_=f"{START + 30 * DAY:%Y-%m-%d}")

    assert counted(panel(values, width=DAY), slice(31, 32), twos).most[0, 0] == most


def test_a_period_that_began_before_the_panel_is_known_in_part():
    month = counted(panel(np.ones(3), width=DAY), slice(0, 3), Period("month"))

    assert month.turns.begin.tolist() == [-2] * 3
    assert month.used[:, 0].tolist() == [1, 2, 3]
    assert month.untold[:, 0].tolist() == [2, 2, 2]
    assert month.most[:, 0].tolist() == [3, 4, 5]
    assert month.buckets[:, 0].tolist() == [1, 2, 3]


def test_counting_begins_with_the_first_that_was_told():
    found = counted(panel([NAN, NAN, 4, 1], [NAN] * 4), slice(0, 4), Period("day"))

    assert found.buckets.T.tolist() == [[1, 1, 1, 2], [1, 1, 1, 1]]
    assert found.used[:, 0].tolist()[2:] == [4, 5]
    assert np.isnan(found.used[:2, 0]).all()
    assert np.isnan(found.used[:, 1]).all()
    assert found.untold.T.tolist() == [[1, 2, 2, 2], [1, 2, 3, 4]]


@settings(max_examples=40, deadline=None)
@given(PERIOD, st.integers(0, 2**32 - 1), st.integers(0, 299), st.integers(1, 100))
def test_a_sum_is_the_same_to_the_last_bit_from_wherever_it_is_asked_for(period, seed, row, many):
    rng = np.random.default_rng(seed)
    values = rng.lognormal(0, 3, (2, 300))
    values[rng.random(values.shape) < 0.1] = NAN
    watched, last = panel(*values, width=6 * HOUR), min(row + many, 300)
    whole = counted(watched, slice(0, 300), period).part(slice(row, last))
    part = counted(panel(*values[:, :last], width=6 * HOUR), slice(row, last), period)

    for name in ("used", "most", "buckets", "untold"):
        np.testing.assert_array_equal(getattr(part, name), getattr(whole, name))
    np.testing.assert_array_equal(part.turns.begin, whole.turns.begin)
    np.testing.assert_array_equal(part.turns.end, whole.turns.end)


@pytest.mark.parametrize(
    ("per", "days"),
    [("day", 1), ("week", 7), ("month", 31), ("quarter", 92), ("year", 366), (10 * DAY, 10)],
)
def test_how_long_a_period_may_last(per, days):
    period = Period(per, from_=None if isinstance(per, str) else "2026-01-05")

    assert period.longest() == days * DAY
