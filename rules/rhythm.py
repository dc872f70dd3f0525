"""How use is spread over the hours of a day and the days of a week."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from rules.panel import Floats
from rules.season import DAY

LIKE_OTHERS = 3.0
"""An hour of the week is like that hour of every day, as if so many more weeks said so."""
UNPROVEN = 0.5
"""How far weekdays are believed to differ as they did in the only week there is."""


@dataclass(frozen=True, slots=True)
class Weeks:
    """A past cut into weeks that end now, a line for each series.

    Days are the 24 hours before now, and the 24 before those: a weekday is one of seven such, and
    the first of them is that of the day to come.
    """

    use: Floats
    """Series, weeks, weekdays, buckets of the day; NaN is not told."""

    @property
    def told(self) -> Floats:
        """What share of each day was told; series, weeks, weekdays."""
        return np.asarray((~np.isnan(self.use)).mean(axis=-1))

    @property
    def totals(self) -> Floats:
        """What was used on each day as far as it was told; series, weeks, weekdays."""
        return np.asarray(np.where(np.isnan(self.use), 0.0, self.use).sum(axis=-1))


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What share of use falls where, for each series."""

    share: Floats
    """Series, weekdays, buckets of the day: adds up to 1 over each day."""
    weekday: Floats
    """Series, weekdays: a day's use as a multiple of the usual day's; 1 on average."""
    unsure: Floats
    """Series, weekdays: how many times a day's own noise it strays from what its weekday is taken
    for, since that is known from so few weeks."""
    learnt: Floats
    """How many numbers were taken from the past to tell the weekdays apart, 0 to 6, by series."""


def cut(past: Floats, width: timedelta, most: int) -> Weeks:
    """At most so many weeks of a past: a row for each bucket, a column for each series.

    Buckets that do not fit into a day have no rhythm: so many of them as are nearest to a day are
    taken for one, and every day is like the other.
    """
    fits = width <= DAY and not DAY % width
    per_day, cycle = max(1, round(DAY / width)), 7 if fits else 1
    many = min(len(past) // per_day, most * 7)
    whole = max(-(-many // cycle), 1)
    lines = np.full((past.shape[1], whole * cycle * per_day), np.nan)
    if many:
        lines[:, -many * per_day :] = past[-many * per_day :].T
    return Weeks(lines.reshape(past.shape[1], whole, cycle, per_day))


def rhythm(weeks: Weeks) -> Rhythm:
    """What the past says of it; an even spread where it says nothing."""
    told = ~np.isnan(weeks.use)
    many = told.sum(axis=1)
    mean = np.where(told, weeks.use, 0.0).sum(axis=1) / np.maximum(many, 1)
    known = many > 0
    by_hour = _mean(mean, known, 1)
    by_day = _mean(mean, known, 2)
    usual = _shares(by_hour) * by_day * mean.shape[-1]
    blended = (many * mean + LIKE_OTHERS * usual) / (many + LIKE_OTHERS)
    weekday, learnt = _weekdays(weeks, by_day[:, :, 0])
    unsure = 1 + 1 / np.maximum((weeks.told > 0.25).sum(axis=1), 1)
    return Rhythm(_shares(blended), weekday, unsure, learnt)


def alone(weeks: Weeks, form: Rhythm, noise: Floats) -> Floats:
    """How much of a day's noise (a variance, by series) is that of its single buckets, and not
    that of the day as a whole: 0 to 1."""
    whole = np.asarray(~np.isnan(weeks.use).any(axis=-1))
    expected = weeks.totals[..., None] * form.share[:, None]
    off = np.where(whole[..., None], weeks.use - expected, 0.0) ** 2
    free = (1 - (form.share**2).sum(axis=-1)) * form.weekday
    chance = noise * (free[:, None] * whole).sum(axis=(1, 2))
    buckets = off.sum(axis=(1, 2, 3))
    share = np.divide(buckets, chance, out=np.ones(len(noise)), where=chance > 0)
    return np.asarray(np.clip(share, 0.0, 1.0))


def _mean(values: Floats, known: Floats, axis: int) -> Floats:
    """The mean of what is known; zero where nothing is."""
    many = known.sum(axis=axis, keepdims=True)
    return np.asarray((values * known).sum(axis=axis, keepdims=True) / np.maximum(many, 1))


def _shares(values: Floats) -> Floats:
    whole = values.sum(axis=-1, keepdims=True)
    even = np.full(values.shape, 1.0 / values.shape[-1])
    return np.asarray(np.divide(values, whole, out=even, where=whole > 0))


def _weekdays(weeks: Weeks, means: Floats) -> tuple[Floats, Floats]:
    """The weekdays' multiples, drawn to 1 as far as chance alone may have made them differ."""
    cycle = means.shape[1]
    level = means.mean(axis=1, keepdims=True)
    raw = np.divide(means, level, out=np.ones(means.shape), where=level > 0)
    if cycle == 1:
        return raw, np.zeros(len(raw))
    spread = ((raw - 1) ** 2).sum(axis=1) / (cycle - 1)
    chance = _chance(weeks, raw, level)
    believed = 1 - np.divide(chance, spread, out=np.ones(len(raw)), where=spread > 0)
    twice = (weeks.told > 0.5).sum(axis=(1, 2)) >= 2 * cycle
    believed = np.clip(believed, 0.0, np.where(twice, 1.0, UNPROVEN))
    return 1 + believed[:, None] * (raw - 1), believed * (cycle - 1)


def _chance(weeks: Weeks, raw: Floats, level: Floats) -> Floats:
    """By how much weekdays' means differ where all days are alike: the variance, by series."""
    told = weeks.told
    scale = level[:, :, None] * weeks.use.shape[-1] * told
    relative = np.divide(weeks.totals, scale, out=np.ones(told.shape), where=scale > 0)
    weight = told > 0.5
    off = np.where(weight, relative - raw[:, None, :], 0.0) ** 2
    many = weight.sum(axis=(1, 2))
    free = np.maximum(many - raw.shape[1], 1)
    return np.asarray(off.sum(axis=(1, 2)) / free / np.maximum(many / raw.shape[1], 1))
