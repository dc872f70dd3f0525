"""Which comes so far from the front of the blocks before each, without putting all in order.

A quarter of four weeks is seven days: whoever asks what three quarters stay below needs the eight
largest and no more. Those of twice as many blocks are the first of two such lists, and two lists
are merged by comparing whole arrays at once. What is compared are the places that the numbers take
among all of their series: one byte each, of which eight times as many are compared at once.
"""

import numpy as np
import numpy.typing as npt

from rules.panel import Floats
from rules.past import Places

Ranks = npt.NDArray[np.unsignedinteger]


def foremost(values: Floats, many: int, which: Places) -> Floats:
    """Of the blocks before each, so many of them, the one that so many are smaller than, by block
    and column; infinite where there are no more than that.

    >>> foremost(np.array([[5.0], [1.0], [4.0], [9.0]]), 3, np.array([[0], [0], [1], [1]]))[:, 0]
    array([inf,  5.,  5.,  4.])
    """
    lines = np.ascontiguousarray(values.T)
    columns, blocks = lines.shape
    order = np.argsort(lines, axis=1)
    order += (np.arange(columns) * blocks)[:, None]
    small = np.uint8 if blocks < 255 else np.uint32
    ranks = np.empty(lines.shape, dtype=small)
    ranks.reshape(-1)[order] = np.arange(blocks, dtype=small)
    rows = np.full((many + blocks - 1, columns), blocks, dtype=small)
    rows[many:] = ranks.T[:-1]
    keep = 1 << int(which.max(initial=0)).bit_length()
    first = _first(rows, many, keep)
    here = which * which.size
    here += np.arange(which.size).reshape(which.shape)
    found = np.minimum(first.reshape(-1)[here], blocks)
    ordered = np.full((columns, blocks + 1), np.inf)
    ordered[:, :-1] = lines.reshape(-1)[order]
    return np.asarray(ordered.reshape(-1)[found + np.arange(columns) * (blocks + 1)])


def _first(rows: Ranks, many: int, keep: int) -> Ranks:
    """By place in order, the first of each row and the ones behind it."""
    height, one, at = len(rows) - many + 1, rows[None], 0
    found = one[:0]
    for power in range(many.bit_length()):
        if power:
            reach = 1 << (power - 1)
            one = _merged(one[:, :-reach], one[:, reach:], keep)
        if many >> power & 1:
            part = one[:, at : at + height]
            found = _merged(found, part, keep) if len(found) else part
            at += 1 << power
    return np.ascontiguousarray(found)


def _merged(few: Ranks, many: Ranks, keep: int) -> Ranks:
    """The first of two lists in order, of which the second is no shorter. Of one list and another
    turned round, the nearer of each pair are the first ones of both, and fall and rise but once."""
    wide = min(2 * len(many), keep)
    top = np.full((wide, *many.shape[1:]), np.iinfo(many.dtype).max, dtype=many.dtype)
    top[: len(many)] = many
    back = top[wide - len(few) :]
    np.minimum(back, few[::-1], out=back)
    return _ordered(top)


def _ordered(top: Ranks) -> Ranks:
    """In order what falls and rises but once."""
    other, wide = np.empty_like(top), len(top)
    while wide > 1:
        wide //= 2
        now, then = (each.reshape(-1, 2, wide, *top.shape[1:]) for each in (top, other))
        np.minimum(now[:, 0], now[:, 1], out=then[:, 0])
        np.maximum(now[:, 0], now[:, 1], out=then[:, 1])
        top, other = other, top
    return top
