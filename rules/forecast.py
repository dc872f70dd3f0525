"""How much will be used from now on, carried forward from the past: never a point, an interval."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import NormalDist

import numpy as np

from rules.drift import LEAST_NOISE, Path, ahead, growth, learn
from rules.panel import Floats
from rules.past import Places
from rules.rhythm import Rhythm, Weeks, alone, cut, rhythm

WEEKS = 8
"""How far back the past is read."""
LEAST = 7
"""With fewer days told there is no outlook."""
COUNTS = 0.25
"""A day of which less was told does not count."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A number for each series, and between which two it lies as often as the interval says.

    NaN where too little of the past is known.
    """

    low: Floats
    middle: Floats
    high: Floats

    @property
    def ends(self) -> tuple[Floats, Floats, Floats]:
        """All three, the lowest first."""
        return self.low, self.middle, self.high


@dataclass(frozen=True, slots=True)
class Outlook:
    """Cumulative use from now on; series by steps, of which the first is now and zero.

    A step is as wide as a bucket of the past. All three curves only rise.
    """

    low: Floats
    middle: Floats
    high: Floats
    expected: Floats
    """The mean: above the middle where use is skewed. Sums of it add up."""
    told: Floats
    """How many days of the past were told, by series; with fewer than LEAST all is NaN."""

    def of(self, series: Places) -> "Outlook":
        """Those of some series, each as often as it is asked for."""
        every = (self.low, self.middle, self.high, self.expected, self.told)
        return Outlook(*(each[series] for each in every))

    def by(self, steps: Floats | float) -> Bounds:
        """How much will be used within so many steps: a number, or one for each series. Parts of
        a step count in part, and past the last step it is what it is there."""
        return Bounds(*(_at(curve, steps) for curve in (self.low, self.middle, self.high)))

    def until(self, amounts: Floats | float, after: Floats | float = 0.0) -> Bounds:
        """How many steps it takes, from so many steps after the first, until so much is used;
        infinite where not before the last step.

        The high bound of use makes the low bound of time.
        """
        curves = (self.high, self.middle, self.low)
        return Bounds(*(_reached(each, amounts + _at(each, after)) - after for each in curves))


def forecast(past: Floats, width: timedelta, steps: int, interval: float = 0.8) -> Outlook:
    """The outlook from a past that ends now: a row for each bucket of this width, a column for
    each series, NaN where not told.

    Its last eight weeks are read: their hours and weekdays, their level, which lately counts more,
    and their growth, which is carried on as far as it is proven and fades. Where all of it is zero
    nothing is expected; a flat past goes on without noise. A sparse one has a wide interval which
    may begin at nothing.

    >>> past = np.tile([0.0, 4.0, 4.0, 4.0, 4.0, 4.0, 0.0], 8)[:, None]
    >>> outlook = forecast(past, timedelta(days=1), 28)
    >>> outlook.by(7).middle.round(3).tolist(), outlook.until(10).middle.round(3).tolist()
    ([20.0], [3.5])
    """
    unit = _unit(past)
    weeks = cut(past / unit, width, WEEKS)
    form = rhythm(weeks)
    days = _days(weeks, form)
    grows = growth(days.used, days.weekday, days.told)
    level = days.used * np.exp(grows[:, None] * days.ago)
    learnt = learn(level, days.weekday, days.told, form.learnt)
    per_day = weeks.use.shape[-1]
    path = ahead(learnt, form.weekday, grows, -(-max(steps, 1) // per_day))
    fine = _fine(path, form, alone(weeks, form, path.noise[:, 0] * days.usual**2))
    return _outlook(fine, days.usual * unit, days.told.sum(axis=1), (max(steps, 1), interval))


def _unit(past: Floats) -> Floats:
    """A power of two for each series, by which its numbers are divided that they are never so
    large or small that their squares are lost. It changes no digit."""
    most = np.where(np.isnan(past), 0.0, np.abs(past)).max(axis=0, initial=0.0)
    return np.ldexp(np.ones(len(most)), np.frexp(most)[1]).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Days:
    """The past by the day, a line for each series, the oldest first."""

    told: Floats
    """What share of it was told; zero where too little to count."""
    weekday: Floats
    """Its weekday's multiple of the usual."""
    used: Floats
    """What was told of its use, as a multiple of the usual day's."""
    usual: Floats
    """What a usual day uses, by series."""

    @property
    def ago(self) -> Floats:
        """How many days before the last."""
        return np.arange(self.used.shape[1], dtype=np.float64)[::-1]


def _days(weeks: Weeks, form: Rhythm) -> Days:
    lines = len(weeks.use), weeks.use.shape[1] * weeks.use.shape[2]
    told, totals = weeks.told.reshape(lines), weeks.totals.reshape(lines)
    weekday = np.tile(form.weekday, (1, told.shape[1] // form.weekday.shape[1]))
    counts = told >= COUNTS
    told, totals = told * counts, totals * counts
    whole = (told * weekday).sum(axis=1)
    usual = np.divide(totals.sum(axis=1), whole, out=np.zeros(len(told)), where=whole > 0)
    some = usual[:, None] > 0
    used = np.divide(totals, usual[:, None], out=np.zeros(told.shape), where=some)
    return Days(told, weekday, used, usual)


@dataclass(frozen=True, slots=True)
class Fine:
    """A path by the step: mean and variance, as multiples of the usual day's use."""

    mean: Floats
    variance: Floats
    free: Floats


def _fine(path: Path, form: Rhythm, of_buckets: Floats) -> Fine:
    """Within a day the mean and the straying of the level grow as the day's use does; so does the
    noise of single buckets, and that of the day as a whole by the square."""
    which = np.arange(path.mean.shape[1] - 1) % form.weekday.shape[1]
    part = np.cumsum(form.share, axis=-1)[:, which, :]
    of_buckets = of_buckets[:, None, None]
    noisy = of_buckets * part + (1 - of_buckets) * part**2
    sizes = np.cumsum(np.maximum(form.weekday, LEAST_NOISE) * form.unsure, axis=1)
    weeks, cycle = np.divmod(np.arange(path.mean.shape[1]), sizes.shape[1])
    sizes = np.pad(sizes, ((0, 0), (1, 0)))
    ends = path.noise * (weeks * sizes[:, -1:] + sizes[:, cycle])
    variance = _between(np.sqrt(path.wander), part) ** 2 + _between(ends, noisy)
    return Fine(_from_zero(_between(path.mean, part)), _from_zero(variance), path.free)


def _between(ends: Floats, part: Floats) -> Floats:
    """Between the end of one day and that of the next, as far as the day has gone."""
    return np.asarray(ends[:, :-1, None] + np.diff(ends, axis=1)[:, :, None] * part)


def _from_zero(by_day: Floats) -> Floats:
    lines = by_day.reshape(len(by_day), by_day.shape[1] * by_day.shape[2])
    return np.pad(lines, ((0, 0), (1, 0)))


def _outlook(fine: Fine, usual: Floats, told: Floats, asked: tuple[int, float]) -> Outlook:
    steps, interval = asked
    scale = np.where(told >= LEAST, usual, np.nan)[:, None]
    far = _far(0.5 + interval / 2, fine.free)
    curves = [_quantile(fine, sign * far) for sign in (-1.0, 0.0, 1.0)]
    curves.append(np.maximum(fine.mean, 0.0))
    low, middle, high, mean = (
        np.maximum.accumulate(curve[:, : steps + 1], axis=1) * scale for curve in curves
    )
    return Outlook(low, middle, high, mean, told)


def _far(share: float, free: Floats) -> Floats:
    """That quantile of Student's t, by a series in 1/free (Fisher and Cornish), good from 3 on."""
    z = NormalDist().inv_cdf(share)
    one = (z**3 + z) / 4
    two = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return np.asarray(z + one / free + two / free**2)


def _quantile(fine: Fine, far: Floats) -> Floats:
    """Of a gamma of this mean and variance, which is what counts add up to (Wilson, Hilferty)."""
    mean = np.maximum(fine.mean, 0.0)
    ninth = np.divide(fine.variance, 9 * mean**2, out=np.zeros(mean.shape), where=mean > 0)
    root = 1 - ninth + far[:, None] * np.sqrt(ninth)
    return np.asarray(mean * np.maximum(root, 0.0) ** 3)


def _at(curve: Floats, steps: Floats | float) -> Floats:
    place = np.clip(np.broadcast_to(steps, len(curve)), 0.0, curve.shape[1] - 1)
    before = np.minimum(place.astype(np.intp), curve.shape[1] - 2)
    lines = np.arange(len(curve))
    low = curve[lines, before]
    return np.asarray(low + (curve[lines, before + 1] - low) * (place - before))


def _reached(curve: Floats, amounts: Floats | float) -> Floats:
    sought = np.broadcast_to(np.asarray(amounts, dtype=np.float64), len(curve))
    after = (curve < sought[:, None]).sum(axis=1)
    lines, last = np.arange(len(curve)), curve.shape[1] - 1
    high = np.clip(after, 1, last)
    low = curve[lines, high - 1]
    step = curve[lines, high] - low
    part = np.divide(sought - low, step, out=np.ones(len(curve)), where=step > 0)
    found = np.where(after > last, np.inf, high - 1 + np.clip(part, 0.0, 1.0))
    return np.where(np.isnan(curve[:, 0] + sought), np.nan, np.where(sought <= 0, 0.0, found))
