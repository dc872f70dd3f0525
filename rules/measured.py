"""What a limit is held against: a bucket, the use since a period began, or a ratio."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import isnan

import numpy as np

from rules.kind import Meter
from rules.panel import Floats, Panel
from rules.past import Places
from rules.period import Counted, Period, counted, moment, turns
from rules.ratio import Ratio, ratio
from rules.series import Measure, Metric
from rules.words import amount, span


@dataclass(frozen=True, slots=True)
class Phrase:
    """How one number is said: these words before and behind it, or these in its place."""

    unit: str
    before: str = ""
    behind: str = ""
    unknown: str = "not told"
    """Why there is no number, if there is none."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Some rows of a panel, as a limit sees them."""

    values: Floats
    most: Floats
    """The most a value can be, seeing what was not told; itself where all was."""
    phrase: Callable[[int, int], Phrase]
    """By the row and column of these arrays."""
    buckets: Places | None = None
    """Over how many buckets a value was counted, this one the last; None: this one alone."""
    unit: str | None = None
    """Of the values; None: the metric's."""
    period: Places | None = None
    """The panel's row in which the period of each row begins; None where nothing is counted."""


def by_bucket(panel: Panel, rows: slice) -> Measured:
    """Every bucket by itself."""
    values = panel.values[rows]
    return Measured(values, values, lambda _row, _column: Phrase(panel.metric.unit))


def by_period(panel: Panel, rows: slice, period: Period) -> Measured:
    """What was used since a period began; unknown where the bucket itself was not told."""
    values = panel.values[rows]
    if trouble := uncountable(panel.metric, period):
        none, phrase = np.full(values.shape, np.nan), Phrase(panel.metric.unit, unknown=trouble)
        return Measured(none, none, lambda _row, _column: phrase)
    found = counted(panel, rows, period)
    used = np.where(np.isnan(values), np.nan, found.used)
    since = partial(_since, panel, rows.start, found)
    return Measured(used, found.most, since, found.buckets, period=found.turns.begin)


def by_ratio(
    panel: Panel, rows: slice, over: Meter, period: Period | None, at_least: float
) -> Measured:
    """One metric over another, by bucket or since a period began."""
    found = ratio(panel, rows, over, period)
    values = found.quotient(at_least)
    begin = None if period is None else turns(panel, rows, period).begin
    phrase = partial(_divided, panel, found)
    return Measured(values, values, phrase, unit=found.unit, period=begin)


def uncountable(metric: Metric, period: Period) -> str | None:
    """Why a metric cannot be counted by such periods, if it cannot."""
    if metric.measure is Measure.LEVEL:
        return f"{metric.name} is a level, and levels are not added up"
    if not period.holds(metric.width):
        return f"buckets of {span(metric.width)} are wider than a {period.words()}"
    return None


def _since(panel: Panel, first: int, found: Counted, row: int, column: int) -> Phrase:
    since = moment(panel.at(int(found.turns.begin[row])), panel.metric.offset)
    before = "at least " if found.untold[row, column] else ""
    behind = f" since {since}{untold(panel, first, found, (row, column))}"
    return Phrase(panel.metric.unit, before=before, behind=behind)


def untold(panel: Panel, first: int, found: Counted, here: tuple[int, int]) -> str:
    """What is missing from a count, in words that follow it; nothing where nothing is."""
    row, buckets = first + here[0], int(found.buckets[here])
    ahead = row + 1 - buckets - int(found.turns.begin[here[0]])
    gaps = int(found.untold[here]) - ahead
    began = moment(panel.at(row + 1 - buckets), panel.metric.offset)
    words = f", counted from {began} on" if ahead else ""
    return words + (f", {span(gaps * panel.metric.width)} of it not told" if gaps else "")


def _divided(panel: Panel, found: Ratio, row: int, column: int) -> Phrase:
    if found.trouble is not None:
        return Phrase(found.unit, unknown=found.trouble)
    above, below = float(found.above[row, column]), float(found.below[row, column])
    if isnan(above) or isnan(below):
        return Phrase(found.unit, unknown="not told whole")
    parts = f"{amount(above, panel.metric.unit)} over {amount(below, found.divisor)}"
    return Phrase(found.unit, behind=f" ({parts})", unknown=f"{parts}, too few to divide by")
