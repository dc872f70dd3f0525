"""What people said would be out of the ordinary, or say so afterwards, laid over a panel."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

import numpy as np

from rules.alert import Alert, Change, Event
from rules.kind import Kind
from rules.panel import Flags, Panel
from rules.series import Series
from rules.verdict import Outcome, Why

PLANNED = "it was planned: "
"""How the reason begins for which an alert is withdrawn."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A span in which use is not what it usually is: a launch, a load test, a holiday."""

    name: str
    start: datetime
    end: datetime
    """It ends before this moment."""
    source: str | None = None
    """None: every source."""
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Label name to shell patterns, any of which may match; a series lacking a label never does."""

    def covers(self, series: Series) -> bool:
        """Whether it speaks of a series."""
        labels = dict(series.labels)
        return self.source in (None, series.source) and all(
            name in labels and any(fnmatchcase(labels[name], pattern) for pattern in patterns)
            for name, patterns in self.where.items()
        )


def over(panel: Panel, planned: Iterable[Planned]) -> Panel:
    """The panel, with every bucket flagged that a planned span touches, be it for an instant.

    The very same panel where none does: what nobody planned costs nothing.
    """
    source = panel.metric.source
    near = [each for each in planned if each.source in (None, source) and _rows(panel, each)]
    flags = None if panel.planned is None else panel.planned.copy()
    for where, spans in _by_where(near):
        columns = _columns(panel, spans[0]) if where else np.ones(len(panel.series), np.bool_)
        if columns.any():
            flags = np.zeros(panel.values.shape, np.bool_) if flags is None else flags
            for each in spans:
                rows = _rows(panel, each)
                flags[rows.start : rows.stop, columns] = True
    return panel if flags is None else replace(panel, planned=flags)


def overtaken(kind: Kind, panel: Panel, live: Mapping[int, Alert]) -> list[tuple[int, int]]:
    """(row, column) where live alerts began, by column, if that was planned after all and the kind
    has nothing to say of it any more.

    Such an alert would never end, since neither a breach nor calm follows. Its beginning is like
    a number the vendor took back: judged anew, as a revision is. A kind that counts what is really
    used still finds its breach there, and its alert stays.
    """
    if panel.planned is None:
        return []
    began = [(panel.row(alert.since), column) for column, alert in live.items()]
    inside = [(row, column) for row, column in began if 0 <= row < len(panel)]
    return [
        (row, column)
        for row, column in inside
        if panel.planned[row, column]
        and kind.judge(panel, slice(row, row + 1)).outcome[0, column] == Outcome.UNKNOWN
    ]


def named(event: Event, panel: Panel, planned: Iterable[Planned]) -> Event:
    """The event, and if an alert is withdrawn since it was planned, what it was, by name."""
    if event.change is not Change.WITHDRAWN or event.verdict.outcome is not Outcome.UNKNOWN:
        return event
    alert = event.alert
    here = [each for each in planned if panel.row(alert.since) in _rows(panel, each)]
    names = dict.fromkeys(each.name for each in here if _may_cover(each, alert.series))
    if not names:
        return event
    why = Why(f"{PLANNED}{', '.join(names)}")
    # Of the bucket itself nothing is said any more, so the numbers are those that people know.
    return replace(event, verdict=replace(alert.latest, outcome=Outcome.UNKNOWN, why=why))


def _rows(panel: Panel, each: Planned) -> range:
    """The rows that a span touches; none where it lies outside the panel, or is empty."""
    if each.start >= each.end:
        return range(0)
    last = panel.row(each.end - timedelta(microseconds=1))
    return range(max(panel.row(each.start), 0), min(last + 1, len(panel)))


def _by_where(planned: Iterable[Planned]) -> Iterable[tuple[object, Sequence[Planned]]]:
    """Spans by the series they speak of: a year of holidays asks every series once."""
    groups: dict[object, list[Planned]] = {}
    for each in planned:
        groups.setdefault(tuple(sorted(each.where.items())), []).append(each)
    return groups.items()


def _columns(panel: Panel, each: Planned) -> Flags:
    covered = (each.covers(series) for series in panel.series)
    return np.fromiter(covered, np.bool_, len(panel.series))


def _may_cover(each: Planned, series: Series) -> bool:
    """Whether a span speaks of a series, or of what may be a part of that sum."""
    labels = dict(series.labels)
    known = {name: patterns for name, patterns in each.where.items() if name in labels}
    return replace(each, where=known).covers(series)
