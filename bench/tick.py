"""What one tick costs: a threshold and a spike rule over many series, one new bucket each.

The yardstick is `numpy.copyto` of the same matrix, in turn with the tick and in processor time, so
that the figure means the same on a slow machine and on a busy one.

    python bench/tick.py --series 10000 100000
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rules.engine import News, evaluate
from rules.kinds.spike import Spike
from rules.kinds.threshold import Threshold
from rules.panel import Floats, Marks, Panel
from rules.rule import Rule
from rules.series import Absent, Measure, Metric, Series

HOUR = timedelta(hours=1)
HOURS = 8 * 168 + 24
"""Eight weeks, and the day whose hours arrive one by one."""
LIMIT = 0.5

METRIC = Metric("bench", "usage", "minutes", Measure.AMOUNT, HOUR, Absent.ZERO)
LIMIT_RULE = Rule("limit", "bench", Threshold(above=5_000))
AS_SHIPPED = Spike(min_change=5)
"""As config.example.yaml has it."""
SETTINGS = {
    "as in config.example.yaml": AS_SHIPPED,
    "without a least change, so that one more than none is looked into": Spike(),
}


def usage(many: int, rng: np.random.Generator) -> Floats:
    """Over-dispersed whole numbers with the shape of a day, so low at night that many are equal.
    Every fourth series is idle in nine hours of ten or more."""
    day = 0.15 + np.clip(np.sin((np.arange(HOURS) % 24 - 6) * np.pi / 12), 0, None)
    values = np.empty((HOURS, many))
    sparse = np.arange(many) % 4 == 0
    size = rng.lognormal(2.5, 1.0, many)
    busy = np.where(sparse, rng.uniform(0.02, 0.1, many), 1.0)
    for top in range(0, HOURS, 48):
        part = values[top : top + 48]
        # A gamma-mixed Poisson is a negative binomial; for this purpose its rounded self will do.
        burst = rng.standard_gamma(3.0, part.shape, dtype=np.float32) / 3
        shape = day[top : top + 48, None]
        np.rint(burst * size * shape, out=part)
        part[rng.random(part.shape, dtype=np.float32) > busy] = 0
    return values


def panel(many: int) -> Panel:
    values = usage(many, np.random.default_rng(20))
    # Each hour of the last day two true spikes, so that opening alerts is part of what is timed.
    for hour in range(-24, 0):
        values[hour, [hour, many // 2 + hour]] = 1000
    series = tuple(
        Series("bench", "usage", (("voice_id", f"voice-{number}"),)) for number in range(many)
    )
    # As the store's memory has it: a new hour is a new row, and no earlier one changes.
    marks = Marks(values, np.arange(HOURS))
    start = datetime(2025, 3, 3, tzinfo=UTC)
    return Panel(METRIC, series, start, values, HOURS, marks=marks)


def tick(watched: Panel, spike: Spike) -> int:
    """Both rules over the newest bucket; how many alerts opened."""
    news = News(since=watched.at(len(watched) - 1))
    rules = (LIMIT_RULE, Rule("spike", "bench", spike))
    return sum(len(evaluate(rule, watched, {}, news).events) for rule in rules)


def seconds(work: Callable[[], object]) -> float:
    began = process_time()
    work()
    return process_time() - began


def ratio(whole: Panel, spike: Spike) -> float:
    """The tick in copies of its matrix: an hour and a copy take turns, and each is its median."""
    other = np.zeros_like(whole.values)
    opened, copying, ticking = 0, [], []
    for hour in range(HOURS - 23, HOURS + 1):
        watched = replace(whole, values=whole.values[:hour], closed=hour)
        copying.append(seconds(lambda: np.copyto(other, whole.values)))
        ticking.append(seconds(partial(tick, watched, spike)))
        opened += tick(watched, spike)
    found = median(ticking) / median(copying)
    print(
        f"    tick {median(ticking) * 1e3:.2f} ms "
        f"({min(ticking) * 1e3:.2f} to {max(ticking) * 1e3:.2f} over the day), "
        f"copyto {median(copying) * 1e3:.2f} ms, ratio {found:.3f}, {opened} alerts in 24 ticks"
    )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--series", type=int, nargs="+", default=[10_000, 100_000])
    ratios = []
    for many in parser.parse_args().series:
        whole = panel(many)
        for name, spike in SETTINGS.items():
            print(f"{many:,} series x {HOURS:,} hours, {name}:")
            found = ratio(whole, spike)
            if spike is AS_SHIPPED:
                ratios.append(found)
    verdict = "within" if max(ratios) < LIMIT else "BEYOND"
    print(
        f"worst ratio {max(ratios):.3f}, {verdict} the limit of {LIMIT}: judging one new bucket of "
        f"every series costs {max(ratios):.0%} of copying the history it is judged by"
    )
    return 0 if max(ratios) < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
