"""Where an axis is written on: few numbers, round ones, and times that people say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor, log10

from rules.series import EPOCH

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_STEPS = (
    *(timedelta(minutes=each) for each in (5, 10, 15, 30)),
    *(each * _HOUR for each in (1, 2, 3, 6, 12)),
    *(each * _DAY for each in (1, 2, 3, 7, 14, 28, 56, 91, 182, 364)),
)
"""Between two times that are written. Weeks begin on a Monday."""
_MONDAY = EPOCH - 3 * _DAY


def numbers(low: float, high: float, most: int = 4) -> Sequence[float]:
    """Round numbers from the last one at or below `low` to the first at or above `high`.

    >>> numbers(0, 41.2), numbers(0, 3), numbers(-5, 18)
    ([0.0, 20.0, 40.0, 60.0], [0.0, 1.0, 2.0, 3.0], [-10.0, 0.0, 10.0, 20.0])
    """
    step = _round_step((high - low) / (most - 1))
    first, last = floor(low / step), -floor(-high / step)
    return [each * step for each in range(first, last + 1)]


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is no less."""
    size = 10.0 ** floor(log10(least))
    return next(each * size for each in (1, 2, 2.5, 5, 10) if each * size >= least * (1 - 1e-9))


@dataclass(frozen=True, slots=True)
class Time:
    at: datetime
    text: str


def times(start: datetime, end: datetime, most: int = 5) -> Sequence[Time]:
    """Round times between two moments, at most so many of them, in UTC."""
    step = next((each for each in _STEPS if (end - start) // each < most), _STEPS[-1])
    first = start + (_MONDAY - start) % step
    many = (end - first) // step + 1 if first <= end else 0
    moments = [first + each * step for each in range(many)]
    return [Time(each, _said(each, step)) for each in moments]


def _said(at: datetime, step: timedelta) -> str:
    """
    >>> from datetime import UTC
    >>> _said(datetime(2026, 11, 20, 12, tzinfo=UTC), _HOUR)
    '12:00'
    >>> day = datetime(2026, 11, 20, tzinfo=UTC)
    >>> _said(day, _HOUR), _said(day, 7 * _DAY)
    ('Fri 20', '20 Nov')
    """
    if at.hour or at.minute:
        return f"{at:%H:%M}"
    return f"{at:%a} {at.day}" if step <= 3 * _DAY else f"{at.day} {at:%b}"
