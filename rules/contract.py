"""Whether all series are off by one factor at once, as they are when a vendor changes a unit.

It looks twice. Buckets that were told before and are told again with other numbers leave no doubt.
Buckets that are new are held against the same time of earlier weeks, which is a guess; so it asks
for more there, and would rather miss a change than call a busy day one.
"""

from dataclasses import dataclass
from datetime import datetime
from math import log

import numpy as np

from rules.panel import Flags, Floats, Panel
from rules.recent import Recent, recent
from rules.season import seasons
from rules.series import Measure

FACTORS = (60.0, 100.0, 1000.0, 1024.0, 3600.0)
"""Minutes and seconds, euros and cents, thousands of either kind, hours and seconds."""

FEWEST = 3
"""With fewer numbers, or series, nothing is said."""
WEEKS = 8
RECENT = 6
"""So many of the latest closed buckets are looked at together: one alone may be a quiet night."""

_MOST = 0.9
"""What share must agree."""
_EXACT = log(1.02)
_CLOSE, _SURE, _WIDE = log(1.3), log(1.2), log(4)
"""Of new buckets: how near to a factor the middle series must be, to within what its place must be
known, and how far from it the others may stray."""
_UNSEEN = log(5)
"""How far above, or below, everything of those weeks they must be."""
_LASTS = 4
"""How many buckets in a row must be too small. An outage that begins a minute into its hour leaves
a sixtieth of it, but of one hour only."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A factor that everything is off by."""

    factor: float
    """How many times what it was: 60, or a sixtieth."""
    size: str
    """The same as far as it is sure: noise may hide whether it is 60 or 100."""
    series: int
    """How many series are off by it, of how many that could tell."""
    of: int
    since: datetime
    """The first bucket that is."""

    @property
    def words(self) -> str:
        """
        >>> Shift(1024.0, "1,000", 8, 8, datetime(2026, 11, 20)).words
        'all 8 series are about 1,000 times what they were'
        >>> Shift(1 / 60, "60 to 100", 110, 112, datetime(2026, 11, 20)).words
        '110 of 112 series are about 60 to 100 times less than they were'
        """
        who = f"all {self.of:,}" if self.series == self.of else f"{self.series:,} of {self.of:,}"
        how = "what" if self.factor > 1 else "less than"
        return f"{who} series are about {self.size} times {how} they were"


def unit_shift(past: Panel, told: Panel) -> Shift | None:
    """What an answer is off by, held against what is remembered from before it.

    `told` has the columns of `past`, on the same grid; only its closed rows count.
    """
    return _told_again(past, told) or _new(past, told)


def _told_again(past: Panel, told: Panel) -> Shift | None:
    """Buckets that were closed, and now have other numbers: nearly all by one and the same."""
    ahead = past.row(told.start)
    first, last = max(ahead, 0), min(ahead + told.closed, past.closed)
    if last <= first:
        return None
    logs = _logs(told.values[first - ahead : last - ahead], past.values[first:last])
    both = np.isfinite(logs)
    factor = _nearest(logs[both], _EXACT)
    if factor is None:
        return None
    off = both & (np.abs(logs - log(factor)) <= _EXACT)
    if np.count_nonzero(off) < _MOST * np.count_nonzero(both):
        return None
    since = past.at(first + int(np.flatnonzero(off.any(axis=1))[0]))
    return Shift(factor, _size(factor), _columns(off), _columns(both), since)


def _columns(those: Flags) -> int:
    return int(np.count_nonzero(those.any(axis=0)))


def _new(past: Panel, told: Panel) -> Shift | None:
    end = past.row(told.start) + told.closed
    weekly = seasons(past.metric.width, WEEKS)[:1]
    # A level that jumps everywhere at once was refilled.
    if end <= past.closed or past.metric.measure is Measure.LEVEL or not weekly:
        return None
    latest = recent(past, told, range(max(end - RECENT, 0), end), weekly[0])
    for rows in range(1, RECENT + 1):
        if shift := _of_last(latest, rows, end, past):
            return shift
    return None


def _of_last(latest: Recent, rows: int, end: int, past: Panel) -> Shift | None:
    """Whether the last so many rows together are off, and each of them by itself about as much."""
    pool = latest.pooled(rows)
    logs = _logs(pool.values, pool.usual)
    told = np.isfinite(logs)
    factor = _nearest(logs[told], _CLOSE)
    if factor is None or 2 * np.count_nonzero(told) < np.count_nonzero(pool.usual > 0):
        return None
    run = _run(latest, factor)
    if run < (rows if factor > 1 else max(rows, _LASTS)) or _seen(pool, told, factor):
        return None
    near = np.abs(logs[told] - log(factor)) <= _WIDE
    if near.mean() < _MOST or _blur(logs[told]) > _SURE:
        return None
    size = "60 to 100" if 1 / 200 < factor < 200 else _size(factor)
    return Shift(factor, size, int(np.count_nonzero(near)), len(near), past.at(end - run))


def _blur(logs: Floats) -> float:
    """About how far the middle of these may lie from the true one: its standard error."""
    return float(1.25 * np.std(logs) / np.sqrt(len(logs)))


def _run(latest: Recent, factor: float) -> int:
    """How many of the last rows are off by about so much, the middle series of each."""
    run = 0
    for values, usual in zip(latest.values[::-1], latest.usual[::-1], strict=True):
        logs = _logs(values, usual)[(usual > 0) & ~np.isnan(values)]
        if len(logs) < FEWEST or not abs(np.median(logs) - log(factor)) <= _WIDE:
            break
        run += 1
    return run


def _seen(pool: Recent, told: Flags, factor: float) -> bool:
    """Whether it was as much, or as little, in any of those weeks: after long holidays a working
    day is a hundred times the usual, but no news."""
    if factor > 1:
        return bool(np.median(_logs(pool.values, pool.most)[told]) < _UNSEEN)
    return bool(np.median(_logs(pool.values, pool.least)[told]) > -_UNSEEN)


def _nearest(logs: Floats, within: float) -> float | None:
    """The factor that the middle of these lies next to, if it is as near as that."""
    if len(logs) < FEWEST:
        return None
    middle = float(np.median(logs))
    size = min(FACTORS, key=lambda factor: abs(log(factor) - abs(middle)))
    if abs(log(size) - abs(middle)) > within:
        return None
    return size if middle > 0 else 1 / size


def _size(factor: float) -> str:
    """1000 and 1024 are told alike: nobody doubts which it is who sees the numbers."""
    return f"{round(max(factor, 1 / factor)):,}".replace("1,024", "1,000")


@np.errstate(divide="ignore", invalid="ignore")
def _logs(values: Floats, base: Floats) -> Floats:
    """How many times its base each is, as a logarithm; not finite where one of them is none."""
    return np.asarray(np.log(values) - np.log(base), dtype=np.float64)
