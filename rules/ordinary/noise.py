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

    def sigma(self, expected: Floats) -> Floats:
        """One standard deviation around an expected root, by block, place and column."""
        return np.sqrt(self.variance(expected**2))

    def variance(self, expected: Floats) -> Floats:
        """Around what was expected, given its square."""
        return self.grows[:, None, :] * expected + self.still[:, None, :]


@np.errstate(invalid="ignore", over="ignore")
def noise_of(
    residual: Floats, expected: Floats, counts: Flags, sparse: Flags | None = None
) -> Noise:
    """From residuals, by block, place and column; only where `counts` is there any to be seen.

    Where all busy buckets are alike, nobody can see whether noise grows: it is said to, so that an
    hour that is always quiet does not stray like the busy ones; but not of `sparse` series (by
    block and column, all if left out), whose busy hours are quiet too.
    """
    counts = counts & (residual == residual)  # noqa: PLR0124 - told
    squares, levels = _only(np.square(residual), counts), _only(np.square(expected), counts)
    many = counted(counts)
    usual_level = _per(totals(levels.sum(axis=1), MEMORY), totals(many, MEMORY))
    high = levels > usual_level[:, None, :]
    upper = _half(squares, levels, high, counted(high))
    lower = _half(squares, levels, ~high, many - upper.today)
    return _line(lower, upper, np.ones(many.shape, dtype=np.bool_) if sparse is None else sparse)


def _only(values: Floats, those: Flags) -> Floats:
    """What is not negative, and nothing elsewhere; in place, and without asking of each number,
    which costs ten times as much."""
    np.multiply(values, those, out=values)
    return np.asarray(np.fmax(values, 0.0, out=values))


@np.errstate(invalid="ignore", over="ignore")
def quiet_of(residual: Floats, quiet: Flags) -> Floats:
    """The variance of the hours in which next to nothing is expected, by block and column; infinite
    where there are too few of them. However the busy ones stray, it tells nothing of these."""
    quiet = quiet & (residual == residual)  # noqa: PLR0124 - told
    many = counted(quiet)
    square = _per(_only(np.square(residual), quiet).sum(axis=1), many)
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


def _half(squares: Floats, levels: Floats, those: Flags, many: Floats) -> _Half:
    part = np.multiply(squares, those)
    square = _per(part.sum(axis=1), many)
    level = np.multiply(levels, those, out=part).sum(axis=1)
    cap = ODD * quantile(square, MEMORY, 0.75, LEAST)
    cap[np.isnan(cap)] = np.inf
    all_ = totals(many, MEMORY)
    return _Half(
        square=np.nan_to_num(mean(square, many, MEMORY, cap)),
        level=np.nan_to_num(_per(totals(level, MEMORY), all_)),
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
