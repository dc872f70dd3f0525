"""What the turns of months have brought each series: what comes at one only is rare on all other
days, and no news at the next."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

import numpy as np

from rules.ordinary.lift import TURN
from rules.panel import Floats

TURNS = 5
"""So many turns are remembered: what comes on workdays may miss some."""
KNOWN = 4
"""From so many turns on, one that stands alone is told from a month's nature."""
ALONE = 3.0
"""A turn that brought so many times more than all others was trouble, and no month's nature."""


class First(Enum):
    """What is held of the first turn that a series has shown."""

    COUNTS = auto()
    TEACHES = auto()
    """By how much a turn lifts it was not known then: what it brought is expected of the next."""


@dataclass(frozen=True, slots=True)
class Turns:
    """By block and column."""

    most: Floats
    """What the turns before brought at their worst: zero on days that are none, out of reach where
    none was seen yet."""
    many: Floats
    """How many of them were seen."""


def turns(filled: Floats, start: datetime | None, first: First) -> Turns:
    """From the worst score of each block and column, -inf where not told; `start` is the first
    block's day, None where blocks are no days."""
    found = Turns(np.zeros_like(filled), np.zeros_like(filled))
    if start is None:
        return found
    day = np.datetime64(start.date(), "D")
    later = np.arange(len(filled) + TURN) * np.timedelta64(1, "D")
    months = (day + later).astype("datetime64[M]")
    begin = np.unique(months).astype("datetime64[D]")
    around = [
        slice(max(at - TURN, 0), max(at + TURN, 0)) for at in (begin - day).astype(int).tolist()
    ]
    tops = [filled[days].max(axis=0, initial=-np.inf) for days in around]
    if first is First.TEACHES:
        _forget_first(tops)
    for number, days in enumerate(around):
        found.most[days], found.many[days] = _seen(tops[max(number - TURNS, 0) : number], filled)
    return found


def _forget_first(tops: list[Floats]) -> None:
    """Seen it was all the same."""
    unseen = np.ones(tops[0].shape, dtype=np.bool_)
    for top in tops:
        told = top > -np.inf
        top[unseen & told] = 0.0
        unseen &= ~told


def _seen(tops: list[Floats], filled: Floats) -> tuple[Floats, Floats]:
    past = np.full((TURNS, filled.shape[1]), -np.inf)
    past[: len(tops)] = tops or past[:0]
    past.sort(axis=0)
    many = np.count_nonzero(past > -np.inf, axis=0)
    alone = (many >= KNOWN) & (past[-1] > ALONE * past[-2])
    most = np.maximum(np.where(alone, past[-2], past[-1]), 0.0)
    return np.where(many == 0, np.inf, most), many.astype(np.float64)
