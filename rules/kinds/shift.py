"""A level that changed for good, or seeps away day after day."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite
from typing import Literal

import numpy as np

from rules.days import Found, Said, days_of, week_of
from rules.levels import levels
from rules.moves import Move, Worth, best, chosen, foremost, limit, moves, outcomes
from rules.panel import Floats, Panel
from rules.past import Places
from rules.rate import MONTHLY, Rate
from rules.season import DAY
from rules.series import Measure
from rules.verdict import Outcome, Verdicts, Why
from rules.words import apart, count, span, times
from rules.yardstick import reaches, yardsticks

STRETCHES = (3, 7, 14)
"""Days whose mean is compared: the shorter find a leap soon, the longer a leak at all."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A level that is lastingly higher or lower than in the weeks before, told once.

    Days are judged, each when it is over. The mean of the last 3, 7 and 14 days is held against
    the median of such means in the five weeks before, on the same days of the week, by how far
    such means strayed in the last 16 weeks, earlier lasting changes left out, and how far single
    days foretell: what a series does every month, or has always done (growing by a third a
    month), is no shift, and what came and went before is none either. Of a change one day alone
    may bring no more than its greater half, or it is a spike.

    The alert ends when the level has returned, or two to three weeks after it moved: then the new
    level is usual. Unknown while fewer than five or six weeks are told, and where a day is not
    told whole: of an amount every bucket, of a level (its daily mean) half of them. A flat past
    never strays: there any change that lasts and exceeds `min_ratio` and `min_change` is a
    breach, also where all the past is zero. A sparse past strays by chance, as counts do; an
    empty one says nothing. A level below zero is unknown, as ratios mean nothing there. To give
    the same numbers every time the panel must reach back 25 weeks.
    """

    direction: Literal["up", "down", "both"] = "both"
    """What to mind: a rise, a fall, or both."""
    false_alarms: Rate = MONTHLY
    """How often chance alone may raise an alarm, over all series of the rule together."""
    min_ratio: float = 0.25
    """A change no larger than this share of the usual is never worth a word: 0.25 is a quarter."""
    min_change: float = 0
    """A change no larger than this is never worth a word; in the metric's unit, a day."""

    def __post_init__(self) -> None:
        for name, least in (("min_ratio", self.min_ratio), ("min_change", self.min_change)):
            if not (least >= 0 and isfinite(least)):
                raise ValueError(f"{name}: expected zero or more, got {least}")

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        """Judge these rows of the panel, for every series in it."""
        panel = panel.ordinary()
        week = week_of(panel.metric.width)
        days = days_of(panel, rows, reaches(STRETCHES, week))
        since = days.at(rows)
        of = levels(days.totals, week, (1, *STRETCHES))
        sticks = yardsticks(of, week, days.number, since)
        found = moves([each.since(since) for each in of[1:]], sticks[1:], self._worth())
        at = limit(found, self.false_alarms, days.width)
        said = Said(days, since, self._found(found, at))
        return said.verdicts(panel, rows, partial(_why, panel, said))

    def _worth(self) -> Worth:
        up, down = self.direction != "down", self.direction != "up"
        return Worth(up=up, down=down, ratio=self.min_ratio, change=self.min_change)

    def _found(self, of: Sequence[Move], at: Floats) -> Found:
        which = foremost(of)
        telling, near = best([move.telling for move in of]), best([move.near for move in of])
        low, high = self._band(of, which, at)
        return Found(
            outcome=outcomes(telling, near, best([move.surprise for move in of]), at),
            observed=chosen([move.levels.now for move in of], which),
            expected=chosen([move.levels.usual for move in of], which),
            low=low,
            high=high,
            score=telling / (telling + at),
            stretch=np.array(STRETCHES)[which],
        )

    def _band(self, of: Sequence[Move], which: Places, at: Floats) -> tuple[Floats, Floats]:
        """The levels that are not worth a word; NaN in a direction that is not minded."""
        bands = [move.yardstick.at(at, move.levels.usual) for move in of]
        usual, worth = chosen([move.levels.usual for move in of], which), self._worth()
        least = worth.least(usual)
        low = np.minimum(chosen([low for low, _ in bands], which), usual - least)
        high = np.maximum(chosen([high for _, high in bands], which), usual + least)
        none = np.full(usual.shape, np.nan)
        return low if worth.down else none, high if worth.up else none


def _why(panel: Panel, said: Said, row: int, column: int) -> Why:
    day, unit = said.day(row), panel.metric.unit
    if np.isnan(panel.values[row, column]):
        return Why("not told")
    if day is None or said.found.outcome[day, column] == Outcome.UNKNOWN:
        return Why("too little history, or too much of it not told, to say what is usual")
    observed = float(said.found.observed[day, column])
    expected = float(said.found.expected[day, column])
    stretch = int(said.found.stretch[day, column])
    seen, usual = apart(observed, expected, unit)
    days = count(stretch, "day") if said.days.width == DAY else span(stretch * said.days.width)
    per = "a day" if said.days.width == DAY else f"in {span(said.days.width)}"
    per = f" {per}" if panel.metric.measure is Measure.AMOUNT else ""
    usual = "none" if expected == 0 else usual
    are = "was" if usual.startswith("1 ") else "were"
    return Why(
        f"{seen}{per} over the last {days} where {usual} {are} usual in the weeks before"
        f"{times(observed, expected)}"
    )
