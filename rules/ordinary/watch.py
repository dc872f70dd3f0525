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

from rules.ordinary.blocks import layout
from rules.ordinary.ground import (
    CHUNK,
    Eye,
    Ground,
    Past,
    Seen,
    Sums,
    ground_of,
    lay_over,
)
from rules.ordinary.rare import Tail
from rules.ordinary.strays import Held, Look, amount_score, level_score
from rules.ordinary.sums import sums
from rules.panel import Floats, Panel
from rules.past import Places
from rules.series import Measure


@dataclass(frozen=True, slots=True)
class Strip:
    """Some of the rows that are watched, by row and column: of their shortest windows, and of what
    is seen by all."""

    rows: slice
    blocks: Places
    """By row: which block of the ground it lies in."""
    observed: Floats
    expected: Floats
    sigma: Floats
    seen: Seen


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

    def tails(self) -> list[Tail | None]:
        """By row."""
        return [self.ground.tails[block] for block in self.blocks.tolist()]

    def strips(self, seen: Seen) -> Iterator[Strip]:
        """From the first row on, so few at once that what is made of them stays in the cache."""
        high = max(CHUNK // max(self.panel.values.shape[1], 1), 1)
        shortest = self.ground.windows[0]
        expected, sigma = shortest.expected[self.places], shortest.sigma[self.places]
        for start in range(0, len(self.blocks), high):
            rows = slice(start, min(start + high, len(self.blocks)))
            observed = self._observed(rows, shortest.buckets)
            held = (observed, expected[rows], sigma[rows])
            yield Strip(rows, self.blocks[rows], *held, seen.part(rows))

    def windows(self, rows: Places, columns: Places) -> tuple[Sums, ...]:
        """Every window that ends with one of these buckets, in a line each; rows are counted from
        the first that is watched."""
        windows, since = self.ground.windows, rows + self.rows.start
        back = since - np.arange(windows[-1].buckets)[::-1, None]
        values = self.panel.values[np.maximum(back, 0), columns]
        values[back < 0] = np.nan
        known = sums(values[None], [window.buckets for window in windows])
        places, blocks = rows + self.places.start, self.blocks[rows]
        return tuple(
            self._held(
                window.buckets,
                Held(
                    observed[0, -1],
                    window.expected[places, columns],
                    window.sigma[places, columns],
                    window.grows[blocks, columns],
                ),
            )
            for window, observed in zip(windows, known, strict=True)
        )

    def _observed(self, rows: slice, buckets: int) -> Floats:
        start, stop = self.rows.start + rows.start, self.rows.start + rows.stop
        lead = min(start, buckets - 1)
        summed = sums(self.panel.values[None, start - lead : stop], [buckets])
        return summed[0][0, lead:]

    def seen(self) -> Seen:
        """By row and column. Whoever asks may write over it, but only once ask."""
        if self.ground.seen is not None:
            return self.ground.seen.part(self.places)
        wide = max(CHUNK // len(self.blocks), 1)
        seen = Seen.empty((len(self.blocks), self.panel.values.shape[1]))
        for start in range(0, self.panel.values.shape[1], wide):
            columns = slice(start, start + wide)
            lay_over(seen, np.s_[:, columns], Seen.of(tuple(self._sums(columns)), self.look))
        return seen

    def _sums(self, columns: slice) -> Iterator[Sums]:
        windows = self.ground.windows
        start = max(self.rows.start - windows[-1].buckets + 1, 0)
        part = self.panel.values[None, start : self.rows.stop, columns]
        known = sums(part, [window.buckets for window in windows])
        for window, observed in zip(windows, known, strict=True):
            expected = np.ascontiguousarray(window.expected[self.places, columns])
            sigma = np.ascontiguousarray(window.sigma[self.places, columns])
            grows = window.grows[self.blocks, columns]
            here = observed[0, self.rows.start - start :]
            yield self._held(window.buckets, Held(here, expected, sigma, grows))

    def _held(self, buckets: int, held: Held) -> Sums:
        score = level_score if self.panel.metric.measure is Measure.LEVEL else amount_score
        return Sums(buckets, held.observed, held.expected, held.sigma, score(held, self.look))


def watched(panel: Panel, rows: slice, eye: Eye) -> Watched:
    """Hold these rows of a panel against all that came before them."""
    lay = layout(panel, rows.stop)
    first, last = lay.block(rows.start), lay.block(rows.stop - 1)
    begin = max(first * lay.per_block - lay.lead, 0)
    if first == last:
        ground = _remembered(_Key(panel.values[:begin], panel, eye))
    else:
        ground = ground_of(Past(panel, panel.values[: rows.stop], first, told=True), eye)
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
    ground = ground_of(Past(key.panel, values, block, told=False), key.eye)
    key.values = _FORGOTTEN  # the digest alone finds it again
    return ground


def _held(panel: Panel, rows: slice, ground: Ground, eye: Eye) -> Watched:
    lay = layout(panel, rows.stop)
    start = lay.lead + rows.start - ground.first * lay.per_block
    places = slice(start, start + rows.stop - rows.start)
    blocks = np.arange(places.start, places.stop) // lay.per_block
    span = lay.per_block * panel.metric.width
    return Watched(panel, rows, eye.look, ground, blocks, places, span)
