"""Usage months: the spans that Segment's running totals run over."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from daemon.source import Window

_DAY = timedelta(days=1)

LAST_DAY = 28
"""The last day of the month that every month has."""


def check_period_day(day: int) -> None:
    """Nobody states that a usage month is a calendar month; it begins on a day that all have."""
    if not 1 <= day <= LAST_DAY:
        raise ValueError(
            f"period_day: expected a day of the month from 1 to {LAST_DAY}, got {day}"
            " (the day on which your usage period begins)"
        )


def usage_months(days: Window, first_day: int) -> Sequence[Window]:
    """Those that hold any part of a window of whole UTC days, oldest first.

    >>> days = Window(datetime(2025, 5, 14, tzinfo=UTC), datetime(2025, 5, 16, tzinfo=UTC))
    >>> [str(month.start.date()) for month in usage_months(days, 15)]
    ['2025-04-15', '2025-05-15']
    """
    months: list[Window] = []
    start = _last_start(days.start, first_day)
    while start < days.end:
        end = _next_start(start)
        months.append(Window(start, end))
        start = end
    return months


def _last_start(midnight: datetime, first_day: int) -> datetime:
    start = midnight.astimezone(UTC).replace(day=first_day)
    return start if start <= midnight else (start.replace(day=1) - _DAY).replace(day=first_day)


def _next_start(start: datetime) -> datetime:
    return (start.replace(day=1) + 31 * _DAY).replace(day=start.day)
