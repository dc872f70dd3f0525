"""Days that are worse than the days beside them, and the worst of these."""

import numpy as np

from rules.panel import Floats


def peaks(worst: Floats) -> Floats:
    """Days that are worse than the days beside them, all others at -inf: a trouble of several days
    in a row happened once. The last day has none after it yet."""
    filled = np.where(np.isnan(worst), -np.inf, worst)
    found = filled.copy()
    found[1:][filled[:-1] >= filled[1:]] = -np.inf
    found[:-1][filled[1:] > filled[:-1]] = -np.inf
    return found


def ended(worst: Floats) -> Floats:
    """Each day as the day after it begins: whether it was a peak must not hang on what follows."""
    filled = np.where(np.isnan(worst), -np.inf, worst)
    found = filled.copy()
    found[1:][filled[:-1] >= filled[1:]] = -np.inf
    return found


def two_highest(worst: Floats, many: int) -> tuple[Floats, Floats]:
    """The highest and the second highest peak of so many days before."""
    tops, last = peaks(worst), ended(worst)
    first, second = np.full_like(tops, -np.inf), np.full_like(tops, -np.inf)
    for lag in range(1, min(many, len(tops) - 1) + 1):
        sample = (last if lag == 1 else tops)[:-lag]
        second[lag:] = np.maximum(second[lag:], np.minimum(first[lag:], sample))
        first[lag:] = np.maximum(first[lag:], sample)
    return first, second
