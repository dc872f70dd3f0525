"""A panel held against its own past: how far every bucket strays, and how rare that is.

All that a day is measured by is known when it begins. So what a day needs is made once and kept in
a small memory; it is found again by the very numbers it was made from, and forgetting it changes
nothing but the time it takes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from zlib import crc32

import numpy as np

from rules.ordinary.blocks import Layout, layout
from rules.ordinary.expected import expected_amounts, expected_levels
from rules.ordinary.rare import Asked, Far, Own, Tail, own, tail
from rules.ordinary.strays import (
    Held,
    Look,
    Yardstick,
    amount_score,
    amount_yardsticks,
    level_score,
    level_yardstick,
    sums,
    windows,
)
from rules.panel import Floats, Panel
from rules.past import Places
from rules.series import Measure, Metric

CHUNK = 1 << 17
"""So many buckets are worked on at once."""


FAR = {
    Look.MORE: Far(told=1.0, falls=1.2, grows=3.0),
    Look.LESS: Far(told=0.6, falls=0.8, grows=3.0),
    Look.NOTHING: Far(told=0.6, falls=0.8, grows=6.0),
}
"""Measured on quiet worlds. Upwards there is no end to how far series differ; downwards there is,
at zero, and little of what lacks is nothing at all."""


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
class Ground:
    """What some blocks are measured by."""

    first: int
    """The first of these blocks."""
    windows: tuple[Window, ...]
    """By row from the first place of the first block on."""
    own: Own
    """By block from the first on."""
    tails: tuple[Tail | None, ...]


@dataclass(frozen=True, slots=True)
class Sums:
    """One window over the rows in question, by row and column; NaN where too little is known."""

    buckets: int
    observed: Floats
    expected: Floats
    sigma: Floats
    score: Floats
    """How many sigmas `observed` lies to the side that is looked to."""


@dataclass(frozen=True, slots=True)
class Strip:
    """Some columns of what is watched, by row and column."""

    columns: slice
    sums: tuple[Sums, ...]
    """The shortest first."""
    goal: Floats
    """What a score must exceed."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Some rows of a panel against what came before them."""

    panel: Panel
    rows: slice
    look: Look
    ground: Ground
    blocks: Places
    """By row: which block of the ground it lies in."""
    places: slice
    """Where in the ground the rows lie."""
    span: timedelta
    """How long a block is."""

    def strips(self, often: float) -> Iterator[Strip]:
        """From the first column on, so few at once that what is made of them stays in the cache;
        for so many false alarms in a block."""
        wide = max(CHUNK // len(self.blocks), 1)
        goal = self.ground.own.goal(Asked.of(self.ground.tails, often))
        for start in range(0, self.panel.values.shape[1], wide):
            columns = slice(start, start + wide)
            yield Strip(columns, tuple(self._sums(columns)), goal[self.blocks, columns])

    def _sums(self, columns: slice) -> Iterator[Sums]:
        windows = self.ground.windows
        start = max(self.rows.start - windows[-1].buckets + 1, 0)
        part = self.panel.values[None, start : self.rows.stop, columns]
        known = sums(part, [window.buckets for window in windows])
        for window, observed in zip(windows, known, strict=True):
            yield self._held(window, observed[0, self.rows.start - start :], columns)

    def _held(self, window: Window, observed: Floats, columns: slice) -> Sums:
        expected = np.ascontiguousarray(window.expected[self.places, columns])
        sigma = np.ascontiguousarray(window.sigma[self.places, columns])
        score = level_score if self.panel.metric.measure is Measure.LEVEL else amount_score
        scores = score(
            Held(observed, expected, sigma, window.grows[self.blocks, columns]), self.look
        )
        return Sums(window.buckets, observed, expected, sigma, scores)


def watched(panel: Panel, rows: slice, eye: Eye) -> Watched:
    """Hold these rows of a panel against all that came before them."""
    lay = layout(panel, rows.stop)
    first, last = lay.block(rows.start), lay.block(rows.stop - 1)
    begin = max(first * lay.per_block - lay.lead, 0)
    if first == last:
        ground = _remembered(_Key(panel.values[:begin], panel, eye))
    else:
        ground = _ground(panel, panel.values[: rows.stop], first, eye)
    return _held(panel, rows, ground, eye)


_FORGOTTEN: Floats = np.empty((0, 0))


class _Key:
    """A past as what it holds, so that the ground made from it is found again."""

    def __init__(self, values: Floats, panel: Panel, eye: Eye) -> None:
        self.values, self.eye = values, eye
        self.panel = replace(panel, values=_FORGOTTEN, beside=(), marks=None)
        marked = None if panel.marks is None else panel.marks.of(values)
        what = _digest(values) if marked is None else marked
        self._equal = (what, values.shape, panel.start, panel.metric, eye)

    def __hash__(self) -> int:
        return hash(self._equal)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._equal == other._equal


def _digest(values: Floats) -> tuple[int, bytes]:
    """Where nobody keeps count of changes. Two sums, since a tick must not take a tenth of a second
    to find out that there were none: a change that neither of them notices is one in billions."""
    values = np.ascontiguousarray(values)
    rows = np.add.reduce(values.view(np.uint64), axis=1)
    return crc32(values.data), rows.tobytes()


@lru_cache(maxsize=8)
def _remembered(key: _Key) -> Ground:
    """The ground of the one block that follows a past."""
    lay = layout(key.panel, len(key.values))
    untold = lay.per_block - (lay.lead + len(key.values)) % lay.per_block
    following = np.full((untold, key.values.shape[1]), np.nan)
    values = np.concatenate([key.values, following])
    block = lay.block(len(key.values))
    ground = _ground(key.panel, values, block, key.eye)
    key.values = _FORGOTTEN  # the digest alone finds it again
    return ground


def _ground(panel: Panel, values: Floats, first: int, eye: Eye) -> Ground:
    lay = layout(panel, len(values))
    columns = values.shape[1]
    pieces = max(columns // max(CHUNK // len(values), 1), 1)
    worst = np.empty((lay.blocks, columns))
    found = [
        _window(buckets, (lay.blocks - first, lay.per_block, columns))
        for buckets in _lengths(panel.metric, lay, eye)
    ]
    for those in np.array_split(np.arange(columns), pieces):
        part = slice(int(those[0]), int(those[-1]) + 1)
        yardsticks = _yardsticks(panel.metric, values[:, part], lay, eye)
        for window, yardstick in zip(found, yardsticks, strict=True):
            window.expected[:, :, part] = yardstick.expected[:, first:].swapaxes(0, 1)
            window.sigma[:, :, part] = yardstick.sigma[:, first:].swapaxes(0, 1)
            window.grows[:, part] = yardstick.grows[first:]
        worst[:, part] = _worst(yardsticks)
    start = panel.start + panel.metric.offset - lay.lead * panel.metric.width
    known = own(worst, start if lay.daily else None)
    drawn = known.drawn_in(worst, slice(None))
    far = FAR[eye.look]
    tails = tuple(tail(drawn, block, far) for block in range(first, lay.blocks))
    return Ground(first, tuple(window.flat() for window in found), known.since(first), tails)


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


def _held(panel: Panel, rows: slice, ground: Ground, eye: Eye) -> Watched:
    lay = layout(panel, rows.stop)
    start = lay.lead + rows.start - ground.first * lay.per_block
    places = slice(start, start + rows.stop - rows.start)
    blocks = np.arange(places.start, places.stop) // lay.per_block
    span = lay.per_block * panel.metric.width
    return Watched(panel, rows, eye.look, ground, blocks, places, span)
