"""What a rule costs over the whole past, beside the usual ways of finding what stands out.

Ours is `meterwatch replay`'s own path: every hour judged, all the calibration on, alerts opened and
resolved. The others (`bench/peers.py`) run on the same matrix, each in the first Python that can.
All take turns, each run in a fresh process, and each counts by the best of its runs.

    python -m venv new && new/bin/pip install -r bench/replay-requirements.txt
    python -m venv old && old/bin/pip install -r bench/replay-old-requirements.txt
    python bench/replay.py --with new/bin/python old/bin/python
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.world.make import SOURCE, make_world
from bench.world.watch import ready
from daemon.replay import Span, replay
from rules.alert import Change
from rules.kinds import KINDS
from rules.panel import Floats, Panel
from rules.rule import Rule

PEERS = Path(__file__).with_name("peers.py")
NAMES: Mapping[str, str] = {
    "pandas": "pandas rolling(672).median() twice",
    "bottleneck": "bottleneck move_median(672) twice",
    "river": "river GaussianScorer(672)",
    "adtk": "ADTK PersistAD(24)",
    "elastalert2": "ElastAlert 2 SpikeRule, 168 h",
}
SLOW = frozenset({"river", "adtk", "elastalert2"})
"""Timed on a share of the series: they work on one at a time, so that the rest can be told."""
ONE_CORE = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}


@dataclass(frozen=True, slots=True)
class Ran:
    """Seconds of one run, and how many alarms it gave."""

    wall: float
    processor: float
    alarms: int

    def scaled(self, times: float) -> "Ran":
        return Ran(self.wall * times, self.processor * times, round(self.alarms * times))


def ours(kind: str, panel: Panel) -> Ran:
    """The default rule of a kind over all of a panel."""
    rule = Rule(kind, SOURCE, KINDS[kind]())
    few = Panel(panel.metric, panel.series[:4], panel.start, panel.values[:, :4], panel.closed)
    replay([rule], [few], Span(start=panel.start))
    wall, processor = perf_counter(), process_time()
    events = replay([rule], [panel], Span(start=panel.start))
    wall, processor = perf_counter() - wall, process_time() - processor
    return Ran(wall, processor, sum(event.change is Change.OPENED for event in events))


def ours_afresh(kind: str, panel: Panel) -> Ran:
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(ours, kind, panel).result()


@dataclass(frozen=True, slots=True)
class Peer:
    name: str
    python: str
    every: int = 1
    """Only so many-th series are looked at, and the seconds are told for all."""

    def run(self, matrix: Path, series: int) -> Ran:
        ran = _run(self, matrix)
        ran.check_returncode()
        return Ran(**json.loads(ran.stdout)).scaled(series / len(range(0, series, self.every)))


def _run(peer: Peer, matrix: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [peer.python, "-W", "ignore", str(PEERS), peer.name, str(matrix), str(peer.every)],
        env=os.environ | ONE_CORE,
        capture_output=True,
        text=True,
        check=False,
    )


def peers(names: Sequence[str], pythons: Sequence[str], every: int) -> list[Peer]:
    """Each in the first Python in which it works on a small matrix."""
    found, failed = [], {}
    with TemporaryDirectory(prefix="replay-") as folder:
        small = _saved(np.random.default_rng(1).random((700, 4)), folder)
        for name in names:
            tried = [(Peer(name, it), _run(Peer(name, it), small)) for it in pythons]
            able = [peer.python for peer, ran in tried if not ran.returncode]
            if able:
                found.append(Peer(name, able[0], every if name in SLOW else 1))
            else:
                failed[name] = [(ran.stderr.splitlines() or ["?"])[-1] for _, ran in tried]
    if failed:
        raise SystemExit(_missing(failed))
    return found


def _missing(failed: Mapping[str, Sequence[str]]) -> str:
    said = "".join(f"  {name}: {'; '.join(whys)}\n" for name, whys in failed.items())
    return (
        "expected a Python for each of the others; none of those after --with can run\n"
        f"{said or ''}"
        "Make them:\n"
        "  python -m venv new && new/bin/pip install -r bench/replay-requirements.txt\n"
        "  python -m venv old && old/bin/pip install -r bench/replay-old-requirements.txt\n"
        "  python bench/replay.py --with new/bin/python old/bin/python\n"
        "or name those to be timed after --beside."
    )


def _saved(matrix: Floats, folder: str) -> Path:
    path = Path(folder, "matrix.npy")
    np.save(path, matrix)
    return path


def race(asked: argparse.Namespace, panel: Panel) -> dict[str, list[Ran]]:
    others = peers(asked.beside, asked.pythons, max(1, asked.series // asked.share))
    runs: dict[str, list[Ran]] = {name: [] for name in ("ours", *asked.beside)}
    with TemporaryDirectory(prefix="replay-") as folder:
        matrix = _saved(panel.values, folder)
        for turn in range(asked.repeat):
            print(f"round {turn + 1} of {asked.repeat}", file=sys.stderr, flush=True)
            runs["ours"].append(ours_afresh(asked.kind, panel))
            for peer in others:
                runs[peer.name].append(peer.run(matrix, asked.series))
    return runs


def table(best: Mapping[str, Ran], asked: argparse.Namespace) -> str:
    mine, cells = best["ours"], asked.series * asked.days * 24
    lines = [
        f"{asked.series:,} series x {asked.days * 24:,} hours, best of {asked.repeat}",
        "",
        "| what | wall, s | processor, s | µs a bucket | times ours | alarms |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, ran in best.items():
        title = f"**meterwatch replay, `{asked.kind}`**" if name == "ours" else NAMES[name]
        lines.append(
            f"| {title}{'*' if name in SLOW else ''} | {ran.wall:.2f} | {ran.processor:.2f} | "
            f"{ran.processor / cells * 1e6:.2f} | {ran.processor / mine.processor:.2f} | "
            f"{ran.alarms:,} |"
        )
    if SLOW & best.keys():
        share = len(range(0, asked.series, max(1, asked.series // asked.share)))
        lines += ["", f"\\* on {share} of the series, told for all: they work on one at a time."]
    return "\n".join(lines)


def best(runs: Sequence[Ran]) -> Ran:
    return Ran(min(ran.wall for ran in runs), min(ran.processor for ran in runs), runs[0].alarms)


def verdicts(found: Mapping[str, Ran]) -> bool:
    """Says whether ours is slower than the two it is measured by; False: than pandas."""
    mine = found["ours"].processor
    for name in ("pandas", "bottleneck"):
        if name in found:
            ratio = mine / found[name].processor
            said = "no slower than" if ratio <= 1 else "SLOWER than"
            print(f"{said} {NAMES[name]}: {ratio:.2f} of its processor time")
    return "pandas" not in found or mine <= found["pandas"].processor


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--repeat", type=int, default=3, help="the best of so many runs counts")
    parser.add_argument("--kind", default="spike", choices=ready(tuple(KINDS)))
    parser.add_argument("--with", nargs="+", default=[sys.executable], dest="pythons")
    parser.add_argument("--beside", nargs="*", default=list(NAMES), choices=tuple(NAMES))
    parser.add_argument("--share", type=int, default=50, help="series for those that are slow")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    world = make_world(
        asked.seed, series=asked.series, days=asked.days, anomalies_per_series_month=0.4
    )
    runs = race(asked, world.panel)
    found = {name: best(those) for name, those in runs.items()}
    print(table(found, asked), "", sep="\n")
    return 0 if verdicts(found) else 1


if __name__ == "__main__":
    sys.exit(main())
