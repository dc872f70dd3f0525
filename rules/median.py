"""Exact order statistics down a short stack of long rows, by a network of minima and maxima.

Sorting each column by itself costs hundreds of nanoseconds; a merge network compares whole rows
at once, and only as far as the ranks that were asked for depend on it.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

from rules.panel import Floats

Exchange = tuple[int, int, bool, bool]
"""Compare two lines; keep the smaller on the first, the larger on the second, if needed at all."""

DEEPEST = 32
"""With more rows than this, sorting wins (measured at 20,000 columns)."""
NARROWEST = 128
"""With fewer columns than this, sorting wins: every step of the network costs a call."""


def ranked(rows: Sequence[Floats], ranks: tuple[int, ...]) -> list[Floats]:
    """The values of these ranks (0 is the smallest) in every column; NaN where a value is NaN.

    >>> stack = [np.array([3.0, 1.0]), np.array([1.0, np.nan]), np.array([2.0, 5.0])]
    >>> ranked(stack, (1,))
    [array([ 2., nan])]
    """
    if len(rows) > DEEPEST or rows[0].size < NARROWEST:
        return _sorted(rows, ranks)
    return _networked(rows, ranks)


def _sorted(rows: Sequence[Floats], ranks: tuple[int, ...]) -> list[Floats]:
    stack = np.sort(np.stack(rows), axis=0)
    missing = np.isnan(stack[-1])  # sorting puts NaN last
    return [np.where(missing, np.nan, stack[rank]) for rank in ranks]


def _networked(rows: Sequence[Floats], ranks: tuple[int, ...]) -> list[Floats]:
    lines = list(rows)
    spare: list[Floats] = []
    ours: set[int] = set()
    for low, high, wants_low, wants_high in network(len(rows), ranks):
        one, other = lines[low], lines[high]
        if wants_low:
            lines[low] = np.minimum(one, other, out=spare.pop() if spare else None)
        if wants_high:
            lines[high] = np.maximum(one, other, out=spare.pop() if spare else None)
        # What was read is free again, unless it belongs to the caller.
        spare += [line for line in (one, other) if id(line) in ours]
        ours |= {id(lines[low])} if wants_low else set()
        ours |= {id(lines[high])} if wants_high else set()
    return [lines[rank] for rank in ranks]


@cache
def network(lines: int, ranks: tuple[int, ...]) -> tuple[Exchange, ...]:
    """Batcher's odd-even merge network, without what these ranks do not depend on.

    >>> network(3, (0,))
    ((0, 1, True, False), (0, 2, True, False))
    """
    needed = set(ranks)
    kept: list[Exchange] = []
    for low, high in reversed(_exchanges(lines)):
        if low in needed or high in needed:
            kept.append((low, high, low in needed, high in needed))
            needed |= {low, high}
    return tuple(reversed(kept))


def _exchanges(lines: int) -> list[tuple[int, int]]:
    """The whole network for the next power of two, as if the lines past the end held infinity."""
    size = 1 << (lines - 1).bit_length()
    runs = [1 << power for power in range(size.bit_length() - 1)]
    return [
        (low, low + gap)
        for run in runs
        for gap in [run >> power for power in range(run.bit_length())]
        for start in range(gap % run, size - gap, 2 * gap)
        for low in range(start, min(start + gap, size - gap))
        if low // (2 * run) == (low + gap) // (2 * run) and low + gap < lines
    ]
