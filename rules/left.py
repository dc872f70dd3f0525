"""How long balances last, for every row that is judged."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from rules.forecast import WEEKS, Outlook, forecast
from rules.panel import Floats, Panel
from rules.past import Places
from rules.pool import Pool, filled
from rules.season import DAY, WEEK
from rules.spending import Spending, last_known

REACH = timedelta(weeks=WEEKS, days=2)
"""How far back a verdict looks: the weeks of the forecast, and a gap before them."""
TOGETHER = 32
"""So many outlooks are worked out in one go."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be known of each balance."""

    far: timedelta
    """How far the outlook reaches."""
    within: timedelta
    """For how long a balance should last."""
    interval: float


@dataclass(frozen=True, slots=True)
class Left:
    """What is known of each balance: rows by series, NaN where it is not. Times are in steps."""

    step: timedelta
    low: Floats
    middle: Floats
    """Until it is empty, counted from the row; infinite where that is out of sight."""
    high: Floats
    before: Floats
    """The same (its middle) of what stood there before, where it rose by a day's burn or more."""
    risen: Floats
    """By how much it rose there."""
    needed: Floats
    """How much it takes to last as long as it should."""
    a_day: Floats
    """Burn expected on a day of the coming week."""
    told: Floats
    """How many days of burn are known."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Balances of some rows, and the outlook that each of them rests on."""

    rows: Places
    columns: Places
    ended: Places
    """Of each outlook: how many steps had ended."""
    of: Places
    """Of each outlook: its column."""
    which: Places
    """Of each balance: its outlook."""


def latest(panel: Panel, rows: slice) -> tuple[Panel, slice]:
    """Only what these rows look back on, and where they lie in that."""
    reach = max(REACH, 2 * panel.metric.width) // panel.metric.width
    first = max(rows.start - reach, 0)
    here = slice(first, max(rows.stop, first))
    planned = None if panel.planned is None else panel.planned[here]
    values = panel.values[here]
    only = replace(panel, start=panel.at(first), values=values, planned=planned)
    return only, slice(rows.start - first, rows.stop - first)


def left(panel: Panel, rows: slice, spent: Spending, asked: Asked, both: Pool | None) -> Left:
    """How long the balances of these rows last, seen from each row; where the balance does not
    know its own burn, that of the pool's other witness is taken."""
    shape = max(rows.stop - rows.start, 0), len(panel.series)
    found = Left(spent.width, *np.full((8, *shape), np.nan))
    ended = np.array([spent.ended(panel.at(row)) for row in range(rows.start, rows.stop)], np.intp)
    many = WEEKS * 7 * max(1, round(DAY / spent.width))
    for cells in _cells(panel.values[rows], ended):
        past = spent.before(cells.ended, cells.of, many)
        if both is not None:
            past = filled(past, both, cells.ended, cells.of)
        outlook = forecast(past, spent.width, asked.far // spent.width, asked.interval)
        _note(found, cells, outlook.of(cells.which), Judged(panel, rows, spent, asked))
    return found


def _cells(values: Floats, ended: Places) -> Iterator[Cells]:
    """The balances that are known, some outlooks at a time: rows of one hour share theirs."""
    rows, columns = np.nonzero(~np.isnan(values))
    keys = np.stack([ended[rows], columns])
    outlooks, which = np.unique(keys, axis=1, return_inverse=True)
    order = np.argsort(which.reshape(-1), kind="stable")
    sorted_ = which.reshape(-1)[order]
    for first in range(0, outlooks.shape[1], TOGETHER):
        start, stop = np.searchsorted(sorted_, [first, first + TOGETHER])
        those, some = order[start:stop], outlooks[:, first : first + TOGETHER]
        yield Cells(rows[those], columns[those], some[0], some[1], sorted_[start:stop] - first)


@dataclass(frozen=True, slots=True)
class Judged:
    """Where the balances come from, and what is asked of them."""

    panel: Panel
    rows: slice
    spent: Spending
    asked: Asked

    def into(self, cells: Cells) -> Floats:
        """How far each balance is into the step that its outlook begins with."""
        steps = cells.ended[cells.which].tolist()
        pairs = zip(cells.rows.tolist(), steps, strict=True)
        return np.array([self._into(row, ended) for row, ended in pairs])

    def _into(self, row: int, ended: int) -> float:
        edge = self.spent.start + ended * self.spent.width
        return (self.panel.at(self.rows.start + row) - edge) / self.spent.width

    def balances(self, cells: Cells) -> tuple[Floats, Floats]:
        """What stands there, and what was known to stand there before, within a day."""
        here, values = cells.rows + self.rows.start, self.panel.values
        before = last_known(values)[here, cells.columns]
        fresh = (before >= 0) & (here - before <= max(DAY // self.panel.metric.width, 1))
        was = np.where(fresh, values[np.maximum(before, 0), cells.columns], np.nan)
        return values[here, cells.columns], was


def _note(found: Left, cells: Cells, outlook: Outlook, judged: Judged) -> None:
    into, (balance, was) = judged.into(cells), judged.balances(cells)
    here, step = (cells.rows, cells.columns), judged.spent.width
    time = outlook.until(np.maximum(balance, 0.0), into)
    for curve, known in zip((found.low, found.middle, found.high), time.ends, strict=True):
        curve[here] = np.where(balance <= 0, 0.0, np.maximum(known, 0.0))
    ahead = outlook.by(into + judged.asked.within / step).middle
    found.needed[here] = ahead - outlook.by(into).middle
    found.a_day[here] = a_day = _a_day(outlook, step)
    found.told[here] = outlook.told
    risen = (balance - was >= a_day) & (balance > was)
    before = outlook.until(np.maximum(was, 0.0), into).middle
    found.before[here] = np.where(risen, before, np.nan)
    found.risen[here] = balance - was


def _a_day(outlook: Outlook, step: timedelta) -> Floats:
    week = max(1, round(WEEK / step))
    return np.asarray(outlook.expected[:, week] * (DAY / step) / week)
