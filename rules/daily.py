"""What a number usually is at its time of day, in a file whose step nobody told."""

from collections import deque
from itertools import chain, pairwise
from statistics import median

from rules.gaps import middle

DAY = 86_400
NARROWEST, WIDEST = 300, 3_600
"""Seconds that a slot of the day may span."""
FIRST = 50
"""So many rows tell how far apart rows are."""
ENOUGH = 3
"""So many earlier numbers make a slot known."""
A_VISIT = 10
"""So many rows are kept of a slot for a day: of rows closer together, every so many-th."""


class Daily:
    """Numbers by slots of the day, as wide as the file's step: 5 minutes to an hour.

    Usual is the median of the last days in the slot and those around it, where at least three
    numbers are known there. Times may repeat, go back, and leave gaps: a row only falls into the
    slot its time says.
    """

    __slots__ = ("_around", "_days", "_early", "_keep", "_rows", "_slots", "_stride", "_width")

    def __init__(self, days: int, around: int) -> None:
        self._days, self._around = days, around
        self._early: list[tuple[int, float]] = []
        self._slots: dict[int, deque[float]] = {}
        self._width = 0
        self._keep = self._stride = 1
        self._rows = 0

    def usual(self, second: int) -> float | None:
        """None where too few numbers are known."""
        known = self._known(second) if self._width else []
        return middle(sorted(known)) if len(known) >= ENOUGH else None

    def add(self, second: int, number: float) -> None:
        if self._width:
            self._store(second, number)
            return
        self._early.append((second, number))
        if len(self._early) == FIRST:
            self._learn_width()

    def _known(self, second: int) -> list[float]:
        slot, slots = second % DAY // self._width, -(-DAY // self._width)
        near = range(slot - self._around, slot + self._around + 1)
        return list(chain.from_iterable(self._slots.get(one % slots, ()) for one in near))

    def _learn_width(self) -> None:
        steps = [later - earlier for (earlier, _), (later, _) in pairwise(self._early)]
        step = median([each for each in steps if each > 0] or [NARROWEST])
        self._width = int(min(max(step, NARROWEST), WIDEST))
        visit = max(1, round(self._width / step))
        self._stride = -(-visit // A_VISIT)
        self._keep = max(self._days * -(-visit // self._stride), ENOUGH)
        for second, number in self._early:
            self._store(second, number)

    def _store(self, second: int, number: float) -> None:
        self._rows += 1
        if self._rows % self._stride == 0:
            slot = second % DAY // self._width
            self._slots.setdefault(slot, deque(maxlen=self._keep)).append(number)
