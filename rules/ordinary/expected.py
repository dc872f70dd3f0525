"""What is expected of each bucket, from the same place of the weeks and the days before.

For each series the guess that has lately been best: the same time of the week; the same, moved to
the level of the last days; the same time of the day; and where one hour is much like the next, that
of the day or the middle of both with the hours beside it, which rest on three times as many
numbers. A guess is a mean of past buckets in which none counts for more than three standard
deviations from the others, so that one odd week is hardly felt and rare use still is. And no more
is expected than ever came of late about that time of the day.
"""

from dataclasses import dataclass

import numpy as np

from rules.ordinary.beside import highest_beside
from rules.ordinary.blocks import Layout, before, counted, mean, quantile, runs, totals
from rules.ordinary.noise import MEMORY, ODD, QUIET, Noise, noise_of
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
    """By block, place and column; NaN where too little is known."""

    root: Floats
    """On the scale of square roots; of a level, the number itself."""
    mean: Floats
    """What a bucket is expected to hold: the mean of numbers lies above the square of the mean of
    their roots."""
    small: Floats
    """By block and column: nearly the smallest amount of late; NaN where there was none."""
    unit: Floats
    """The smallest where some of the busy buckets are empty, zero elsewhere. Such a series cannot
    stray by less."""


@dataclass(frozen=True, slots=True)
class _Guess:
    lags: tuple[int, ...]
    """So many blocks before lie the buckets that it is made of."""
    least: int
    """With fewer of them told there is none."""


@np.errstate(invalid="ignore", over="ignore", divide="ignore")
def expected_amounts(amounts: Floats, layout: Layout) -> Expected:
    """Of amounts, by block, place and column."""
    roots = np.sqrt(np.maximum(amounts, 0.0))
    usual = _usual(amounts)
    best, trust = _best(roots, usual, layout)
    # Of the guess's own usual: of rare use the square of a mean root is far below the mean.
    busy = best**2 > QUIET * np.fmin(usual, _usual(best**2))[:, None, :]
    noise = noise_of(roots - best, best, busy)
    # Where there is a rhythm, a quiet hour's mean is not lifted by how far the busy ones stray.
    quiet = 2 * best**2 + ((1 - trust) * usual)[:, None, :]
    extra = np.minimum(noise.still[:, None, :], quiet)
    means = best**2 + extra + noise.grows[:, None, :] * best**2
    if layout.daily:
        np.minimum(means, highest_beside(amounts, EVER, 1, np.inf), out=means)
    smallest = np.where(amounts > 0, amounts, np.inf).min(axis=1)
    small = quantile(np.where(np.isfinite(smallest), smallest, np.nan), MEMORY, SMALL, 1)
    return Expected(best, means, small, _unit(smallest, amounts, busy))


@np.errstate(invalid="ignore", over="ignore")
def expected_levels(levels: Floats, layout: Layout) -> Expected:
    """Of levels, which stray evenly as they are."""
    best, _ = _best(levels, None, layout)
    none = np.zeros((len(levels), levels.shape[2]))
    return Expected(best, best, none, none)


def _best(values: Floats, usual: Floats | None, layout: Layout) -> tuple[Floats, Floats]:
    """The guess that has lately been best, for each block of each series; and how far the rhythm
    in it can be trusted."""
    day = _mean(values, usual, _Guess(DAYS, 4))
    if not layout.daily:
        return _shrunk(day, values, _error(values, day))
    week = _mean(values, usual, _Guess(WEEKS, 3))
    guesses = [week, day] if usual is None else _guesses(week, week * _level(values, week), day)
    errors = np.stack([_error(values, guess) for guess in guesses])
    errors[np.isnan(errors)] = np.inf
    best = errors.argmin(axis=0)[:, None, :]
    found: Floats = np.choose(best, guesses)
    return _shrunk(np.where(np.isnan(found), day, found), values, errors.min(axis=0))


def _guesses(week: Floats, moved: Floats, day: Floats) -> list[Floats]:
    both = moved + day
    both *= 0.5
    return [week, moved, day, _smooth(both), _smooth(day)]


def _smooth(guess: Floats) -> Floats:
    """With the places beside it in the same block, which count half as much."""
    found = guess.copy()
    beside = guess[:, :-2] + guess[:, 2:]
    beside *= 0.25
    found[:, 1:-1] *= 0.5
    found[:, 1:-1] += beside
    return found


def _shrunk(best: Floats, values: Floats, error: Floats) -> tuple[Floats, Floats]:
    """Towards the series' own level, by as much of its rhythm as chance alone would give it.

    The mean of eight numbers that stray far is no rhythm: without this, a series that comes in
    bursts would be expected where by chance it came before, and nowhere else.
    """
    level = _usual(values)
    spread = _usual((best - level[:, None, :]) ** 2)
    by_chance = np.divide(error / SAMPLES, spread, out=np.zeros_like(error), where=spread > 0)
    trust = np.clip(1 - by_chance, 0.0, 1.0)
    trust[~np.isfinite(error) | np.isnan(trust)] = 1.0
    shrunk = level[:, None, :] + trust[:, None, :] * (best - level[:, None, :])
    return np.where(trust[:, None, :] < 1, shrunk, best), trust


def _mean(values: Floats, usual: Floats | None, guess: _Guess) -> Floats:
    past = _Past.of(values, guess)
    rough = past.trimmed(guess.least)
    if usual is None:
        noise = noise_of(values - rough, 0 * rough, np.ones(values.shape, dtype=np.bool_))
    else:
        noise = noise_of(values - rough, rough, rough**2 > QUIET * usual[:, None, :])
    return past.clipped(values, rough, 3 * _floored(noise, rough))


def _floored(noise: Noise, rough: Floats) -> Floats:
    """Where nothing is known of the noise yet, nothing is cut off."""
    sigma = noise.sigma(rough)
    sigma[np.isnan(sigma)] = np.inf
    return sigma


@dataclass(frozen=True, slots=True)
class _Past:
    """The buckets a guess is made from, for each bucket."""

    lags: tuple[int, ...]
    total: Floats
    many: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(cls, values: Floats, guess: _Guess) -> "_Past":
        step, many = guess.lags[0], len(guess.lags)
        told = np.zeros((guess.lags[-1] + len(values), *values.shape[1:]), dtype=np.uint8)
        told[guess.lags[-1] :] = values == values  # noqa: PLR0124 - told

        def taken(nothing: float, both: np.ufunc) -> Floats:
            rows = before(values, guess.lags[-1], nothing)[:-step]
            return runs(rows, many, step, both)

        return cls(
            lags=guess.lags,
            total=taken(0.0, np.add),
            many=runs(told[:-step], many, step, np.add).astype(np.float64),
            low=taken(np.inf, np.minimum),
            high=taken(-np.inf, np.maximum),
        )

    def trimmed(self, least: int) -> Floats:
        """The mean without the highest and the lowest, where there are more than three."""
        trims = self.many > 3
        total = np.where(trims, self.total - self.low - self.high, self.total)
        many = np.where(trims, self.many - 2, np.where(self.many >= least, self.many, np.nan))
        return np.divide(total, many, out=total)

    def clipped(self, values: Floats, rough: Floats, far: Floats) -> Floats:
        """The mean where nothing counts for further than `far` from a rough one."""
        low, high = rough - far, rough + far
        found = self.total / self.many + 0 * rough
        odd = np.flatnonzero((self.low < low) | (self.high > high))
        total, low, high = np.zeros(len(odd)), low.ravel()[odd], high.ravel()[odd]
        flat, block = values.ravel(), values[0].size
        for lag in self.lags:
            at = odd - lag * block
            sample = np.where(at >= 0, flat[np.maximum(at, 0)], np.nan)
            total += np.nan_to_num(np.clip(sample, low, high), copy=False)
        found.ravel()[odd] = total / self.many.ravel()[odd]
        return found


def _level(values: Floats, week: Floats) -> Floats:
    """The last days against what the weeks before made of them: the middle of some ratios."""
    both = ~(np.isnan(values) | np.isnan(week))
    is_, was = np.where(both, values, 0.0).sum(axis=1), np.where(both, week, 0.0).sum(axis=1)
    ratio = np.divide(is_, was, out=np.full_like(is_, np.nan), where=was > 0)
    level = quantile(ratio, LEVEL, 0.5, 3)
    level[np.isnan(level)] = 1.0
    return np.clip(level, 1 / MOVED, MOVED)[:, None, :]


def _error(values: Floats, guess: Floats) -> Floats:
    squares = (values - guess) ** 2
    known = squares == squares  # noqa: PLR0124 - told
    many = counted(known)
    squares[~known] = 0.0
    per = np.divide(squares.sum(axis=1), many, out=np.full(many.shape, np.nan), where=many > 0)
    return mean(per, many, MEMORY, 2 * ODD * quantile(per, MEMORY, 0.75, 1))


def _usual(amounts: Floats) -> Floats:
    """The mean of the last weeks, by block and column."""
    known = ~np.isnan(amounts)
    return _quotient(np.where(known, amounts, 0.0).sum(axis=1), counted(known))


def _quotient(sums: Floats, many: Floats) -> Floats:
    total, count = totals(sums, MEMORY), totals(many, MEMORY)
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def _unit(smallest: Floats, amounts: Floats, busy: Flags) -> Floats:
    empty, many = counted(busy & (amounts == 0)), counted(busy & ~np.isnan(amounts))
    least = runs(before(smallest, MEMORY, np.inf)[:-1], MEMORY, 1, np.minimum)
    return np.where((_quotient(empty, many) > 0.05) & np.isfinite(least), least, 0.0)
