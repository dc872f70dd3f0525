"""How much of what truly happens the rules find in made-up worlds, and how often they cry wolf.

By the real command, `meterwatch replay`, with the default settings of every statistical kind there
is; `--in-process` gives the same events sooner. `--quiet` counts alarms in worlds in which nothing
happens against the number that was asked for.

    python bench/worlds.py
    python bench/worlds.py --plain --days 120
    python bench/worlds.py --in-process --seeds 1 --only-shape batch --verbose
    python bench/worlds.py --quiet --in-process --seeds 1 --series 1000 --days 365
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.world.judge import Alarm, Judged, judge
from bench.world.make import LEARN, World, make_world
from bench.world.plain import make_plain
from bench.world.shape import DAY, SHAPES
from bench.world.table import details, quiet_table, table
from bench.world.watch import WATCHING, Watcher, by_command, in_process, ready, watchers

RATES = ("1 per week", "1 per month", "1 per year")
Watch = Callable[[World, Sequence[Watcher]], list[Alarm]]


def worlds(asked: argparse.Namespace) -> Iterable[World]:
    make = make_plain if asked.plain else partial(make_world, shapes=asked.only_shape)
    for seed in asked.seeds:
        yield make(
            seed,
            series=asked.series,
            days=asked.days,
            anomalies_per_series_month=0 if asked.quiet else asked.anomalies,
        )


def watched(asked: argparse.Namespace, watching: Sequence[Watcher]) -> Iterable[Judged]:
    watch: Watch = in_process if asked.in_process else by_command
    for seed, world in zip(asked.seeds, worlds(asked), strict=True):
        began = perf_counter()
        one = judge(world, watch(world, watching))
        print(
            f"seed {seed}: {len(world.panel.series)} series x {len(world.panel)} buckets, "
            f"{len(one.found)} planted, {len(one.alarms)} alarms, {perf_counter() - began:.1f} s",
            file=sys.stderr,
            flush=True,
        )
        if asked.verbose:
            print(f"seed {seed}", *details(one), sep="\n")
        yield one


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--series", type=int, default=60, help="in each world")
    parser.add_argument("--days", type=int, default=180, help=f"the first {LEARN / DAY:.0f} clean")
    parser.add_argument("--anomalies", type=float, default=0.4, help="for each series and month")
    parser.add_argument("--only-shape", nargs="+", choices=tuple(SHAPES), default=tuple(SHAPES))
    parser.add_argument("--plain", action="store_true", help="worlds of another making")
    parser.add_argument("--kinds", nargs="+", default=list(WATCHING), help="of rules")
    parser.add_argument("--rates", nargs="+", default=list(RATES), help="asked for if --quiet")
    parser.add_argument("--in-process", action="store_true", help="not by the command")
    parser.add_argument("--quiet", action="store_true", help="nothing happens: count the alarms")
    parser.add_argument("--verbose", action="store_true", help="show misses and false alarms")
    asked = parser.parse_args()
    kinds = ready(asked.kinds)
    print(f"rules: {', '.join(kinds)}, as they are by default")
    if missing := [kind for kind in asked.kinds if kind not in kinds]:
        print(f"not on the shelf, or not without settings: {', '.join(missing)}")
    watching = watchers(kinds, asked.rates if asked.quiet else (None,))
    judged = list(watched(asked, watching))
    print(quiet_table(judged, watching) if asked.quiet else table(judged))


if __name__ == "__main__":
    main()
