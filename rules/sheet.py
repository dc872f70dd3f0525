"""What was used over a period and the one before it, day by day, and by whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import isnan

import numpy as np

from rules.panel import Floats
from rules.series import OTHER, Metric, Series


@dataclass(frozen=True, slots=True)
class Line:
    """One voice, key, service or source."""

    value: str
    """Empty: of those that have no such label."""
    used: float
    before: float | None
    """None: of the period before nothing is known."""

    @property
    def change(self) -> float:
        return 0.0 if self.before is None else self.used - self.before


@dataclass(frozen=True, slots=True)
class Sheet:
    """The series of one metric: a row for each day, a column for each series.

    NaN is "not told", never zero: what is added up is what was told.
    """

    metric: Metric
    series: tuple[Series, ...]
    values: Floats
    split: int
    """Rows before this one are of the period before."""

    @property
    def used(self) -> Floats:
        """Of each series, in the period."""
        return _added(self.values[self.split :], axis=0)

    @property
    def before(self) -> Floats:
        return _added(self.values[: self.split], axis=0)

    @property
    def total(self) -> float | None:
        """Of all series together; None: nothing was told."""
        return _known(_added(self.values[self.split :])[None])[0]

    @property
    def total_before(self) -> float | None:
        return _known(_added(self.values[: self.split])[None])[0]

    @property
    def days(self) -> Sequence[float | None]:
        """Of all series together."""
        return _known(_added(self.values[self.split :], axis=1))

    @property
    def days_before(self) -> Sequence[float | None]:
        return _known(_added(self.values[: self.split], axis=1))

    def labels(self) -> Sequence[str]:
        """The names that tell its series apart, in the order of their first use."""
        return list(dict.fromkeys(name for one in self.series for name, _ in one.labels))

    def by(self, label: str) -> Sequence[Line]:
        """What each value of a label used, the largest first; whatever was counted together, since
        there were too many, is `other`."""
        used, before = self.used, self.before
        known = self.total_before is not None
        lines: dict[str, Line] = {}
        for column, one in enumerate(self.series):
            value = "other" if one.labels == OTHER else dict(one.labels).get(label, "")
            line = lines.get(value, Line(value, 0.0, 0.0 if known else None))
            lines[value] = _more(line, float(used[column]), float(before[column]))
        told = [line for line in lines.values() if line.used or line.before]
        return sorted(told, key=lambda line: (-line.used, line.value))


def movers(lines: Iterable[Line], many: int) -> Sequence[Line]:
    """Those whose use changed most, either way."""
    moved = [line for line in lines if line.change]
    return sorted(moved, key=lambda line: (-abs(line.change), line.value))[:many]


def _more(line: Line, used: float, before: float) -> Line:
    then = None if line.before is None else line.before + (0.0 if isnan(before) else before)
    return replace(line, used=line.used + (0.0 if isnan(used) else used), before=then)


def _added(values: Floats, axis: int | None = None) -> Floats:
    """What was told, added up; NaN where nothing was."""
    told = ~np.isnan(values)
    return np.asarray(
        np.where(told.any(axis=axis), np.where(told, values, 0.0).sum(axis=axis), np.nan)
    )


def _known(values: Floats) -> Sequence[float | None]:
    return [None if isnan(value) else value for value in values.tolist()]
