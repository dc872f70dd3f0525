"""How far a series strays by itself, on the scale on which its numbers stray evenly.

Counts stray by the square root of what is expected, and by a share of it beyond that; so on the
square root scale the variance is a constant and a part that grows with the level: `still + grows *
e**2`, for an expected root of e. Both are read off the series' own last four weeks. A quarter of
those days may have been odd: where their squares are more than three times as large as those of the
other days, the rest is cut off.
"""

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


@np.errstate(invalid="ignore", over="ignore")
def noise_of(residual: Floats, power: Floats, counts: Flags, sparse: Flags | None = None) -> Noise:
    """From residuals and the squares of expected roots, by place, block and column; only where
    `counts` is there any noise to be seen.

    Where all busy buckets are alike, nobody can see whether noise grows: it is said to, so that an
    hour that is always quiet does not stray like the busy ones; but not of `sparse` series (by
    block and column, all if left out), whose busy hours are quiet too.
    """
    counts = counts & (residual == residual)  # noqa: PLR0124 - told
    squares, levels = _only(np.square(residual), counts), _only(power, counts)
    level, many = levels.sum(axis=0), counted(counts)
    usual_level = _per(totals(level, MEMORY), totals(many, MEMORY))
    high = levels > usual_level
    busy, busy_levels = np.multiply(squares, high), np.multiply(levels, high)
    upper = _half(busy.sum(axis=0), busy_levels.sum(axis=0), counted(high))
    # What is left is exact: each number less itself, or less nothing.
    squares -= busy
    levels -= busy_levels
    lower = _half(squares.sum(axis=0), levels.sum(axis=0), many - upper.today)
    return _line(lower, upper, np.ones(many.shape, dtype=np.bool_) if sparse is None else sparse)


def _only(values: Floats, those: Flags) -> Floats:
    """What is not negative, and nothing elsewhere; without asking of each number, which costs
    seven times as much."""
    kept = np.multiply(values, those)
    return np.asarray(np.fmax(kept, 0.0, out=kept))


@np.errstate(invalid="ignore", over="ignore")
def quiet_of(residual: Floats, quiet: Flags) -> Floats:
    """The variance of the hours in which next to nothing is expected, by block and column; infinite
    where there are too few of them. However the busy ones stray, it tells nothing of these."""
    quiet = quiet & (residual == residual)  # noqa: PLR0124 - told
    many = counted(quiet)
    square = _per(_only(np.square(residual), quiet).sum(axis=0), many)
    cap = ODD * quantile(square, MEMORY, 0.75, LEAST)
    found = mean(square, many, MEMORY, cap)
    found[np.isnan(found)] = np.inf
    return found


@dataclass(frozen=True, slots=True)
class _Half:
    """The busier or the quieter buckets of the blocks before."""

    square: Floats
    level: Floats
    many: Floats
    today: Floats
    """How many in the block itself."""


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
        today=many,
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
