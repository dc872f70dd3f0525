"""Accounts of credits by shape, each by chance: other than those of bench.world, on purpose.

What wanders, by how much and for how long, how heavy the noise is and how long a history there is
are drawn for every ledger anew, so that no one setting fits them all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from rules.panel import Floats

Random = np.random.Generator
HOURS = 24
AHEAD = 90


@dataclass(frozen=True, slots=True)
class Spending:
    """Hourly use from a Monday's midnight on; `past` days are over, the rest is to come."""

    shape: str
    past: int
    use: Floats


def make_spending(seed: int, shape: str) -> Spending:
    rng = np.random.default_rng([seed, *shape.encode()])
    past = int(rng.integers(30, 121))
    hours = np.arange((past + AHEAD) * HOURS)
    form = SHAPES[shape](hours, rng)
    mean = form / form.mean() * _size(shape, rng) * _wandering(len(hours), rng)
    return Spending(shape, past, _noisy(mean, shape, rng))


def _size(shape: str, rng: Random) -> float:
    """Calls an hour."""
    low, high = (0.03, 0.4) if shape == "sparse" else (2.0, 500.0)
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _noisy(mean: Floats, shape: str, rng: Random) -> Floats:
    """Negative-binomial calls, each of some length."""
    heavy = np.exp(rng.uniform(np.log(0.01), np.log(0.6)))
    calls = rng.poisson(mean * rng.gamma(1 / heavy, heavy, len(mean))).astype(float)
    if shape == "bursty":
        calls *= _jobs(len(mean), rng)
    seconds = rng.gamma(2 * calls) / 2 if rng.random() < 0.5 else calls
    return np.asarray(np.round(seconds * np.exp(rng.normal(2, 1)), 2))


def _jobs(hours: int, rng: Random) -> Floats:
    """Jobs that run for some hours, a few a week to a few a day."""
    on = np.zeros(hours + 1)
    for begin in np.flatnonzero(rng.random(hours) < rng.uniform(0.3, 4) / HOURS):
        on[begin : begin + 1 + rng.poisson(3)] += rng.gamma(1.5)
    return np.asarray(on[:hours] + rng.uniform(0, 0.3))


def _wandering(hours: int, rng: Random) -> Floats:
    """A level that strays and comes back, one that goes where it will, or none."""
    days = hours // HOURS + 1
    strays, hold = rng.choice([0.0, 0.1, 0.2, 0.35]), rng.choice([2.0, 7.0, 20.0])
    steps = rng.normal(0, 1, days)
    if rng.random() < 0.25:
        level = np.cumsum(steps) * strays * 0.08
    else:
        keep = np.exp(-1 / hold)
        level = np.zeros(days)
        for day in range(1, days):
            level[day] = keep * level[day - 1] + np.sqrt(1 - keep**2) * strays * steps[day]
    return np.exp(np.interp(np.arange(hours) / HOURS, np.arange(days), level))


def _day(hours: Floats, rng: Random) -> Floats:
    """A day of some form, from office hours to evenings."""
    peak, wide, least = rng.uniform(8, 22), rng.uniform(2, 5), rng.uniform(0, 0.3)
    off = np.abs((hours % HOURS - peak + 12) % HOURS - 12)
    return np.asarray(np.exp(-0.5 * (off / wide) ** 2) + least)


def _week(hours: Floats, rng: Random) -> Floats:
    weekend = rng.uniform(0.2, 1.5)
    days = np.array([1.0] * 5 + [weekend] * 2) * np.exp(rng.normal(0, 0.1, 7))
    return np.asarray(days[hours // HOURS % 7])


def everyday(hours: Floats, rng: Random) -> Floats:
    return _day(hours, rng) * _week(hours, rng)


def weekdays(hours: Floats, rng: Random) -> Floats:
    return _day(hours, rng) * (hours // HOURS % 7 < 5)


def flat(hours: Floats, rng: Random) -> Floats:
    return np.ones(len(hours))


def growing(hours: Floats, rng: Random) -> Floats:
    """5 to 40 % more every month."""
    return everyday(hours, rng) * (1 + rng.uniform(0.05, 0.4)) ** (hours / HOURS / 30)


SHAPES: Mapping[str, Callable[[Floats, Random], Floats]] = {
    "everyday": everyday,
    "weekdays": weekdays,
    "flat": flat,
    "growing": growing,
    "sparse": everyday,
    "bursty": everyday,
}
