"""Months are counted right over years and leap days, and their totals are true of one moment."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.source import Window
from daemon.sources.fastly.months import LATE, Month, asked, moment, spans, true_at
from rules.series import EPOCH

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
MAY = Month(2025, 5)
JUNE_FIRST = datetime(2025, 6, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(2000 * DAY, 40_000 * DAY).map(lambda since: EPOCH + since)


def names(start: datetime, end: datetime, revises: timedelta = timedelta(0)) -> list[str]:
    return [str(month) for month in asked(Window(start, end), revises)]


@pytest.mark.parametrize(
    ("month", "days"),
    [(Month(2024, 2), 29), (Month(2025, 2), 28), (Month(2100, 2), 28), (Month(2024, 12), 31)],
)
def test_a_month_is_as_long_as_it_is(month: Month, days: int) -> None:
    window = month.window

    assert (window.end - window.start).days == days
    assert window.end == month.later(1).window.start


def test_january_follows_december() -> None:
    assert Month(2024, 12).later(1) == Month(2025, 1)
    assert Month(2025, 1).later(-1) == Month(2024, 12)
    assert names(datetime(2024, 12, 30, tzinfo=UTC), datetime(2025, 1, 4, tzinfo=UTC)) == [
        "2024-12",
        "2025-01",
    ]


@given(MOMENTS)
def test_a_moment_is_in_its_month_and_in_no_other(at: datetime) -> None:
    month = Month.of(at)

    assert month.window.start <= at < month.window.end
    assert Month.named(str(month)) == month


@given(MOMENTS, st.integers(0, 500))
def test_spans_cover_every_month_once_and_none_is_longer_than_three(
    at: datetime, days: int
) -> None:
    months = asked(Window(at - days * DAY, at), timedelta(0))
    pieces = spans(months)

    assert [month for piece in pieces for month in piece] == list(months)
    assert all(1 <= len(piece) <= 3 for piece in pieces)
    assert months[0].window.start <= at - days * DAY
    assert months[-1] == Month.of(at)
    assert all(a.later(1) == b for a, b in pairwise(months))


def test_the_month_before_is_asked_while_it_may_be_restated() -> None:
    revises, now = 5 * DAY, JUNE_FIRST + 5 * DAY + LATE
    before, then = now - MINUTE, now

    assert names(before, before, revises) == ["2025-05", "2025-06"]
    assert names(then, then, revises) == ["2025-06"]


def test_all_that_the_window_touches_is_asked() -> None:
    start = datetime(2025, 2, 3, tzinfo=UTC)

    assert names(start, JUNE_FIRST) == ["2025-02", "2025-03", "2025-04", "2025-05", "2025-06"]


def test_a_month_that_runs_is_true_of_when_it_was_counted_and_never_of_later_than_now() -> None:
    now = datetime(2025, 5, 20, 12, tzinfo=UTC)

    assert true_at(MAY, now - 3 * MINUTE, now) == now - 3 * MINUTE
    assert true_at(MAY, now + 3 * MINUTE, now) == now
    assert true_at(MAY, None, now) == now


def test_what_was_counted_long_ago_has_not_grown_since() -> None:
    now = datetime(2025, 5, 20, 12, tzinfo=UTC)

    assert true_at(MAY, now - LATE, now) == now - LATE
    assert true_at(MAY, now - LATE - MINUTE, now) == now - LATE


def test_a_month_is_whole_once_the_vendor_counted_past_its_end() -> None:
    now, early = JUNE_FIRST + 5 * MINUTE, JUNE_FIRST - 50 * MINUTE

    assert true_at(MAY, early, now) == early
    assert true_at(MAY, JUNE_FIRST + MINUTE, now) == JUNE_FIRST
    assert true_at(MAY, early, JUNE_FIRST + LATE) == JUNE_FIRST


def test_a_month_says_nothing_before_the_vendor_counted_in_it() -> None:
    now = JUNE_FIRST + 5 * MINUTE

    assert true_at(Month(2025, 6), JUNE_FIRST, now) is None
    assert true_at(Month(2025, 6), JUNE_FIRST + MINUTE, now) == JUNE_FIRST + MINUTE


def test_where_the_vendor_tells_no_moment_a_month_is_waited_for() -> None:
    assert true_at(MAY, None, JUNE_FIRST + LATE - MINUTE) is None
    assert true_at(MAY, None, JUNE_FIRST + LATE) == JUNE_FIRST
    assert true_at(Month(2025, 6), None, JUNE_FIRST + MINUTE) == JUNE_FIRST + MINUTE


@pytest.mark.parametrize("text", [None, "", "yesterday", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_cannot_be_read_is_none(text: str | None) -> None:
    assert moment(text) is None
