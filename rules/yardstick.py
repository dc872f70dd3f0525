"""How far the levels of a series usually lie from what was usual, by its own past.

All by ratios, in which growth that goes on as ever is a constant and no news: by their cube root,
which makes of amounts that come by chance nearly a normal noise, upwards and downwards.
The same comparison was made on each day of the 16 weeks before: their middle and their straying
are the yardstick, so that whatever wanders from week to week is in it. But each day is held against
what came before it or after it, whichever is nearer: an earlier lasting change is near to one side,
and makes nobody blind to the next.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import reduce

import numpy as np

from rules.levels import ENOUGH as TOLD
from rules.levels import WAS_A_SPIKE, Levels, back, forth, lags, middle, pick
from rules.panel import Flags, Floats
from rules.past import Places
from rules.tail import reach, surprise

HISTORY = 112
"""So many days a yardstick is made of, once they are there."""
ENOUGH = 10
"""So many comparisons must have been made, or as many as a stretch has days."""
SLOT = 7
"""A yardstick is made anew after so many days, counted since 1970."""
ROOT = 1 / 3
COUNTS = 2
"""So many of what is counted are added to levels before their ratio is taken: without them a ratio
to a usual that is next to nothing, by chance, would be large."""
USUAL = 1.4
"""The usual strays by chance too: so many times the variance of one stretch is that of both."""
PRIOR = 24
"""So many samples' worth is believed of what single days foretell of a stretch, beside its own:
that days stray by chance alone, and the level wanders a little."""
WANDERS = 0.08
"""So far the levels of a series wander from week to week, for all that single days tell."""
ONE_SIGMA = 0.8
"""The three-quarter quantile of the strays of a normal noise from the nearer side: 0.84 where days
stray each by itself, 0.70 where they cling to each other over two weeks."""
MONTH = 30.44
A_MONTH_OFF = 3
"""Days by which what comes every month may come earlier or later."""
AGAIN = 2.0
"""A change must be so much larger than one that came and went at the same time of a month: on
other days of the week the next may be as large again."""


@dataclass(frozen=True, slots=True)
class Yardstick:
    """Arrays by day and series."""

    offset: Floats
    """Added to levels before their ratio is taken: a few of what they count."""
    middle: Floats
    spread: Floats
    """Zero where nothing ever strayed."""
    freedom: Floats
    """How many independent samples stand behind it; NaN where too few."""
    rose: Floats
    """A rise no larger came and went before, and is no news; zero if none did."""
    fell: Floats
    """The same of falls, below zero."""

    def change(self, now: Floats, usual: Floats) -> Floats:
        return ratio(now, usual, self.offset)

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def surprise(self, change: Floats) -> Floats:
        """At a change as large or larger; below zero for one downwards from the middle, infinite
        where nothing ever strayed."""
        off = change - self.middle
        sigmas = np.where(off == 0, 0.0, off / self.spread)
        return np.copysign(surprise(np.abs(sigmas), self.freedom), sigmas)

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def at(self, surprise: Floats, usual: Floats) -> tuple[Floats, Floats]:
        """The levels, below and above, that are as surprising as this."""
        far = self.spread * reach(surprise, self.freedom)
        low, high = (_times(self.middle + off) for off in (-far, far))
        return (usual + self.offset) * low - self.offset, (usual + self.offset) * high - self.offset


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def ratio(now: Floats, usual: Floats, offset: Floats) -> Floats:
    """How many times as much, by its root: 0 as much, 0.1 nearly a tenth more; NaN where a level
    lies below zero."""
    ratios = (((now + offset) / (usual + offset)) ** ROOT - 1) / ROOT
    return np.where(now == usual, 0.0, np.where(usual + offset < 0, np.nan, ratios))


def _times(change: Floats) -> Floats:
    """How many times as much a change comes to."""
    return np.asarray(np.maximum(1 + ROOT * change, 0) ** (1 / ROOT))


def reaches(stretches: Sequence[int], week: int) -> int:
    """So many days before a day make the answer for it."""
    return HISTORY + SLOT + max(lags(each, week)[-1] + each for each in stretches)


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def yardsticks(of: Sequence[Levels], week: int, number: int, since: int) -> list[Yardstick]:
    """One for each of these levels, the first of which are single days, from a row on.

    `number` is that of the first row's day. A yardstick is made of the days before its own slot
    of seven alone, so that it is the same whichever days are asked for.
    """
    shape = of[0].now[since:].shape
    made = [Yardstick(*(np.full(shape, np.nan) for _ in fields(Yardstick))) for _ in of]
    for begun, rows in _slots(number, since, len(of[0].now)):
        past = slice(max(begun - HISTORY, 0), begun)
        for yardstick, found in zip(made, _made(of, week, past), strict=True):
            for field in fields(Yardstick):
                getattr(yardstick, field.name)[rows] = getattr(found, field.name)
    return made


def _slots(number: int, since: int, until: int) -> Iterator[tuple[int, slice]]:
    """The day a slot begins with, and its place among the days asked for."""
    for begun in range(since - (number + since) % SLOT, until, SLOT):
        if begun > 0:
            yield begun, slice(max(begun - since, 0), begun + SLOT - since)


def _made(of: Sequence[Levels], week: int, past: slice) -> Iterator[Yardstick]:
    """What some days make; for the longer stretches the single days tell something too."""
    size, dispersion = _dispersion(of[0].now[past], week)
    offsets = [COUNTS * dispersion / each.days for each in of]
    found = [_strays(_nearer(*each, week, past)) for each in zip(of, offsets, strict=True)]
    daily = found[0][1] ** 2
    for each, offset, (center, strays, told) in zip(of, offsets, found, strict=True):
        own, foretold = told / each.days, daily / each.days + WANDERS**2
        freedom = own + PRIOR
        variance = np.where(strays > 0, (own * strays**2 + PRIOR * foretold) / freedom, 0.0)
        counting = np.where(offset > 0, USUAL / COUNTS * offset / (size + offset), 0.0)
        enough = told >= max(each.days, ENOUGH)
        yield Yardstick(
            offset,
            center,
            np.sqrt(np.maximum(variance, counting) * (1 + 1 / freedom)),
            np.where(enough, freedom, np.nan),
            *_passed(each, offset, past),
        )


def _nearer(of: Levels, offset: Floats, week: int, past: slice) -> Floats:
    """The change on each of these days, from before it or to after it, whichever is smaller."""
    now = of.now[past]
    after = middle([forth(now, lag) for lag in lags(of.days, week)], TOLD)
    came, goes = ratio(now, of.usual[past], offset), ratio(after, now, offset)
    return np.where(np.abs(goes) < np.abs(came), goes, came)


def _strays(changes: Floats) -> tuple[Floats, Floats, Places]:
    """The middle of these changes, how far they stray from it, and how many were told."""
    center = middle(list(changes), 1)
    strays = np.sort(np.abs(changes - center), axis=0)
    told: Places = np.count_nonzero(~np.isnan(strays), axis=0)
    return center, pick(strays, -(-3 * told // 4) - 1) / ONE_SIGMA, told


def _dispersion(days: Floats, week: int) -> tuple[Floats, Floats]:
    """The mean of the days, and their variance by that mean: of counts what one of them comes to.

    From one week to the next, as a rhythm is no noise; but for the largest twentieth, unless that
    is all there ever was.
    """
    told = np.count_nonzero(~np.isnan(days), axis=0)
    size = _total(days) / np.maximum(told, 1)
    jumps = np.abs(days - back(days, week))
    many: Places = np.count_nonzero(~np.isnan(jumps), axis=0)
    most = pick(np.sort(jumps, axis=0), -(-19 * many // 20) - 1)
    most[(most == 0) & (middle(list(days), 1) == 0)] = np.inf
    variance = _total(np.minimum(jumps, most) ** 2) / np.maximum(many, 1) / 2
    return size, np.where(size > 0, variance / size, 0.0)


def _passed(of: Levels, offset: Floats, past: slice) -> tuple[Floats, Floats]:
    """What a rise and a fall must exceed to be none of those that were gone when they might have
    settled."""
    until = max(past.stop - of.settles, past.start)
    before = slice(past.start, until)
    later = of.now[past.start + of.settles : until + of.settles]
    change = ratio(of.now[before], of.usual[before], offset)
    gone = ratio(of.now[before], later, offset)
    none = np.isnan(change + gone) | (of.largest[before] > WAS_A_SPIKE)
    times = np.where(_monthly(past.stop - np.arange(past.start, until)), AGAIN, 1.0)[:, None]
    rises = np.where(none, 0.0, times * np.minimum(change, gone))
    falls = np.where(none, 0.0, times * np.maximum(change, gone))
    return rises.max(axis=0, initial=0.0), falls.min(axis=0, initial=0.0)


def _monthly(ago: Places) -> Flags:
    """Which days, so long before a slot, lie whole months before one of its days.

    >>> _monthly(np.array([20, 21, 33, 34, 100]))
    array([False, False,  True, False, False])
    """
    months = np.round((ago + SLOT / 2) / MONTH)
    nearest = ago - months * MONTH
    return np.asarray(
        (months > 0) & (nearest >= -SLOT - A_MONTH_OFF + 1) & (nearest <= A_MONTH_OFF)
    )


def _total(rows: Floats) -> Floats:
    """Of what was told; row after row, so that it rounds the same in whatever company."""
    return reduce(np.add, np.where(np.isnan(rows), 0.0, rows), np.zeros(rows.shape[1:]))
