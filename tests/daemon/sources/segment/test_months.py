"""Usage months: which of them a window touches, and where they begin."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.source import Window
from daemon.sources.segment.months import check_period_day, usage_months
from tests.daemon.sources.segment.workspace import DAY

MIDNIGHTS = st.integers(0, 2000).map(lambda step: datetime(2023, 1, 1, tzinfo=UTC) + step * DAY)


def starts(first: datetime, last: datetime, period_day: int = 1) -> list[str]:
    months = usage_months(Window(first, last + DAY), period_day)
    return [str(month.start.date()) for month in months]


def test_a_window_inside_a_month_touches_that_month_alone() -> None:
    assert starts(datetime(2025, 5, 1, tzinfo=UTC), datetime(2025, 5, 31, tzinfo=UTC)) == [
        "2025-05-01"
    ]


def test_a_window_over_the_turn_of_the_year_touches_both_months() -> None:
    assert starts(datetime(2024, 12, 31, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)) == [
        "2024-12-01",
        "2025-01-01",
    ]


@pytest.mark.parametrize(("day", "start"), [(27, "2024-01-28"), (28, "2024-02-28")])
def test_a_month_may_begin_on_any_day_that_every_month_has(day: int, start: str) -> None:
    at = datetime(2024, 2, day, tzinfo=UTC)

    assert starts(at, at, period_day=28) == [start]


@pytest.mark.parametrize("day", [0, 29])
def test_a_day_that_some_month_lacks_is_refused(day: int) -> None:
    with pytest.raises(ValueError, match=f"period_day: expected .* 1 to 28, got {day}"):
        check_period_day(day)


@settings(max_examples=40)
@given(MIDNIGHTS, st.integers(1, 120), st.integers(1, 28))
def test_months_cover_the_window_without_gap_or_overlap(
    start: datetime, length: int, period_day: int
) -> None:
    window = Window(start, start + length * DAY)
    months = usage_months(window, period_day)

    assert months[0].start <= window.start < months[0].end
    assert months[-1].start < window.end <= months[-1].end
    assert all(one.end == two.start for one, two in pairwise(months))
    assert {month.start.day for month in months} == {period_day}
    assert all(month.end - month.start < timedelta(days=32) for month in months)
