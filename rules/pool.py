"""Two witnesses of one pool of credits: its balance, and a meter of the use that it pays for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from rules.panel import Floats, Panel
from rules.past import Places
from rules.season import DAY
from rules.series import EPOCH
from rules.spending import Spending, added

SETTLED = timedelta(hours=6)
"""The meter's word for an hour or a day counts when that is over for so long."""
BEFORE, LATELY = 28, 3
"""Days from which is learnt what a unit costs, and days that are then held against it."""
LEAST_DAYS = 2
"""With fewer days of both witnesses nobody knows what a unit costs."""
PROOF = 7
"""With fewer of them, nor how far that price strays."""
SIGMAS = 4.0
LEAST_APART = 0.1


@dataclass(frozen=True, slots=True)
class Pool:
    """What both said by the day, aligned; and the meter by the balance's steps."""

    start: datetime
    """Where the first day begins."""
    burnt: Floats
    """Days by balances, of the steps for which both spoke."""
    used: Floats
    """The same for the meter."""
    step: timedelta
    by_step: Floats
    """What was used in each step of the balances' spending; NaN where that is too fine to tell."""
    lead: timedelta
    """From there to where the first step begins."""
    price: float | None
    """What a unit costs, where that is known beforehand."""

    def settled(self, at: datetime) -> int:
        """How many days were over, and settled, at a moment."""
        return (at - SETTLED - self.start) // DAY

    def prices(self, days: Places, columns: Places) -> Floats:
        """What a unit cost in the last four weeks of so many days; NaN where nobody knows."""
        if self.price is not None:
            return np.full(len(days), self.price)
        ratios = _ratios(self, days, columns, BEFORE)
        many = (~np.isnan(ratios)).sum(axis=1)
        return np.where(many >= LEAST_DAYS, _median(ratios), np.nan)


@dataclass(frozen=True, slots=True)
class Paid:
    """Use that a pool pays for."""

    meter: Panel
    price: float | None
    """What a unit costs; None: that is learnt."""


def pool(spending: Spending, paid: Paid) -> Pool:
    """Lay what the meter tells, all its series together, beside the burn of the balances."""
    lead = (spending.start - EPOCH) % DAY
    start, step = spending.start - lead, spending.width
    many, columns = spending.burn.shape
    fine = _aligned(paid.meter, spending.start, step, many)
    if paid.meter.metric.width > step:
        burnt = _by_day(spending.burn, lead, step)
        used = _aligned(paid.meter, start, DAY, len(burnt))[:, None].repeat(columns, axis=1)
    else:
        unknown = np.isnan(spending.burn + fine[:, None])
        burnt, used = (
            _by_day(np.where(unknown, np.nan, each), lead, step)
            for each in (spending.burn, fine[:, None])
        )
    return Pool(start, burnt, used, step, fine, lead, paid.price)


def apart(both: Pool, at: datetime, column: int) -> float | None:
    """How many times as fast as the meter explains the balance fell lately; None where that is
    once, as far as chance lets us tell, or nobody knows.

    The last three days are held against what the four weeks before them say a unit costs, or
    against a price that is known. They are apart if they are off by a tenth, and by four times
    what three days may stray by chance, going by how single days strayed in those weeks."""
    day, here = np.array([both.settled(at)]), np.array([column])
    price = both.prices(day - LATELY, here).item()
    before = _ratios(both, day - LATELY, here, BEFORE)[0]
    before = before[~np.isnan(before)]
    burnt, used = _window(both, day, here, LATELY)
    if len(before) < PROOF or not price > 0 or not used.sum() > 0:
        return None
    times = float(burnt.sum() / (price * used.sum()))
    off = np.log(np.maximum(before, 1e-12 * price) / price)
    stray = 1.4826 * float(np.median(np.abs(off - np.median(off))))
    chance = SIGMAS * stray * np.sqrt(1 / LATELY + 1 / len(before))
    beyond = abs(np.log(max(times, 1e-12))) > max(float(chance), np.log1p(LEAST_APART))
    return times if beyond else None


def filled(past: Floats, both: Pool, ended: Places, columns: Places) -> Floats:
    """A past, up to when so many steps had ended, with the burn that the balance does not know
    taken from what was used, and what a unit costs."""
    back = np.arange(len(past))[:, None]
    rows = ended - len(past) + back
    inside = (rows >= 0) & (rows < len(both.by_step)) & (back < len(past) + -SETTLED // both.step)
    used = np.full(past.shape, np.nan)
    used[inside] = both.by_step[rows[inside]]
    over = [both.lead + step * both.step - SETTLED for step in ended.tolist()]
    days = np.array([span // DAY for span in over])
    return np.where(np.isnan(past), used * both.prices(days, columns), past)


def _window(both: Pool, days: Places, columns: Places, many: int) -> tuple[Floats, Floats]:
    """Burnt and used of the last so many days, a line for each; NaN where either is not known."""
    rows = days[:, None] - many + np.arange(many)
    inside = (rows >= 0) & (rows < len(both.used))
    burnt, used = np.full((2, *rows.shape), np.nan)
    cells = rows[inside], np.broadcast_to(columns[:, None], rows.shape)[inside]
    burnt[inside], used[inside] = both.burnt[cells], both.used[cells]
    unknown = np.isnan(burnt) | np.isnan(used)
    return np.where(unknown, np.nan, burnt), np.where(unknown, np.nan, used)


def _ratios(both: Pool, days: Places, columns: Places, many: int) -> Floats:
    """Burn for a unit used, of days on which enough was used to say so."""
    burnt, used = _window(both, days, columns, many)
    told = ~np.isnan(used)
    usual = np.where(told, used, 0.0).sum(axis=1) / np.maximum(told.sum(axis=1), 1)
    enough = told & (used > usual[:, None] / 4)
    return np.asarray(np.divide(burnt, used, out=np.full(used.shape, np.nan), where=enough))


def _median(lines: Floats) -> Floats:
    """Of what is known in each line; NaN where nothing is."""
    ordered = np.sort(lines, axis=1)
    many = (~np.isnan(lines)).sum(axis=1)
    each = np.arange(len(lines))
    low, high = np.maximum(many - 1, 0) // 2, np.minimum(many // 2, lines.shape[1] - 1)
    return np.asarray((ordered[each, low] + ordered[each, high]) / 2)


def _by_day(steps: Floats, lead: timedelta, step: timedelta) -> Floats:
    """What whole days came to, the first of which begins so long before the first step."""
    if DAY % step:
        return np.full((0, steps.shape[1]), np.nan)
    per_day, columns = DAY // step, steps.shape[1]
    days = (lead // step + len(steps)) // per_day
    padded = np.concatenate([np.full((lead // step, columns), np.nan), steps])[: days * per_day]
    return np.ascontiguousarray(
        added(np.ascontiguousarray(padded.T).reshape(columns, days, per_day)).T
    )


def _aligned(meter: Panel, start: datetime, step: timedelta, many: int) -> Floats:
    """What was used in each of many steps; not known where the meter is coarser."""
    width = meter.metric.width
    found = np.full(many, np.nan)
    if step % width or (start - meter.start) % width:
        return found
    per_step = step // width
    told = ~np.isnan(meter.values)
    used = np.where(told, meter.values, 0.0).sum(axis=1)
    used = np.where(told.any(axis=1), used, np.nan)
    rows = (start - meter.start) // width + np.arange(many * per_step)
    inside = (rows >= 0) & (rows < len(used))
    parts = np.full(len(rows), np.nan)
    parts[inside] = used[rows[inside]]
    return np.asarray(parts.reshape(many, per_step).sum(axis=1))
