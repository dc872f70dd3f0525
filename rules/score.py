"""How unusual each row of a file is, in order, knowing nothing of the rows after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import log
from statistics import median

import numpy as np
import numpy.typing as npt

from rules.baseline import Usual, usual
from rules.kinds.spike import Spike
from rules.panel import Flags, Floats
from rules.season import Season
from rules.series import EPOCH, Measure

Integers = npt.NDArray[np.int64]

FIRST = 50
"""So many rows are judged by the rows before them, in the order they came; from then on the
file's width is known, and rows are judged by their place in the week and the day."""

EARLY = Season("over the rows before", tuple(range(1, FIRST + 1)), 12)

WIDTHS = tuple(
    timedelta(seconds=seconds)
    for seconds in (
        *(1, 2, 5, 10, 15, 20, 30),
        *(60 * minutes for minutes in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)),
        *(3600 * hours for hours in (1, 2, 3, 4, 6, 8, 12, 24, 168)),
    )
)
"""Buckets that fit into a day or a week."""


@dataclass(frozen=True, slots=True)
class Told:
    """Some rows of a file, and what it had said of earlier buckets by then.

    A later row for a bucket overwrites an earlier one, but only for the rows after it: the file is
    sorted by bucket and then by row, and each row looks for the last word before its own.
    """

    words: Integers
    """Bucket and row of every finite number, in one integer, sorted."""
    values: Floats
    buckets: Integers
    """Of the rows in question."""
    rows: Integers
    many: int
    """Rows in the file."""

    @property
    def shape(self) -> tuple[int, ...]:
        return self.rows.shape

    def before(self, lags: Sequence[int]) -> list[Floats]:
        return [self._back(lag) for lag in lags] if len(self.words) else []

    def only(self, those: Flags) -> "Told":
        return Told(self.words, self.values, self.buckets[those], self.rows[those], self.many)

    def _back(self, lag: int) -> Floats:
        bucket = self.buckets - lag
        place = np.searchsorted(self.words, bucket * self.many + self.rows) - 1
        found = (place >= 0) & (self.words[place] // self.many == bucket)
        return np.where(found, self.values[place], np.nan)


def scores(rows: Sequence[tuple[datetime, float]], kind: Spike | None = None) -> list[float]:
    """0 to 1 for each row: 0.5 where a spike rule begins to mind, 0 where nothing is known.

    Values are levels of any sign and scale. Times may repeat, go back and leave gaps.

    >>> at = datetime.fromisoformat("2025-05-20T00:00:00+00:00")
    >>> values = [5.0] * 20 + [50.0] * 2
    >>> scores([(at + hour * timedelta(hours=1), values[hour]) for hour in range(22)])[18:]
    [0.0, 0.0, 1.0, 1.0]
    """
    kind = kind or Spike()
    values = np.array([value for _, value in rows], dtype=np.float64)
    width = _width([at for at, _ in rows[:FIRST]])
    order = np.arange(len(rows))
    buckets = np.array([(at - EPOCH) // width for at, _ in rows], dtype=np.int64)
    early = usual(_told(values, order, order[:FIRST]), [EARLY])
    late = usual(_told(values, buckets, order[FIRST:]), kind.seasons(width))
    expected = np.concatenate([early.expected, late.expected])
    spread = np.concatenate([early.spread, late.spread])
    found = kind.score(values, Usual(expected, spread), Measure.LEVEL)
    return [float(score) for score in found]


def _told(values: Floats, buckets: Integers, rows: Integers) -> Told:
    finite = np.flatnonzero(np.isfinite(values))
    words = buckets[finite] * len(values) + finite
    order = np.argsort(words)
    return Told(words[order], values[finite][order], buckets[rows], rows, len(values))


def _width(times: Sequence[datetime]) -> timedelta:
    """The width of bucket nearest to how far apart these mostly are."""
    steps = [later - earlier for earlier, later in pairwise(times) if later > earlier]
    step = median(each.total_seconds() for each in steps) if steps else 3600
    return min(WIDTHS, key=lambda width: abs(log(width.total_seconds() / step)))
