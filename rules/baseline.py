"""What a series' own past makes usual: the middle of comparable buckets, and how far they stray.

Everything is computed from the panel, nothing is learned or kept. The middle is a median and the
straying a three-quarter quantile, so that a quarter of the past may have been odd and not matter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rules.median import ranked
from rules.panel import Floats, Panel
from rules.past import Block, Cells, Past, Places
from rules.season import Season

BLOCK = 8192
"""So many buckets are worked on at once: a stack of them stays in the processor's cache."""

STRAY = np.array(
    [np.nan] * 4
    + [0.61, 0.84, 0.96, 1.08, 0.87, 0.96, 1.04, 1.10, 0.96, 1.02, 1.07, 1.11, 1.01, 1.05, 1.09]
    + [1.12, 1.03, 1.07, 1.10, 1.13, 1.05, 1.08, 1.10, 1.13, 1.07]
    + [1.10] * 72
    + [1.14] * 188
)
"""By how much the three-quarter quantile of |sample - median| of n samples (n is the index) must
be divided to give the standard deviation of the next sample around that median.

For many samples of a normal noise it is 1.1503, the quantile itself. For few it is less: the
median lies close to its own samples, and strays a little itself, which the next sample does not
follow. Simulated with 1.6 to 10 million draws each, and with 20,000 for some beyond 100; from
n = 29 on one figure stands for many, within 3 %."""

RANK = np.maximum(-(-3 * np.arange(len(STRAY)) // 4) - 1, 0)
"""The rank that a quarter of n samples, rounded down, lies beyond."""


@dataclass(frozen=True, slots=True)
class Usual:
    """NaN where too little is known; both arrays have the shape of what was asked for."""

    expected: Floats
    spread: Floats
    """About one standard deviation, were the noise normal. Zero where the past is flat."""


@np.errstate(over="ignore", invalid="ignore")
def usual(past: Past, of: Sequence[Season]) -> Usual:
    """What is usual by the first of these seasons that knows, for each bucket by itself."""
    if not of:
        return _unknown(past.shape)
    samples = past.before(of[0].lags)
    expected = _middle(samples, of[0].least, past.shape)
    spread = _strays(samples, expected)
    missing = np.isnan(expected)
    if missing.any():
        rest = usual(past.only(missing), of[1:])
        expected[missing] = rest.expected
        spread[missing] = rest.spread
    return Usual(expected, spread)


@np.errstate(over="ignore", invalid="ignore")
def middle(past: Past, of: Sequence[Season]) -> Floats:
    """The same, without the spread: half the work."""
    if not of:
        return np.full(past.shape, np.nan)
    expected = _middle(past.before(of[0].lags), of[0].least, past.shape)
    missing = np.isnan(expected)
    if missing.any():
        expected[missing] = middle(past.only(missing), of[1:])
    return expected


def usual_in(panel: Panel, rows: slice, of: Sequence[Season]) -> Usual:
    """What is usual in these rows, for every series."""
    found = _unknown(panel.values[rows].shape)
    for block in _blocks(panel, rows):
        here = slice(block.rows.start - rows.start, block.rows.stop - rows.start), block.columns
        part = usual(block, of)
        found.expected[here] = part.expected
        found.spread[here] = part.spread
    return found


def middle_at(cells: Cells, of: Sequence[Season]) -> Floats:
    """The middle in these buckets."""
    found = np.empty(cells.shape)
    for start in range(0, len(found), BLOCK):
        here = slice(start, start + BLOCK)
        found[here] = middle(cells.part(here), of)
    return found


def _middle(samples: Sequence[Floats], least: int, shape: tuple[int, ...]) -> Floats:
    many = len(samples)
    if many < least:
        return np.full(shape, np.nan)
    low, high = ranked(samples, ((many - 1) // 2, many // 2))
    found = (low + high) / 2
    missing = np.isnan(found)
    if missing.any():
        stack, told = _told([sample[missing] for sample in samples])
        some = (_pick(stack, (told - 1) // 2) + _pick(stack, told // 2)) / 2
        found[missing] = np.where(told < least, np.nan, some)
    return found


def _strays(samples: Sequence[Floats], expected: Floats) -> Floats:
    """How far the samples usually lie from their middle."""
    if np.isnan(expected).all():
        return np.full(expected.shape, np.nan)
    strays = [np.abs(np.subtract(sample, expected)) for sample in samples]
    found: Floats = ranked(strays, (int(RANK[len(samples)]),))[0] / STRAY[len(samples)]
    missing = np.isnan(found) & ~np.isnan(expected)
    if missing.any():
        stack, told = _told([stray[missing] for stray in strays])
        found[missing] = _pick(stack, RANK[told]) / STRAY[told]
    return found


def _told(samples: Sequence[Floats]) -> tuple[Floats, Places]:
    """What was told, sorted and NaN last, and how many that is."""
    stack = np.sort(np.stack(samples), axis=0)
    told: Places = np.count_nonzero(~np.isnan(stack), axis=0)
    return stack, told


def _pick(stack: Floats, rank: Places) -> Floats:
    picked: Floats = np.take_along_axis(stack, rank[None], axis=0)[0]
    return picked


def _blocks(panel: Panel, rows: slice) -> Iterator[Block]:
    wide = min(max(len(panel.series), 1), BLOCK)
    tall = BLOCK // wide
    for top in range(rows.start, rows.stop, tall):
        for left in range(0, len(panel.series), wide):
            tops = slice(top, min(top + tall, rows.stop))
            yield Block(panel.values, tops, slice(left, min(left + wide, len(panel.series))))


def _unknown(shape: tuple[int, ...]) -> Usual:
    return Usual(np.full(shape, np.nan), np.full(shape, np.nan))
