"""What a rule sees of a panel: the series it wants, summed the way it asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rules.panel import Flags, Floats, Panel
from rules.past import Places
from rules.rule import Rule
from rules.series import Labels, Series


@dataclass(frozen=True, slots=True)
class Sight:
    """A rule's own panel, and where in it each column of the whole one went."""

    panel: Panel
    of: Places | None = None
    """For each column of the whole panel, its column here, or -1; None: they are the same."""

    def column(self, whole: int) -> int | None:
        if self.of is None:
            return whole
        here = int(self.of[whole])
        return None if here < 0 else here

    def parts(self, here: int) -> Places:
        """The columns of the whole panel that make up a column here."""
        return np.array([here]) if self.of is None else np.flatnonzero(self.of == here)

    def cells(self, revised: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Where revised buckets of the whole panel are seen."""
        seen = ((row, self.column(column)) for row, column in revised)
        return list(dict.fromkeys((row, here) for row, here in seen if here is not None))

    def newcomers(self, columns: Sequence[int]) -> list[int]:
        """The columns here that consist of nothing but these."""
        if self.of is None:
            return list(columns)
        new = np.zeros(len(self.of), dtype=np.bool_)
        new[list(columns)] = True
        old = set(self.of[~new].tolist())
        return sorted(set(self.of[new].tolist()) - old - {-1})


def sight(rule: Rule, panel: Panel) -> Sight:
    """What this rule sees; the panel itself where it wants all of it as it is."""
    if not rule.where and rule.by is None:
        return Sight(panel)
    wanted = [rule.wants(series) for series in panel.series]
    if rule.by is None:
        return _chosen(panel, np.array(wanted, dtype=np.bool_))
    return _summed(panel, wanted, rule.by)


def _chosen(panel: Panel, wanted: Flags) -> Sight:
    if wanted.all():
        return Sight(panel)
    columns = np.flatnonzero(wanted)
    of = np.full(len(wanted), -1, dtype=np.intp)
    of[columns] = np.arange(len(columns))
    chosen = replace(
        panel,
        series=tuple(panel.series[column] for column in columns.tolist()),
        values=panel.values.take(columns, axis=1),
        planned=None if panel.planned is None else panel.planned.take(columns, axis=1),
    )
    return Sight(chosen, of)


def _summed(panel: Panel, wanted: Sequence[bool], by: tuple[str, ...]) -> Sight:
    numbers: dict[Labels, int] = {}
    of = np.full(len(panel.series), -1, dtype=np.intp)
    for column, series in enumerate(panel.series):
        if wanted[column]:
            group = tuple(pair for pair in series.labels if pair[0] in by)
            of[column] = numbers.setdefault(group, len(numbers))
    groups = [np.flatnonzero(of == number) for number in range(len(numbers))]
    metric = panel.metric
    summed = replace(
        panel,
        series=tuple(Series(metric.source, metric.name, labels) for labels in numbers),
        values=_stack([_sum(panel.values[:, columns]) for columns in groups], panel.values),
        planned=_planned(panel, groups),
    )
    return Sight(summed, of)


def _sum(parts: Floats) -> Floats:
    """Told where every part is that was ever told before: a part not told is not zero, and a part
    that is yet to come is nothing."""
    told = ~np.isnan(parts)
    missing = np.logical_or.accumulate(told, axis=0) & ~told
    total: Floats = np.where(told, parts, 0.0).sum(axis=1)
    total[missing.any(axis=1) | ~told.any(axis=1)] = np.nan
    return total


def _stack(columns: Sequence[Floats], like: Floats) -> Floats:
    return np.stack(columns, axis=1) if columns else np.empty((len(like), 0))


def _planned(panel: Panel, groups: Sequence[Places]) -> Flags | None:
    """What is planned for a part is planned for the sum."""
    if panel.planned is None:
        return None
    return np.stack([panel.planned[:, columns].any(axis=1) for columns in groups], axis=1)
