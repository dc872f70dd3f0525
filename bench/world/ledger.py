"""Made-up accounts of credits: what was spent, what was bought, and when it would truly be gone."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from bench.world.shape import DAY, HOUR, Random
from bench.world.usage import Grid, make_usage
from rules.panel import Floats, Panel
from rules.series import Absent, Measure, Metric, Series

AHEAD = 60 * DAY
"""How far the use goes on after the last row, for the truth alone."""
PARTS = ("office", "evening", "batch", "flat", "weekly", "trend", "month turn")


@dataclass(frozen=True, slots=True)
class Moved:
    """Credits that came at the end of a row's bucket."""

    row: int
    amount: float


@dataclass(frozen=True, slots=True)
class Ledger:
    start: datetime
    width: timedelta
    balance: Floats
    """What stood where each bucket begins."""
    spent: Floats
    """What truly left the account in each bucket, told or not."""
    usage: Floats
    """What the meter tells of it; less than `spent` where others spend from this pool."""
    top_ups: tuple[Moved, ...]
    refunds: tuple[Moved, ...]
    """Small ones, of a few per cent of a top-up."""
    future: Floats
    """What will be spent after the last row."""

    def empty_at(self, row: int) -> datetime | None:
        """When what stood at this row is used up if nothing comes any more; None: not in sight."""
        spends = np.concatenate([self.spent[row:], self.future]).cumsum()
        gone = int(np.searchsorted(spends, self.balance[row]))
        if gone == len(spends):
            return None
        before = spends[gone - 1] if gone else 0.0
        part = (self.balance[row] - before) / (spends[gone] - before)
        return self.start + (row + gone + float(part)) * self.width

    def balances(self) -> Panel:
        metric = Metric("bench", "credits", "credits", Measure.LEVEL, self.width, Absent.UNKNOWN)
        return self._panel(metric, self.balance)

    def metered(self) -> Panel:
        metric = Metric("bench", "usage", "credits", Measure.AMOUNT, self.width, Absent.ZERO)
        return self._panel(metric, self.usage)

    def _panel(self, metric: Metric, values: Floats) -> Panel:
        series = (Series(metric.source, metric.name, ()),)
        return Panel(metric, series, self.start, values[:, None].copy(), closed=len(values))


def make_ledger(seed: int, *, days: int, width: timedelta = HOUR, elsewhere: float = 0.0) -> Ledger:
    """The same ledger for the same words; `elsewhere` is the share that no meter sees."""
    rng = np.random.default_rng([seed, days])
    start = datetime(2025, 1, 1, tzinfo=UTC) + (seed * 37 % 365) * DAY
    grid = Grid(start, (days * DAY + AHEAD) // width, width)
    spent = together(grid, rng)
    rows = days * DAY // width
    account = _Account(spent[:rows], float(spent[:rows].mean()) * grid.per_day, grid.per_day)
    balance, top_ups, refunds = account.run(rng)
    return Ledger(
        start=start,
        width=width,
        balance=balance,
        spent=spent[:rows],
        usage=spent[:rows] * (1 - elsewhere),
        top_ups=top_ups,
        refunds=refunds,
        future=spent[rows:],
    )


def together(grid: Grid, rng: Random) -> Floats:
    """What three to eight series come to, of which none is nearly all: a week has its rhythm."""
    total = np.zeros(grid.rows)
    for _ in range(rng.integers(3, 9)):
        usage = make_usage(grid, rng, PARTS)
        calls = 10 ** rng.uniform(0.5, 2) * usage.mean / usage.mean.mean()
        total += usage.draw(calls * usage.luck, rng) / usage.unit
    daily = 10 ** rng.uniform(2, 5)
    return np.asarray(total * (daily / (total.mean() * grid.per_day)))


@dataclass(frozen=True, slots=True)
class _Account:
    """Buys when little is left, or every month, whichever its people do; it never runs dry."""

    spent: Floats
    daily: float
    per_day: int

    def run(self, rng: Random) -> tuple[Floats, tuple[Moved, ...], tuple[Moved, ...]]:
        amount = self._round(self.daily * rng.uniform(10, 45))
        due = self._due(rng)
        least = self.daily * rng.uniform(2, 8) * (rng.random() < 0.6)
        refunded = rng.random(len(self.spent)) < rng.choice([0, 1, 3]) / len(self.spent)
        balance = np.empty(len(self.spent))
        top_ups, refunds = [], []
        stands = amount * rng.uniform(0.3, 1.2)
        for row, spent in enumerate(self.spent.tolist()):
            stands, balance[row] = stands - spent, stands
            if due[row] or stands < least or stands < 2 * self.daily:
                top_ups.append(Moved(row, amount))
                stands += amount
            if refunded[row]:
                refunds.append(Moved(row, self._round(amount * rng.uniform(0.005, 0.1))))
                stands += refunds[-1].amount
        return balance, tuple(top_ups), tuple(refunds)

    def _due(self, rng: Random) -> list[bool]:
        """Every thirty days from some day on, or never."""
        rows, cycle = np.arange(len(self.spent)), 30 * self.per_day
        if rng.random() < 0.5:
            return [False] * len(rows)
        return [bool(it) for it in rows % cycle == rng.integers(cycle)]

    @staticmethod
    def _round(amount: float) -> float:
        """To two digits, as people buy."""
        return float(f"{amount:.1e}")
