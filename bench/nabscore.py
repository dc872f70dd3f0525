"""The score of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015), from its published formula.

A detection is a row whose score reaches the threshold, after the first 15 % of its file (at most
750 rows). With s(y) = 2 / (1 + exp(5 y)) - 1:

- a labelled window gives s(-k / w) / s(-1) for its earliest detection, w its rows and k how many of
  them are left, that one included: 1 at its first row, nearly nothing at its last;
- a window without a detection costs the profile's weight of a miss;
- any other detection costs the weight of a false one, times s(d / (w - 1)), d rows after the last
  window, w long; and all of it where d / (w - 1) is over 3, or no window came before.

The sum over all files is put on a scale on which silence is 0 and perfection 100. Where there is no
window there is no such scale, and the sum stands as it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    false: float
    miss: float


PROFILES = (
    Profile("standard", 0.11, 1.0),
    Profile("low FP", 0.22, 1.0),
    Profile("low FN", 0.11, 2.0),
)


@dataclass(frozen=True, slots=True)
class Scored:
    """A file's scores, and the first and last row of each of its windows, in order."""

    scores: Sequence[float]
    windows: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Tally:
    """What some files come to, as the threshold falls from above all scores to the lowest."""

    thresholds: Floats
    gained: Floats
    cost: Floats
    hit: Floats
    false: Floats
    windows: int

    def best(self, profile: Profile) -> float:
        """The threshold, of all there could be; the highest of those as good."""
        return float(self.thresholds[int(np.argmax(self._sums(profile)))])

    def at(self, threshold: float, profile: Profile) -> float:
        found = float(self._sums(profile)[self._place(threshold)])
        if not self.windows:
            return found
        silence = -profile.miss * self.windows
        return 100 * (found - silence) / (self.windows - silence)

    def total(self, threshold: float, profile: Profile) -> float:
        """Before it is put on a scale."""
        return float(self._sums(profile)[self._place(threshold)])

    def hits(self, threshold: float) -> int:
        return int(self.hit[self._place(threshold)])

    def false_rows(self, threshold: float) -> int:
        return int(self.false[self._place(threshold)])

    def _sums(self, profile: Profile) -> Floats:
        missed = self.windows - self.hit
        return self.gained - profile.false * self.cost - profile.miss * missed

    def _place(self, threshold: float) -> int:
        return int(np.searchsorted(-self.thresholds, -threshold, side="right")) - 1


def tally(files: Iterable[Scored]) -> Tally:
    files = list(files)
    steps = np.concatenate([_steps(file) for file in files])
    steps = steps[np.argsort(-steps[:, 0], kind="stable")]
    last = np.append(np.flatnonzero(np.diff(steps[:, 0])), len(steps) - 1)
    sums = np.concatenate([np.zeros((1, 4)), np.cumsum(steps[:, 1:], axis=0)[last]])
    thresholds = np.append(np.inf, steps[last, 0])
    return Tally(thresholds, *sums.T, windows=sum(len(file.windows) for file in files))


def _steps(file: Scored) -> Floats:
    """Rows of (score, gained, cost, windows hit, false rows): what each row's detection adds."""
    scores = np.asarray(file.scores, dtype=np.float64)
    rows = np.arange(len(scores))
    live = rows >= min(int(0.15 * len(scores)), 750)
    cost = np.ones(len(scores))
    found = []
    for first, last in file.windows:
        long = last - first + 1
        cost[last + 1 :] = -_sigmoid((rows[last + 1 :] - last) / max(long - 1, 1))
    for first, last in file.windows:
        inside = rows[first : last + 1]
        found.append(_first_detections(scores, inside[live[inside]], last, last - first + 1))
        live[inside] = False
    outside = np.zeros((int(live.sum()), 5))
    outside[:, 0], outside[:, 2], outside[:, 4] = scores[live], cost[live], 1
    return np.concatenate([outside, *found])


def _first_detections(scores: Floats, rows: npt.NDArray[np.int64], last: int, long: int) -> Floats:
    """As the threshold falls, an earlier row than those before gives more."""
    worth = _sigmoid((rows - last - 1) / long) / _sigmoid(np.array(-1.0))
    order = np.lexsort((-worth, -scores[rows]))
    so_far = np.maximum.accumulate(worth[order])
    steps = np.zeros((len(rows), 5))
    steps[:, 0] = scores[rows][order]
    steps[:, 1] = np.diff(so_far, prepend=0.0)
    steps[:1, 3] = 1
    return steps


def _sigmoid(where: Floats) -> Floats:
    return np.where(where > 3, -1.0, 2 / (1 + np.exp(5 * np.minimum(where, 3))) - 1)
