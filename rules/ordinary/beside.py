"""The highest of the same place and of those beside it, in the blocks before.

What comes an hour early or late comes at its time. What has come once in some weeks is nothing new,
and what never came is not to be expected, however the mean of a whole day may be.
"""

import numpy as np

from rules.ordinary.blocks import before, runs
from rules.panel import Floats


def highest_beside(values: Floats, many: int, step: int, untold: float) -> Floats:
    """By place, block and column: of so many blocks before, each `step` behind the next; what was
    not told is `untold`."""
    rows = before(values, many * step, untold)[:, :-step]
    middle = runs(rows, many, step, np.maximum)
    found: Floats = middle.copy()
    np.maximum(found[1:], middle[:-1], out=found[1:])
    np.maximum(found[:-1], middle[1:], out=found[:-1])
    return found
