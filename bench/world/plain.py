"""Another world, as somebody might make it who has never seen how the rules judge.

Seven shapes by turns, negative-binomial noise (a gamma of 4 to 30 around the mean), and what goes
wrong is a factor laid over the mean, wherever there is enough to see. Nothing is held against what
the noise itself did: some of it is lost in the noise.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from bench.world.make import METRIC, MONTH, SOURCE, World
from bench.world.planting import Planted
from bench.world.shape import DAY, HOUR, Calendar, Random
from rules.panel import Floats, Panel
from rules.series import Absent, Measure, Metric, Series

LEARN = 60
"""Days in which nothing goes wrong."""
FIRST = datetime(2025, 3, 1, tzinfo=UTC)
TRIES = 30
"""Places that are looked at for one anomaly before it is left out."""
ROOM = (3 * 24, 4 * 24)
"""Hours before and after an anomaly in which there is no other in its series."""


def _wave(calendar: Calendar) -> Floats:
    return np.asarray(1 + 0.5 * np.sin((calendar.hour - 8) * np.pi / 12))


SHAPES: Mapping[str, Callable[[Calendar], Floats]] = {
    "office": lambda at: (
        np.where((at.hour >= 9) & (at.hour < 18), 1, 0.05) * np.where(at.weekend, 0.15, 1)
    ),
    "evening": lambda at: (
        (0.1 + np.exp(-(((at.hour - 20.5) / 2.5) ** 2))) * np.where(at.weekend, 1.4, 1)
    ),
    "batch": lambda at: np.where((at.hour >= 2) & (at.hour < 4), 3.0, 0.0),
    "sparse": lambda at: np.ones(len(at.hour)),
    "trend": lambda at: _wave(at) * 1.15 ** (at.day / 30),
    "month turn": lambda at: _wave(at) * np.where(at.date >= 28, 2.0, 1.0),
    "flat": lambda at: np.ones(len(at.hour)),
}


@dataclass(slots=True)
class _Column:
    mean: Floats
    gamma: float
    rng: Random
    factor: Floats
    more: Floats
    taken: list[tuple[int, int]] = field(default_factory=list)

    def drawn(self) -> Floats:
        noise = self.rng.gamma(self.gamma, 1 / self.gamma, len(self.mean))
        return self.rng.poisson((self.mean * self.factor + self.more) * noise).astype(float)

    def free(self, first: int) -> bool:
        before, after = ROOM
        return not any(begin - before <= first <= end + after for begin, end in self.taken)


def make_plain(seed: int, *, series: int, days: int, anomalies_per_series_month: float) -> World:
    rng = np.random.default_rng(seed)
    start = FIRST + int(rng.integers(0, 200)) * DAY
    calendar = Calendar.of(start, days * 24, 0)
    names = [list(SHAPES)[number % len(SHAPES)] for number in range(series)]
    columns = [_column(name, calendar, rng) for name in names]
    expected = np.column_stack([column.mean for column in columns])
    many = rng.poisson(anomalies_per_series_month * (days - LEARN) * DAY / MONTH * series)
    planted = [_somewhere(str(rng.choice(_ODDS)), columns, rng) for _ in range(many)]
    truth = sorted((one for one in planted if one), key=lambda it: (it.first, it.columns))
    metric = Metric(SOURCE, METRIC, "minutes", Measure.AMOUNT, HOUR, Absent.ZERO)
    whose = tuple(Series(SOURCE, METRIC, (("voice_id", f"v{n:05}"),)) for n in range(series))
    values = np.column_stack([column.drawn() for column in columns])
    panel = Panel(metric, whose, start, values, closed=days * 24)
    return World(panel, tuple(truth), tuple(names), expected)


def _column(name: str, calendar: Calendar, rng: Random) -> _Column:
    size = rng.uniform(0.01, 0.15) if name == "sparse" else np.exp(rng.uniform(*np.log([5, 500])))
    mean = SHAPES[name](calendar) * size
    return _Column(mean, rng.uniform(4, 30), rng, np.ones(len(mean)), np.zeros(len(mean)))


def _somewhere(kind: str, columns: Sequence[_Column], rng: Random) -> Planted | None:
    for _ in range(TRIES):
        number = int(rng.integers(len(columns)))
        column = columns[number]
        first = int(rng.integers(LEARN * 24, len(column.mean) - 4 * 24))
        last = _KINDS[kind](column, first, rng) if column.free(first) else None
        if last is not None:
            lasting = kind in ("shift", "leak")
            column.taken.append((first, len(column.mean) if lasting else last))
            return Planted(kind, (number,), first, last)
    return None


def _spike(column: _Column, first: int, rng: Random) -> int | None:
    rows, times = _rows(first, rng, 1, 7), rng.uniform(3, 8)
    mean = column.mean[rows]
    if mean.mean() < column.mean.mean() or mean.sum() * (times - 1) < 15:
        return None
    column.factor[rows] *= times
    return rows.stop - 1


def _drop(column: _Column, first: int, rng: Random) -> int | None:
    return _less(column, _rows(first, rng, 6, 25), rng.uniform(0, 0.3))


def _silence(column: _Column, first: int, rng: Random) -> int | None:
    return _less(column, _rows(first, rng, 12, 73), 0.0)


def _less(column: _Column, rows: slice, share: float) -> int | None:
    if column.mean[rows.start] < column.mean.mean() or column.mean[rows].sum() < 60:
        return None
    column.factor[rows] *= share
    return rows.stop - 1


def _wrong_hour(column: _Column, first: int, rng: Random) -> int | None:
    rows, mean = _rows(first, rng, 1, 4), column.mean
    comes = rng.uniform(0.5, 1.5) * mean[mean > 0.3 * mean.max()].mean()
    if comes < 8 or (mean[rows] >= 0.06 * mean.max()).any():
        return None
    column.more[rows] += comes
    return rows.stop - 1


def _shift(column: _Column, first: int, rng: Random) -> int | None:
    if column.mean.mean() < 1 or first > len(column.mean) - 15 * 24:
        return None
    column.factor[first:] *= rng.choice([rng.uniform(1.8, 3), rng.uniform(0.3, 0.5)])
    return first


def _leak(column: _Column, first: int, _rng: Random) -> int | None:
    rows = 14 * 24
    if column.mean.mean() < 1 or first > len(column.mean) - 2 * rows:
        return None
    growing = 1.06 ** (np.arange(1, rows + 1) / 24)
    column.factor[first : first + rows] *= growing
    column.factor[first + rows :] *= growing[-1]
    return first + rows - 1


def _rows(first: int, rng: Random, least: int, below: int) -> slice:
    return slice(first, first + int(rng.integers(least, below)))


_KINDS: Mapping[str, Callable[[_Column, int, Random], int | None]] = {
    "spike": _spike,
    "wrong hour": _wrong_hour,
    "drop": _drop,
    "silence": _silence,
    "leak": _leak,
    "shift": _shift,
}
_ODDS = ("spike", *_KINDS)
"""Spikes are twice as frequent."""
