"""How new a number is in a file of numbers, one row after the other."""

from collections import deque
from dataclasses import dataclass
from math import copysign, exp, hypot, log10, sqrt

from rules.daily import Daily
from rules.gaps import Gaps, Recent, Tail


@dataclass(frozen=True, slots=True)
class Setting:
    """One for all files. Measured by bench/nab.py, which can also vary each of them."""

    remembered: int = 2_000
    """Numbers in which the nearest is sought: a week of rows at 5 minutes."""
    first: int = 20
    """Numbers there must be before a gap means anything."""
    warm: int = 100
    """Gaps there must be before one is called rare."""
    tail_share: float = 0.02
    """The widest gaps, from which rarer ones are guessed."""
    tail_least: int = 10
    tail_most: int = 4_096
    """Gaps that are kept, whatever the length of the file."""
    smooth: int = 3
    """Rows averaged before they are compared with their time of day."""
    days: int = 7
    around: int = 1
    """Slots on either side of a time of day that count with it."""
    step_weight: float = 0.7
    """A step from one row to the next strays more than a level, and says less."""
    patience: float = 0.8
    """With how many rows seen (to this power) a thing must be rarer to be worth a word: at 1 the
    alarms of mere noise grow as the logarithm of the rows."""
    rest: int = 90
    """Rows for which a row must beat all before it to count at all."""
    rest_share: float = 0.04
    """The same, as a share of the rows seen, where that is more."""
    alarm: float = 2.5
    """What scores 0.5 after a thousand rows: once in 400, if one view alone says so."""


SHIPPED = Setting()

GRAIN = 1e-9
"""Differences smaller than this, beside the numbers they are of, come of rounding."""


class Rest:
    """Of a run of odd rows only the first counts, and then what is odder still."""

    __slots__ = ("_last", "_rest", "_row", "_share")

    def __init__(self, rest: int, share: float) -> None:
        self._rest, self._share = rest, share
        self._row = 0
        self._last: deque[tuple[int, float]] = deque()
        """Falling: each was beaten by none after it."""

    def stands_out(self, height: float) -> float:
        """By how much this beats, or fails to beat, the rows before it; it is remembered."""
        self._row += 1
        since = self._row - max(self._rest, self._share * self._row)
        while self._last and self._last[0][0] < since:
            self._last.popleft()
        highest = self._last[0][1] if self._last else 0.0
        while self._last and self._last[-1][1] <= height:
            self._last.pop()
        self._last.append((self._row, height))
        return height - highest


class Novelty:
    """Three views of a row: its level, how far it is off its time of day, and the step to it.

    In each the question is how far the number is from the nearest of late: a new extreme is far,
    and so is a number where there never was one. The level is taken as its root, on which counts
    that are large stray no more than counts that are small. What the three say adds up as the sides
    of a box do to its diagonal: one that is sure is enough, and two that are half sure also are.
    """

    __slots__ = (
        "_before",
        "_daily",
        "_latest",
        "_level",
        "_off",
        "_rest",
        "_rows",
        "_set",
        "_step",
    )

    def __init__(self, setting: Setting = SHIPPED) -> None:
        self._set = setting
        self._level, self._off, self._step = (_gaps(setting) for _ in range(3))
        self._daily = Daily(setting.days, setting.around)
        self._latest: deque[float] = deque(maxlen=setting.smooth)
        self._before: float | None = None
        self._rest = Rest(setting.rest, setting.rest_share)
        self._rows = 0

    def score(self, second: int, value: float) -> float:
        """0 to 1, knowing the rows asked before; 0 where there is nothing to say."""
        self._rows += 1
        height = self._height(second, value)
        beats = self._rest.stands_out(height) > 0
        if not beats:
            return 0.0
        due = self._set.alarm + self._set.patience * log10(max(self._rows, 100) / 1000)
        return 1 / (1 + exp(due - height))

    def _height(self, second: int, value: float) -> float:
        return hypot(
            self._level.rarity(copysign(sqrt(abs(value)), value), 0.0),
            self._off_usual(second, value),
            self._set.step_weight * self._stepped(value),
        )

    def _off_usual(self, second: int, value: float) -> float:
        self._latest.append(value)
        mean = sum(self._latest) / len(self._latest)
        usual = self._daily.usual(second)
        self._daily.add(second, mean)
        return 0.0 if usual is None else _difference(self._off, mean, usual)

    def _stepped(self, value: float) -> float:
        before, self._before = self._before, value
        return 0.0 if before is None else _difference(self._step, value, before)


def _difference(gaps: Gaps, one: float, other: float) -> float:
    return gaps.rarity(one - other, GRAIN * max(abs(one), abs(other)))


def _gaps(setting: Setting) -> Gaps:
    tail = Tail(setting.tail_share, setting.tail_least, setting.tail_most, setting.warm)
    return Gaps(Recent(setting.remembered), tail, setting.first)
