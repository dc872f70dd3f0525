"""Keeps the series of a source within the number it may create: the rest is counted together."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from rules.series import OTHER, Labels, Reading


@dataclass(frozen=True, slots=True)
class Admitted:
    """Readings of series that have a place, and of `OTHER` for all that have none."""

    readings: Sequence[Reading]
    folded: frozenset[Labels] = frozenset()
    """The series that have none."""


def admit(readings: Sequence[Reading], known: Collection[Labels], most: int) -> Admitted:
    """First come, first served, and a place once taken is kept."""
    places = most - len(known) + (OTHER in known)
    fresh = dict.fromkeys(each.labels for each in readings if each.labels not in known)
    fresh.pop(OTHER, None)
    folded = frozenset(list(fresh)[max(places, 0) :])
    if not folded:
        return Admitted(readings)
    sums: defaultdict[datetime, float] = defaultdict(float)
    for each in readings:
        if each.labels in folded:
            sums[each.start] += each.value
    kept = [each for each in readings if each.labels not in folded]
    return Admitted([*kept, *(Reading(OTHER, at, sum_) for at, sum_ in sums.items())], folded)
