"""The highest of the same place and of those beside it, in the blocks before.

What comes an hour early or late comes at its time. What has come once in some weeks is nothing new,
and what never came is not to be expected, however the mean of a whole day may be.
"""

import numpy as np

from rules.ordinary.blocks import outermost
from rules.panel import Floats


def highest_beside(values: Floats, many: int, step: int, untold: float) -> Floats:
    """By place, block and column: of so many blocks before, each `step` behind the next; what was
    not told, or lies before the first, is `untold`: infinite, or nothing where all are more."""
    told = (np.fmin if untold > 0 else np.fmax)(values, untold)
    middle = np.empty_like(told)
    middle[:, :step] = untold
    middle[:, step:] = outermost(told, many, step, np.maximum)[:, :-step]
    if untold > 0:
        middle[:, : many * step] = untold
    found: Floats = middle.copy()
    np.maximum(found[1:], middle[:-1], out=found[1:])
    np.maximum(found[:-1], middle[1:], out=found[:-1])
    return found
