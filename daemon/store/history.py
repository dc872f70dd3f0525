"""A panel as it is remembered between polls.

It is a cache: the database holds the truth, and a forgotten history is read again. Its rows
are the buckets the rules may look at, its columns the series by position.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

import numpy as np

from rules.panel import Flags, Floats, Marks, Panel
from rules.series import EPOCH, Labels, Metric, Series

_SPARE = 1.25
"""Room kept for growth, so that a new bucket or series seldom moves the whole matrix."""


_MARKS = count(1)
"""For rows that were written: no two ever bear the same, in whatever history. 0: never written."""


class History:
    def __init__(self, panel_id: int, metric: Metric, horizon: timedelta) -> None:
        self.panel_id = panel_id
        self.metric = metric
        self.version = 0
        self.series: list[Series] = []
        self.positions: dict[Labels, int] = {}
        self.start: datetime | None = None
        """Where row 0 begins; None while nothing was ever told."""
        self._horizon = max(1, horizon // metric.width)
        self._rows = 0
        self._first = np.empty(0, dtype="datetime64[ms]")
        self._closed = np.zeros(0, dtype=np.bool_)
        self._marks = np.zeros(0, dtype=np.int64)
        self._matrix = np.empty((0, 0), dtype=np.float64)

    def add_series(self, labels: Labels, first_at: datetime) -> int:
        """A new column, empty; answers its position."""
        position = len(self.series)
        self.series.append(Series(self.metric.source, self.metric.name, labels))
        self.positions[labels] = position
        if position >= self._matrix.shape[1]:
            self._resize(self._matrix.shape[0], int((position + 1) * _SPARE) + 1)
        self._first[position] = _instant(first_at)
        return position

    def begun(self, start: datetime) -> Flags:
        """Which series had been heard of by the bucket that starts here."""
        return self._first[: len(self.series)] <= _instant(start)

    def starts(self, begin: datetime, end: datetime) -> Iterator[datetime]:
        """The starts of the buckets that begin in [begin, end) and are still remembered."""
        start = self.metric.bucket(begin)
        if start < begin:
            start += self.metric.width
        while start < end:
            yield start
            start += self.metric.width

    def row(self, start: datetime) -> Floats:
        """A bucket's numbers, one a series; NaN throughout where it was never told."""
        at = self._row_of(start)
        width = len(self.series)
        if at is None or not 0 <= at < self._rows:
            return np.full(width, np.nan)
        return self._matrix[at, :width]

    def is_closed(self, start: datetime) -> bool:
        at = self._row_of(start)
        return at is not None and 0 <= at < self._rows and bool(self._closed[at])

    def write(self, start: datetime, values: Floats, *, closed: bool) -> None:
        """Lay a bucket's numbers down; what lies before the horizon is dropped on the way."""
        if self.start is None:
            self.start = start
        at = (start - self.start) // self.metric.width
        if at < 0:
            self._prepend(-at)
            self.start, at = start, 0
        if at >= self._rows:
            self._extend_to(at + 1)
            at = (start - self.start) // self.metric.width
        self._matrix[at, : len(values)] = values
        self._matrix[at, len(values) :] = np.nan
        self._closed[at] = closed
        self._marks[at] = next(_MARKS)

    def panel(self) -> Panel | None:
        """What the rules see: a view that cannot be written to."""
        if self.start is None:
            return None
        values = self._matrix[: self._rows, : len(self.series)]
        values.flags.writeable = False
        closed = np.flatnonzero(self._closed[: self._rows])
        return Panel(
            metric=self.metric,
            series=tuple(self.series),
            start=self.start,
            values=values,
            closed=int(closed[-1]) + 1 if len(closed) else 0,
            marks=Marks(self._matrix, self._marks[: self._rows].copy()),
        )

    def _row_of(self, start: datetime) -> int | None:
        return None if self.start is None else (start - self.start) // self.metric.width

    def _extend_to(self, rows: int) -> None:
        if rows > self._matrix.shape[0]:
            self._forget(max(0, rows - self._horizon))
            rows = min(rows, self._horizon)
            self._resize(max(int(rows * _SPARE) + 1, self._matrix.shape[0]), self._matrix.shape[1])
        self._rows = max(self._rows, rows)

    def _forget(self, rows: int) -> None:
        """Drop the oldest rows."""
        if rows <= 0 or self.start is None:
            return
        kept = max(0, self._rows - rows)
        self._matrix[:kept] = self._matrix[rows : rows + kept].copy()
        self._closed[:kept] = self._closed[rows : rows + kept].copy()
        self._marks[:kept] = self._marks[rows : rows + kept].copy()
        self._matrix[kept:] = np.nan
        self._closed[kept:] = False
        self._marks[kept:] = 0
        self._rows = kept
        self.start += rows * self.metric.width

    def _prepend(self, rows: int) -> None:
        """Make room before row 0: a vendor told of an older bucket than any before."""
        matrix, closed, marks, kept = self._matrix, self._closed, self._marks, self._rows
        self._matrix = np.full((kept + rows + 1, matrix.shape[1]), np.nan)
        self._closed = np.zeros(kept + rows + 1, dtype=np.bool_)
        self._marks = np.zeros(kept + rows + 1, dtype=np.int64)
        self._matrix[rows : rows + kept] = matrix[:kept]
        self._closed[rows : rows + kept] = closed[:kept]
        self._marks[rows : rows + kept] = marks[:kept]
        self._rows = kept + rows

    def _resize(self, rows: int, columns: int) -> None:
        matrix = np.full((rows, columns), np.nan)
        closed = np.zeros(rows, dtype=np.bool_)
        marks = np.zeros(rows, dtype=np.int64)
        kept, width = min(self._rows, rows), min(self._matrix.shape[1], columns)
        matrix[:kept, :width] = self._matrix[:kept, :width]
        closed[:kept], marks[:kept] = self._closed[:kept], self._marks[:kept]
        self._matrix, self._closed, self._marks = matrix, closed, marks
        self._first = np.resize(self._first, columns)


def _instant(moment: datetime) -> np.datetime64:
    return np.datetime64((moment - EPOCH) // timedelta(milliseconds=1), "ms")
