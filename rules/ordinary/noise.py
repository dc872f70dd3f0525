"""How far a series strays by itself, on the scale on which its numbers stray evenly.

Counts stray by the square root of what is expected, and by a share of it beyond that; so on the
square root scale the variance is a constant and a part that grows with the level: `still + grows *
e**2`, for an expected root of e. Both are read off the series' own last four weeks. A quarter of
those days may have been odd: where their squares are more than three times as large as those of the
other days, the rest is cut off.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rules.ordinary.blocks import counted, mean, quantile, totals
from rules.panel import Flags, Floats

MEMORY = 28
"""So many blocks before each are looked at."""
LEAST = 7
"""With fewer blocks told, none of them is held to be odd; with fewer buckets, nothing is known."""
ODD = 3.0
"""So many times what the squares of three quarters of the blocks stay below is as far as any may
count."""
QUIET = 0.05
"""Where no more than this share of the usual is expected, there is no noise to be seen."""


@dataclass(frozen=True, slots=True)
class Noise:
    """A number for each block and column; NaN where too little is known."""

    still: Floats
    grows: Floats

    def sigma(self, power: Floats) -> Floats:
        """One standard deviation where so much is expected, by place, block and column."""
        variance = self.variance(power)
        return np.sqrt(variance, out=variance)

    def variance(self, power: Floats) -> Floats:
        """Around what is expected, given the square of its root."""
        variance: Floats = self.grows * power
        variance += self.still
        return variance


@dataclass(frozen=True, slots=True)
class Strayed:
    """What a noise is read off, by place, block and column."""

    residual: Floats
    power: Floats
    """The square of the expected root."""
    counts: Flags
    """Only there is any noise to be seen."""


def noise_of(strayed: Strayed, sparse: Flags | None = None) -> Noise:
    """Where all busy buckets are alike, nobody can see whether noise grows: it is said to, so that
    an hour that is always quiet does not stray like the busy ones; but not of `sparse` series (by
    block and column, all if left out), whose busy hours are quiet too.
    """
    return noises_of([strayed], sparse)[0]


@np.errstate(invalid="ignore", over="ignore")
def noises_of(strayed: Sequence[Strayed], sparse: Flags | None = None) -> list[Noise]:
    """Of several that are alike in shape: what is counted by the day is so small that it takes
    hardly longer for all of them than for one."""
    halves = [half for each in strayed for half in _sums(each)]
    both = _half(*(np.hstack(arrays) for arrays in zip(*halves, strict=True)))
    columns = halves[0][0].shape[1]
    found = [both.part(slice(at, at + columns)) for at in range(0, len(halves) * columns, columns)]
    if sparse is None:
        sparse = np.ones(halves[0][0].shape, dtype=np.bool_)
    pairs = zip(found[::2], found[1::2], strict=True)
    return [_line(lower, upper, sparse) for lower, upper in pairs]


_Sums = tuple[Floats, Floats, Floats]
"""Of squares, of levels, and of how many; by block and column."""


def _sums(strayed: Strayed) -> tuple[_Sums, _Sums]:
    """Of the quieter buckets, and of the busier ones."""
    residual = strayed.residual
    counts = strayed.counts & (residual == residual)  # noqa: PLR0124 - told
    # What is told is not negative, and nothing elsewhere: to ask of each number costs much more.
    squares = np.square(residual)
    np.fmax(squares, 0.0, out=squares)
    levels = np.multiply(strayed.power, counts)
    np.fmax(levels, 0.0, out=levels)
    level, many = levels.sum(axis=0), counted(counts)
    high = levels > _per(totals(level, MEMORY), totals(many, MEMORY))
    upper = _halved(squares, levels, high)
    return _halved(squares, levels, counts & ~high), upper


def _halved(squares: Floats, levels: Floats, those: Flags) -> _Sums:
    weight = those.astype(np.float64)
    return _summed(squares, weight), _summed(levels, weight), counted(those)


def _summed(values: Floats, weights: Floats) -> Floats:
    """By block and column, place after place."""
    return np.asarray(np.einsum("pbc,pbc->bc", values, weights))


@np.errstate(invalid="ignore", over="ignore")
def quiet_of(residuals: Sequence[Floats], quiet: Sequence[Flags]) -> list[Floats]:
    """The variance of the hours in which next to nothing is expected, by block and column; infinite
    where there are too few of them. However the busy ones stray, it tells nothing of these."""
    pairs = zip(residuals, quiet, strict=True)
    sums = [_quiet_sums(residual, those) for residual, those in pairs]
    square, many = (np.hstack(arrays) for arrays in zip(*sums, strict=True))
    cap = ODD * quantile(square, MEMORY, 0.75, LEAST)
    found = mean(square, many, MEMORY, cap)
    found[np.isnan(found)] = np.inf
    return np.hsplit(found, len(sums))


def _quiet_sums(residual: Floats, quiet: Flags) -> tuple[Floats, Floats]:
    quiet = quiet & (residual == residual)  # noqa: PLR0124 - told
    many, squares = counted(quiet), np.square(residual)
    np.fmax(squares, 0.0, out=squares)
    return _per(_summed(squares, quiet.astype(np.float64)), many), many


@dataclass(frozen=True, slots=True)
class _Half:
    """The busier or the quieter buckets of the blocks before."""

    square: Floats
    level: Floats
    many: Floats

    def part(self, columns: slice) -> "_Half":
        return _Half(self.square[:, columns], self.level[:, columns], self.many[:, columns])


def _half(squares: Floats, levels: Floats, many: Floats) -> _Half:
    """From sums over the blocks' buckets, so many each."""
    square = _per(squares, many)
    cap = ODD * quantile(square, MEMORY, 0.75, LEAST)
    cap[np.isnan(cap)] = np.inf
    all_ = totals(many, MEMORY)
    return _Half(
        square=np.nan_to_num(mean(square, many, MEMORY, cap)),
        level=np.nan_to_num(_per(totals(levels, MEMORY), all_)),
        many=all_,
    )


def _line(lower: _Half, upper: _Half, sparse: Flags) -> Noise:
    """The straight line through both halves, kept from falling and from starting below a tenth."""
    many = lower.many + upper.many
    square = _per(lower.square * lower.many + upper.square * upper.many, many)
    level = _per(lower.level * lower.many + upper.level * upper.many, many)
    apart = (lower.many >= LEAST) & (upper.many >= LEAST) & (upper.level > 1.3 * lower.level)
    rise = np.where(apart, upper.square - lower.square, 0.0)
    run = np.where(apart, upper.level - lower.level, 1.0)
    most = np.divide(0.9 * square, level, out=np.zeros_like(level), where=level > 0)
    grows = np.where(apart | sparse, np.clip(rise / run, 0.0, most), most)
    still = np.maximum(square - grows * level, 0.1 * square)
    still[many < LEAST] = np.nan
    return Noise(still, grows)


def _per(total: Floats, many: Floats) -> Floats:
    return np.divide(total, many, out=np.full_like(total, np.nan), where=many > 0)
