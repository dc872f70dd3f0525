"""What can go wrong with one series, where a person who knows it would call that obvious.

Obvious is said against the true expectation, and against what the series did by chance alone in all
its clean life. With S the calls expected over the anomaly, V their true variance
(S + heavy * sum of squares + (wander * S)**2), z = (calls - S) / sqrt(V + 1), where calls are those
that came by chance with the anomaly laid over them, so that luck cannot hide it:

- spike: 1 to 6 hours, x2.5 to x20, from a busy bucket on; z of the excess at least 6 and at least
  1.3 times the highest z of any clean stretch as long; at least 8 calls more.
- wrong hour: 1 to 4 hours in which this series expects next to nothing at this hour of the week,
  and in which no week of its clean life had a fifth of what comes; at least 8 calls an hour.
- drop: 3 to 24 hours at 0 to 40 %; at least 20 calls expected, z of what lacks at least 5 and 1.3
  times the lowest clean one.
- silence: 6 to 72 hours of nothing; at least 25 calls expected, and half again as many as any clean
  stretch of zeros went without.
- leak: 3 to 10 % more every day for 7 to 21 days, up to x1.5 to x5, then it stays or is mended;
  z of its last week at least 5 and 1.3 times the highest of any clean week.
- shift: x1.6 to x4, or down to x0.2 to x0.5, at once or over up to three days, for good (a planned
  launch is one of these); z of a week at least 5 and 1.3 times the clean extreme.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from bench.world.shape import Random
from bench.world.usage import Grid, Usage
from rules.panel import Floats
from rules.past import Places


@dataclass(frozen=True, slots=True)
class Effect:
    """What an anomaly does to the rows from `first` on: mean * factor + extra."""

    first: int
    last: int
    """The last row that is news; a shift lasts for good, but is news only while it happens."""
    factor: Floats
    extra: Floats


@dataclass(frozen=True, slots=True)
class Subject:
    """A clean series that something is to be done to."""

    grid: Grid
    usage: Usage
    calls: Floats
    """What it did by chance, in calls."""
    begin: int
    """The first row in which something may happen."""

    def busy(self, rows: int, rng: Random) -> int | None:
        """A busy bucket with so many rows from it on."""
        mean = self.usage.mean[self.begin : self.grid.rows - rows - 3 * self.grid.per_day]
        where = np.flatnonzero(mean >= 0.5 * self.usage.mean.mean())
        return self.begin + int(rng.choice(where)) if len(where) else None


@dataclass(frozen=True, slots=True)
class Strays:
    """How far all stretches of so many rows strayed from what was expected of them."""

    expected: Floats
    sigma: Floats
    highest: float
    lowest: float

    def z(self, first: int, calls: float) -> float:
        """How far off so many calls from this row on are."""
        return float((calls - self.expected[first]) / self.sigma[first])


def strays(subject: Subject, rows: int) -> Strays:
    usage = subject.usage
    expected = sliding(usage.mean, rows)
    length = 1.0 if usage.minutes is None else 1.5
    heavy = usage.heavy * sliding(usage.mean**2, rows)
    sigma = np.sqrt(length * expected + heavy + (usage.wander * expected) ** 2 + 1)
    z = (sliding(subject.calls, rows) - expected) / sigma
    return Strays(expected, sigma, highest=float(z.max()), lowest=float(z.min()))


def sliding(values: Floats, rows: int) -> Floats:
    """The sum of so many rows from each row on."""
    sums = np.concatenate(([0.0], values.cumsum()))
    return np.asarray(sums[rows:] - sums[:-rows])


def spike(subject: Subject, rng: Random) -> Effect | None:
    rows = subject.grid.span(int(rng.integers(1, 7)))
    first = subject.busy(rows, rng)
    if first is None:
        return None
    clean = strays(subject, rows)
    needed = max(6, 1.3 * clean.highest)
    came = subject.calls[first : first + rows].sum()
    for times in np.geomspace(2.5 * 8 ** rng.random(), 20, 4):
        more = (times - 1) * clean.expected[first]
        if more >= 8 and clean.z(first, came + more) >= needed:
            extra = (times - 1) * subject.usage.mean[first : first + rows]
            return Effect(first, first + rows - 1, np.ones(rows), extra)
    return None


def wrong_hour(subject: Subject, rng: Random) -> Effect | None:
    grid, mean = subject.grid, subject.usage.mean
    rows = grid.span(int(rng.integers(1, 5)))
    usual = mean[mean > 0.3 * mean.max()].mean()
    comes = max(8.0 / grid.span(1), rng.uniform(0.4, 1.5) * usual)
    quiet = (mean < 0.02 * usual) & (_most_of_the_week(subject) < 0.2 * comes)
    where = np.flatnonzero(sliding(quiet.astype(float), rows) == rows)
    where = where[(where >= subject.begin) & (where < grid.rows - rows - 3 * grid.per_day)]
    if comes > 3 * mean.max() or not len(where):
        return None
    first = int(rng.choice(where))
    return Effect(first, first + rows - 1, np.ones(rows), np.full(rows, comes))


def drop(subject: Subject, rng: Random) -> Effect | None:
    rows = subject.grid.span(int(rng.integers(3, 25)))
    first = subject.busy(rows, rng)
    if first is None:
        return None
    clean, share = strays(subject, rows), rng.uniform(0, 0.4)
    left = share * subject.calls[first : first + rows].sum()
    if clean.expected[first] < 20 or clean.z(first, left) > min(-5, 1.3 * clean.lowest):
        return None
    return Effect(first, first + rows - 1, np.full(rows, share), np.zeros(rows))


def silence(subject: Subject, rng: Random) -> Effect | None:
    rows = subject.grid.span(int(rng.integers(6, 73)))
    first = subject.busy(rows, rng)
    if first is None or subject.usage.mean[first : first + rows].sum() < without(subject):
        return None
    return Effect(first, first + rows - 1, np.zeros(rows), np.zeros(rows))


def without(subject: Subject) -> float:
    """How many calls must lack until that is no longer chance."""
    mean, empty = subject.usage.mean, subject.calls == 0
    lacking = np.where(empty, mean, 0).cumsum()
    before = np.maximum.accumulate(np.where(empty, 0, lacking))
    return max(25.0, 1.5 * float((lacking - before).max()))


def leak(subject: Subject, rng: Random) -> Effect | None:
    grid = subject.grid
    daily, days = rng.uniform(1.03, 1.1), int(rng.integers(7, 22))
    rows, last_factor = days * grid.per_day, daily**days
    first = subject.busy(rows, rng)
    if first is None or not 1.5 <= last_factor <= 5:
        return None
    week = 7 * grid.per_day
    clean, growing = strays(subject, week), daily ** (np.arange(1, rows + 1) / grid.per_day)
    last_week = first + rows - week
    came = float((subject.calls[last_week : first + rows] * growing[-week:]).sum())
    more = came - clean.expected[last_week]
    if more < 8 or clean.z(last_week, came) < max(5, 1.3 * clean.highest):
        return None
    after = last_factor if rng.random() < 0.5 else 1.0
    factor = np.full(grid.rows - first, after)
    factor[:rows] = growing
    return Effect(first, first + rows - 1, factor, np.zeros(grid.rows - first))


def shift(subject: Subject, rng: Random) -> Effect | None:
    grid, week = subject.grid, 7 * subject.grid.per_day
    up = rng.random() < 0.7
    times = np.exp(rng.uniform(np.log(1.6), np.log(4))) if up else rng.uniform(0.2, 0.5)
    ramp = int(rng.choice([1, 1, grid.per_day, 3 * grid.per_day]))
    first = subject.busy(2 * week, rng)
    if first is None:
        return None
    clean = strays(subject, week)
    came = times * float(subject.calls[first + ramp : first + ramp + week].sum())
    extreme, far = (clean.highest, 1) if up else (-clean.lowest, -1)
    if abs(times - 1) * clean.expected[first + ramp] < 20:
        return None
    if far * clean.z(first + ramp, came) < max(5, 1.3 * extreme):
        return None
    steps = np.minimum(np.arange(1, grid.rows - first + 1) / ramp, 1)
    return Effect(first, first + ramp - 1, 1 + steps * (times - 1), np.zeros(grid.rows - first))


def _most_of_the_week(subject: Subject) -> Floats:
    """The most calls any week had in the same bucket of it."""
    week = 7 * subject.grid.per_day
    place: Places = np.arange(subject.grid.rows) % week
    most = np.zeros(week)
    np.maximum.at(most, place, subject.calls)
    return np.asarray(most[place])


ANOMALIES: Mapping[str, tuple[Callable[[Subject, Random], Effect | None], float]] = {
    "spike": (spike, 3),
    "wrong hour": (wrong_hour, 2),
    "drop": (drop, 2),
    "silence": (silence, 2),
    "leak": (leak, 1.5),
    "shift": (shift, 1.5),
}
"""What does each to a series, and how often it is, against the others."""
