"""One made-up series: what is expected of it, and what comes of that by chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from bench.world.shape import DAY, HOUR, SHAPES, ZONES, Calendar, Random
from rules.panel import Floats

SIZES = {"sparse": (0.02, 0.3), "bursty": (0.3, 2_000.0)}
"""The smallest and the largest mean of a bucket; of all others 0.05 and 5,000."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a series does when nothing is wrong, in calls a bucket."""

    shape: str
    mean: Floats
    """Expected calls a bucket, before its level wanders."""
    luck: Floats
    """Its wandering level, and its sessions: what the mean is multiplied by. Around 1."""
    wander: float
    """How far the logarithm of its level strays."""
    heavy: float
    """Beyond chance: the variance of a bucket is mean + heavy * mean**2."""
    minutes: float | None
    """What a call comes to on average; None: calls are what is counted."""

    @property
    def unit(self) -> float:
        return 1.0 if self.minutes is None else self.minutes

    def draw(self, intensity: Floats, rng: Random) -> Floats:
        """Numbers by chance around so many calls."""
        if self.heavy > 0:
            intensity = intensity * rng.gamma(1 / self.heavy, self.heavy, len(intensity))
        calls = rng.poisson(intensity).astype(float)
        if self.minutes is None:
            return calls
        # A call's length is itself a matter of chance: a sum of gammas is a gamma.
        return np.asarray(np.round(rng.gamma(2 * calls) / 2 * self.minutes, 3))


@dataclass(frozen=True, slots=True)
class Grid:
    """The buckets of a world."""

    start: datetime
    rows: int
    width: timedelta

    @property
    def per_day(self) -> int:
        return DAY // self.width

    def span(self, hours: float) -> int:
        """So many hours in buckets, at least one."""
        return max(1, round(hours * HOUR / self.width))


def make_usage(grid: Grid, rng: Random, shapes: Sequence[str]) -> Usage:
    """A series by chance, of one of these shapes."""
    odds = np.array([SHAPES[name][1] for name in shapes])
    shape = shapes[rng.choice(len(shapes), p=odds / odds.sum())]
    mean = _mean(shape, grid, rng)
    wander = rng.uniform(0, 0.15) if rng.random() < 0.7 else 0.0
    luck = _wandering(grid, wander, rng)
    if shape == "bursty":
        luck = luck * _sessions(grid, rng)
    return Usage(
        shape=shape,
        mean=mean,
        luck=luck,
        wander=wander,
        heavy=float(np.exp(rng.uniform(np.log(0.001), np.log(1.0)))),
        minutes=float(rng.lognormal(0, 1)) if rng.random() < 0.4 else None,
    )


def _mean(shape: str, grid: Grid, rng: Random) -> Floats:
    fine = max(1, grid.width // HOUR)
    coarse = max(1, HOUR // grid.width)
    hours = -(-grid.rows * fine // coarse)
    zone = ZONES[rng.integers(len(ZONES))]
    form = SHAPES[shape][0](Calendar.of(grid.start, hours, zone), rng)
    form = np.repeat(form, coarse)[: grid.rows * fine].reshape(grid.rows, fine).mean(axis=1)
    least, most = SIZES.get(shape, (0.05, 5_000.0))
    size = np.exp(rng.uniform(np.log(least), np.log(most)))
    return np.asarray(form / form.mean() * size)


def _wandering(grid: Grid, wander: float, rng: Random) -> Floats:
    """A level that strays slowly, over two days to two weeks, and comes back."""
    days = grid.rows // grid.per_day + 2
    hold = np.exp(-1 / rng.uniform(2, 14))
    level = np.empty(days)
    level[0] = rng.normal()
    for day, step in enumerate(rng.normal(0, np.sqrt(1 - hold**2), days - 1), 1):
        level[day] = hold * level[day - 1] + step
    smooth = np.interp(np.arange(grid.rows) / grid.per_day, np.arange(days), level)
    return np.asarray(np.exp(wander * smooth - wander**2 / 2))


def _sessions(grid: Grid, rng: Random) -> Floats:
    """On and off: sessions begin by chance, 0.5 to 6 a day, and last one to eight hours each."""
    begins = rng.poisson(rng.uniform(0.5, 6) / grid.per_day, grid.rows)
    lasts = rng.geometric(1 / rng.uniform(1, 4), begins.sum()).clip(max=8)
    firsts = np.repeat(np.arange(grid.rows), begins)
    edges = np.zeros(grid.rows + 1)
    np.add.at(edges, firsts, 1)
    np.add.at(edges, np.minimum(firsts + lasts * grid.span(1), grid.rows), -1)
    on = edges.cumsum()[: grid.rows]
    return np.asarray(on / on.mean() if on.any() else np.ones(grid.rows))
