"""Some buckets of a matrix, and what stood before each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided

from rules.panel import Flags, Floats

Places = npt.NDArray[np.intp]
"""Row or column numbers."""


class Past(Protocol):
    """Some buckets, and what stood before each of them."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    def before(self, lags: Sequence[int]) -> list[Floats]:
        """What stood so many buckets earlier. Lags before all that was told may be left out."""
        ...

    def only(self, those: Flags) -> "Past":
        """The flagged ones of these buckets, in a line."""
        ...


@dataclass(frozen=True, slots=True)
class Cells:
    """Single buckets of a matrix, wherever they are."""

    values: Floats
    rows: Places
    columns: Places

    @property
    def shape(self) -> tuple[int, ...]:
        return self.rows.shape

    def before(self, lags: Sequence[int]) -> list[Floats]:
        last = self.rows.max(initial=0)
        first = self.rows.min(initial=last)
        # In one line of memory a place is one number, which is half the price of two.
        line, wide = _line(self.values)
        here = self.rows * wide + self.columns
        found = []
        for lag in (lag for lag in lags if lag <= last):
            samples = line.take(here - lag * wide, mode="clip")
            if lag > first:
                samples[self.rows < lag] = np.nan
            found.append(samples)
        return found

    def only(self, those: Flags) -> "Cells":
        return self.part(those)

    def part(self, those: Flags | Places | slice | tuple[Places, Places]) -> "Cells":
        return Cells(self.values, self.rows[those], self.columns[those])


def _line(matrix: Floats) -> tuple[Floats, int]:
    """A matrix as the line of memory it lies in, and how far apart in it its rows begin.

    A memory with room to grow keeps its rows further apart than they are wide: to lay them side by
    side first would copy all of it, for a handful of cells, each time.
    """
    step = matrix.itemsize
    apart, rest = divmod(matrix.strides[0], step)
    if matrix.size == 0 or matrix.strides[1] != step or rest or apart < matrix.shape[1]:
        return matrix.reshape(-1), matrix.shape[1]
    length = apart * (len(matrix) - 1) + matrix.shape[1]
    return as_strided(matrix, (length,), (step,), writeable=False), apart


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of a matrix: its past is rectangles too, which need no copying."""

    values: Floats
    rows: slice
    columns: slice

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values[self.rows, self.columns].shape

    def before(self, lags: Sequence[int]) -> list[Floats]:
        return [self._back(lag) for lag in lags if lag < self.rows.stop]

    def only(self, those: Flags) -> Cells:
        rows, columns = np.nonzero(those)
        return Cells(self.values, rows + self.rows.start, columns + self.columns.start)

    def _back(self, lag: int) -> Floats:
        start, stop = self.rows.start - lag, self.rows.stop - lag
        found = self.values[max(start, 0) : stop, self.columns]
        return found if start >= 0 else np.pad(found, ((-start, 0), (0, 0)), constant_values=np.nan)
