"""What is remembered of a tenant's use, by subscription."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from daemon.source import Window
from rules.panel import Panel
from rules.series import Metric


class Memory:
    def __init__(self, metric: Metric, panels: Sequence[Panel], unit: str | None) -> None:
        """Of one `unit`, or of all."""
        mine = [panel for panel in panels if panel.metric == metric]
        self._panel = mine[0] if mine else None
        self._columns: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        for column, series in enumerate(self._panel.series if self._panel else ()):
            labels = dict(series.labels)
            if labels.keys() == {"subscription", "unit"} and unit in (None, labels["unit"]):
                self._columns[labels["subscription"]].append((labels["unit"], column))

    def of(self, subscription: str, days: Window) -> Mapping[str, Sequence[float]]:
        """Its use of each unit on each day; NaN where that is not remembered."""
        columns = self._columns.get(subscription)
        if columns is None or self._panel is None:
            return {}
        return {unit: _slice(self._panel, column, days) for unit, column in columns}

    def open_at(self, start: datetime) -> datetime:
        """Where the first day that is not closed begins, counting from a start."""
        panel = self._panel
        return start if panel is None else max(start, panel.at(panel.closed))


def _slice(panel: Panel, column: int, days: Window) -> list[float]:
    first, until = panel.row(days.start), panel.row(days.end)
    known = panel.values[max(first, 0) : max(until, 0), column]
    numbers = np.full(until - first, np.nan)
    numbers[max(-first, 0) :][: len(known)] = known
    return [float(number) for number in numbers]
