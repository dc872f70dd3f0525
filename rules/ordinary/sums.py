"""Sums over the buckets that end with each."""

from collections.abc import Sequence

import numpy as np

from rules.panel import Floats


def sums(values: Floats, lengths: Sequence[int]) -> list[Floats]:
    """The sums of so many buckets up to each, by place, block and column; NaN where one of them is
    not told.

    Doubled again and again, so that a sum is the same wherever the panel begins, and what is
    halfway to a longer one is there already.
    """
    known = {1: values}
    return [_summed(known, buckets) for buckets in lengths]


def _summed(known: dict[int, Floats], buckets: int) -> Floats:
    if buckets not in known:
        half = buckets // 2
        part = _summed(known, half)
        both = _with_earlier(part, part, half)
        known[buckets] = _with_earlier(both, known[1], 2 * half) if buckets % 2 else both
    return known[buckets]


def _with_earlier(part: Floats, other: Floats, lag: int) -> Floats:
    """Each and what stood so many buckets before it: in an earlier place, or in a later one of the
    block before."""
    back, up = divmod(lag, len(part))
    both = np.empty_like(part)
    for here, there, since in (
        (slice(up, None), slice(len(part) - up), back),
        (slice(up), slice(len(part) - up, None), back + 1),
    ):
        earlier = other[there, : max(part.shape[1] - since, 0)]
        both[here, :since] = np.nan
        np.add(part[here, since:], earlier, out=both[here, since:])
    return both
