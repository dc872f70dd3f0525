"""Too much, or too little, against the series' own past."""

from dataclasses import dataclass
from datetime import timedelta
from math import isfinite
from typing import Literal

import numpy as np

from rules.baseline import Usual, known_by, usual_in
from rules.jumps import Jumps, Lookback, Seen, lookback, seen
from rules.panel import Flags, Floats, Panel
from rules.past import Cells
from rules.season import DAY, Season, rolling, seasons
from rules.series import Measure
from rules.verdict import Outcome, Verdicts, Why
from rules.words import amount, apart, number


@dataclass(frozen=True, slots=True)
class Spike:
    """A value far from what is usual for its series, by how much the series usually strays.

    Usual is the median of the same time of the week, or, while fewer than four weeks are told, of
    the same time of day (seven of the last fourteen days), or else of the last buckets; until even
    those are too few, the verdict is unknown. A jump as big as the series makes every other day is
    its nature and no news (`once_in`). A flat past has zero spread: there any change beyond
    `min_change` and `min_ratio` is a breach, and where all the past is zero, any use beyond
    `min_change`.
    """

    direction: Literal["up", "down", "both"] | None = None
    """What to mind: too much, too little, or both. Left out: up for an amount, both for a level."""
    weeks: int = 8
    """How many weeks to look back, 4 to 52. For the same numbers every time, the panel must reach
    back twice as far."""
    sigmas: float = 6
    """How many times its usual straying a value must be off."""
    min_change: float = 0
    """A change no larger than this is never worth a word; in the metric's unit."""
    min_ratio: float = 0.5
    """A change no larger than this share of the usual is never worth a word: 0.5 is half again."""
    once_in: timedelta = timedelta(days=14)
    """A jump as big as this may have been seen on one day in so many, else it is no news. A past
    shorter than this may hold one such day. At least a day; zero leaves it to `sigmas` alone."""
    baseline: Literal["auto", "seasonal", "rolling"] = "auto"
    """What is usual: the time of the week and of the day (seasonal), the last buckets (rolling),
    or the first of these that knows (auto)."""

    def __post_init__(self) -> None:
        if not 4 <= self.weeks <= 52:
            raise ValueError(f"weeks: expected 4 to 52, got {self.weeks}")
        if not (self.sigmas > 0 and isfinite(self.sigmas)):
            raise ValueError(f"sigmas: expected a number above zero, got {self.sigmas}")
        for name, least in (("min_change", self.min_change), ("min_ratio", self.min_ratio)):
            if not (least >= 0 and isfinite(least)):
                raise ValueError(f"{name}: expected zero or more, got {least}")
        if self.once_in and self.once_in < DAY:
            raise ValueError(
                f"once_in: expected at least a day, got {self.once_in}: jumps are counted by the "
                "day; 0s turns the counting off"
            )

    @np.errstate(over="ignore", invalid="ignore")
    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        """Judge these rows of the panel, for every series in it."""
        measure = panel.metric.measure
        values = panel.values[rows]
        usual = usual_in(panel, rows, self.seasons(panel.metric.width))
        slack = self._slack(usual)
        up, down = self._minds(measure)
        residual = _difference(values, usual.expected)
        jumped = self._minded(residual, measure) > slack
        reasons = self._reasons(panel, rows.start, usual, jumped)
        jumped[jumped] = reasons.seen.rare
        outcome = np.where(jumped, np.int8(Outcome.BREACH), np.int8(Outcome.NORMAL))
        outcome[np.isnan(residual)] = Outcome.UNKNOWN
        return Verdicts(
            first=rows.start,
            outcome=outcome,
            expected=usual.expected,
            low=_low(usual.expected - slack, measure) if down else _none(values),
            high=usual.expected + slack if up else _none(values),
            score=self.score(values, usual, measure),
            why=reasons,
        )

    def seasons(self, width: timedelta) -> tuple[Season, ...]:
        """What a bucket of this width is compared with, best first."""
        seasonal = () if self.baseline == "rolling" else seasons(width, self.weeks)
        return seasonal if self.baseline == "seasonal" else (*seasonal, rolling(width, self.weeks))

    @np.errstate(over="ignore", invalid="ignore")
    def score(self, values: Floats, usual: Usual, measure: Measure) -> Floats:
        """0 where ordinary or unknown, 0.5 at `sigmas`, 1 for any change of what never changed."""
        jump = self._minded(_difference(values, usual.expected), measure)
        score = jump / (jump + self.sigmas * usual.spread)
        return np.nan_to_num(score, copy=False, nan=0.0)

    def _reasons(self, panel: Panel, first: int, usual: Usual, jumped: Flags) -> "Reasons":
        """How often the flagged buckets' like was seen, and the words for all of them."""
        rows, columns = np.nonzero(jumped)
        cells = Cells(panel.values, rows + first, columns)
        height = cells.values[cells.rows, cells.columns] - usual.expected[jumped]
        back = lookback(panel, self.seasons(panel.metric.width), self.weeks)
        jumps = Jumps(cells, height)
        found = seen(jumps, back, self.once_in)
        return Reasons(panel, first, usual.expected, back, jumps, found)

    def _minds(self, measure: Measure) -> tuple[bool, bool]:
        direction = self.direction or ("up" if measure is Measure.AMOUNT else "both")
        return direction != "down", direction != "up"

    def _minded(self, residual: Floats, measure: Measure) -> Floats:
        """How far a value is off in the direction minded; zero for the other."""
        up, down = self._minds(measure)
        return np.abs(residual) if up and down else np.maximum(residual if up else -residual, 0)

    def _slack(self, usual: Usual) -> Floats:
        least = np.maximum(self.min_ratio * np.abs(usual.expected), self.min_change)
        return np.maximum(self.sigmas * usual.spread, least)


@dataclass(frozen=True, slots=True)
class Reasons:
    """The words for judged rows, made when somebody asks."""

    panel: Panel
    first: int
    expected: Floats
    back: Lookback
    jumps: Jumps
    seen: Seen
    """Of these jumps, in their order: by row, then by column."""

    def __call__(self, row: int, column: int) -> Why:
        value, unit = float(self.panel.values[row, column]), self.panel.metric.unit
        expected = float(self.expected[row - self.first, column])
        if np.isnan(value):
            return Why("not told")
        if np.isnan(expected):
            return Why(f"{amount(value, unit)}, with too little history to say what is usual")
        number = self._number(row, column)
        if number is None:
            cell = Cells(self.panel.values, np.array([row]), np.array([column]))
            season = self.back.seasons[known_by(cell, self.back.seasons).item()]
            return Why(_compared(value, expected, unit, season))
        season = self.back.seasons[self.seen.by[number]]
        rarity = self.seen.of(number, self.back) if self.seen.rare[number] else None
        return Why(_compared(value, expected, unit, season), rarity.words() if rarity else None)

    def _number(self, row: int, column: int) -> int | None:
        """Which of the jumps this is, if it is one."""
        cells = self.jumps.cells
        start, stop = np.searchsorted(cells.rows, [row, row + 1])
        number = start + np.searchsorted(cells.columns[start:stop], column)
        return int(number) if number < stop and cells.columns[number] == column else None


def _difference(values: Floats, expected: Floats) -> Floats:
    """NaN where either is unknown, or so large that nothing can be said."""
    residual = values - expected
    residual[np.isinf(residual)] = np.nan
    return residual


def _low(low: Floats, measure: Measure) -> Floats:
    return np.maximum(low, 0) if measure is Measure.AMOUNT else low


def _none(values: Floats) -> Floats:
    return np.broadcast_to(np.float64(np.nan), values.shape)


def _compared(value: float, expected: float, unit: str, season: Season) -> str:
    """What was seen against what is usual."""
    seen, usual = apart(value, expected, unit)
    if expected == 0:
        usual = "none"
    are = "is" if usual.startswith("1 ") else "are"
    return f"{seen} where {usual} {are} usual {season.words}{_times(value, expected)}"


def _times(value: float, expected: float) -> str:
    """How many times as much, where that means something.

    >>> _times(40, 3), _times(13, 10), _times(3, 10), _times(10.01, 10), _times(5, 0), _times(-5, 5)
    (', 13 times as much', ', 30 % more', ', 70 % less', '', '', '')
    """
    if expected <= 0 or value < 0 or not isfinite(value):
        return ""
    ratio = value / expected
    if ratio >= 1.95:
        return f", {number(round(ratio) if ratio >= 10 else ratio, 2)} times as much"
    percent = round(100 * (ratio - 1))
    return f", {abs(percent)} % {'more' if percent > 0 else 'less'}" if percent else ""
