"""A panel by the day: what each day came to, and what is said of it given back to its buckets."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from rules.panel import Flags, Floats, Panel
from rules.past import Places
from rules.season import DAY, WEEK
from rules.series import EPOCH, Measure
from rules.verdict import Outcome, Outcomes, Verdicts, Why


@dataclass(frozen=True, slots=True)
class Days:
    """Days that are over and whole, a row each; a column is a series.

    A day is a day of the metric's zone. Buckets longer than a day are days of their own, and of
    buckets that do not fit into a day as many as fit are one.
    """

    totals: Floats
    """What the series came to on each day: an amount its sum, NaN where a bucket of the day was
    not told; a level its mean, NaN where less than half of the buckets were told."""
    first: int
    """The panel's row that the first of these days begins with."""
    length: int
    """Buckets in a day."""
    number: int
    """Of the first of these days, counted since 1970."""
    width: timedelta
    """How long a day is."""

    def __len__(self) -> int:
        return len(self.totals)

    def over(self, rows: slice) -> Places:
        """For each of these rows of the panel the last day that is over when its bucket is; -1 or
        past the end where that day is not among these."""
        return (np.arange(rows.start, rows.stop) + 1 - self.first) // self.length - 1

    def at(self, rows: slice) -> int:
        """The day that is over by the first of these rows, or the first there is."""
        return min(max(int(self.over(slice(rows.start, rows.start + 1))[0]), 0), len(self))


@dataclass(frozen=True, slots=True)
class Found:
    """What is said of days, a row each; a column is a series."""

    outcome: Outcomes
    observed: Floats
    expected: Floats
    low: Floats
    high: Floats
    score: Floats
    stretch: Places
    """Over how many days, this one the last, `observed` was counted."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of days, given to the buckets of a panel."""

    days: Days
    since: int
    """The day that the first row of `found` speaks of."""
    found: Found

    def day(self, row: int) -> int | None:
        """The row of `found` that speaks in a row of the panel."""
        day = int(self.days.over(slice(row, row + 1))[0]) - self.since
        return day if 0 <= day < len(self.found.outcome) else None

    def verdicts(self, panel: Panel, rows: slice, why: Callable[[int, int], Why]) -> Verdicts:
        """To each bucket what is known when it is over; nothing to those that were not told."""
        place = self.days.over(rows) - self.since
        silent = np.isnan(panel.values[rows])
        silent[(place < 0) | (place >= len(self.found.outcome))] = True
        place = np.where(silent.all(axis=1), 0, place)
        begun = self.days.first + (place + self.since + 1) * self.days.length
        since = np.arange(rows.start, rows.stop)[:, None] - begun[:, None] + 1
        found = self.found
        stretch = _given(found.stretch, place, silent, 0)
        return Verdicts(
            first=rows.start,
            outcome=_given(found.outcome, place, silent, Outcome.UNKNOWN),
            expected=_given(found.expected, place, silent, np.nan),
            low=_given(found.low, place, silent, np.nan),
            high=_given(found.high, place, silent, np.nan),
            score=_given(found.score, place, silent, 0.0),
            why=why,
            observed=np.where(silent, panel.values[rows], _given(found.observed, place, silent, 0)),
            counted=np.where(silent, 1, stretch * self.days.length + since),
        )


def _given(days: npt.NDArray[Any], place: Places, silent: Flags, none: float) -> npt.NDArray[Any]:
    if not len(days):
        return np.full(silent.shape, none, dtype=days.dtype)
    given = days[place]
    given[silent] = none
    return given


def day_length(width: timedelta) -> int:
    """How many buckets of this width make a day."""
    return max(DAY // width, 1)


def week_of(width: timedelta) -> int:
    """Days after which the same day of the week comes again, for buckets of this width; 1 where
    there is no such rhythm.

    >>> week_of(DAY), week_of(DAY / 24), week_of(DAY / 24 * 5), week_of(WEEK)
    (7, 7, 1, 1)
    """
    day = day_length(width) * width
    return WEEK // day if day < WEEK and not WEEK % day else 1


@np.errstate(over="ignore", invalid="ignore")
def days_of(panel: Panel, rows: slice, before: int) -> Days:
    """The days that are over by these rows, and so many before the first of them."""
    width = panel.metric.width
    length = day_length(width)
    bucket = (panel.start - EPOCH + panel.metric.offset) // width
    begun = -bucket % length
    last = (min(rows.stop, panel.closed) - begun) // length
    first = max((rows.start + 1 - begun) // length - 1 - before, 0)
    many = max(last - first, 0)
    start = begun + first * length
    whole = panel.values[start : start + many * length].reshape(many, length, len(panel.series))
    sums = _means(whole) if panel.metric.measure is Measure.LEVEL else _sums(whole)
    sums[np.isinf(sums)] = np.nan
    return Days(sums, start, length, (bucket + start) // length, length * width)


def _sums(days: Floats) -> Floats:
    # One bucket after the other: numpy's own sum rounds by the shape of what it is given, and a
    # day must come to the same, however many are summed at once.
    return reduce(np.add, (days[:, each] for each in range(days.shape[1])))


def _means(days: Floats) -> Floats:
    told = ~np.isnan(days)
    count = told.sum(axis=1)
    mean = _sums(np.where(told, days, 0.0)) / np.maximum(count, 1)
    return np.where(2 * count >= days.shape[1], mean, np.nan)
