"""What the buckets of some blocks are measured by, and what is seen of those that were told."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from rules.ordinary.blocks import Layout, layout
from rules.ordinary.expected import expected_amounts, expected_levels
from rules.ordinary.rare import Far, Own, Tail, own, tail
from rules.ordinary.strays import (
    Look,
    Yardstick,
    amount_yardsticks,
    level_yardstick,
    scored,
    windows,
)
from rules.ordinary.turns import First
from rules.panel import Flags, Floats, Panel
from rules.series import Measure, Metric

CHUNK = 1 << 17
"""So many buckets are worked on at once."""


FAR = {
    Look.MORE: Far(told=1.0, falls=1.2, grows=3.0),
    Look.LESS: Far(told=0.6, falls=0.5, grows=4.0),
    Look.NOTHING: Far(told=0.6, falls=0.7, grows=6.0),
}
"""Measured on quiet worlds. Upwards there is no end to how far series differ; downwards there is,
at zero, and little of what lacks is nothing at all."""
CALM = 1.0
"""A window within one sigma is."""
VISIBLE = 2.0
"""Where not even no use at all would be so many sigmas too little, calm says nothing."""


@dataclass(frozen=True, slots=True)
class Eye:
    look: Look
    shares: tuple[int, ...]
    """Over how many 24ths of a day amounts are summed."""


@dataclass(frozen=True, slots=True)
class Window:
    """What sums over so many buckets are held against, by row and column."""

    buckets: int
    expected: Floats
    sigma: Floats
    grows: Floats
    """By block."""

    def flat(self) -> "Window":
        columns = self.expected.shape[2]
        expected, sigma = self.expected.reshape(-1, columns), self.sigma.reshape(-1, columns)
        return Window(self.buckets, expected, sigma, self.grows)


@dataclass(frozen=True, slots=True)
class Sums:
    """One window over the buckets in question; NaN where too little is known."""

    buckets: int
    observed: Floats
    expected: Floats
    sigma: Floats
    score: Floats
    """How many sigmas `observed` lies to the side that is looked to."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Of the windows that end with each of some buckets."""

    score: Floats
    """Of the shortest, which speaks of the bucket itself."""
    highest: Floats
    """Of all scores."""
    calm: Flags
    """Whether the shortest windows are in order, as far as they could show anything."""

    @classmethod
    def empty(cls, shape: tuple[int, ...]) -> "Seen":
        return cls(np.empty(shape), np.empty(shape), np.empty(shape, dtype=np.bool_))

    @classmethod
    def of(cls, sums: Sequence[Sums], look: Look) -> "Seen":
        """The shortest first."""
        calm = np.ones(sums[0].score.shape, dtype=np.bool_)
        for each in sums[:2]:
            calm &= each.score < CALM
            if look is not Look.MORE:
                calm &= np.sqrt(np.maximum(each.expected, 0.0)) > VISIBLE * each.sigma
        return cls(sums[0].score, reduce(np.fmax, [each.score for each in sums]), calm)

    def part(self, rows: slice) -> "Seen":
        return Seen(self.score[rows], self.highest[rows], self.calm[rows])

    def swapped(self, first: int) -> "Seen":
        """From such a block on; by block and place what was by place and block."""
        score, highest = self.score[:, first:], self.highest[:, first:]
        calm = self.calm[:, first:].swapaxes(0, 1)
        return Seen(score.swapaxes(0, 1), highest.swapaxes(0, 1), calm)

    def flat(self) -> "Seen":
        """By row what was by block and place."""
        shape = -1, self.score.shape[2]
        score, highest = self.score.reshape(shape), self.highest.reshape(shape)
        return Seen(score, highest, self.calm.reshape(shape))


@dataclass(frozen=True, slots=True)
class Ground:
    """What some blocks are measured by."""

    first: int
    """The first of these blocks."""
    windows: tuple[Window, ...]
    """By row from the first place of the first block on; the shortest first."""
    own: Own
    """By block from the first on."""
    tails: tuple[Tail | None, ...]
    seen: Seen | None
    """By row; None where these blocks were yet to come when it was made."""


def lay_over(into: Seen, where: Any, part: Seen) -> None:
    into.score[where], into.highest[where] = part.score, part.highest
    into.calm[where] = part.calm


@dataclass(frozen=True, slots=True)
class Past:
    """What a ground is made from."""

    panel: Panel
    values: Floats
    first: int
    """The block it is made for, and those after it."""
    told: bool
    """Whether these blocks are among the values."""


def ground_of(past: Past, eye: Eye) -> Ground:
    panel, values, first = past.panel, past.values, past.first
    lay = layout(panel, len(values))
    columns = values.shape[1]
    pieces = max(columns // max(CHUNK // len(values), 1), 1)
    worst, shape = np.empty((lay.blocks, columns)), (lay.blocks - first, lay.per_block, columns)
    found = [_window(buckets, shape) for buckets in _lengths(panel.metric, lay, eye)]
    seen = Seen.empty(shape) if past.told else None
    for those in np.array_split(np.arange(columns), pieces):
        part = slice(int(those[0]), int(those[-1]) + 1)
        yardsticks = _yardsticks(panel.metric, values[:, part], lay, eye)
        for window, yardstick in zip(found, yardsticks, strict=True):
            window.expected[:, :, part] = yardstick.expected[:, first:].swapaxes(0, 1)
            window.sigma[:, :, part] = yardstick.sigma[:, first:].swapaxes(0, 1)
            window.grows[:, part] = yardstick.grows[first:]
        if seen is not None:
            by_place = _seen(yardsticks, panel.metric.measure, eye.look)
            lay_over(seen, np.s_[:, :, part], by_place.swapped(first))
        worst[:, part] = _worst(yardsticks)
    start = panel.start + panel.metric.offset - lay.lead * panel.metric.width
    first_turn = First.COUNTS if panel.metric.measure is Measure.LEVEL else First.TEACHES
    known = own(worst, start if lay.daily else None, first_turn)
    drawn = known.drawn_in(worst, slice(None))
    far = FAR[eye.look]
    tails = tuple(tail(drawn, block, far) for block in range(first, lay.blocks))
    mine = known.since(first)
    laid = None if seen is None else seen.flat()
    return Ground(first, tuple(window.flat() for window in found), mine, tails, laid)


def _seen(yardsticks: Sequence[Yardstick], measure: Measure, look: Look) -> Seen:
    scores = [scored(each, measure, look) for each in yardsticks]
    held = [
        Sums(each.buckets, each.observed, each.expected, each.sigma, score)
        for each, score in zip(yardsticks, scores, strict=True)
    ]
    return Seen.of(held, look)


def _window(buckets: int, shape: tuple[int, int, int]) -> Window:
    return Window(buckets, np.empty(shape), np.empty(shape), np.empty((shape[0], shape[2])))


def _lengths(metric: Metric, lay: Layout, eye: Eye) -> tuple[int, ...]:
    return (1,) if metric.measure is Measure.LEVEL else windows(lay.per_block, eye.shares)


def _yardsticks(metric: Metric, values: Floats, lay: Layout, eye: Eye) -> list[Yardstick]:
    folded = lay.fold(values)
    if metric.measure is Measure.LEVEL:
        return [level_yardstick(folded, expected_levels(folded, lay), eye.look)]
    usual = expected_amounts(folded, lay)
    return amount_yardsticks(folded, usual, _lengths(metric, lay, eye), eye.look)


def _worst(yardsticks: list[Yardstick]) -> Floats:
    found: Floats = np.fmax.reduce([each.worst for each in yardsticks])
    return found
