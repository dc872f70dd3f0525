"""How well `meterwatch score` finds what people labelled: the Numenta Anomaly Benchmark.

Every DIR/<category>/<file>.csv goes through the command's own code, with one setting for all. The
labels are DIR/combined_windows.json, or the file given. The benchmark tunes one threshold for all
files, which is shown beside the fixed 0.5 that the documentation speaks of.

    python bench/nab.py DIR
    python bench/nab.py DIR --vary 0.3      # and what each setting is worth, 30 % either way
"""

import argparse
import csv
import io
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.nabscore import PROFILES, Scored, Tally, tally
from daemon.score import score_file
from daemon.table import parse_moment
from rules.novelty import SHIPPED, Setting
from rules.score import scores

STANDARD, LOW_FALSE, _ = PROFILES
FIXED = 0.5

Windows = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class File:
    category: str
    scored: Scored
    rows: Sequence[tuple[datetime, float]]
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--windows", type=Path, help="default: DIR/combined_windows.json")
    parser.add_argument("--vary", type=float, metavar="SHARE")
    asked = parser.parse_args()
    labels = asked.windows or asked.directory / "combined_windows.json"
    files = list(read(asked.directory, json.loads(labels.read_text())))
    if not files:
        sys.exit(f"{asked.directory}: expected <category>/<file>.csv, found none")
    report(files)
    if asked.vary:
        vary(files, asked.vary)


def read(directory: Path, windows: Windows) -> Iterator[File]:
    for path in sorted(directory.glob("*/*.csv")):
        name = f"{path.parent.name}/{path.name}"
        if name not in windows:
            sys.exit(f"{name}: the windows file says nothing of it; expected a list, maybe empty")
        yield judge(path, windows[name])


def judge(path: Path, windows: Sequence[tuple[str, str]]) -> File:
    lines, out = path.read_text().splitlines(), io.StringIO()
    began = process_time()
    score_file(lines, str(path), out)
    seconds = process_time() - began
    told = list(csv.DictReader(io.StringIO(out.getvalue())))
    rows = [(parse_moment(row["timestamp"]), float(row["value"] or "nan")) for row in told]
    spans = [span([at for at, _ in rows], first, last) for first, last in windows]
    found = Scored([float(row["anomaly_score"]) for row in told], sorted(spans))
    return File(path.parent.name, found, rows, seconds)


def span(times: Sequence[datetime], first: str, last: str) -> tuple[int, int]:
    """The first and the last row within."""
    since, until = parse_moment(first), parse_moment(last)
    inside = [row for row, at in enumerate(times) if since <= at <= until]
    return inside[0], inside[-1]


def report(files: Sequence[File]) -> None:
    whole = tally(file.scored for file in files)
    own = [whole.best(profile) for profile in PROFILES]
    print(f"{'':24}{'at the best threshold':^31}  {f'at {FIXED}':^31}")
    heads = "std  lowFP  lowFN   hit  false"
    print(f"{'category':24}{heads:>31}  {heads:>31}  windows   rows")
    for category in sorted({file.category for file in files}):
        mine = [file for file in files if file.category == category]
        line(category, tally(file.scored for file in mine), own, sum(len(f.rows) for f in mine))
    many = sum(len(file.rows) for file in files)
    line("all", whole, own, many)
    print(f"best thresholds: {', '.join(f'{each:.3f}' for each in own)}")
    left_out(files)
    spent = sum(file.seconds for file in files)
    print(f"{many / spent:,.0f} rows/s, read and written included; one setting for all files:")
    print(", ".join(f"{name}={value}" for name, value in asdict(SHIPPED).items()))


def line(name: str, found: Tally, own: Sequence[float], rows: int) -> None:
    cells = [cell(found, thresholds) for thresholds in (own, [FIXED] * len(PROFILES))]
    print(f"{name:24}{'  '.join(cells)}  {found.windows:7}  {rows:5}")


def cell(found: Tally, thresholds: Sequence[float]) -> str:
    """One threshold for each profile; windows hit and false rows are those of the standard."""
    paired = zip(thresholds, PROFILES, strict=True)
    values = "  ".join(f"{found.at(at, profile):5.1f}" for at, profile in paired)
    hits, false = found.hits(thresholds[0]), found.false_rows(thresholds[0])
    return f"{f'{values}  {hits:4}  {false:5}':>31}"


def left_out(files: Sequence[File]) -> None:
    """Each category at the threshold that is best for the others."""
    total, windows = 0.0, 0
    for category in sorted({file.category for file in files}):
        mine = tally(file.scored for file in files if file.category == category)
        others = [file.scored for file in files if file.category != category]
        at = tally(others).best(STANDARD) if others else FIXED
        print(f"without {category}: threshold {at:.3f}, on it {mine.at(at, STANDARD):.1f}")
        total, windows = total + mine.total(at, STANDARD), windows + mine.windows
    if windows:
        print(f"each at the others' threshold, together: {50 * (total / windows + 1):.1f}")


def vary(files: Sequence[File], share: float) -> None:
    print(f"\n{'setting':24}{'std':>6}{'lowFP':>7}{f'  std at {FIXED}':>12}")
    for name, value in asdict(SHIPPED).items():
        for factor in (1 - share, 1 + share):
            least = 0 if value == 1 else 1
            new = value * factor if isinstance(value, float) else max(round(value * factor), least)
            new = value + (1 if factor > 1 else -1) if new == value else new
            varied(f"{name}={new:g}", files, replace(SHIPPED, **{name: new}))


def varied(name: str, files: Sequence[File], setting: Setting) -> None:
    found = tally(Scored(scores(file.rows, setting), file.scored.windows) for file in files)
    best, low = (found.at(found.best(profile), profile) for profile in (STANDARD, LOW_FALSE))
    print(f"{name:24}{best:6.1f}{low:7.1f}{found.at(FIXED, STANDARD):12.1f}", flush=True)


if __name__ == "__main__":
    main()
