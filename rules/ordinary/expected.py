"""What is expected of each bucket, from the same place of the weeks and the days before.

For each series the guess that has lately been best: the same time of the week; the same, moved to
the level of the last days; the same time of the day; and where one hour is much like the next, that
of the day or the middle of both with the hours beside it, which rest on three times as many
numbers. A guess is a mean of past buckets in which none counts for more than three standard
deviations from the others, so that one odd week is hardly felt and rare use still is. And no more
is expected than ever came of late about that time. A turn's lift is taken off first (`lift.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rules.ordinary.beside import highest_beside
from rules.ordinary.blocks import (
    Counts,
    Layout,
    before,
    chosen,
    counted,
    mean,
    quantile,
    runs,
    told_in,
    totals,
)
from rules.ordinary.lift import Lift, lifts
from rules.ordinary.noise import MEMORY, ODD, QUIET, Strayed, noise_of, noises_of
from rules.panel import Flags, Floats

WEEKS = tuple(range(7, 57, 7))
"""The same day of the last eight weeks, in blocks before."""
DAYS = tuple(range(1, 15))
"""The days of the last two weeks."""
SAMPLES = 7
"""So many numbers a guess is about made of."""
MOVED = 3.0
"""A level that moved by more than this many times is learnt week by week."""
EVER = 56
"""No more is expected than came at that time, or beside it, in the most of so many days."""
SMALL = 0.1
"""On this share of the days the smallest amount is no larger than a small one. Not the smallest of
all: of minutes that is the shortest call there was."""
LEVEL = 5
"""The level of so many last days counts, by its middle."""


@dataclass(frozen=True, slots=True)
class Expected:
    """By place, block and column; NaN where too little is known."""

    mean: Floats
    """What a bucket is expected to hold: the mean of numbers lies above the square of the mean of
    their roots."""
    small: Floats
    """By block and column: nearly the smallest amount of late; NaN where there was none."""
    unit: Floats
    """The smallest where some of the busy buckets are empty, zero elsewhere. Such a series cannot
    stray by less."""
    lift: Lift


@dataclass(frozen=True, slots=True)
class _Guess:
    lags: tuple[int, ...]
    """So many blocks before lie the buckets that it is made of."""
    least: int
    """With fewer of them told there is none."""


_BY_WEEK = _Guess(WEEKS, 3)
_BY_DAY = _Guess(DAYS, 4)


@np.errstate(invalid="ignore", over="ignore", divide="ignore")
def expected_amounts(amounts: Floats, layout: Layout) -> Expected:
    """Of amounts, by place, block and column."""
    lift = lifts(amounts, layout.first)
    amounts = lift.taken_off(amounts)
    used = np.maximum(amounts, 0.0)
    roots, usual = np.sqrt(used), _usual(amounts)
    best, trust = _best(roots, usual, layout)
    power = best * best
    # Of the guess's own usual: of rare use the square of a mean root is far below the mean.
    busy = power > QUIET * np.fmin(usual, _usual(power))
    noise = noise_of(Strayed(roots - best, power, busy))
    # Where there is a rhythm, a quiet hour's mean is not lifted by how far the busy ones stray.
    means = 2 * power
    means += (1 - trust) * usual
    np.minimum(noise.still, means, out=means)
    means += power
    power *= noise.grows
    means += power
    if layout.daily:
        np.minimum(means, highest_beside(amounts, EVER, 1, np.inf), out=means)
    # Nothing by nothing is not told: to ask of each number costs ten times as much.
    smallest = np.fmin(np.fmin.reduce(used / (used > 0), axis=0), np.inf)
    small = quantile(smallest, MEMORY, SMALL, 1)
    lift.put_on(means)
    return Expected(means, small, _unit(smallest, amounts, busy), lift)


@np.errstate(invalid="ignore", over="ignore")
def expected_levels(levels: Floats, layout: Layout) -> Expected:
    """Of levels, which stray evenly as they are."""
    best, _ = _best(levels, None, layout)
    none = np.zeros(levels.shape[1:])
    return Expected(best, none, none, Lift.none(none.shape))


def _best(values: Floats, usual: Floats | None, layout: Layout) -> tuple[Floats, Floats]:
    """The guess that has lately been best, for each block of each series; and how far the rhythm
    in it can be trusted."""
    samples = _Samples.of(values)
    if not layout.daily:
        (day,) = _means(samples, usual, [_BY_DAY])
        return _shrunk(day, values, _errors(values, [day])[0])
    week, day = _means(samples, usual, [_BY_WEEK, _BY_DAY])
    guesses = [week, day] if usual is None else _guesses(week, week * _level(values, week), day)
    errors = np.stack(_errors(values, guesses))
    errors[np.isnan(errors)] = np.inf
    found = chosen(errors.argmin(axis=0), guesses)
    np.copyto(found, day, where=np.isnan(found))
    return _shrunk(found, values, errors.min(axis=0))


def _guesses(week: Floats, moved: Floats, day: Floats) -> list[Floats]:
    both = moved + day
    both *= 0.5
    return [week, moved, day, _smooth(both), _smooth(day)]


def _smooth(guess: Floats) -> Floats:
    """With the places beside it in the same block, which count half as much."""
    found = guess.copy()
    beside = guess[:-2] + guess[2:]
    beside *= 0.25
    found[1:-1] *= 0.5
    found[1:-1] += beside
    return found


def _shrunk(best: Floats, values: Floats, error: Floats) -> tuple[Floats, Floats]:
    """Towards the series' own level, by as much of its rhythm as chance alone would give it.

    The mean of eight numbers that stray far is no rhythm: without this, a series that comes in
    bursts would be expected where by chance it came before, and nowhere else.
    """
    level = _usual(values)
    off = best - level
    spread = _quotient(told_in(off * off), counted(off == off))  # noqa: PLR0124 - told
    by_chance = np.divide(error / SAMPLES, spread, out=np.zeros_like(error), where=spread > 0)
    trust = np.clip(1 - by_chance, 0.0, 1.0)
    trust[~np.isfinite(error) | np.isnan(trust)] = 1.0
    off *= trust
    off += level
    return chosen((trust == 1), [off, best]), trust


def _means(samples: "_Samples", usual: Floats | None, guesses: Sequence[_Guess]) -> list[Floats]:
    pasts = [_Past.of(samples, guess) for guess in guesses]
    rough = [past.trimmed(guess.least) for past, guess in zip(pasts, guesses, strict=True)]
    strayed = [_strayed(samples.values, each, usual) for each in rough]
    found = []
    for past, each, how, noise in zip(pasts, rough, strayed, noises_of(strayed), strict=True):
        far = noise.sigma(how.power)
        # Where nothing is known of the noise yet, nothing is cut off.
        np.fmin(far, np.inf, out=far)
        far *= 3
        found.append(past.clipped(samples, each, far))
    return found


def _strayed(values: Floats, rough: Floats, usual: Floats | None) -> Strayed:
    if usual is None:
        return Strayed(values - rough, 0 * rough, np.ones(rough.shape, dtype=np.bool_))
    power = rough * rough
    return Strayed(values - rough, power, power > QUIET * usual)


@dataclass(frozen=True, slots=True)
class _Samples:
    """What all guesses are made from: as many blocks as any of them looks back come first, in
    which nothing is told."""

    values: Floats
    rows: Floats
    """NaN where not told."""
    zeros: Floats
    """Zero where not told."""
    told: Counts

    @classmethod
    def of(cls, values: Floats) -> "_Samples":
        places, blocks, columns = values.shape
        rows = np.full((places, WEEKS[-1] + blocks, columns), np.nan)
        rows[:, WEEKS[-1] :] = values
        told = rows == rows  # noqa: PLR0124 - told
        zeros = np.zeros_like(rows)
        np.copyto(zeros, rows, where=told)
        return cls(values, rows, zeros, told.view(np.uint8))


@dataclass(frozen=True, slots=True)
class _Past:
    """The buckets a guess is made from, for each bucket."""

    lags: tuple[int, ...]
    total: Floats
    many: Counts
    low: Floats
    high: Floats

    @classmethod
    def of(cls, samples: _Samples, guess: _Guess) -> "_Past":
        step, many = guess.lags[0], len(guess.lags)
        taken = np.s_[:, WEEKS[-1] - guess.lags[-1] : -step]
        return cls(
            lags=guess.lags,
            total=runs(samples.zeros[taken], many, step, np.add),
            many=runs(samples.told[taken], many, step, np.add),
            low=runs(samples.rows[taken], many, step, np.fmin),
            high=runs(samples.rows[taken], many, step, np.fmax),
        )

    def trimmed(self, least: int) -> Floats:
        """The mean without the highest and the lowest, where there are more than three."""
        few = self.many <= 3
        total = self.total - self.low
        total -= self.high
        np.copyto(total, self.total, where=few)
        many = np.where(few, self.many, self.many - 2).astype(np.float64)
        many[self.many < least] = np.nan
        return np.divide(total, many, out=total)

    def clipped(self, samples: _Samples, rough: Floats, far: Floats) -> Floats:
        """The mean where nothing counts for further than `far` from a rough one."""
        low, high = rough - far, rough + far
        found = self.total / self.many
        found += 0 * rough  # not told where that is not
        odd = np.flatnonzero((self.low < low) | (self.high > high))
        low, high = low.ravel()[odd], high.ravel()[odd]
        total = np.zeros(len(odd))
        columns, line = rough.shape[2], samples.rows.ravel()
        # Before each place lie the blocks in which nothing is told.
        here = odd + (odd // rough[0].size + 1) * WEEKS[-1] * columns
        for lag in self.lags:
            sample = line[here - lag * columns]
            np.maximum(sample, low, out=sample)
            np.minimum(sample, high, out=sample)
            np.copyto(sample, 0.0, where=np.isnan(sample))
            total += sample
        found.ravel()[odd] = total / self.many.ravel()[odd]
        return found


def _level(values: Floats, week: Floats) -> Floats:
    """The last days against what the weeks before made of them: the middle of some ratios."""
    both = ~(np.isnan(values) | np.isnan(week))
    is_, was = np.where(both, values, 0.0).sum(axis=0), np.where(both, week, 0.0).sum(axis=0)
    ratio = np.divide(is_, was, out=np.full_like(is_, np.nan), where=was > 0)
    level = quantile(ratio, LEVEL, 0.5, 3)
    level[np.isnan(level)] = 1.0
    return np.clip(level, 1 / MOVED, MOVED)


def _errors(values: Floats, guesses: Sequence[Floats]) -> list[Floats]:
    """How far each lately missed by, squared."""
    squares = [_squared(values, guess) for guess in guesses]
    per, many = (np.hstack(arrays) for arrays in zip(*squares, strict=True))
    found = mean(per, many, MEMORY, 2 * ODD * quantile(per, MEMORY, 0.75, 1))
    return np.hsplit(found, len(guesses))


def _squared(values: Floats, guess: Floats) -> tuple[Floats, Floats]:
    """The mean of each block, and of how many."""
    squares = values - guess
    np.square(squares, out=squares)
    many = counted(squares == squares)  # noqa: PLR0124 - told
    per = np.full(many.shape, np.nan)
    return np.divide(told_in(squares), many, out=per, where=many > 0), many


def _usual(amounts: Floats) -> Floats:
    """The mean of the last weeks, by block and column."""
    known = ~np.isnan(amounts)
    return _quotient(np.where(known, amounts, 0.0).sum(axis=0), counted(known))


def _quotient(sums: Floats, many: Floats) -> Floats:
    total, count = totals(sums, MEMORY), totals(many, MEMORY)
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def _unit(smallest: Floats, amounts: Floats, busy: Flags) -> Floats:
    empty, many = counted(busy & (amounts == 0)), counted(busy & ~np.isnan(amounts))
    least = runs(before(smallest, MEMORY, np.inf)[:-1], MEMORY, 1, np.minimum)
    return np.where((_quotient(empty, many) > 0.05) & np.isfinite(least), least, 0.0)
