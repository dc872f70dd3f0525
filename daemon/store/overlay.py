"""Lays an answer over what is remembered, and notes what differs. It touches memory alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from daemon.source import Answer, Standing, Window
from daemon.store.frame import Frame
from daemon.store.history import History
from daemon.store.standings import Curve
from rules.panel import Floats
from rules.series import Absent, Labels, Measure, Metric, Reading
from rules.totals import amounts


@dataclass(slots=True)
class Changes:
    """What differs from what is remembered, gathered while an answer is laid over it."""

    at: datetime
    closed: int = 0
    buckets: list[dict[str, object]] = field(default_factory=list)
    revisions: list[dict[str, object]] = field(default_factory=list)
    revised: list[tuple[datetime, int]] = field(default_factory=list)

    def note(self, history: History, start: datetime, values: Floats, *, closed: bool) -> None:
        """Compare a bucket with what is remembered, and note only what differs."""
        before, was_closed = history.row(start), history.is_closed(start)
        # A clock that is behind, here or on another replica, does not open a bucket again.
        closed = closed or was_closed
        same = (before == values) | (np.isnan(before) & np.isnan(values))
        if same.all() and (was_closed == closed or np.isnan(values).all()):
            return
        if was_closed:
            for column in np.flatnonzero(~same & ~np.isnan(before)):
                self._revise(history, start, int(column), float(values[column]))
        self.closed += closed and not was_closed
        row = {"packed": values.astype("<f8").tobytes(), "closed": closed}
        key = {"panel_id": history.panel_id, "start": start, "version": history.version + 1}
        self.buckets.append(key | row)
        history.write(start, values, closed=closed)

    def _revise(self, history: History, start: datetime, column: int, after: float) -> None:
        self.revised.append((start, column))
        self.revisions.append(
            {
                "panel_id": history.panel_id,
                "start": start,
                "position": column,
                "revised_at": self.at,
                "before": float(history.row(start)[column]),
                "after": None if np.isnan(after) else after,
            }
        )


def lay(answer: Answer, history: History, at: datetime, settles: timedelta) -> Changes:
    """Lay an answer down, oldest bucket first; every series in it has its position already."""
    changes = Changes(at)
    told = _by_bucket(answer.readings, history.positions)
    for start in _told_buckets(answer, history, told):
        values = _row(history, start, told.get(start, ()))
        changes.note(history, start, values, closed=_is_closed(answer.metric, start, at - settles))
    return changes


def lay_totals(standing: Standing, history: History, curve: Curve, frame: Frame) -> Changes:
    """Lay down what totals grew by, in every bucket that something is known of."""
    changes = Changes(frame.at)
    metric, period = standing.metric, standing.period
    last = min(standing.at, period.end)
    edges = _edges(metric, Window(max(period.start, frame.at - frame.horizon), last))
    # What the vendor has not counted yet is not told, however late it is.
    known_at = frame.at if last == period.end else last
    grown = amounts(curve.moments, curve.totals, edges)
    for start, row in zip(edges, grown, strict=False):
        closed = _is_closed(metric, start, known_at - frame.settles)
        changes.note(history, start, row, closed=closed)
    return changes


def _edges(metric: Metric, span: Window) -> list[datetime]:
    first = metric.bucket(span.start)
    count = -((first - span.end) // metric.width)
    return [first + step * metric.width for step in range(count + 1)]


def _is_closed(metric: Metric, start: datetime, settled_at: datetime) -> bool:
    """A level is whole the moment it is read; an amount once its bucket ended and settled."""
    return metric.measure is Measure.LEVEL or start + metric.width <= settled_at


def _by_bucket(
    readings: Sequence[Reading], positions: Mapping[Labels, int]
) -> dict[datetime, list[tuple[int, float]]]:
    told: dict[datetime, list[tuple[int, float]]] = defaultdict(list)
    for reading in readings:
        told[reading.start].append((positions[reading.labels], reading.value))
    return told


def _told_buckets(
    answer: Answer, history: History, told: Mapping[datetime, object]
) -> Iterable[datetime]:
    """The buckets an answer speaks of, oldest first.

    Where absent means zero, silence about a bucket is an answer too; else only readings count.
    A level is what stood at an instant: a later instant of the same bucket does not revise it.
    """
    if answer.metric.measure is Measure.LEVEL:
        return [start for start in sorted(told) if not history.is_closed(start)]
    if answer.metric.absent is Absent.ZERO and history.series:
        return history.starts(answer.told.start, answer.told.end)
    return sorted(told)


def _row(history: History, start: datetime, told: Sequence[tuple[int, float]]) -> Floats:
    """A bucket's numbers as this answer leaves them.

    Absent is zero only from the bucket a series was first seen in: before, nobody knows.
    """
    if history.metric.absent is Absent.ZERO:
        values = np.where(history.begun(start), 0.0, np.nan)
    else:
        values = history.row(start).copy()
    for position, value in told:
        values[position] = value
    return values
