"""Days, weeks, months and other periods in which use is counted from zero again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from rules.panel import Floats, Panel
from rules.past import Places
from rules.season import DAY, WEEK
from rules.series import EPOCH, Metric

Calendar = Literal["day", "week", "month", "quarter", "year"]
Moments = npt.NDArray[np.datetime64]
_DAY, _MONTH = np.timedelta64(1, "D"), np.timedelta64(1, "M")

_SHORTEST = {
    "day": DAY,
    "week": WEEK,
    "month": 28 * DAY,
    "quarter": 90 * DAY,
    "year": 365 * DAY,
}
_LONGEST = {"month": 31 * DAY, "quarter": 92 * DAY, "year": 366 * DAY}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_LAST = {"week": 7, "month": 28}
"""The last day that `begins` may name. Every month has a 28th."""

LOOKBACK = 4 * WEEK
"""How far before a period one looks for the largest bucket there was."""


@dataclass(frozen=True, slots=True)
class Period:
    """When counting begins anew, by the calendar of a metric's zone.

    Its fields are those of the kinds that count by period, so its errors are in their words.
    """

    per: Calendar | timedelta
    begins: int | None = None
    """The day of the week (1 is Monday) or of the month; the first if None."""
    from_: str | None = None
    """A date on which a quarter, a year or a span begins; for a span it is needed."""

    def __post_init__(self) -> None:
        if isinstance(self.per, timedelta) and self.per <= timedelta(0):
            raise ValueError(f"per: expected a span above zero, got {self.per}")
        if isinstance(self.per, timedelta) and self.from_ is None:
            raise ValueError("from: needed with a span: a date on which one of them begins")
        self._check_begins()
        self._check_from()

    def _check_begins(self) -> None:
        if self.begins is None:
            return
        last = None if isinstance(self.per, timedelta) else _LAST.get(self.per)
        if last is None:
            raise ValueError("begins: only a week or a month can begin on a day of its own")
        if not 1 <= self.begins <= last:
            raise ValueError(f"begins: expected 1 to {last} for a {self.per}, got {self.begins}")

    def _check_from(self) -> None:
        if self.from_ is None:
            return
        if self.per in ("day", "week", "month"):
            raise ValueError(f"from: not for a {self.per}; begins says where weeks and months turn")
        try:
            anchor = date.fromisoformat(self.from_)
        except ValueError:
            raise ValueError(f"from: expected a date like 2026-01-05, got {self.from_}") from None
        if anchor.day > 28 and not isinstance(self.per, timedelta):
            raise ValueError(f"from: expected the 1st to the 28th of a month, got {self.from_}")

    def words(self) -> str:
        """
        >>> Period("month").words(), Period(10 * DAY, from_="2026-01-05").words()
        ('month', 'period')
        """
        return "period" if isinstance(self.per, timedelta) else self.per

    def holds(self, width: timedelta) -> bool:
        """Whether buckets so wide can be told apart into such periods."""
        shortest = self.per if isinstance(self.per, timedelta) else _SHORTEST[self.per]
        return width <= shortest

    def longest(self) -> timedelta:
        """
        >>> Period("month").longest().days, Period("week").longest().days
        (31, 7)
        """
        if isinstance(self.per, timedelta):
            return self.per
        return _LONGEST.get(self.per, _SHORTEST[self.per])

    def bounds(self, local: Moments) -> tuple[Moments, Moments]:
        """Where the periods that hold these moments begin and end, all as the zone's clocks say.

        >>> march = np.array(["2026-03-05T12:00"], "M8[us]")
        >>> [str(each[0])[:10] for each in Period("month", begins=28).bounds(march)]
        ['2026-02-28', '2026-03-28']
        """
        if isinstance(self.per, timedelta):
            return self._spans(local, self.per)
        days = local.astype("M8[D]")
        if self.per in _MONTHS:
            return self._months(days, _MONTHS[self.per])
        begin, length = days, 1
        if self.per == "week":
            # 1970 began on a Thursday.
            since = (days.astype(np.int64) + 4 - (self.begins or 1)) % 7
            begin, length = days - since * _DAY, 7
        return begin.astype("M8[us]"), (begin + length * _DAY).astype("M8[us]")

    def _spans(self, local: Moments, length: timedelta) -> tuple[Moments, Moments]:
        anchor = np.datetime64(datetime.combine(self._anchor, time()), "us")
        span = np.timedelta64(length)
        begin = anchor + (local - anchor) // span * span
        return begin, begin + span

    def _months(self, days: Moments, many: int) -> tuple[Moments, Moments]:
        first = self._anchor.day if self.begins is None else self.begins
        months = (days - (first - 1) * _DAY).astype("M8[M]")
        since = (months.astype(np.int64) - (self._anchor.month - 1)) % many
        begin = months - since * _MONTH
        return _on(begin, first), _on(begin + many * _MONTH, first)

    @property
    def _anchor(self) -> date:
        return EPOCH.date() if self.from_ is None else date.fromisoformat(self.from_)


def _on(months: npt.NDArray[Any], day: int) -> Moments:
    moments: Moments = (months.astype("M8[D]") + (day - 1) * _DAY).astype("M8[us]")
    return moments


def moment(at: datetime, offset: timedelta) -> str:
    """A day as people of a zone call it, with the hour where it is not midnight.

    >>> at = datetime(2026, 11, 12, 15, tzinfo=UTC)
    >>> moment(at, timedelta(hours=9)), moment(at, timedelta(0))
    ('13 Nov', '12 Nov 15:00')
    """
    there = at + offset
    return f"{there.day} {there:%b}" + (f" {there:%H:%M}" if there.time() != time() else "")


@dataclass(frozen=True, slots=True)
class Turns:
    """For each of some rows of a panel, the row where its period begins and that where the next
    does. A bucket belongs to the period it begins in."""

    begin: Places
    """Below zero where that is before the panel: such a period is known in part only."""
    end: Places


def turns(panel: Panel, rows: slice, period: Period) -> Turns:
    """Where the periods of these rows turn."""
    width = np.timedelta64(panel.metric.width)
    start = _local(panel.start, panel.metric)
    local = start + np.arange(rows.start, rows.stop) * width
    begin, end = (-((start - moments) // width) for moments in period.bounds(local))
    return Turns(begin.astype(np.intp), end.astype(np.intp))


def _local(at: datetime, metric: Metric) -> np.datetime64:
    return np.datetime64((at + metric.offset).astimezone(UTC).replace(tzinfo=None), "us")


@dataclass(frozen=True, slots=True)
class Counted:
    """Use since a period began, for each bucket and series."""

    used: Floats
    """What was told of it, this bucket included: the least it can be. NaN where nothing was."""
    most: Floats
    """Had every bucket that was not told been as large as the largest of the period so far and of
    the four weeks before it. The same as `used` where all was told."""
    buckets: Places
    """Over how many of them, this one the last, from the first on that was told."""
    untold: Places
    """How many of them were not told, those before the first included."""
    turns: Turns

    def part(self, rows: slice) -> "Counted":
        """Some of these rows."""
        return Counted(
            self.used[rows],
            self.most[rows],
            self.buckets[rows],
            self.untold[rows],
            Turns(self.turns.begin[rows], self.turns.end[rows]),
        )


@np.errstate(over="ignore", invalid="ignore")
def counted(panel: Panel, rows: slice, period: Period) -> Counted:
    """What was used in these rows since their period began.

    Every sum is made from where its period begins, whichever rows are asked for, so that it is the
    same to the last bit.
    """
    shape, turned = panel.values[rows].shape, turns(panel, rows, period)
    found = Counted(
        used=np.full(shape, np.nan),
        most=np.full(shape, np.nan),
        buckets=np.ones(shape, dtype=np.intp),
        untold=np.zeros(shape, dtype=np.intp),
        turns=turned,
    )
    for here in pieces(turned):
        _count(panel, int(turned.begin[here.start]), rows.start, here, found)
    return found


def pieces(turned: Turns) -> Iterator[slice]:
    """The rows of one period after those of another."""
    edges = np.flatnonzero(np.diff(turned.begin)) + 1
    yield from (slice(a, b) for a, b in pairwise([0, *edges.tolist(), len(turned.begin)]) if a < b)


def _count(panel: Panel, begin: int, first: int, here: slice, found: Counted) -> None:
    """Fill in the rows `here`, which are of one period."""
    top = max(begin, 0)
    part = panel.values[top : first + here.stop]
    last = slice(first + here.start - top, None)
    told = ~np.isnan(part)
    heard = np.logical_or.accumulate(told, axis=0)
    used = np.cumsum(np.where(told, part, 0.0), axis=0)
    untold = np.cumsum(~told, axis=0) + (top - begin)
    largest = np.fmax.accumulate(part, axis=0)
    lookback = panel.values[max(top - LOOKBACK // panel.metric.width, 0) : top]
    largest = np.fmax(largest, np.fmax.reduce(lookback, axis=0, initial=0.0))
    found.used[here] = np.where(heard, used, np.nan)[last]
    found.most[here] = np.where(untold > 0, used + untold * largest, used)[last]
    found.buckets[here] = np.maximum(np.cumsum(heard, axis=0), 1)[last]
    found.untold[here] = untold[last]
