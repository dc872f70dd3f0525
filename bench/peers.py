"""Others at the work of `bench/replay.py`: each in a process of its own, in a Python that has it.

Imports nothing of the project, so that a Python with old packages can run it. What is timed is the
call alone; imports, the layout each likes best and a first call on a few series are not.

    python bench/peers.py pandas MATRIX.npy EVERY
"""

# ruff: noqa: PLC0415 - each Python has only some of these packages

import json
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from time import perf_counter, process_time
from typing import Any, NamedTuple

import numpy as np

WINDOW = 672
"""Four weeks of hours."""
SIGMAS = 6 * 1.4826
"""In median absolute deviations."""
START = datetime(2025, 3, 3, tzinfo=timezone.utc)  # noqa: UP017 - of any Python from 3.9 on
WARMING = 4

Matrix = Any
Alarms = int


class Work(NamedTuple):
    """What is timed, and how many times what it found would have alarmed somebody."""

    run: Callable[[], Any]
    alarms: Callable[[Any], Alarms]


def pandas(matrix: Matrix) -> Work:
    """The usual way: a rolling median, and the rolling median of how far values lie from it."""
    import pandas as pd

    frame = pd.DataFrame(np.asfortranarray(matrix))

    def run() -> Any:
        usual = frame.rolling(WINDOW).median()
        return usual, (frame - usual).abs().rolling(WINDOW).median()

    return Work(run, lambda found: above(matrix, found[0].to_numpy(), found[1].to_numpy()))


def bottleneck(matrix: Matrix) -> Work:
    """The same by `move_median`, along series that lie in one piece each."""
    import bottleneck as bn

    series = np.ascontiguousarray(matrix.T)

    def run() -> Any:
        usual = bn.move_median(series, WINDOW, axis=1)
        return usual, bn.move_median(np.abs(series - usual), WINDOW, axis=1)

    return Work(run, lambda found: above(matrix, found[0].T, found[1].T))


def adtk(matrix: Matrix) -> Work:
    """PersistAD: each hour against the median of the day before."""
    import pandas as pd
    from adtk.detector import PersistAD

    hours = pd.date_range(START.replace(tzinfo=None), periods=len(matrix), freq="h")
    series = [pd.Series(column, index=hours).dropna() for column in matrix.T]

    def run() -> Any:
        return [PersistAD(window=24, side="positive").fit_detect(one) for one in series]

    return Work(run, lambda found: sum(begun(one.to_numpy() == 1) for one in found))


def river(matrix: Matrix) -> Work:
    """GaussianScorer over four weeks, asked and then told, number by number."""
    from river.anomaly import GaussianScorer

    series = [column[~np.isnan(column)].tolist() for column in matrix.T]

    def follow(values: Any) -> Any:
        scorer, scores = GaussianScorer(window_size=WINDOW, grace_period=168), []
        for value in values:
            scores.append(scorer.score_one(None, value))
            scorer.learn_one(None, value)
        return np.array(scores)

    # Beyond six standard deviations on the upper side or the lower one.
    return Work(
        lambda: [follow(values) for values in series],
        lambda found: sum(begun(scores > 1 - 1.97e-9) for scores in found),
    )


def elastalert2(matrix: Matrix) -> Work:
    """SpikeRule: a week against the week before, three times as much."""
    from elastalert.ruletypes import SpikeRule

    hours = [START + timedelta(hours=row) for row in range(len(matrix))]
    settings = {
        "timeframe": timedelta(hours=168),
        "spike_height": 3,
        "spike_type": "up",
        "timestamp_field": "@timestamp",
    }

    def follow(values: Any) -> int:
        rule = SpikeRule(dict(settings))
        for at, value in zip(hours, values):  # noqa: B905 - of any Python from 3.9 on
            if value == value:  # noqa: PLR0124 - told
                rule.add_count_data({at: value})
        return len(rule.matches)

    series = matrix.T.tolist()
    return Work(lambda: [follow(values) for values in series], sum)


def above(matrix: Matrix, usual: Matrix, deviation: Matrix) -> Alarms:
    with np.errstate(invalid="ignore"):
        return sum(begun(column) for column in (matrix - usual > SIGMAS * deviation).T)


def begun(flags: Matrix) -> int:
    """How many times flags go up along a series."""
    return int(flags[0]) + int(np.count_nonzero(flags[1:] & ~flags[:-1]))


PEERS: Mapping[str, Callable[[Matrix], Work]] = {
    "pandas": pandas,
    "bottleneck": bottleneck,
    "adtk": adtk,
    "river": river,
    "elastalert2": elastalert2,
}


def main() -> None:
    name, path, every = sys.argv[1:]
    # By columns far apart, so that a share of them holds some of every shape.
    peer, matrix = PEERS[name], np.load(path)[:, :: int(every)]
    peer(matrix[:, :WARMING]).run()
    work = peer(matrix)
    wall, processor = perf_counter(), process_time()
    found = work.run()
    wall, processor = perf_counter() - wall, process_time() - processor
    print(json.dumps({"wall": wall, "processor": processor, "alarms": int(work.alarms(found))}))


if __name__ == "__main__":
    main()
