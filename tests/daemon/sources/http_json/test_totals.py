import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.source import Window
from daemon.sources.http_json.totals import Period, Span, amounts
from daemon.sources.http_json.values import zone_of
from rules.series import Absent, Measure, Metric

DAY = timedelta(days=1)
TOKYO = zone_of("+09:00")


def day(month: int, number: int, hour: int = 0) -> datetime:
    return datetime(2025, month, number, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "begins", "at", "start", "end"),
    [
        ("day", 1, day(5, 20, 23), day(5, 20), day(5, 21)),
        ("week", 1, day(5, 22), day(5, 19), day(5, 26)),
        ("week", 1, day(5, 19), day(5, 19), day(5, 26)),
        ("week", 7, day(5, 24, 23), day(5, 18), day(5, 25)),
        ("month", 1, day(5, 31, 23), day(5, 1), day(6, 1)),
        ("month", 1, day(2, 1), day(2, 1), day(3, 1)),
        ("month", 15, day(5, 14, 23), day(4, 15), day(5, 15)),
        ("month", 15, day(5, 15), day(5, 15), day(6, 15)),
        ("month", 28, day(3, 1), day(2, 28), day(3, 28)),
        ("month", 20, day(12, 25), day(12, 20), datetime(2026, 1, 20, tzinfo=UTC)),
        ("month", 20, day(1, 5), datetime(2024, 12, 20, tzinfo=UTC), day(1, 20)),
    ],
)
def test_a_moment_lies_in_one_period(
    span: Span, begins: int, at: datetime, start: datetime, end: datetime
) -> None:
    assert Period(span, begins, UTC).holding(at) == Window(start, end)


def test_a_period_begins_at_midnight_of_the_zone_that_is_counted() -> None:
    assert Period("month", 1, TOKYO).holding(day(5, 31, 16)).start == day(5, 31, 15)
    assert Period("day", 1, TOKYO).holding(day(5, 31, 14)).end == day(5, 31, 15)


@pytest.mark.parametrize(("span", "last"), [("day", 1), ("week", 7), ("month", 28)])
def test_a_period_begins_on_a_day_that_each_of_them_has(span: Span, last: int) -> None:
    Period(span, last, UTC).check()
    for begins in (0, last + 1):
        with pytest.raises(ValueError, match=f"period_begins: expected 1 to {last} where"):
            Period(span, begins, UTC).check()


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([("day", 1), ("week", 3), ("month", 1), ("month", 28)]),
    st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_periods_follow_each_other_without_a_gap(made: tuple[Span, int], at: datetime) -> None:
    period = Period(*made, TOKYO)
    here = period.holding(at)

    assert here.start <= at < here.end
    assert period.holding(here.end).start == here.end
    assert period.holding(here.start) == here
    assert period.holding(here.end - timedelta(microseconds=1)) == here


def test_a_span_is_cut_where_it_ends() -> None:
    told = Period("month", 1, UTC).whole_ones(Window(day(4, 1), day(5, 3)))

    assert told == [Window(day(4, 1), day(5, 1)), Window(day(5, 1), day(5, 3))]


def told(
    reached: dict[datetime, float], *periods: Window, absent: Absent = Absent.UNKNOWN
) -> dict[int, float]:
    metric = Metric("a", "usage", "x", Measure.AMOUNT, DAY, absent)
    spans = periods or (Window(day(5, 1), day(5, 9)),)
    return {row.start.day: row.value for row in amounts(metric, {(): reached}, spans)}


def test_a_total_grows_by_what_was_used() -> None:
    assert told({day(5, 1): 5, day(5, 2): 7, day(5, 3): 7}) == {1: 5, 2: 2, 3: 0}


def test_a_new_period_begins_at_nothing() -> None:
    months = Window(day(4, 29), day(5, 1)), Window(day(5, 1), day(5, 3))
    reached = {day(4, 29): 90, day(4, 30): 100, day(5, 1): 4, day(5, 2): 5}

    assert told(reached, *months) == {29: 90, 30: 10, 1: 4, 2: 1}


def test_a_total_that_falls_was_set_right_and_nobody_used_less_than_nothing() -> None:
    assert told({day(5, 1): 100, day(5, 2): 200, day(5, 3): 150}) == {1: 75, 2: 75, 3: 0}


def test_the_last_digit_of_a_large_total_counts() -> None:
    assert told({day(5, 1): 2**60, day(5, 2): 2**60 + 3})[2] == 3


def test_a_gap_is_shared_evenly_where_nobody_knows_better() -> None:
    assert told({day(5, 1): 4, day(5, 4): 10}) == {1: 4, 2: 2, 3: 2, 4: 2}
    assert told({day(5, 3): 9}) == {1: 3, 2: 3, 3: 3}


def test_a_gap_is_nothing_where_absent_means_zero() -> None:
    zero = Absent.ZERO

    assert told({day(5, 1): 4, day(5, 4): 10}, absent=zero) == {1: 4, 4: 6}
    assert told({day(5, 3): 9}, absent=zero) == {3: 9}


def test_a_total_that_is_not_said_is_a_gap_whatever_absent_means() -> None:
    reached = {day(5, 1): 4, day(5, 2): math.nan, day(5, 3): 10}

    for absent in Absent:
        assert told(reached, absent=absent) == {1: 4, 2: 3, 3: 3}


def test_after_the_last_total_that_is_said_nothing_is_known() -> None:
    reached = {day(5, 1): 4, day(5, 2): math.nan}

    assert told(reached) == {1: 4}
    assert math.isnan(told(reached, absent=Absent.ZERO)[2])
    assert told({day(5, 1): math.nan}) == {}


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.integers(1, 8), st.integers(0, 1000), min_size=1), st.sampled_from(Absent)
)
def test_all_amounts_together_are_the_last_total(totals: dict[int, int], absent: Absent) -> None:
    reached = {day(5, number): float(total) for number, total in totals.items()}
    grown = told(reached, absent=absent)

    assert sum(grown.values()) == pytest.approx(reached[max(reached)], abs=1e-6)
    assert min(grown.values()) >= 0
