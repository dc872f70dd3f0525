"""Made-up use under a quota of the month, with the moments at which it was truly used up."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np

from bench.world.ledger import together
from bench.world.shape import DAY, HOUR, Random
from bench.world.usage import Grid
from rules.panel import Floats, Panel
from rules.series import Absent, Measure, Metric, Series


@dataclass(frozen=True, slots=True)
class Month:
    """One period of the quota, by the calendar of UTC."""

    first: int
    stop: int
    """Its rows; the first and the last month of a world may be cut."""
    used: float
    rises: int | None
    """The row from which use was higher than usual, until its end."""
    over: int | None
    """The row in which the quota was used up."""


@dataclass(frozen=True, slots=True)
class Quota:
    panel: Panel
    amount: float
    """Allowed a month."""
    months: tuple[Month, ...]


def make_quota(seed: int, *, days: int, width: timedelta = HOUR) -> Quota:
    """Usual use takes 60 to 90 % of the quota; in half of the months it rises and may take more.

    The first two months, of which the first is mostly cut, are usual.
    """
    rng = np.random.default_rng([seed, days, 1])
    start = datetime(2025, 1, 1, tzinfo=UTC) + (seed * 37 % 365) * DAY
    grid = Grid(start, days * (DAY // width), width)
    used = together(grid, rng)
    spans = _months(grid)
    rises = [_rise(span, number, rng) for number, span in enumerate(spans)]
    amount = float(used.mean()) * grid.per_day * 30.4 / rng.uniform(0.6, 0.9)
    for span, rise in zip(spans, rises, strict=True):
        if rise is not None:
            used[rise : span.stop] *= rng.uniform(1.4, 3)
    metric = Metric("bench", "usage", "credits", Measure.AMOUNT, width, Absent.ZERO)
    series = (Series(metric.source, metric.name, ()),)
    return Quota(
        panel=Panel(metric, series, start, used[:, None], closed=grid.rows),
        amount=amount,
        months=tuple(
            _month(used, span, rise, amount) for span, rise in zip(spans, rises, strict=True)
        ),
    )


def _months(grid: Grid) -> list[range]:
    moments = [grid.start + row * grid.width for row in range(0, grid.rows, grid.per_day)]
    turns = [n * grid.per_day for n, moment in enumerate(moments) if moment.day == 1]
    edges = sorted({0, *turns, grid.rows})
    return [range(first, stop) for first, stop in pairwise(edges)]


def _rise(span: range, number: int, rng: Random) -> int | None:
    if number < 2 or rng.random() < 0.5:
        return None
    return int(span.start + len(span) * rng.uniform(0.1, 0.7))


def _month(used: Floats, span: range, rise: int | None, amount: float) -> Month:
    sums = used[span.start : span.stop].cumsum()
    crossed = int(np.searchsorted(sums, amount, side="right"))
    over = span.start + crossed if crossed < len(sums) else None
    return Month(span.start, span.stop, float(sums[-1]), rise, over)
