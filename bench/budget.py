"""How often a budget's 80 % interval holds what a month comes to, and whether it repeats itself.

Seeded series of every shape there is in `bench/world` (rhythm, growth, wandering level, counts)
are followed by the hour over some months. Each month is foreseen on some of its days from eight
weeks of past, and compared with what it came to in the end; then a budget of each series, about
as large as its month, is replayed poll by poll, and what is told is counted.

    python bench/budget.py
    python bench/budget.py --series 400 --seed 7
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.world.shape import SHAPES
from bench.world.usage import Grid, make_usage
from rules.alert import Alert, Change
from rules.engine import News, evaluate
from rules.kinds.budget import Budget
from rules.landing import Course, landings
from rules.panel import Floats, Panel
from rules.period import Period, turns
from rules.rule import Rule
from rules.series import Absent, Measure, Metric, Series

HOUR = timedelta(hours=1)
START = datetime(2025, 1, 1, tzinfo=UTC)
ROWS = 24 * (31 + 28 + 31 + 30 + 31)
DAYS = (5, 10, 20)
MONTH = Period("month")


def made(seed: int, series: int) -> Panel:
    """Five months from January on, a column a series; the shapes take turns."""
    rng = np.random.default_rng(seed)
    names = sorted(SHAPES)
    columns = [one(names[number % len(names)], rng) for number in range(series)]
    metric = Metric("world", "use", "calls", Measure.AMOUNT, HOUR, Absent.ZERO)
    return Panel(
        metric=metric,
        series=tuple(
            Series("world", "use", (("shape", names[each % len(names)]), ("number", f"{each}")))
            for each in range(series)
        ),
        start=START,
        values=np.ascontiguousarray(np.stack(columns, axis=1)),
        closed=ROWS,
    )


def one(shape: str, rng: np.random.Generator) -> Floats:
    usage = make_usage(Grid(START, ROWS, HOUR), rng, [shape])
    return usage.draw(usage.mean * usage.luck, rng)


def months(panel: Panel) -> Iterator[tuple[int, int]]:
    """Where each month begins and ends that has two months before it."""
    turned = turns(panel, slice(0, len(panel)), MONTH)
    for begin, end in sorted(set(zip(turned.begin.tolist(), turned.end.tolist(), strict=True))):
        if begin >= 24 * 56 and end <= len(panel):
            yield begin, end


def coverage(panel: Panel) -> Counter[tuple[str, int, str]]:
    """How often the truth lay below, within and above, by shape and day."""
    found: Counter[tuple[str, int, str]] = Counter()
    for begin, end in months(panel):
        truth = panel.values[begin:end].sum(axis=0)
        for column, series in enumerate(panel.series):
            seen = landings(Course(panel, begin, end, begin + 24 * max(DAYS)), column, np.inf)
            for day in DAYS:
                landing = seen[begin + 24 * day]
                if landing is None or truth[column] == 0:
                    continue
                # A month that is all but certain is not missed by the last digit of a sum.
                slack = 1e-9 * truth[column]
                where = "within"
                if truth[column] < landing.low - slack:
                    where = "below"
                elif truth[column] > landing.high + slack:
                    where = "above"
                found[dict(series.labels)["shape"], day, where] += 1
    return found


def told(panel: Panel, seed: int, many: int) -> tuple[Counter[int], Counter[tuple[bool, bool]]]:
    """How often each step was told in a month, and what came of what was foreseen: whether it was
    told that the quota will be passed, and whether it was."""
    rng = np.random.default_rng(seed)
    times: Counter[int] = Counter()
    came: Counter[tuple[bool, bool]] = Counter()
    for column in range(many):
        alone = Panel(
            panel.metric,
            panel.series[column : column + 1],
            panel.start,
            panel.values[:, column : column + 1],
            panel.closed,
        )
        month = alone.values[24 * 59 : 24 * 90].sum()
        if month == 0:
            continue
        kind = Budget(float(month * rng.uniform(0.7, 1.4)), "month")
        counts, foreseen = polled(kind, alone, rng)
        times += counts
        for begin, end in months(alone):
            over = alone.values[begin:end].sum() >= kind.amount
            came[begin in foreseen, bool(over)] += 1
    return times, came


def polled(kind: Budget, panel: Panel, rng: np.random.Generator) -> tuple[Counter[int], set[int]]:
    """Every few hours, the last bucket half full."""
    rule, since = Rule("quota", "world", kind), panel.at(24 * 59)
    alerts: dict[Series, Alert] = {}
    steps: Counter[tuple[int, int]] = Counter()
    foreseen: set[int] = set()
    row = 24 * 59
    while row < len(panel):
        row = min(row + int(rng.integers(1, 30)), len(panel))
        values = panel.values[:row].copy()
        values[-1] *= 0.5
        live = Panel(panel.metric, panel.series, panel.start, values, row - 1)
        said = evaluate(rule, live, alerts, News(since))
        before = {series: alert.step for series, alert in alerts.items()}
        ids = {series: alert.since for series, alert in alerts.items()}
        alerts |= {alert.series: alert for alert in said.alerts}
        since = said.since
        for event in said.events:
            at = panel.row(event.verdict.at)
            begin = int(turns(panel, slice(at, at + 1), MONTH).begin[0])
            if "will be passed" in event.verdict.why.reason:
                foreseen.add(begin)
            if event.change in (Change.OPENED, Change.WORSENED):
                known = before.get(event.alert.series, 0)
                first = 1 if ids.get(event.alert.series) != event.alert.since else known + 1
                for step in range(first, event.alert.step + 1):
                    steps[begin, step] += 1
                before[event.alert.series] = event.alert.step
                ids[event.alert.series] = event.alert.since
    return Counter(steps.values()), foreseen


def table(found: Counter[tuple[str, int, str]]) -> Iterator[str]:
    yield f"{'shape':<10}" + "".join(f"   day {day:>2}: in  below  above" for day in DAYS)
    shapes = sorted({shape for shape, _, _ in found})
    for shape in [*shapes, "all"]:
        cells = []
        for day in DAYS:
            counts = [
                sum(
                    many
                    for (name, when, place), many in found.items()
                    if shape in ("all", name) and (when, place) == (day, where)
                )
                for where in ("within", "below", "above")
            ]
            cells.append(
                "   "
                + " " * 6
                + "".join(f"{100 * each / max(sum(counts), 1):6.1f}" for each in counts)
            )
        yield f"{shape:<10}" + "".join(cells)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--series", type=int, default=200)
    parser.add_argument("--polled", type=int, default=20, help="how many are polled live")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began = perf_counter()
    panel = made(asked.seed, asked.series)
    print(*table(coverage(panel)), sep="\n")
    times, came = told(panel, asked.seed, min(asked.polled, asked.series))
    print(f"steps told once a month: {times[1]}, more than once: {sum(times.values()) - times[1]}")
    print(
        f"said to be passed, and was: {came[True, True]}, and was not: {came[True, False]}; "
        f"passed unsaid: {came[False, True]}"
    )
    print(f"{perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
