"""What a rule sees of a panel: the series it wants, summed the way it asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rules.panel import Flags, Floats, Panel
from rules.past import Places
from rules.rule import Rule
from rules.series import Labels, Series

BLOCK = 1 << 16
"""So many cells are summed at once: a stack of them stays in the processor's cache."""


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
    parts = np.argsort(of, kind="stable")[np.count_nonzero(of < 0) :]
    groups = Groups(parts, np.searchsorted(of[parts], np.arange(len(numbers))))
    metric = panel.metric
    summed = replace(
        panel,
        series=tuple(Series(metric.source, metric.name, labels) for labels in numbers),
        values=groups.sums(panel.values),
        # What is planned for a part is planned for the sum.
        planned=None if panel.planned is None else groups.any(panel.planned[:, groups.parts]),
    )
    return Sight(summed, of)


@dataclass(frozen=True, slots=True)
class Groups:
    """Columns that are summed."""

    parts: Places
    """Columns of the whole panel, group by group."""
    starts: Places
    """Where among them each group begins."""

    @np.errstate(over="ignore", invalid="ignore")
    def sums(self, values: Floats) -> Floats:
        """Told where every part is that was ever told before: a part not told is not zero, and a
        part that is yet to come is nothing."""
        total = np.empty((len(values), len(self.starts)))
        begun = np.zeros(len(self.parts), dtype=np.bool_)
        tall = max(BLOCK // max(len(self.parts), 1), 1)
        for top in range(0, len(values), tall):
            rows = slice(top, top + tall)
            parts = values[rows].take(self.parts, axis=1)
            told = ~np.isnan(parts)
            known = np.logical_or.accumulate(told, axis=0) | begun
            begun = known[-1]
            total[rows] = self._exactly(np.where(told, parts, 0.0))
            total[rows][self.any(known & ~told) | ~self.any(told)] = np.nan
        return total

    def any(self, flags: Flags) -> Flags:
        found: Flags = np.logical_or.reduceat(flags, self.starts, axis=1)
        return found

    def _exactly(self, parts: Floats) -> Floats:
        """Sums that depend neither on the order of the parts nor on those that are zero: a series
        that is yet to come must not change what was judged, not even in its last digit.

        Each part is cut into a coarse and a fine one, both few enough bits long that a million of
        them add up without rounding. What is left is less than the largest part's 2 ** -63.
        """
        _, exponent = np.frexp(np.maximum.reduceat(np.abs(parts), self.starts, axis=1))
        members = np.diff(self.starts, append=parts.shape[1])
        total = np.zeros(exponent.shape)
        for bits in (0, 32):
            grid = np.repeat(np.ldexp(1.5, exponent + 21 - bits), members, axis=1)
            coarse = parts + grid - grid
            total += np.add.reduceat(coarse, self.starts, axis=1)
            parts = parts - coarse
        return total
