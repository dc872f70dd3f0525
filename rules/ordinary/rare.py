"""How rare a day's worst is, for its series and among all of them.

Every series is measured by a yardstick of its own, so that the worst scores of all series' days
are one population. How fast scores become rarer is read off a short piece of its upper tail: from
where the highest 6 % begin to a little beyond. Real trouble lies further out and hardly counts.
From there on the tail is taken to fall as it did, exponentially. So a rate of false alarms becomes
a score, and a score becomes "about once in so many years".
"""

from dataclasses import dataclass
from datetime import datetime
from math import exp, log, sqrt

import numpy as np

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
TURN = 4
"""So many days before a month begins and from then on are its turn."""
ABOVE = 1.6
"""So many times what its last turns brought must a turn bring to be rare."""
TURNS = 3
"""So many turns are remembered: what comes on workdays may miss one."""
ALONE = 3.0
"""A turn that brought so many times more than both others was trouble, and no month's nature."""
FAR_OUT = 4.7
"""So many times e rarer than where the tail begins is far out."""
STRETCHED = (0.8, 0.9375)
"""A series' own tail is measured between these shares of its days."""


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

    def drawn_in(self, score: Floats, block: int | slice) -> Floats:
        """Scores of these blocks, with the series' own tail made like all others."""
        bend, heavy = self.bend[block], self.heavy[block]
        return np.where(score > bend, bend + (score - bend) / heavy, score + 0 * bend)


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
    unlike: float
    """How much heavier than exponential the tail of many unequal series together is, far out."""

    def limit(self, often: float) -> float:
        """The score that all series together reach so often in a block."""
        rarer = log(max(self.share * self.series / often, 1e-9))
        return self.begins + self.falls * rarer + self.unlike * max(rarer - FAR_OUT, 0.0) ** 2

    def chance(self, score: float) -> float:
        """The share of a series' days that reach a score: `limit` the other way round."""
        over = score - self.begins - FAR_OUT * self.falls
        if over <= 0:
            rarer = (score - self.begins) / self.falls
        else:
            root = sqrt(self.falls**2 + 4 * self.unlike * over)
            rarer = FAR_OUT + (root - self.falls) / (2 * self.unlike)
        return exp(min(log(self.share) - rarer, 0.0))


STILL = 1e-6
"""What strays by less, in standard deviations, does so by rounding alone."""
USUAL = Tail(begins=2.6, falls=PRIOR[0], share=UPPER, series=1, unlike=0.04)
"""Of normal noise, for where nothing strays."""


@np.errstate(invalid="ignore")
def own(worst: Floats, start: datetime | None) -> Own:
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
    if start is not None:
        record = np.maximum(record, _turns(filled, start))
    return Own(bend, heavy, record)


def peaks(worst: Floats) -> Floats:
    """Days that are worse than the days beside them, all others at -inf: a trouble of several days
    in a row happened once. The last day has none after it yet."""
    filled = np.where(np.isnan(worst), -np.inf, worst)
    found = filled.copy()
    found[1:][filled[:-1] >= filled[1:]] = -np.inf
    found[:-1][filled[1:] > filled[:-1]] = -np.inf
    return found


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
        arrays = (filled, peaks(worst), begun, _ended(worst))
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
    tops, ended = peaks(worst), _ended(worst)
    first, second = np.full_like(tops, -np.inf), np.full_like(tops, -np.inf)
    for lag in range(1, min(POPULATION, len(tops) - 1) + 1):
        sample = (ended if lag == 1 else tops)[:-lag]
        second[lag:] = np.maximum(second[lag:], np.minimum(first[lag:], sample))
        first[lag:] = np.maximum(first[lag:], sample)
    spread = np.where(np.isfinite(first) & np.isfinite(second), first - second, 0.0)
    more = np.clip(heavy - 2, 0.0, 1.0)
    return np.asarray((second + more * spread) * (1 + 0.2 * more))


def _ended(worst: Floats) -> Floats:
    """Each day as the day after it begins: whether it was a peak must not hang on what follows."""
    filled = np.where(np.isnan(worst), -np.inf, worst)
    found = filled.copy()
    found[1:][filled[:-1] >= filled[1:]] = -np.inf
    return found


def _turns(filled: Floats, start: datetime) -> Floats:
    """Near the turn of a month: well above what the last turns brought; out of reach, until one
    was seen."""
    days = np.datetime64(start.date(), "D") + np.arange(len(filled))
    months = days.astype("datetime64[M]")
    since = (days - months.astype("datetime64[D]")).astype(int)
    left = ((months + 1).astype("datetime64[D]") - days).astype(int) - 1
    found = np.full_like(filled, -np.inf)
    for block in np.flatnonzero((since < TURN) | (left < TURN)).tolist():
        month = months[block] if since[block] < TURN else months[block] + 1
        tops = []
        for earlier in range(1, TURNS + 1):
            first = (month - earlier).astype("datetime64[D]") - days[0]
            place = int(first / np.timedelta64(1, "D"))
            around = filled[max(place - TURN, 0) : max(place + TURN, 0)]
            tops.append(around.max(axis=0, initial=-np.inf))
        least, second, highest = np.sort(tops, axis=0)
        alone = ~np.isneginf(least) & (highest > ALONE * second)
        seen = np.where(alone, second, highest)
        found[block] = np.where(np.isneginf(seen), np.inf, ABOVE * np.maximum(seen, 0.0))
    return found


def tail(drawn: Floats, block: int, unlike: float) -> Tail | None:
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
    return Tail(begins, falls, share, watched, unlike)


_FALLS = np.linspace(0.1, 3.0, 581)
_MEANS = _FALLS - REACH * np.exp(-REACH / _FALLS) / (1 - np.exp(-REACH / _FALLS))


def _falls(total: float, many: int) -> float:
    """The exponential whose mean, cut off at the reach, is the one that was seen."""
    usual, weight = PRIOR
    mean = (total + weight * float(np.interp(usual, _FALLS, _MEANS))) / (many + weight)
    return float(np.interp(mean, _MEANS, _FALLS))
