"""Means over the last days, and what is usual for them on the same days of the week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from rules.panel import Flags, Floats
from rules.past import Places

SAMPLES = 5
"""So many earlier stretches on the same days of the week make what is usual."""
ENOUGH = 3
"""So many of them must have been told."""
A_SPIKE = 0.6
"""A change of which one day alone brings more than this share is a spike, and no lasting one."""
WAS_A_SPIKE = 0.75
"""The same of the past: there, what was only nearly a spike counts as a change that passed."""
PEAK = 3
"""So many days in a row may be a peak that comes every month, as at its turn."""
BESIDE = 0.22
"""A change is more than a peak if the other days, and the one before, bring such a share beside."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Means over stretches of days that end with each day: a row a day, NaN where not told."""

    days: int
    settles: int
    """Days after which a new level is no news any more."""
    now: Floats
    usual: Floats
    """The median of earlier stretches on the same days of the week."""
    then: Floats
    """The level when `now`, were it no news, would have been there: two weeks before."""
    largest: Floats
    """The share of the change that the greatest of its days brings."""
    beside: Floats
    """What the days beside its greatest peak bring, the one before the first as well, as a share of
    that peak."""

    def since(self, row: int) -> "Levels":
        """Only the days from this one on."""
        cut = slice(row, None)
        return Levels(
            self.days,
            self.settles,
            self.now[cut],
            self.usual[cut],
            self.then[cut],
            self.largest[cut],
            self.beside[cut],
        )

    def lasting(self, most: float) -> Flags:
        """Where no single day brings more than this share of the change."""
        return ~(self.largest > most)

    def may_pass(self) -> Flags:
        """Where so far it might be no more than a peak of a few days."""
        return self.beside < BESIDE


def levels(days: Floats, week: int, stretches: Sequence[int]) -> list[Levels]:
    """Of these days, a row each."""
    return levels_of({stretch: means(days, stretch) for stretch in stretches}, days, week)


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def levels_of(now: Mapping[int, Floats], days: Floats, week: int) -> list[Levels]:
    """Of means that were made elsewhere, by the length of their stretches."""
    excess = days - usual_of(days, week, 1)
    return [_levels(stretch, level, excess, week) for stretch, level in now.items()]


def usual_of(level: Floats, week: int, stretch: int) -> Floats:
    return middle([back(level, lag) for lag in lags(stretch, week)], ENOUGH)


def lags(stretch: int, week: int) -> Sequence[int]:
    """How many days before lie the stretches that one is compared with.

    >>> lags(3, 7), lags(14, 7), lags(3, 1)
    ([7, 14, 21, 28, 35], [14, 21, 28, 35, 42], [3, 6, 9, 12, 15])
    """
    step = week if week > 1 else stretch
    first = step * -(-stretch // step)
    return [first + step * each for each in range(SAMPLES)]


def means(days: Floats, stretch: int) -> Floats:
    """The mean of each day and those before it, told where all of them are."""
    return np.asarray(_sums(days, stretch) / stretch)


def _sums(days: Floats, stretch: int) -> Floats:
    # Day after day, so that it rounds the same however many days are asked for.
    return reduce(np.add, (back(days, lag) for lag in range(stretch)))


def back(values: Floats, lag: int) -> Floats:
    """What stood so many rows before; NaN before the first.

    >>> back(np.array([1.0, 2.0, 3.0]), 1)
    array([nan,  1.,  2.])
    """
    moved = np.full(values.shape, np.nan)
    moved[lag:] = values[: max(len(values) - lag, 0)]
    return moved


def forth(values: Floats, lag: int) -> Floats:
    """What stood so many rows after; NaN past the last.

    >>> forth(np.array([1.0, 2.0, 3.0]), 1)
    array([ 2.,  3., nan])
    """
    return back(values[::-1], lag)[::-1]


def middle(samples: Sequence[Floats], least: int) -> Floats:
    """The median of those told, where so many are."""
    stack = np.sort(np.stack(samples), axis=0)
    told: Places = np.count_nonzero(~np.isnan(stack), axis=0)
    found = (pick(stack, (told - 1) // 2) + pick(stack, told // 2)) / 2
    return np.where(told >= least, found, np.nan)


def pick(stack: Floats, rank: Places) -> Floats:
    """The sample of such a rank in each column; ranks outside are the nearest inside."""
    inside = np.clip(rank, 0, len(stack) - 1)
    picked: Floats = np.take_along_axis(stack, inside[None], axis=0)[0]
    return picked


def _levels(stretch: int, now: Floats, excess: Floats, week: int) -> Levels:
    usual = usual_of(now, week, stretch)
    settles = 2 * (week if week > 1 else stretch)
    change = stretch * (now - usual)
    way = np.sign(change)
    most = reduce(np.fmax, (back(excess, lag) * way for lag in range(stretch)))
    largest, then = most / np.abs(change), back(now, settles)
    return Levels(stretch, settles, now, usual, then, largest, _beside(excess, way, stretch))


def _beside(excess: Floats, way: Floats, stretch: int) -> Floats:
    days = max(stretch + 1, PEAK)
    peaks = _sums(excess, PEAK)
    peak = reduce(np.fmax, (back(peaks, lag) * way for lag in range(days - PEAK + 1)))
    return np.asarray((_sums(excess, days) * way - peak) / peak)
