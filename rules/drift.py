"""How the level of use wanders from day to day, and how far it may be from here on.

A day's use is a level times its weekday's share, and noise. The level is a constant, a slow slope
and a part that strays and comes back; how much and how slowly it strays is not known, so all of a
grid of answers are tried, and each counts as far as the past bears it out (Bayes). That is what
makes the interval of a short past wide by itself.
"""

from dataclasses import dataclass

import numpy as np

from rules.panel import Floats

HOLDS = (1.5, 4.0, 10.0, 30.0, 90.0)
"""Days over which straying lasts."""
STRAYS = (0.05, 0.2, 0.6, 2.0, 6.0)
"""Variance of the straying part, as a multiple of a day's noise."""
GRID = [(1.0, 0.0)] + [(hold, stray) for hold in HOLDS for stray in STRAYS]
HOLD = np.array([np.exp(-1 / hold) for hold, _ in GRID])
STRAY = np.array([stray for _, stray in GRID])
SLOPE = 0.008
"""How far a level may rise or fall in a day, as a share of it: about a quarter in a month."""
DAMPED = 0.99
"""What is left of a slope a day later."""
MOST = 0.03
"""No growth or decline beyond this share a day is believed in."""
UNSURE = 4.0
"""A line through straying days is so many times less sure (in variance) than through lone ones."""
LIKELY = 0.4
"""How far a level is likely to stray, as a share of it."""
ANYWHERE = 1e4
"""Before the first day nothing is known of the level."""
LEAST_NOISE = 0.05
"""A day on which hardly anything is expected strays at least as much as such a part of a day."""
PRIOR = 2.0
"""The noise is what it looks like at first sight, as if so many days said so."""
SURE = 1e-9
"""A flat past has no noise; so little is assumed, that nothing is divided by zero."""


@dataclass(slots=True)
class State:
    """What is known of a level: base, slope and stray, and how surely. All arrays are series by
    answers of the grid; (co)variances are multiples of the noise."""

    base: Floats
    slope: Floats
    stray: Floats
    base2: Floats
    base_slope: Floats
    base_stray: Floats
    slope2: Floats
    slope_stray: Floats
    stray2: Floats

    @classmethod
    def unknown(cls, slope2: Floats) -> "State":
        zero = np.zeros((len(slope2), len(GRID)))
        return cls(
            zero + 1, zero, zero, zero + ANYWHERE, zero, zero,
            zero + slope2[:, None], zero, zero + STRAY,
        )  # fmt: skip

    def tomorrow(self, damped: float = 1.0) -> None:
        self.base = self.base + self.slope
        self.slope = self.slope * damped
        self.stray = self.stray * HOLD
        self.base2 = self.base2 + 2 * self.base_slope + self.slope2
        self.base_stray = HOLD * (self.base_stray + self.slope_stray)
        self.base_slope = damped * (self.base_slope + self.slope2)
        self.slope2 = damped**2 * self.slope2
        self.slope_stray = damped * HOLD * self.slope_stray
        self.stray2 = HOLD**2 * self.stray2 + (1 - HOLD**2) * STRAY

    @property
    def level(self) -> Floats:
        return self.base + self.stray

    @property
    def level2(self) -> Floats:
        return self.base2 + 2 * self.base_stray + self.stray2

    def learn(self, used: Floats, weekday: Floats, noise: Floats) -> tuple[Floats, Floats]:
        """Take a day into account; a weekday of zero teaches nothing. What it was off by, and the
        variance of that."""
        base, slope = self.base2 + self.base_stray, self.base_slope + self.slope_stray
        stray = self.base_stray + self.stray2
        off = used - weekday * self.level
        wide = weekday**2 * (base + stray) + noise
        gain = weekday / wide
        self.base = self.base + gain * base * off
        self.slope = self.slope + gain * slope * off
        self.stray = self.stray + gain * stray * off
        gain = gain * weekday
        self.base2 = self.base2 - gain * base * base
        self.base_slope = self.base_slope - gain * base * slope
        self.base_stray = self.base_stray - gain * base * stray
        self.slope2 = self.slope2 - gain * slope * slope
        self.slope_stray = self.slope_stray - gain * slope * stray
        self.stray2 = self.stray2 - gain * stray * stray
        return off, wide


@dataclass(frozen=True, slots=True)
class Learnt:
    """The level as it stands now."""

    state: State
    noise: Floats
    """Variance of a usual day's noise; series by answers."""
    weight: Floats
    """How far each answer is borne out: adds up to 1 for each series."""
    free: Floats
    """Degrees of freedom behind the noise, by series."""


@dataclass(slots=True)
class Total:
    """Use from now on, for each answer: its mean, variance, and covariance with the state."""

    mean: Floats
    variance: Floats
    base: Floats
    slope: Floats
    stray: Floats

    def add(self, state: State, use: Floats) -> None:
        """A day of so many usual days' use, at the level that the state has moved on to."""
        base, slope, stray = self.base + self.slope, DAMPED * self.slope, HOLD * self.stray
        self.mean = self.mean + use * state.level
        self.variance = self.variance + 2 * use * (base + stray) + use**2 * state.level2
        self.base = base + use * (state.base2 + state.base_stray)
        self.slope = slope + use * (state.base_slope + state.slope_stray)
        self.stray = stray + use * (state.base_stray + state.stray2)


@dataclass(frozen=True, slots=True)
class Path:
    """Use from now on, as multiples of the usual day's use: series by days to come."""

    mean: Floats
    """Cumulative, expected at the end of each day."""
    wander: Floats
    """Variance of that because the level is not known and strays."""
    noise: Floats
    """Variance of a usual day's own noise; series by 1."""
    free: Floats
    """Degrees of freedom, by series."""


def learn(used: Floats, weekday: Floats, told: Floats, spent: Floats) -> Learnt:
    """What the days of the past teach. `used`, what each day used as far as it was told, and
    `told`, that share of it, are series by days; `weekday` is what a whole day is expected to use
    as a multiple of the usual; `spent` degrees of freedom went into that."""
    expected = weekday * told
    seen = np.maximum((expected > 0).sum(axis=1) - 1.0, 0.0)
    free = np.maximum(seen - spent, 0.25 * seen)
    first = np.maximum(_first_sight(used, expected) * seen / np.maximum(free, 0.25), SURE)
    state = State.unknown(SLOPE**2 / first)
    squares, logs = np.zeros((2, len(used), len(GRID)))
    begun = np.zeros((len(used), 1), dtype=np.bool_)
    for day in range(used.shape[1]):
        state.tomorrow()
        here = expected[:, day, None]
        off, wide = state.learn(used[:, day, None], here, np.maximum(here, LEAST_NOISE))
        counts = begun & (here > 0)
        squares += np.where(counts, off**2 / wide, 0.0)
        logs += np.where(counts, np.log(wide), 0.0)
        begun |= here > 0
    squares += PRIOR * first[:, None]
    likely = -0.5 * (logs + (PRIOR + seen)[:, None] * np.log(squares))
    weight = _weights(likely - 0.5 * STRAY * first[:, None] / LIKELY**2)
    return Learnt(state, squares / (PRIOR + free)[:, None], weight, PRIOR + free)


def _weights(logs: Floats) -> Floats:
    weight = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def _first_sight(used: Floats, expected: Floats) -> Floats:
    """A day's noise, roughly: by how much neighbouring days differ."""
    off = np.where(expected > 0, used - expected, 0.0)
    pair = (expected[:, 1:] > 0) & (expected[:, :-1] > 0)
    steps = np.where(pair, np.diff(off, axis=1) ** 2, 0.0).sum(axis=1)
    sizes = np.where(pair, expected[:, 1:] + expected[:, :-1], 0.0).sum(axis=1)
    return np.asarray(np.divide(steps, sizes, out=np.ones(len(used)), where=sizes > 0))


def growth(used: Floats, weekday: Floats, told: Floats) -> Floats:
    """By what share use grows a day, as far as a line through the past proves it; by series."""
    expected = weekday * told
    whole = np.maximum(expected.sum(axis=1, keepdims=True), SURE)
    place = np.arange(used.shape[1]) - used.shape[1] + 1.0
    place = place - (expected * place).sum(axis=1, keepdims=True) / whole
    wide = np.maximum((expected * place**2).sum(axis=1), SURE)
    slope = (used * place).sum(axis=1) / wide
    off = np.where(expected > 0, used - expected * (1 + slope[:, None] * place), 0.0)
    many = np.maximum((expected > 0).sum(axis=1) - 2, 1)
    noise = np.divide(off**2, expected, out=np.zeros(off.shape), where=expected > 0.02)
    unsure = UNSURE * noise.sum(axis=1) / many / wide
    return np.asarray(np.clip(slope * SLOPE**2 / (SLOPE**2 + unsure), -MOST, MOST))


def ahead(learnt: Learnt, weekday: Floats, grows: Floats, days: int) -> Path:
    """The level carried on for so many days, of which `weekday` holds the first week, and grown by
    a share a day that fades like a slope."""
    state = learnt.state
    total = Total(*np.zeros((5, *state.base.shape)))
    mean, wander = np.zeros((2, len(weekday), days + 1))
    risen, rise = np.zeros(len(weekday)), grows
    for day in range(days):
        state.tomorrow(DAMPED)
        risen, rise = risen + rise, rise * DAMPED
        total.add(state, (weekday[:, day % weekday.shape[1]] * np.exp(risen))[:, None])
        here = (learnt.weight * total.mean).sum(axis=1, keepdims=True)
        apart = (total.mean - here) ** 2 + learnt.noise * total.variance
        mean[:, day + 1] = here[:, 0]
        wander[:, day + 1] = (learnt.weight * apart).sum(axis=1)
    noise = (learnt.weight * learnt.noise).sum(axis=1, keepdims=True)
    return Path(mean, wander, noise, learnt.free)
