"""Running totals made into amounts: what a total grew by, and when.

A total that falls was set right by the vendor; nobody used less than nothing. What came before
the fall is scaled down, so that all amounts together are the total again, none is negative, and
no bucket in particular pays for the correction.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from rules.panel import Floats


def differences(totals: Sequence[int | float]) -> list[float]:
    """What each bucket added to a total that began at nothing.

    Whole numbers of any size are told apart to the last digit.

    >>> differences([1204, 2630, 3999])
    [1204.0, 1426.0, 1369.0]
    >>> differences([2**60, 2**60 + 3])
    [1.152921504606847e+18, 3.0]
    >>> differences([100, 200, 150, 180])
    [75.0, 75.0, 0.0, 30.0]
    """
    amounts: list[float] = []
    scale = 1.0
    for before, total in zip(reversed([0, *totals[:-1]]), reversed(totals), strict=True):
        amounts.append(max(float(total - before), 0.0) * scale)
        if total < before:
            scale *= float(total) / float(before)
    return amounts[::-1]


def amounts(moments: Sequence[datetime], totals: Floats, edges: Sequence[datetime]) -> Floats:
    """What was used between neighbouring edges: a row for each pair, a column for each series.

    `totals` has a row for each moment, in the order of time. Between two moments a total grows
    evenly, since nobody knows better. Before the first nothing is known (NaN); after the last
    there is nothing yet.
    """
    curve = _never_falling(totals)
    times = np.array([moment.timestamp() for moment in moments])
    places = np.array([edge.timestamp() for edge in edges])
    low = np.clip(np.searchsorted(times, places, side="right") - 1, 0, len(times) - 1)
    high = np.minimum(low + 1, len(times) - 1)
    steps = np.where(high > low, times[high] - times[low], 1.0)
    share = np.clip((places - times[low]) / steps, 0.0, 1.0) * (high > low)
    at_edges = curve[low] + (curve[high] - curve[low]) * share[:, None]
    at_edges[places < times[0]] = np.nan
    return np.asarray(np.maximum(np.diff(at_edges, axis=0), 0.0), dtype=np.float64)


def restated(totals: Floats, before: Floats, after: Floats) -> Floats:
    """Totals of a period that is over, after the vendor set its last one right."""
    scale = np.divide(after, before, out=np.ones_like(after), where=before > 0)
    return totals * scale


def _never_falling(totals: Floats) -> Floats:
    """The same curve with what came before each fall scaled down to it."""
    falls = totals[1:] < totals[:-1]
    step = np.divide(totals[1:], totals[:-1], out=np.ones_like(totals[1:]), where=falls)
    scale = np.ones_like(totals)
    scale[:-1] = np.cumprod(step[::-1], axis=0)[::-1]
    return np.asarray(totals * scale, dtype=np.float64)
