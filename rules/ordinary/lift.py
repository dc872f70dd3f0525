"""By how much the turn of a month lifts a series, or lowers it, as its last turns did.

Invoices go out, reports are made: some series are unlike themselves on the last or the first days
of a month. Such a day is held against the same day of the weeks beside it that are no part of a
turn, and only what lies outside of all that these came to counts: a level that has moved, or
wanders, is no turn. What the last turns came to at the same place, against that, is the lift, as
far as chance could not have made it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from rules.ordinary.blocks import counted, told_in
from rules.panel import Flags, Floats
from rules.past import Places

TURN = 4
"""So many days before a month begins and from then on are its turn."""
TURNS = 3
"""So many turns are remembered."""
WEEKS = (7, 14)
"""So many days before and after it is the same day of the week."""
SURE = 4.0
"""So many standard deviations must a turn be lifted by to be believed at all."""
FURTHEST = 10.0
"""No turn lifts by more, nor lowers."""
WHOLE = 0.75
"""A day of which less was told is not known."""
MEMORY = 56
"""So many days say how far days stray by chance."""


@dataclass(frozen=True, slots=True)
class Lift:
    """So many times what is usual elsewhere, by block and column; 1 where there is no turn."""

    usual: Floats
    least: Floats
    """At the worst of the turns before, the days beside it, and none at all."""
    most: Floats
    days: Places
    """The blocks in which any series has one."""

    @classmethod
    def none(cls, shape: tuple[int, ...]) -> "Lift":
        return cls(np.ones(shape), np.ones(shape), np.ones(shape), np.empty(0, dtype=np.intp))

    def taken_off(self, amounts: Floats) -> Floats:
        """The amounts as they would have been on any other day."""
        if not len(self.days):
            return amounts
        plain = amounts.copy()
        plain[:, self.days] /= self.usual[self.days]
        return plain

    def put_on(self, amounts: Floats) -> None:
        amounts[:, self.days] *= self.usual[self.days]


@np.errstate(invalid="ignore", divide="ignore")
def lifts(amounts: Floats, first: date | None) -> Lift:
    """For each block, from what was told well before it; `first` is the day of the first of them,
    None where they are no days."""
    shape = amounts.shape[1:]
    made = Lift.none(shape)
    if first is None:
        return made
    calendar = _Calendar.of(first, shape[0])
    known = _Known.of(amounts, calendar.ordinary)
    turns = np.flatnonzero(~calendar.ordinary)
    usual, least, most = _lift(known, turns, calendar.before(turns))
    changed = ((least != 1) | (most != 1)).any(axis=1)
    for each, found in ((made.usual, usual), (made.least, least), (made.most, most)):
        each[turns] = found
    return replace(made, days=turns[changed])


@dataclass(frozen=True, slots=True)
class _Calendar:
    """Where each block lies in its month."""

    ordinary: Flags
    place: Places
    """Days since the month began that the turn belongs to; negative before."""
    month: Places
    """Which month that is."""

    @classmethod
    def of(cls, first: date, blocks: int) -> "_Calendar":
        days = np.datetime64(first, "D") + np.arange(blocks) * np.timedelta64(1, "D")
        months = days.astype("datetime64[M]")
        since = (days - months.astype("datetime64[D]")).astype(np.intp)
        left = ((months + np.timedelta64(1, "M")).astype("datetime64[D]") - days).astype(np.intp)
        ends = left <= TURN
        number: npt.NDArray[np.intp] = months.astype(np.intp)
        return cls(
            ordinary=(since >= TURN) & ~ends,
            place=np.where(ends, -left, since),
            month=number + ends,
        )

    def before(self, blocks: Places) -> Places:
        """For each of these days, by each of the last turns: the day at its place, the one before
        and the one after it; -1 where there is none."""
        places = 2 * TURN + 2
        found = np.full((np.ptp(self.month) + TURNS + 1) * places, -1, dtype=np.intp)
        turn = (self.month - self.month.min() + TURNS) * places + self.place + TURN + 1
        those = np.flatnonzero(~self.ordinary)
        found[turn[those]] = those
        back = places * np.arange(1, TURNS + 1)[:, None]
        beside: Places = turn[blocks, None, None] - back + np.array([0, -1, 1])
        return np.asarray(found[beside])


@dataclass(frozen=True, slots=True)
class _Known:
    """By block and column."""

    day: Floats
    """What each day came to; NaN where that is not known."""
    against: Floats
    """What of the days it is held against comes nearest to it."""
    chance: Floats
    """The variance of a day around that, as a share of its square; as it is known two weeks
    later, when the days after it are."""

    @classmethod
    def of(cls, amounts: Floats, ordinary: Flags) -> "_Known":
        many = counted(amounts == amounts)  # noqa: PLR0124 - told
        day = np.where(many >= WHOLE * len(amounts), told_in(amounts) / many, np.nan)
        plain = np.where(ordinary[:, None], day, np.nan)
        before, after = (_beside(plain, [side * lag for lag in WEEKS]) for side in (1, -1))
        against = np.clip(day, np.minimum(before, after), np.maximum(before, after))
        off = np.where(ordinary[:, None], np.square(day - against), np.nan)
        return cls(day, against, _variance(off, np.square(against)))


def _beside(days: Floats, lags: Sequence[int]) -> Floats:
    """The mean of what is known of the days so many blocks before each."""
    total, many = np.zeros_like(days), np.zeros_like(days)
    for lag in lags:
        to, from_ = (slice(lag, None), slice(-lag)) if lag > 0 else (slice(lag), slice(-lag, None))
        known = days[from_] == days[from_]
        total[to] += np.where(known, days[from_], 0.0)
        many[to] += known
    return total / np.where(many > 0, many, np.nan)


def _variance(off: Floats, size: Floats) -> Floats:
    """Of the ordinary days of the last eight weeks that are two weeks old by then."""
    known = off == off  # noqa: PLR0124 - told
    wait = WEEKS[-1] + 1
    blocks = np.arange(2 * wait, len(off))
    sums = [np.where(known, each, 0.0).cumsum(axis=0) for each in (off, size)]
    strayed, of = (
        each[blocks - wait] - each[np.maximum(blocks - wait - MEMORY, 0)] for each in sums
    )
    found = np.full_like(off, np.nan)
    found[blocks] = strayed / np.where(of > 0, of, np.nan)
    return found


def _lift(known: _Known, turns: Places, before: Places) -> tuple[Floats, Floats, Floats]:
    """What is usual at these days of a turn, the least and the most."""
    chance = SURE**2 * known.chance[turns]
    came, against = (_with_none(each)[before] for each in (known.day, known.against))
    told = ~np.isnan(came - against)
    came, against = np.where(told, came, 0.0), np.where(told, against, 0.0)
    base = against[:, :, 0]
    total = base.sum(axis=1)
    share = np.square(base).sum(axis=1) / total**2
    usual = _believed(came[:, :, 0].sum(axis=1) / total, chance * share)
    each = _believed(came / against, chance[:, None, None])
    least, most = each.min(axis=(1, 2)), each.max(axis=(1, 2))
    one = np.ones_like(usual)
    return usual, np.minimum.reduce([least, usual, one]), np.maximum.reduce([most, usual, one])


def _with_none(days: Floats) -> Floats:
    """With a day at the end of which nothing is known."""
    return np.concatenate([days, np.full((1, days.shape[1]), np.nan)])


def _believed(ratio: Floats, chance: Floats) -> Floats:
    """Drawn towards 1 by what chance may have done; all the way where that is not known."""
    off = ratio - 1
    trust = np.clip(1 - chance / np.square(off), 0.0, 1.0)
    return np.clip(1 + np.nan_to_num(trust * off), 1 / FURTHEST, FURTHEST)
