"""Buckets in blocks of a day, and what the blocks before each of them have in common.

A day is what rhythm and memory are counted in: the bucket a week ago is the same place seven
blocks earlier, and what is known of a series is brought up to date once a day. Buckets that do not
fit into a day several times are blocks of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from rules.ordinary.foremost import foremost
from rules.panel import Flags, Floats, Panel
from rules.season import DAY
from rules.series import EPOCH

Counts = npt.NDArray[np.uint8]
"""Few enough for a byte each."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a panel lie in blocks."""

    per_block: int
    """Buckets in a block."""
    lead: int
    """Buckets of the first block that lie before the panel."""
    rows: int
    first: date | None
    """The day that the first block is; None where blocks are no days."""

    @property
    def daily(self) -> bool:
        """Whether a block is a day."""
        return self.first is not None

    @property
    def blocks(self) -> int:
        return -(-(self.lead + self.rows) // self.per_block)

    def fold(self, values: Floats) -> Floats:
        """Rows by column, as place by block by column; what lies outside the panel is not told.

        So what is said of a block lies beside all the blocks of a place, in one piece of memory.
        """
        columns = values.shape[1]
        rows = np.full((self.blocks * self.per_block, columns), np.nan)
        rows[self.lead : self.lead + self.rows] = values
        blocks = rows.reshape(self.blocks, self.per_block, columns)
        return np.ascontiguousarray(blocks.swapaxes(0, 1))

    def block(self, row: int) -> int:
        """In which block a row lies."""
        return (self.lead + row) // self.per_block


def layout(panel: Panel, rows: int) -> Layout:
    """The first so many rows of a panel in blocks; days begin at midnight of the metric's zone."""
    width = panel.metric.width
    if width > DAY or DAY % width:
        return Layout(1, 0, rows, first=None)
    lead = (panel.start - EPOCH + panel.metric.offset) % DAY // width
    begins = panel.start + panel.metric.offset - lead * width
    return Layout(DAY // width, lead, rows, begins.date())


def before(values: Floats, many: int, nothing: float) -> Floats:
    """The values with so many blocks of nothing before the beginning: what is not told is nothing.

    Row t + many is block t, so the block `lag` before each begins at row many - lag. Blocks lie
    beside the columns, be it by place or not.
    """
    *places, blocks, columns = values.shape
    padded = np.full((*places, many + blocks, columns), nothing)
    np.copyto(padded[..., many:, :], values, where=~np.isnan(values))
    return padded


def runs(rows: npt.NDArray[Any], many: int, step: int, both: np.ufunc) -> npt.NDArray[Any]:
    """Each row, the one `step` behind it, and so on: so many of them taken together.

    Doubled again and again: a run depends on nothing but its rows, and costs few passes.

    >>> runs(np.arange(8.0)[:, None], 3, 2, np.add)[:, 0]
    array([ 6.,  9., 12., 15.])
    """
    height, one, at = rows.shape[-2] - (many - 1) * step, rows, 0
    found = None
    for power in range(many.bit_length()):
        if power:
            reach = step << (power - 1)
            one = both(one[..., :-reach, :], one[..., reach:, :])
        if many >> power & 1:
            part = one[..., at : at + height, :]
            found = part if found is None else both(found, part)
            at += step << power
    assert found is not None  # noqa: S101
    return found


def outermost(values: Floats, many: int, step: int, both: np.ufunc) -> Floats:
    """The highest, or the lowest, of each block and those before it, each `step` behind the next:
    of so many of them, or as many as there are.

    >>> outermost(np.array([4.0, 9.0, 1.0, 2.0, 0.0])[:, None], 3, 1, np.minimum)[:, 0]
    array([4., 4., 1., 1., 0.])
    """
    found, have = values, 1
    while have < many:
        more = min(have, many - have)
        lag, one = more * step, found
        found = np.empty_like(one)
        found[..., :lag, :] = one[..., :lag, :]
        both(one[..., lag:, :], one[..., :-lag, :], out=found[..., lag:, :])
        have += more
    return found


def totals(values: Floats, many: int) -> Floats:
    """The sum of what was told in each of so many blocks before."""
    return runs(before(values, many, 0.0)[:-1], many, 1, np.add)


def quantile(values: Floats, many: int, share: float, least: int) -> Floats:
    """The value that so large a share of what was told in the blocks before lies at or below; NaN
    where fewer than `least` were told. What is infinite is not told."""
    known, told = np.isfinite(values), np.arange(many + 1)
    up = np.maximum(np.ceil(share * told) - 1, 0).astype(np.intp)
    down = np.maximum(told - 1 - up, 0)
    # From the nearer end, as if it were the front.
    turn, which = (1.0, up) if up[-1] < down[-1] else (-1.0, down)
    counts = _how_many(known, many)
    found = turn * foremost(np.where(known, turn * values, np.inf), many, which[counts])
    return np.where(counts >= least, found, np.nan)


def _how_many(those: Flags, many: int) -> Counts:
    """In the blocks before."""
    rows = np.zeros((many + len(those), *those.shape[1:]), dtype=np.uint8)
    rows[many:] = those
    return runs(rows[:-1], many, 1, np.add)


def mean(values: Floats, weights: Floats, many: int, cap: Floats) -> Floats:
    """The weighted mean of what was told in the blocks before, of which nothing is taken for
    more than `cap`."""
    own = before(np.where(np.isnan(values), 0.0, weights), many, 0.0)
    samples, height = before(values, many, 0.0), len(values)
    total, part = np.zeros_like(cap), np.empty_like(cap)
    for first in range(many - 1, -1, -1):
        np.minimum(samples[first : first + height], cap, out=part)
        np.multiply(part, own[first : first + height], out=part)
        np.add(total, part, out=total)
    weight: Floats = runs(own[:-1], many, 1, np.add)
    found: Floats = np.full_like(cap, np.nan)
    return np.divide(total, weight, out=found, where=weight > 0)


def counted(those: Flags) -> Floats:
    """How many of each block."""
    enough = np.uint8 if len(those) < 256 else np.uint32
    many = np.add.reduce(those.view(np.uint8), axis=0, dtype=enough)
    return np.asarray(many, dtype=np.float64)


def highest(folded: Floats) -> Floats:
    """The highest of each block; NaN where nothing is told."""
    return np.asarray(np.fmax.reduce(folded, axis=0))


def told_in(folded: Floats) -> Floats:
    """The sum of what is told in each block, where nothing is negative."""
    return np.asarray(np.fmax(folded, 0.0).sum(axis=0))


def chosen(which: npt.NDArray[Any], arrays: Sequence[Floats]) -> Floats:
    """Of each number the array that it is to be taken from. By its bits: to ask for each of them
    costs seven times as much."""
    bits = np.zeros(arrays[0].shape, dtype=np.int64)
    for number, array in enumerate(arrays):
        all_or_none = -(which == number).astype(np.int64)
        bits |= array.view(np.int64) & all_or_none
    return bits.view(np.float64)
