"""How rare a day's worst is, for its series and among all of them.

Every series is measured by a yardstick of its own, so that the worst scores of all series' days
are one population. How fast scores become rarer is read off a short piece of its upper tail: from
where the highest 6 % begin to a little beyond. Real trouble lies further out and hardly counts.
From there on the tail is taken to fall as it did, exponentially. So a rate of false alarms becomes
a score, and a score becomes "about once in so many years".

But series differ by nature, and none knows its own tail that far out. So the rarer an alarm is to
be, the more must a series surpass what it did itself in half a year, and at the turns of months.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from math import exp, log

import numpy as np

from rules.ordinary.peaks import ended, peaks, two_highest
from rules.ordinary.turns import First, turns
from rules.panel import Floats
from rules.past import Places

POPULATION = 56
"""So many blocks before each make the population."""
LEAST = 14
"""With fewer of them nothing is said to be rare."""
UPPER = 0.06
"""The share of days whose scores tell the tail."""
FEWEST = 5
"""So many of them at least, as long as there are as many."""
REACH = 1.4
"""How far beyond the beginning of the tail it is read."""
PRIOR = (0.4, 20)
"""Where there are few days: how fast the tail falls, and the weight of that in days."""
TROUBLE = 5.0
"""What lies so far beyond the bend, times the weight of its tail, is told whatever came before."""
FAR_OUT = 4.7
"""So many times e rarer than where the tail begins is far out."""
REMEMBERED = 168
"""In so many blocks before, a series has shown what it does now and then."""
SELDOM = 5.0
"""So many times e rarer than where the tail begins, and what a series does now and then must be
surpassed; more than that, the rarer still."""
SOONER = 4.0
"""So fast that ceases to hold for what is to be less rare."""
AT_TURNS = 4.2
"""From so many times e rarer on, a turn of the month must bring more than those before did: for
each time e, e times as much where one was seen, its root where two were, and so on."""
ABOVE = 1.1
"""At least so many times as much."""
STRETCHED = (0.8, 0.9375)
"""A series' own tail is measured between these shares of its days."""


@dataclass(frozen=True, slots=True)
class Far:
    """What is known of scores far out, by what is looked for."""

    told: float
    """Of days with a high score, so many have something to tell."""
    falls: float
    """So many times as slowly does the tail fall there."""
    grows: float
    """So many times e rarer, and what a series does now and then must be surpassed e times."""


@dataclass(frozen=True, slots=True)
class Tail:
    """How often noise alone reaches a score, for one series on one day."""

    begins: float
    falls: float
    """The score that makes it e times rarer."""
    share: float
    """Of days beyond where it begins."""
    series: int
    """How many there are to watch."""
    far: Far

    def rarer(self, often: float) -> float:
        """How many times e rarer than where the tail begins must a day be, for all series together
        to have such a one so often in a block."""
        return log(max(self.share * self.series / often, 1e-9))

    def limit(self, often: float) -> float:
        """The score that all series together reach so often in a block."""
        rarer = self.rarer(often)
        return self.begins + self.falls * (rarer + (self.far.falls - 1) * max(rarer - FAR_OUT, 0.0))

    def chance(self, score: float) -> float:
        """The share of a series' days that reach a score: `limit` the other way round."""
        rarer = (score - self.begins) / self.falls
        if rarer > FAR_OUT:
            rarer = FAR_OUT + (rarer - FAR_OUT) / self.far.falls
        return exp(min(log(self.share) - rarer, 0.0))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rate of false alarms comes to, by block."""

    limit: Floats
    """NaN where nothing is said to be rare yet."""
    rarer: Floats
    surpassed: Floats
    """So many times what it does now and then must a series do."""

    @classmethod
    def of(cls, tails: Sequence[Tail | None], often: float) -> "Asked":
        none = (np.nan, np.nan, np.nan)
        rows = [none if tail is None else cls._one(tail, often) for tail in tails]
        limit, rarer, surpassed = np.array(rows).reshape(-1, 3).T[:, :, None]
        return cls(limit, rarer, surpassed)

    @staticmethod
    def _one(tail: Tail, often: float) -> tuple[float, float, float]:
        rarer = tail.rarer(often)
        over = rarer - SELDOM
        times = exp(over / tail.far.grows if over > 0 else SOONER * over)
        return tail.limit(often), rarer, times


@dataclass(frozen=True, slots=True)
class Own:
    """What is known of each series by a block, from the blocks before: by block and column."""

    bend: Floats
    """Beyond this score a heavy tail is drawn in; NaN where the series is still learnt."""
    heavy: Floats
    """How many times as heavy as the usual one the series' tail is; at least 1. NaN before any
    series can be known."""
    record: Floats
    """What a score must reach to be rare for the series."""
    now_and_then: Floats
    """What it reached on two occasions in a longer time."""
    turn: Floats
    """What the last turns of the month brought; zero on days that are none."""
    turns: Floats
    """How many of them were seen."""

    def drawn_in(self, score: Floats, block: int | slice) -> Floats:
        """Scores of these blocks, with the series' own tail made like all others."""
        bend, heavy = self.bend[block], self.heavy[block]
        return np.where(score > bend, bend + (score - bend) / heavy, score + 0 * bend)

    def since(self, block: int) -> "Own":
        return Own(*(getattr(self, each.name)[block:] for each in fields(self)))

    @np.errstate(invalid="ignore")
    def goal(self, asked: Asked) -> Floats:
        """What a score must exceed: rare among all, and for its own series."""
        limit = asked.limit
        among_all = np.where(limit > self.bend, self.bend + (limit - self.bend) * self.heavy, limit)
        above = np.exp(np.maximum(asked.rarer - AT_TURNS, 0.0) / np.maximum(self.turns, 1))
        highest = (
            among_all,
            self.record,
            self.now_and_then * asked.surpassed,
            self.turn * np.maximum(above, ABOVE),
        )
        return np.asarray(np.maximum.reduce(highest) + 0 * self.bend)


STILL = 1e-6
"""What strays by less, in standard deviations, does so by rounding alone."""
USUAL = Tail(begins=2.6, falls=PRIOR[0], share=UPPER, series=1, far=Far(1.0, 1.0, 3.0))
"""Of normal noise, for where nothing strays."""


@np.errstate(invalid="ignore")
def own(worst: Floats, start: datetime | None, first: First = First.COUNTS) -> Own:
    """From the worst score of each block and column; `start` is the first block's day, where
    blocks are days."""
    bend = np.full_like(worst, np.nan)
    heavy = np.full_like(worst, np.nan)
    filled = np.where(np.isnan(worst), -np.inf, worst)
    past = _Past.of(worst)
    for block in range(LEAST, len(worst)):
        many, low, high = past.stretch(block)
        bend[block], heavy[block] = low, _heavy(high - low, many)
    record = np.fmin(_records(worst, np.nan_to_num(heavy, nan=1.0)), bend + TROUBLE * heavy)
    # What is endlessly far out tells nothing of how far is natural.
    finite = np.where(np.isposinf(worst), np.nan, worst)
    now_and_then = np.maximum(two_highest(finite, REMEMBERED)[1], 0.0)
    months = turns(filled, start, first)
    return Own(bend, heavy, record, now_and_then, months.most, months.many)


@dataclass(frozen=True, slots=True)
class _Past:
    """Worst scores by column and block: the past of a block lies in one piece for each series."""

    days: Floats
    peaks: Floats
    begun: Floats
    """Each day as if none had been before it."""
    ended: Floats
    """Each day as if none came after it."""

    @classmethod
    def of(cls, worst: Floats) -> "_Past":
        filled = np.where(np.isnan(worst), -np.inf, worst)
        begun = filled.copy()
        begun[:-1][filled[1:] > filled[:-1]] = -np.inf
        arrays = (filled, peaks(worst), begun, ended(worst))
        return cls(*(np.ascontiguousarray(each.T) for each in arrays))

    def stretch(self, block: int) -> tuple[Places, Floats, Floats]:
        """How many days before a block are told, and between which scores of theirs and of their
        peaks the tail of each series is measured; NaN where they are too few."""
        first = max(block - POPULATION, 0)
        days, tops = self.days[:, first:block].copy(), self.peaks[:, first:block].copy()
        tops[:, 0], tops[:, -1] = self.begun[:, first], self.ended[:, block - 1]
        many = np.count_nonzero(days > -np.inf, axis=1)
        found = (
            _at(each, many, share) for each, share in zip((days, tops), STRETCHED, strict=True)
        )
        low, high = (np.where(many >= LEAST, each, np.nan) for each in found)
        return many, low, high


def _at(samples: Floats, many: Places, share: float) -> Floats:
    samples.sort(axis=1)
    place = samples.shape[1] - np.maximum(np.ceil((1 - share) * many), 1).astype(np.intp)
    found: Floats = samples[np.arange(len(samples)), place]
    return found


def _heavy(spread: Floats, many: Places) -> Floats:
    """Against the middle of all series, which few days may only approach."""
    known = np.isfinite(spread) & (spread > STILL)
    if not known.any():
        return np.ones_like(spread)
    usual = float(np.median(spread[known]))
    trust = many / (many + POPULATION / 2)
    heavy = 1 + trust * (np.where(known, spread, usual) / usual - 1)
    return np.asarray(np.clip(heavy, 1.0, 6.0))


def _records(worst: Floats, heavy: Floats) -> Floats:
    """The second highest peak before.

    Of a series with a heavy tail it is the highest, and more than that: its records are often
    broken, but not by much.
    """
    first, second = two_highest(worst, POPULATION)
    spread = np.where(np.isfinite(first) & np.isfinite(second), first - second, 0.0)
    more = np.clip(heavy - 2, 0.0, 1.0)
    return np.asarray((second + more * spread) * (1 + 0.2 * more))


def tail(drawn: Floats, block: int, far: Far) -> Tail | None:
    """From the drawn-in scores of the blocks before this one; None where they are too few."""
    before = drawn[max(block - POPULATION, 0) : block]
    # What never strays has no noise to tell of, and raises no false alarms.
    told = ~np.isnan(before)
    if np.count_nonzero(told.any(axis=1)) < LEAST:
        return None
    known = told & (np.abs(before) > STILL).any(axis=0)
    tops = np.where(known, peaks(before), -np.inf)
    scores = tops[np.isfinite(tops)]
    watched = int(known[-7:].any(axis=0).sum())
    if not watched or not len(scores):
        return USUAL
    days = np.count_nonzero(known)
    upper = min(max(round(UPPER * days), FEWEST), len(scores) - 1)
    top = np.partition(scores, len(scores) - 1 - upper)[len(scores) - 1 - upper :]
    begins = float(top.min())
    beyond = top[(top > begins) & (top <= begins + REACH)] - begins
    falls = _falls(float(beyond.sum()), len(beyond))
    within = 1 - np.exp(-REACH / falls)
    share = float((len(beyond) / within + 0.5) / days)
    return Tail(begins, falls, far.told * share, watched, far)


_FALLS = np.linspace(0.1, 3.0, 581)
_MEANS = _FALLS - REACH * np.exp(-REACH / _FALLS) / (1 - np.exp(-REACH / _FALLS))


def _falls(total: float, many: int) -> float:
    """The exponential whose mean, cut off at the reach, is the one that was seen."""
    usual, weight = PRIOR
    mean = (total + weight * float(np.interp(usual, _FALLS, _MEANS))) / (many + weight)
    return float(np.interp(mean, _MEANS, _FALLS))
