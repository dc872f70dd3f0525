"""How often the truth lies in the interval that a runway names: it should be 75 to 85 in 100.

Of many seeded ledgers the outlook is taken at many moments, for balances that would last from some
hours to four weeks at the usual burn, chosen without a look at what comes. The truth is when that
much was in fact used with no further top-up. The last line judges balances as they stood in
ledgers of another make (bench.world), with their top-ups and refunds, by the rule itself.

    python bench/runway.py
    python bench/runway.py --ledgers 400 --from 5000
    python bench/runway.py --history 7
"""

import argparse
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.ledger import HOURS, SHAPES, make_spending
from bench.world.ledger import make_ledger
from rules.forecast import forecast
from rules.kinds.runway import Runway
from rules.left import Asked, latest, left
from rules.panel import Floats
from rules.spending import spending

HOUR = timedelta(hours=1)
LASTS = ((0.3, 2.0), (2.0, 7.0), (7.0, 28.0))
"""Days that a balance would last at the usual burn: each horizon from, and to."""
NAMES = ("< 2 days", "2-7 days", "1-4 weeks")
MOMENTS = 12
PAST = 56 * HOURS
Row = tuple[int, bool, bool, float]


@dataclass(frozen=True, slots=True)
class Found:
    """Intervals held against the truth."""

    horizon: Floats
    early: Floats
    """Whether it was empty before the interval began."""
    late: Floats
    wide: Floats
    """The interval's width as a share of the time left."""

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Found":
        return cls(*np.array(list(rows), dtype=float).reshape(-1, 4).T)

    def words(self, horizon: int | None = None) -> str:
        here = np.full(len(self.horizon), fill_value=True)
        if horizon is not None:
            here = self.horizon == horizon
        if not here.any():
            return f"{'-':>22}"
        early, late = 100 * self.early[here].mean(), 100 * self.late[here].mean()
        inside, wide = 100 - early - late, np.median(self.wide[here])
        return f"{inside:5.1f} {early:5.1f} {late:5.1f} {wide:5.2f}"


def by_shape(shape: str, seeds: Iterable[int], history: int | None) -> Iterable[Row]:
    for seed in seeds:
        spent = make_spending(seed, shape)
        rng = np.random.default_rng([seed, 1])
        least = min(history or 30, 30)
        origins = rng.integers(least * HOURS, spent.past * HOURS + 1, MOMENTS)
        reach = PAST if history is None else history * HOURS
        past = np.full((PAST, MOMENTS), np.nan)
        for number, origin in enumerate(origins):
            told = spent.use[max(0, origin - reach) : origin]
            past[PAST - len(told) :, number] = told
        yield from _held(past, spent.use, origins, rng)


def _held(past: Floats, use: Floats, origins: Floats, rng: np.random.Generator) -> Iterable[Row]:
    outlook = forecast(past, HOUR, PAST)
    a_day = np.nanmean(past, axis=0) * HOURS
    for horizon, (least, most) in enumerate(LASTS):
        amounts = a_day * np.exp(rng.uniform(np.log(least), np.log(most), MOMENTS))
        told = outlook.until(amounts)
        for number, origin in enumerate(origins):
            truth = gone(use[origin:], amounts[number])
            low, middle, high = (float(end[number]) for end in told.ends)
            yield horizon, truth < low, truth > high, width(low, middle, high)


def gone(use: Floats, amount: float) -> float:
    """After how many hours so much was used."""
    total = np.concatenate([[0.0], use.cumsum()])
    after = int(np.searchsorted(total, amount))
    if after in (0, len(total)):
        return 0.0 if after == 0 else np.inf
    return after - 1 + float((amount - total[after - 1]) / (total[after] - total[after - 1]))


def width(low: float, middle: float, high: float) -> float:
    return (min(high, PAST) - low) / middle if 0 < middle < np.inf else np.inf


def by_rule(seeds: Iterable[int]) -> Iterable[Row]:
    """Balances as they stood, a few moments of each ledger, by way of the rule's own arithmetic."""
    kind = Runway()
    for seed in seeds:
        rng = np.random.default_rng([seed, 2])
        ledger = make_ledger(seed, days=int(rng.integers(40, 121)))
        panel = ledger.balances()
        for row in np.unique(rng.integers(30 * HOURS, len(panel), MOMENTS)).tolist():
            only, here = latest(panel, slice(row, row + 1))
            asked = Asked(timedelta(weeks=8), kind.within[0], kind.interval)
            known = left(only, here, spending(only), asked, None)
            low, middle, high = (
                float(each[0, 0]) for each in (known.low, known.middle, known.high)
            )
            at = ledger.empty_at(row)
            truth = np.inf if at is None else (at - panel.at(row)) / HOUR
            if not middle < LASTS[-1][1] * HOURS:
                continue
            horizon = int(np.searchsorted([2 * HOURS, 7 * HOURS], middle))
            yield horizon, truth < low, truth > high, width(low, middle, high)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ledgers", type=int, default=100, help="of each shape")
    parser.add_argument("--from", type=int, default=0, dest="first", help="the first seed")
    parser.add_argument("--history", type=int, help="only so many days of the past are told")
    asked = parser.parse_args()
    began, seeds = perf_counter(), range(asked.first, asked.first + asked.ledgers)
    found: dict[str, Callable[[], Iterable[Row]]] = {
        shape: lambda shape=shape: by_shape(shape, seeds, asked.history) for shape in SHAPES
    }
    if asked.history is None:
        found["as they stood"] = lambda: by_rule(seeds)
    print("in 100: inside the interval, empty before it, after it; median width / time left")
    print(f"{'':14}" + "".join(f"| {name:<23}" for name in ("all", *NAMES)))
    for name, rows in found.items():
        held = Found.of(rows())
        columns = [held.words(), *(held.words(horizon) for horizon in range(len(LASTS)))]
        print(f"{name:14}" + "".join(f"| {words} " for words in columns), flush=True)
    print(f"{asked.ledgers} ledgers of each shape, {perf_counter() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
