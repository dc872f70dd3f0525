"""For each bucket the window that is told of it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from rules.ordinary.ground import Sums
from rules.ordinary.strays import Look
from rules.panel import Flags, Floats
from rules.past import Places
from rules.verdict import Counted


@dataclass(frozen=True, slots=True)
class Best:
    """For each bucket the window that tells most of those beyond the limit; else the shortest,
    which speaks of the bucket itself."""

    score: Floats
    observed: Floats
    expected: Floats
    sigma: Floats
    buckets: Counted

    @classmethod
    def of(cls, sums: tuple[Sums, ...], beyond: Sequence[Flags]) -> "Best":
        """Few are beyond it, so only those are looked into."""
        at = np.flatnonzero(np.logical_or.reduce(beyond))
        told = np.stack([each.ravel()[at] for each in beyond])
        window = np.where(told, _at([each.score for each in sums], at), -np.inf).argmax(axis=0)
        lengths = np.array([each.buckets for each in sums], dtype=np.int32)
        buckets = np.full(sums[0].score.shape, lengths[0], dtype=np.int32)
        buckets.ravel()[at] = lengths[window]
        return cls(
            _chosen([each.score for each in sums], at, window),
            _chosen([each.observed for each in sums], at, window),
            _chosen([each.expected for each in sums], at, window),
            _chosen([each.sigma for each in sums], at, window),
            buckets,
        )

    def put(self, at: Places, other: "Best") -> None:
        """Others at these places."""
        for each in fields(self):
            getattr(self, each.name).reshape(-1)[at] = getattr(other, each.name)

    def edge(self, goal: Floats, look: Look, *, level: bool) -> Floats:
        """The number at which it would have been a breach, NaN where none would have been. Counts
        may be one a little sooner, for far out it is their chances that decide."""
        edge = goal * self.sigma if look is Look.MORE else -goal * self.sigma
        if level:
            edge += self.expected
        else:
            root = np.maximum(self.expected, 0.0)
            edge += np.sqrt(root, out=root)
            np.square(np.maximum(edge, 0.0, out=edge), out=edge)
        edge.reshape(-1)[np.flatnonzero(~np.isfinite(goal))] = np.nan
        return edge


def _at(arrays: Sequence[Floats], at: Places) -> Floats:
    return np.stack([array.ravel()[at] for array in arrays])


def _chosen(arrays: Sequence[Floats], at: Places, window: Places) -> Floats:
    """The first array, but at these places the one that the window says."""
    found = arrays[0].copy()
    found.ravel()[at] = np.take_along_axis(_at(arrays, at), window[None], axis=0)[0]
    return found
