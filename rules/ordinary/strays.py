"""How far buckets, and the hours that lead up to them, lie from what was expected.

Looked at are a bucket by itself and the sums over an eighth, a quarter and all of a day: what no
hour shows alone, six of them may. Each is measured by how far this series strays over as long, and
then once more by how far it strayed on its worse days: a series with bursts by nature has the
yardstick to go with them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from rules.ordinary.beside import highest_beside
from rules.ordinary.blocks import counted, highest, quantile, told_in
from rules.ordinary.expected import WEEKS, Expected
from rules.ordinary.lift import Lift
from rules.ordinary.noise import MEMORY, QUIET, Noise, Strayed, noise_of, noises_of, quiet_of
from rules.ordinary.sums import sums
from rules.panel import Floats
from rules.series import Measure

FAR = 2.0
"""From so many sigmas on the chances of counts are looked at."""
RAREST = 0.15
"""Of what was never seen at this time, so many are expected all the same."""
NEXT_TO_NOTHING = 1e-300
"""Instead of nothing, which has no logarithm and is multiplied by it."""
CAME = 2.5
"""So many sigmas at most is what came at this time of the week once in the eight weeks before, or
at this turn of the month."""
SETTLED = 10
"""Blocks that must have been measured before the worse days of a series are known."""
WORSE = 0.85
"""The share of days that are not among the worse ones."""

WORSE_BY_CHANCE: Mapping[int, float] = {1: 2.47, 2: 2.34, 3: 2.21, 6: 2.0, 8: 1.95, 12: 1.8}
"""How far the 85th of 100 days strays at its worst, by how many 24ths of a day are summed, were the
noise normal and its hours independent."""
WORSE_OF_A_DAY = 1.62
"""The same of sums over a whole day or more."""


class Look(StrEnum):
    """What is looked for."""

    MORE = "more"
    LESS = "less"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What one window is held against, by place, block and column; NaN where nobody knows."""

    buckets: int
    """How many are summed, the last one being the bucket itself."""
    expected: Floats
    sigma: Floats
    """One standard deviation by the measure of the series' worse days; of amounts on the scale of
    roots."""
    grows: Floats
    """How much of its square goes with the amount expected, and not with the square root of it; by
    block and column."""
    worst: Floats
    """The furthest that each block strayed, by block and column."""
    observed: Floats
    residual: Floats
    """How far it lies from what is expected; of amounts on the scale of roots."""

    def held(self) -> "Held":
        return Held(self.observed, self.expected, self.sigma, self.grows)


def windows(per_block: int, shares: Sequence[int]) -> tuple[int, ...]:
    """How many buckets are 1/24, 3/24, ... of a block, without those that are the same.

    >>> windows(24, (1, 3, 6, 24)), windows(1, (1, 3, 6, 24)), windows(288, (1, 24))
    ((1, 3, 6, 24), (1,), (12, 288))
    """
    return tuple(sorted({max(1, round(share * per_block / 24)) for share in shares}))


@np.errstate(invalid="ignore", over="ignore", divide="ignore")
def amount_yardsticks(
    amounts: Floats, usual: Expected, lengths: Sequence[int], look: Look
) -> list[Yardstick]:
    """For sums of amounts over so many buckets each."""
    mean = usual.mean if look is Look.MORE else _bound_to_come(usual)
    both = zip(lengths, sums(amounts, lengths), sums(mean, lengths), strict=True)
    windows = [_Window.of(*each) for each in both]
    noises = noises_of([each.strayed for each in windows], usual.unit > 0)
    plain = [each.plain(noise, usual) for each, noise in zip(windows, noises, strict=True)]
    if look is Look.MORE:
        _quietened(plain, windows, usual)
        _lifted(plain, windows, usual.lift)
    for each in plain:
        np.copyto(each.worst, highest(_far(each.residual, each.held(), look)))
    return _measured(plain)


@dataclass(frozen=True, slots=True)
class _Window:
    """Sums over so many buckets."""

    buckets: int
    observed: Floats
    expected: Floats
    roots: tuple[Floats, Floats]
    """Of both."""
    strayed: Strayed

    @classmethod
    def of(cls, buckets: int, observed: Floats, expected: Floats) -> "_Window":
        roots = _root(observed), _root(expected)
        busy = expected > QUIET * _typical(expected)
        strayed = Strayed(roots[0] - roots[1], np.square(roots[1]), busy)
        return cls(buckets, observed, expected, roots, strayed)

    def plain(self, noise: Noise, usual: Expected) -> Yardstick:
        """Before anything is known of the worse days."""
        sigma, power = noise.variance(self.strayed.power), self.strayed.power
        np.multiply(self.roots[1], 0.02, out=power)
        power *= power
        np.maximum(sigma, np.maximum(usual.unit / 6, power, out=power), out=sigma)
        np.sqrt(sigma, out=sigma)
        worst = np.empty(noise.grows.shape)
        held = (self.expected, sigma, noise.grows, worst, self.observed, self.strayed.residual)
        return Yardstick(self.buckets, *held)


def _quietened(plain: Sequence[Yardstick], windows: Sequence[_Window], usual: Expected) -> None:
    """Hours in which next to nothing is expected, and what came at this time of the week."""
    still = [~each.strayed.counts for each in windows]
    found = quiet_of([each.residual for each in plain], still)
    for each, window, those, quiet in zip(plain, windows, still, found, strict=True):
        least = np.sqrt(np.maximum(quiet, usual.small / 4))
        least[np.isnan(least)] = np.inf
        # By nothing it is infinite: to ask of each number costs ten times as much.
        np.minimum(each.sigma, least / those, out=each.sigma)
        came = highest_beside(window.roots[0], len(WEEKS), WEEKS[0], -np.inf)
        came -= window.roots[1]
        came /= CAME
        np.maximum(each.sigma, came, out=each.sigma)


def _lifted(plain: Sequence[Yardstick], windows: Sequence[_Window], lift: Lift) -> None:
    """What a turn of the month came to once is no further than what came at this time of the week
    once."""
    days = lift.days
    off = (np.sqrt(lift.most[days] / lift.usual[days]) - 1) / CAME
    for each, window in zip(plain, windows, strict=True):
        far = window.roots[1][:, days] * off
        each.sigma[:, days] = np.maximum(each.sigma[:, days], far)


def _bound_to_come(usual: Expected) -> Floats:
    """What is expected where less is looked for: no turn of a month is bound to come."""
    mean, lift = usual.mean.copy(), usual.lift
    mean[:, lift.days] *= (lift.least / lift.usual)[lift.days]
    return mean


def _root(values: Floats) -> Floats:
    root: Floats = np.maximum(values, 0.0)
    return np.sqrt(root, out=root)


@np.errstate(invalid="ignore", over="ignore", divide="ignore")
def level_yardstick(levels: Floats, usual: Expected, look: Look) -> Yardstick:
    """For levels as they are: they are not summed, and stray the same wherever they stand."""
    residual = levels - usual.mean
    noise = noise_of(Strayed(residual, np.zeros_like(residual), ~np.isnan(residual)))
    sigma = np.sqrt(noise.still) + np.zeros_like(residual)
    score = _in_sigmas(residual, Held(levels, usual.mean, sigma, 0 * sigma), look)
    held = (usual.mean, sigma, 0 * noise.still, highest(score), levels, residual)
    return _measured([Yardstick(1, *held)])[0]


def _measured(plain: Sequence[Yardstick]) -> list[Yardstick]:
    """By the worse days of the series."""
    days = quantile(np.hstack([each.worst for each in plain]), MEMORY, WORSE, SETTLED)
    pairs = zip(plain, np.hsplit(days, len(plain)), strict=True)
    return [_by_worse_days(yardstick, worse) for yardstick, worse in pairs]


def _by_worse_days(plain: Yardstick, worse: Floats) -> Yardstick:
    worse = np.maximum(worse / _worse_by_chance(plain.buckets / len(plain.sigma)), 1.0)
    return replace(
        plain,
        sigma=np.multiply(plain.sigma, worse, out=plain.sigma),
        grows=plain.grows * worse**2,
        worst=plain.worst / worse,
    )


def _worse_by_chance(days: float) -> float:
    known = (worse for most, worse in WORSE_BY_CHANCE.items() if round(24 * days) <= most)
    return next(known, WORSE_OF_A_DAY)


@dataclass(frozen=True, slots=True)
class Held:
    """Numbers, and what they are held against."""

    observed: Floats
    expected: Floats
    sigma: Floats
    grows: Floats


@np.errstate(invalid="ignore", over="ignore", divide="ignore")
def scored(yardstick: Yardstick, measure: Measure, look: Look) -> Floats:
    """What a yardstick was made from, held against it: as `amount_score` and `level_score` have it,
    to the bit."""
    score = _in_sigmas if measure is Measure.LEVEL else _far
    return score(yardstick.residual, yardstick.held(), look)


@np.errstate(invalid="ignore", over="ignore", divide="ignore")
def amount_score(held: Held, look: Look) -> Floats:
    """How many sigmas to the side that is looked to, on the scale of roots; and far out, on the
    scale of the chances that such counts have."""
    residual = _root(held.observed)
    residual -= _root(held.expected)
    return _far(residual, held, look)


def _far(residual: Floats, held: Held, look: Look) -> Floats:
    score = np.ascontiguousarray(_in_sigmas(residual, held, look))
    # One number a place: pairs and triples of them take ten times as long to find.
    line = score.reshape(-1)
    far = np.flatnonzero(line > FAR)
    far = far[line[far] < np.inf]
    three = (each.reshape(-1)[far] for each in (held.observed, held.expected, held.sigma))
    observed, expected, sigma = three
    grows = held.grows.reshape(-1)[far % held.grows.size]
    chance = _by_chance(Held(observed, expected, sigma, grows))
    # Downwards the scale of roots ends at nothing, however rare that is: the rarer of both counts.
    line[far] = chance if look is Look.MORE else np.maximum(chance, line[far])
    return score


@np.errstate(invalid="ignore", over="ignore", divide="ignore")
def level_score(held: Held, look: Look) -> Floats:
    """How many sigmas to the side that is looked to."""
    return _in_sigmas(held.observed - held.expected, held, look)


def _by_chance(held: Held) -> Floats:
    """The root of the deviance of a negative binomial count with this variance: where counts are
    small, the root scale has them look less rare than they are."""
    apart = held.grows * held.expected
    unit = 4 * np.maximum(held.sigma**2 - apart, 0.05 * held.sigma**2)
    seen, usual = held.observed / unit, np.maximum(held.expected / unit, RAREST)
    shape = 1 / np.maximum(4 * held.grows, 1e-6)
    half = seen * np.log(np.maximum(seen, NEXT_TO_NOTHING) / usual) - (seen + shape) * np.log(
        (seen + shape) / (usual + shape)
    )
    return np.asarray(np.sqrt(np.maximum(2 * half, FAR**2)))


def _in_sigmas(residual: Floats, held: Held, look: Look) -> Floats:
    """Nothing is no standard deviation, also where there is none."""
    if look is not Look.MORE:
        residual = -residual
    score = residual / held.sigma
    still = held.sigma == 0
    if still.any():
        score[still & (residual == 0)] = 0.0
    return np.asarray(score)


def _typical(expected: Floats) -> Floats:
    many = counted(expected == expected)  # noqa: PLR0124 - told
    typical: Floats = np.full(many.shape, np.nan)
    np.divide(told_in(expected), many, out=typical, where=many > 0)
    return typical
