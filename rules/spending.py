"""What balances lost, hour by hour: every fall is burn, and a rise hides what was burnt with it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from rules.panel import Floats, Panel
from rules.past import Places
from rules.season import DAY
from rules.series import EPOCH

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Spending:
    """Burn of each balance by steps of an hour, or of a bucket where buckets are wider."""

    start: datetime
    """Where the first step begins."""
    width: timedelta
    burn: Floats
    """A row for each step, a column for each balance; NaN where it is not known."""

    def ended(self, at: datetime) -> int:
        """How many steps had ended at a moment."""
        return (at - self.start) // self.width

    def before(self, ended: Places, columns: Places, many: int) -> Floats:
        """The last so many of these steps: a row for each, a column for each pair asked for."""
        rows = ended - many + np.arange(many)[:, None]
        inside = (rows >= 0) & (rows < len(self.burn))
        found = np.full(rows.shape, np.nan)
        found[inside] = self.burn[rows[inside], np.broadcast_to(columns, rows.shape)[inside]]
        return found


def step_of(width: timedelta) -> timedelta:
    """
    >>> step_of(timedelta(minutes=5)) == HOUR, step_of(DAY) == DAY
    (True, True)
    """
    return HOUR if width < HOUR and not HOUR % width else width


def spending(panel: Panel) -> Spending:
    """Burn of all whole steps of a panel of balances.

    A fall is spread over the time between the two looks, if that is a day at most, or a bucket.
    Where the balance rose something was bought or given back; what was burnt in the same time
    cannot be told apart from it and is not known. Nor is usual what was planned. A step counts as
    known if half of it is, and for the other half as much again is taken.
    """
    width = panel.metric.width
    step = step_of(width)
    into = (panel.start - EPOCH + panel.metric.offset) % step
    lead = -(-(step - into) // width) if into and step > width else 0
    burn = _falls(panel.values, max(DAY // width, 1))
    if panel.planned is not None:
        burn[panel.planned[:-1]] = np.nan
    per_step = step // width
    many = max(len(burn) - lead, 0) // per_step
    parts = np.ascontiguousarray(burn[lead : lead + many * per_step].T)
    by_step = added(parts.reshape(panel.values.shape[1], many, per_step))
    return Spending(panel.at(lead), step, np.ascontiguousarray(by_step.T))


def last_known(values: Floats) -> Places:
    """For each row the last before it at which the balance was known, or -1."""
    rows = np.arange(len(values))[:, None]
    known = np.maximum.accumulate(np.where(np.isnan(values), -1, rows), axis=0)
    return np.concatenate([np.full((1, values.shape[1]), -1), known[:-1]])


@np.errstate(invalid="ignore", over="ignore")
def _falls(values: Floats, most: int) -> Floats:
    """What was burnt between each row and the next."""
    many = len(values)
    rows = np.arange(many)[:, None]
    missing = np.isnan(values)
    before = np.maximum.accumulate(np.where(missing, -1, rows), axis=0)[:-1]
    after = np.minimum.accumulate(np.where(missing, many, rows)[::-1], axis=0)[::-1][1:]
    told = (before >= 0) & (after < many) & (after - before <= most)
    start = np.take_along_axis(values, np.maximum(before, 0), axis=0)
    fall = start - np.take_along_axis(values, np.minimum(after, many - 1), axis=0)
    return np.where(told & (fall >= 0), fall / np.maximum(after - before, 1), np.nan)


def added(parts: Floats) -> Floats:
    """Over the last axis: for what is not known as much as for the rest, if that is half of it."""
    told = ~np.isnan(parts)
    share = told.mean(axis=-1)
    whole = np.where(told, parts, 0.0).sum(axis=-1)
    unknown = np.full(whole.shape, np.nan)
    return np.asarray(np.divide(whole, share, out=unknown, where=share >= 0.5))
