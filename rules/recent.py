"""The latest closed buckets of a panel, each beside the same time of earlier weeks."""

from dataclasses import dataclass

import numpy as np

from rules.panel import Floats, Panel
from rules.past import Places
from rules.season import Season


@dataclass(frozen=True, slots=True)
class Recent:
    """The latest closed buckets, oldest first, each beside the same time of earlier weeks."""

    values: Floats
    usual: Floats
    """The median; NaN where too few weeks are known."""
    least: Floats
    most: Floats
    """The smallest and the largest of those weeks."""

    def pooled(self, rows: int) -> "Recent":
        """The last so many rows added up, where both a number and its usual are known."""
        known = ~np.isnan(self.values[-rows:]) & ~np.isnan(self.usual[-rows:])
        parts = (self.values, self.usual, self.least, self.most)
        return Recent(*(np.where(known, part[-rows:], 0.0).sum(axis=0) for part in parts))


def recent(past: Panel, told: Panel, rows: range, weekly: Season) -> Recent:
    """Of these rows of the past's grid: what is told now, else what is remembered."""
    weeks = [[_row(past, row - lag) for lag in weekly.lags] for row in rows]
    stack = np.sort(np.array(weeks), axis=1)  # (row, week, series); NaN comes last
    known = np.count_nonzero(~np.isnan(stack), axis=1)
    usual = (_pick(stack, (known - 1) // 2) + _pick(stack, known // 2)) / 2
    usual[known < weekly.least] = np.nan
    values = np.array([_newest(past, told, row) for row in rows])
    return Recent(values, usual, stack[:, 0], _pick(stack, known - 1))


def _pick(stack: Floats, rank: Places) -> Floats:
    found = np.take_along_axis(stack, np.maximum(rank, 0)[:, None], axis=1)
    return np.asarray(found[:, 0], dtype=np.float64)


def _row(panel: Panel, row: int) -> Floats:
    """A closed row; nothing but NaN where there is none."""
    if 0 <= row < panel.closed:
        return np.asarray(panel.values[row], dtype=np.float64)
    return np.full(len(panel.series), np.nan)


def _newest(past: Panel, told: Panel, row: int) -> Floats:
    before, now = _row(past, row), _row(told, row - past.row(told.start))
    return np.asarray(np.where(np.isnan(now), before, now), dtype=np.float64)
