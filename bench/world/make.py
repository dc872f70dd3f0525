"""A whole world from a seed: many series by chance, and what was planted in them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from bench.world.planting import ODDS, Column, Planted, Planter
from bench.world.shape import DAY, HOUR, SHAPES, Random
from bench.world.usage import Grid, make_usage
from rules.panel import Floats, Panel
from rules.series import Absent, Measure, Metric, Series

LEARN = 45 * DAY
"""So long nothing goes wrong in a new world."""
MONTH = 30 * DAY
SOURCE = "bench"
METRIC = "usage"


@dataclass(frozen=True, slots=True)
class World:
    panel: Panel
    truth: tuple[Planted, ...]
    """By their first row."""
    shapes: tuple[str, ...]
    """By column."""
    expected: Floats
    """What each bucket was expected to hold before anything was planted."""


def make_world(
    seed: int,
    *,
    series: int,
    days: int,
    anomalies_per_series_month: float,
    width: timedelta = HOUR,
    shapes: Sequence[str] = tuple(SHAPES),
) -> World:
    """The same world for the same words. Without anomalies no series begins or ends either."""
    grid = Grid(_start(seed), days * (DAY // width), width)
    columns = [_column(grid, np.random.default_rng([seed, n]), shapes) for n in range(series)]
    rng = np.random.default_rng([seed, series, days])
    months = max(0.0, (days * DAY - LEARN) / MONTH) * series
    kinds = _kinds(rng, anomalies_per_series_month * months)
    new = range(series)[series - min(kinds.count("newcomer"), series // 4) :]
    planted = [_begun(grid, columns[number], number, rng) for number in new]
    expected = np.column_stack([it.usage.mean * it.usage.unit for it in columns])
    planter = Planter(grid, LEARN // width, columns, rng)
    planted += planter.plant([kind for kind in kinds if kind != "newcomer"])
    return World(
        panel=_panel(grid, columns),
        truth=tuple(sorted(planted, key=lambda it: (it.first, it.columns))),
        shapes=tuple(it.usage.shape for it in columns),
        expected=expected,
    )


def _start(seed: int) -> datetime:
    """Midnight of some day of a year, so that worlds meet the turn of the month elsewhere."""
    return datetime(2025, 1, 1, tzinfo=UTC) + (seed * 37 % 365) * DAY


def _column(grid: Grid, rng: Random, shapes: Sequence[str]) -> Column:
    usage = make_usage(grid, rng, shapes)
    return Column(usage, usage.draw(usage.mean * usage.luck, rng), rng)


def _kinds(rng: Random, many: float) -> list[str]:
    odds = np.array(list(ODDS.values()))
    return [str(it) for it in rng.choice(list(ODDS), rng.poisson(many), p=odds / odds.sum())]


def _panel(grid: Grid, columns: Sequence[Column]) -> Panel:
    metric = Metric(SOURCE, METRIC, "minutes", Measure.AMOUNT, grid.width, Absent.ZERO)
    labels = [(("voice_id", f"v{number:05}"),) for number in range(len(columns))]
    return Panel(
        metric,
        tuple(Series(SOURCE, METRIC, those) for those in labels),
        grid.start,
        np.column_stack([it.told() for it in columns]),
        closed=grid.rows,
    )


def _begun(grid: Grid, column: Column, number: int, rng: Random) -> Planted:
    """Makes a series begin in the midst of a world; its first row is that of its first use."""
    begin = int(rng.integers(LEARN // grid.width, grid.rows - 7 * grid.per_day))
    mean = column.usage.mean.copy()
    mean[:begin] = 0
    column.usage = replace(column.usage, mean=mean)
    column.values[:begin] = 0
    used = np.flatnonzero(column.values)
    first = int(used[0]) if len(used) else grid.rows - 1
    column.begin = first
    column.taken.append((0, first + 28 * grid.per_day))
    two_days = first + 2 * grid.per_day
    kind = "newcomer" if mean[first:two_days].sum() >= 30 else "begin"
    return Planted(kind, (number,), first, min(two_days, grid.rows) - 1)
