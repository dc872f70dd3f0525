"""Where the use of a period will land, judged by the pace of the weeks before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isnan

import numpy as np

from rules.forecast import Outlook, forecast
from rules.panel import Flags, Floats, Panel
from rules.past import Places
from rules.period import Counted, Turns, pieces
from rules.season import DAY, WEEK

CELLS = 1 << 20
"""So many steps of series are looked ahead at once, that a year of many does not fill the memory.
"""
REACH = 8 * WEEK
"""How far back a forecast reads."""


Passes = tuple[datetime, datetime, datetime]
"""The first moment at which it may, the likely one, and the last."""


@dataclass(frozen=True, slots=True)
class Course:
    """A period of a panel, up to a row."""

    panel: Panel
    begin: int
    """Its first row; below zero where that is before the panel."""
    end: int
    """The first row of the next."""
    stop: int
    """Nothing from this row on is looked at."""

    def looks(self) -> Places:
        """The rows from which one looks ahead: at the end of each hour of a day, each day of a
        month or quarter, each week of a year; not from its end, nor past a bucket that fills."""
        width = self.panel.metric.width
        length = width * (self.end - self.begin)
        apart = DAY / 24 if length <= 2 * DAY else DAY if length <= 100 * DAY else WEEK
        stride = max(apart // width, 1)
        known = min(self.stop, self.panel.closed, self.end - 1)
        rows = np.arange(self.begin + stride, known + 1, stride)
        return rows[rows > 0]


@dataclass(frozen=True, slots=True)
class Looming:
    """Whether a quota will be passed, for each bucket and series."""

    now: Flags
    """By the last look at what is ahead: the whole interval lies above it."""
    ever: Flags
    """By any look in this period so far."""

    def part(self, rows: slice) -> "Looming":
        """Some of these buckets."""
        return Looming(self.now[rows], self.ever[rows])


@dataclass(frozen=True, slots=True)
class Landing:
    """What a period's use comes to in the end, and when it passes the quota."""

    low: float
    middle: float
    high: float
    passes: Passes | None = None
    """None where it is not sure that it does, or did already."""


def usual_share(panel: Panel, rows: slice, turned: Turns) -> Floats:
    """What share of its period's use is usual up to the end of each of these rows, foreseen when
    the period began: by the rhythm of the weeks before it, and not by the clock.

    NaN where those weeks are too few, or nothing was used in them.
    """
    share = np.full(panel.values[rows].shape, np.nan)
    for here in pieces(turned):
        begin, end = int(turned.begin[here.start]), int(turned.end[here.start])
        if begin <= 0:
            continue
        course = Course(panel, begin, end, begin)
        columns = np.arange(len(panel.series))
        steps = np.arange(rows.start + here.start, rows.start + here.stop) - begin + 1
        for seen in _ahead(course, np.full(len(columns), begin), columns):
            expected = seen.outlook.expected
            whole = np.where(expected[:, -1] > 0, expected[:, -1], np.nan)
            share[here, seen.cells] = (expected[:, steps] / whole[:, None]).T
    return share


def looming(panel: Panel, rows: slice, found: Counted, quota: float) -> Looming:
    """Whether the quota will be passed, by looks ahead at set times of the period; what a look
    says is held until the next. Of what was passed already nothing is foreseen any more.

    These rows must begin where a period does, or the panel.
    """
    now = np.zeros(panel.values[rows].shape, dtype=np.bool_)
    ever = np.zeros_like(now)
    for here in pieces(found.turns):
        begin, end = int(found.turns.begin[here.start]), int(found.turns.end[here.start])
        course = Course(panel, begin, end, rows.start + here.stop)
        places = course.looks() - 1 - rows.start
        above = _above(course, quota - found.used[places])
        for place, each in zip(places.tolist(), above, strict=True):
            now[place : here.stop] = each
            ever[place : here.stop] |= each
    return Looming(now, ever)


def landings(course: Course, column: int, quota: float) -> dict[int, Landing | None]:
    """Where one series lands: as seen from where its period begins, and from each row from which
    one looks ahead. None where too little is known to say."""
    looks = np.unique([max(course.begin, 0), *course.looks()])
    values = course.panel.values[looks[0] : course.stop, column]
    used = np.cumsum([0.0, *np.where(np.isnan(values), 0.0, values)])[looks - looks[0]]
    found: dict[int, Landing | None] = {}
    for seen in _ahead(course, looks, np.full(len(looks), column)):
        outlook, spent = seen.outlook, used[seen.cells]
        low, middle, high = (
            spent + seen.at_end(each) for each in (outlook.low, outlook.middle, outlook.high)
        )
        until = outlook.until(quota - spent)
        steps = np.stack([until.low, until.middle, until.high], axis=1)
        steps[(spent >= quota) | ~(low > quota)] = np.nan
        for cell, row in enumerate(looks[seen.cells].tolist()):
            passes = _moments(course.panel, row, steps[cell].tolist())
            landing = Landing(float(low[cell]), float(middle[cell]), float(high[cell]), passes)
            found[row] = None if isnan(landing.middle) else landing
    return found


def _moments(panel: Panel, row: int, steps: Sequence[float]) -> Passes | None:
    if isnan(steps[0]):
        return None
    first, likely, last = (panel.at(row) + step * panel.metric.width for step in steps)
    return first, likely, last


def _above(course: Course, left: Floats) -> Flags:
    """Whether the low bound of what will be used from each look on is more than what is left then.

    Nobody looks ahead for series that would be far from it even if every day to come were twice
    the largest of the weeks before.
    """
    looks = course.looks()
    per_day = max(1, round(DAY / course.panel.metric.width))
    largest = [_largest_day(_past(course.panel, row), per_day) for row in looks.tolist()]
    days = -(-(course.end - looks) // per_day)
    above = (left > 0) & (2 * days[:, None] * np.reshape(largest, left.shape) > left)
    look, columns = np.nonzero(above)
    low = np.empty(len(look))
    for seen in _ahead(course, looks[look], columns):
        low[seen.cells] = seen.at_end(seen.outlook.low)
    above[above] = low > left[above]
    return above


def _largest_day(past: Floats, per_day: int) -> Floats:
    days = past[len(past) % per_day :].reshape(len(past) // per_day, per_day, past.shape[1])
    largest: Floats = np.nansum(days, axis=1).max(axis=0, initial=0.0)
    return largest


def _past(panel: Panel, row: int) -> Floats:
    return panel.values[max(row - REACH // panel.metric.width, 0) : row]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is ahead of some cells: of a series from a row on."""

    cells: Places
    """Which of those that were asked for."""
    outlook: Outlook
    steps: Places
    """How far it is from each to the period's end."""

    def at_end(self, curve: Floats) -> Floats:
        return np.asarray(curve[np.arange(len(curve)), self.steps])


def _ahead(course: Course, rows: Places, columns: Places) -> Iterator[_Seen]:
    """What is ahead of these series from these rows on, so many at once as fit into memory."""
    panel = course.panel
    # Pasts of one length stand side by side, whenever they were.
    lengths = np.minimum(rows, REACH // panel.metric.width)
    for length in np.unique(lengths).tolist():
        alike = np.flatnonzero(lengths == length)
        many = max(CELLS // max(length, course.end - int(rows.min())), 1)
        for cells in np.split(alike, range(many, len(alike), many)):
            first, steps = rows[cells] - length, course.end - rows[cells]
            past = panel.values[first + np.arange(length)[:, None], columns[cells]]
            with np.errstate(all="ignore"):
                outlook = forecast(past, panel.metric.width, int(steps.max()))
            yield _Seen(cells, outlook, steps)
