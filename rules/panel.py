"""Many series of one metric on one grid of time."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt

from rules.series import Measure, Metric, Series

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Marks:
    """A number for every row of a memory: no two rows that differ ever bear the same, whichever
    memory they are of.

    Without them, whoever keeps what was made from a past must read all of that past again to find
    out that nothing in it changed.
    """

    memory: Floats
    """The rows themselves, that numbers lying elsewhere are not taken for them."""
    rows: npt.NDArray[np.int64]

    def of(self, values: Floats) -> bytes | None:
        """What tells these first rows of the memory apart from all that differ; None where they
        are not of this memory."""
        if values.base is not self.memory or values.strides != self.memory.strides:
            return None
        if _address(values) != _address(self.memory):
            return None
        return self.rows[: len(values)].tobytes()


def _address(values: Floats) -> int:
    address: int = values.__array_interface__["data"][0]
    return address


@dataclass(frozen=True, slots=True)
class Panel:
    """A row for every bucket, a column for every series.

    Rows lie one behind the other in memory, so what one bucket needs of the past (the same hour
    of earlier weeks) is a handful of contiguous rows. NaN is "not told", never zero.
    """

    metric: Metric
    series: tuple[Series, ...]
    start: datetime
    """Where row 0 begins."""
    values: Floats
    closed: int
    """Rows before this one are closed: the vendor is done with them. The others still fill."""
    planned: Flags | None = None
    """Where people said beforehand, or afterwards, that it would be out of the ordinary; None:
    nowhere."""
    beside: Sequence["Panel"] = ()
    """Panels of other metrics that the rule reads as well; on grids of their own."""
    marks: Marks | None = field(default=None, compare=False)
    """Of the memory that the values lie in; None where nobody keeps count of its changes."""

    def __len__(self) -> int:
        return len(self.values)

    @property
    def end(self) -> datetime:
        """Where the row after the last would begin."""
        return self.at(len(self))

    def ordinary(self) -> "Panel":
        """The same without what was planned, which is neither judged nor usual."""
        if self.planned is None:
            return self
        return replace(self, values=np.where(self.planned, np.nan, self.values), planned=None)

    def at(self, row: int) -> datetime:
        """The start of a row's bucket."""
        return self.start + row * self.metric.width

    def row(self, at: datetime) -> int:
        """The row whose bucket holds a moment; below zero or past the end where there is none."""
        return (at - self.start) // self.metric.width

    def until(self, row: int) -> datetime:
        """Up to when a row speaks: a level for its instant, an amount for all its bucket."""
        return self.at(row) if self.metric.measure is Measure.LEVEL else self.at(row + 1)
