"""What stood still between two looks: a balance that is read now and then was there all along."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median_low
from typing import TypeVar

from rules.trace import Trace

Value = TypeVar("Value")


def pace(trace: Trace) -> int:
    """From one bucket that was told to the next, as a rule: 1 where all of them are.

    Two looks are no rule yet.
    """
    told = [at for at, value in enumerate(trace.observed) if value is not None]
    steps = [later - sooner for sooner, later in pairwise(told)]
    return median_low(steps) if len(steps) > 1 else 1


def held(trace: Trace) -> Trace:
    """Each value carried to the next look; no farther, so that a look that failed stays a gap."""
    far = pace(trace)
    from_ = [_source(trace.observed, at, far) for at in range(len(trace.observed))]
    return replace(
        trace,
        observed=_taken(trace.observed, from_),
        expected=_taken(trace.expected, from_),
        low=_taken(trace.low, from_),
        high=_taken(trace.high, from_),
        breached=_taken(trace.breached, from_),
    )


def _source(observed: Sequence[float | None], at: int, far: int) -> int:
    """The bucket whose value holds in this one; itself, where none does."""
    near = range(at, max(at - far, -1), -1)
    return next((each for each in near if observed[each] is not None), at)


def _taken(column: Sequence[Value], from_: Sequence[int]) -> tuple[Value, ...]:
    return tuple(column[each] for each in from_)
