"""On how many of the days before did a series jump as far as it does now?

Days are counted, not buckets, and the 24 hours just before are passed over: what goes on for an
evening happened once, and must not become ordinary while people are still looking into it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from rules.baseline import known_by, middle_at
from rules.panel import Flags, Floats, Panel
from rules.past import Cells, Places
from rules.rarity import Rarity
from rules.season import DAY, WEEK, Season
from rules.series import Measure

Counts = npt.NDArray[np.intp]

STAGES = (14,)
"""Days at which jumps already seen too often are let go: most are, and the rest would be dear."""

ROOM = 1 << 18
"""So many past buckets of a first stage are looked at in one go."""


@dataclass(frozen=True, slots=True)
class Jumps:
    """Buckets of a panel that lie away from what was usual."""

    cells: Cells
    height: Floats
    """How far: above zero for upwards, below for downwards."""

    def __len__(self) -> int:
        return len(self.height)

    def only(self, those: Flags | Places | slice) -> "Jumps":
        return Jumps(self.cells.part(those), self.height[those])


@dataclass(frozen=True, slots=True)
class Lookback:
    """How far to look back, and against what each bucket on the way was measured."""

    seasons: Sequence[Season]
    day: int
    """In buckets."""
    days: int
    width: timedelta
    measure: Measure

    @property
    def span(self) -> timedelta:
        """How long a day is."""
        return self.day * self.width

    def by(self, of: Sequence[Season], rows: Places) -> "Lookback":
        """Only as far back from these rows as one of these seasons can know what was usual."""
        known = rows.max(initial=0) - min(season.lags[season.least - 1] for season in of)
        return replace(self, seasons=of, days=max(min(self.days, known // self.day + 1), 1))


@dataclass(frozen=True, slots=True)
class Seen:
    """For each jump: on how many of how many days before there was as much."""

    alike: Counts
    """Counted to the end only where it may still be rare."""
    told: Counts
    """Zero where it is not."""
    rare: Flags
    by: Places
    """The number of the season it was measured by."""

    def of(self, number: int, back: Lookback) -> Rarity:
        return Rarity(int(self.alike[number]), int(self.told[number]), back.span)


def lookback(panel: Panel, seasons: Sequence[Season], weeks: int) -> Lookback:
    """So many weeks of this panel; buckets longer than a day are days of their own."""
    width = panel.metric.width
    day = max(DAY // width, 1)
    return Lookback(
        seasons, day, max(weeks * WEEK // (day * width), 1), width, panel.metric.measure
    )


def seen(jumps: Jumps, back: Lookback, once_in: timedelta) -> Seen:
    """Rare is what was seen at most once in such a span; a shorter past counts as one span.

    A span of zero calls everything rare. Earlier buckets count where what was usual then is known
    at least as well as it is now: a series' first week, when the time of the week could not yet be
    told from a jump, is no witness.
    """
    by = known_by(jumps.cells, back.seasons)
    found = Seen(np.zeros_like(by), np.zeros_like(by), np.zeros(len(by), dtype=np.bool_), by)
    step = max(ROOM // (STAGES[0] * back.day), 1)
    for number in set(by.tolist()) - {len(back.seasons)}:
        those = np.flatnonzero(by == number)
        as_good = back.by(back.seasons[: number + 1], jumps.cells.rows[those])
        for start in range(0, len(those), step):
            here = those[start : start + step]
            alike, told, rare = _seen(jumps.only(here), as_good, once_in / back.span)
            found.alike[here], found.told[here], found.rare[here] = alike, told, rare
    return found


def _seen(jumps: Jumps, back: Lookback, days_between: float) -> tuple[Counts, Counts, Flags]:
    most = max(back.days / days_between, 1) if days_between else back.days
    alike, left = np.zeros(len(jumps), dtype=np.intp), np.arange(len(jumps))
    for days in _stages(back.days, (int(most) + 4,)):
        alike[left] += _at_least(jumps.only(left), back, days)
        left = left[alike[left] <= most]
    alike[left] = 0
    for days in _stages(back.days, (*STAGES, back.days)):
        alike[left] += _alike(jumps.only(left), back, days)
        left = left[alike[left] <= most]
    told = np.zeros_like(alike)
    told[left] = _told(jumps.only(left), back)
    rare = np.zeros(len(jumps), dtype=np.bool_)
    rare[left] = alike[left] * days_between <= np.maximum(told[left], days_between)
    return alike, told, rare


def _stages(days: int, ends: Sequence[int]) -> Iterator[range]:
    """Days 1 to the first end, on to the next, none beyond so many days."""
    return (range(start, end) for start, end in pairwise([1, *(min(end, days) for end in ends)]))


@dataclass(frozen=True, slots=True)
class Before:
    """What stood before each jump: a line for an age, a column for a jump."""

    jumps: Jumps
    ages: Places
    values: Floats
    """NaN before the panel begins."""

    def cells(self, places: Places) -> Cells:
        """Some of them, counted through line by line."""
        line, column = np.divmod(places, len(self.jumps))
        of = self.jumps.cells
        return Cells(of.values, of.rows[column] - self.ages[line], of.columns[column])


def _before(jumps: Jumps, ages: range) -> Before:
    cells, old = jumps.cells, np.array(ages, dtype=np.intp)
    if not (len(jumps) and len(old)) or ages.step != -1 or _apart(cells.rows, ages[0]):
        rows = cells.rows - old[:, None]
        values = cells.values[np.maximum(rows, 0), cells.columns]
        values[rows < 0] = np.nan
        return Before(jumps, old, values)
    # All of one row, as in every live tick: whole rows are read in order, at half the price.
    lines = cells.values[cells.rows[0] - old[0] : cells.rows[0] - old[-1] + 1]
    return Before(jumps, old, lines.take(cells.columns, axis=1))


def _apart(rows: Places, oldest: int) -> bool:
    """Whether rows differ, or reach back to before the panel."""
    return bool(rows.min() != rows.max() or rows[0] < oldest)


def _at_least(jumps: Jumps, back: Lookback, days: range) -> Counts:
    """A cheap floor under the count: the highest bucket of each day alone."""
    past = _before(jumps, _ages(back, days))
    by_day = (past.values * np.sign(jumps.height)).reshape(len(days), back.day, len(jumps))
    highest = by_day.argmax(axis=1) + np.arange(len(days))[:, None] * back.day
    places = (highest * len(jumps) + np.arange(len(jumps))).reshape(-1)
    high = np.zeros(len(places), dtype=np.bool_)
    worth = np.flatnonzero(_worth(past.values.take(places), np.tile(jumps.height, len(days)), back))
    high[worth] = _as_high(past, places[worth], back)
    return _count(high.reshape(len(days), len(jumps)))


def _alike(jumps: Jumps, back: Lookback, days: range) -> Counts:
    """On how many of these days before each jump there was one at least as high."""
    past = _before(jumps, _ages(back, days))
    high = np.zeros(past.values.size, dtype=np.bool_)
    worth = np.flatnonzero(_worth(past.values, jumps.height, back))
    high[worth] = _as_high(past, worth, back)
    by_day = high.reshape(len(days), back.day, len(jumps))
    return _count(np.logical_or.reduce(by_day, axis=1))


def _told(jumps: Jumps, back: Lookback) -> Counts:
    """On how many days before each jump the bucket at this time of day could be judged."""
    past = _before(jumps, range(back.days * back.day, 0, -back.day))
    told = ~np.isnan(past.values)
    places = np.flatnonzero(told)
    told[told] = known_by(past.cells(places), back.seasons) < len(back.seasons)
    return _count(told)


def _ages(back: Lookback, days: range) -> range:
    """All buckets of these days, the oldest first."""
    return range(days.stop * back.day, days.start * back.day, -1)


def _worth(values: Floats, height: Floats, back: Lookback) -> Flags:
    """Where there can have been such a jump at all: this spares most of the baselines."""
    if back.measure is Measure.AMOUNT:
        # An amount cannot have jumped by more than all of it.
        return (values >= height) | (height < 0)
    return ~np.isnan(values)


def _as_high(past: Before, places: Places, back: Lookback) -> Flags:
    """Which of these lay at least as far from what was usual then, in the jump's direction."""
    height = past.jumps.height[places % len(past.jumps)]
    jumped = past.values.take(places) - middle_at(past.cells(places), back.seasons)
    return np.where(height > 0, jumped >= height, jumped <= height)


def _count(flags: Flags) -> Counts:
    """Down each column."""
    counts: Counts = np.count_nonzero(flags, axis=0)
    return counts
