"""When a series is used, and how much: the expectation that its noise strays around."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from rules.panel import Flags, Floats
from rules.past import Places

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ZONES = (-8, -5, -3, 0, 0, 1, 1, 2, 3, 5, 8, 9)
"""Hours from UTC. Without summer time: a world has one year, and few of its series would move."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where every hour of a world lies, as the people of one zone see it."""

    hour: Floats
    weekday: Places
    """0 is Monday."""
    date: Places
    """The day of the month, from 1."""
    left: Places
    """Days until the month is over; 0 on its last."""
    day: Floats
    """Days since the world began."""

    @classmethod
    def of(cls, start: datetime, hours: int, zone: int) -> "Calendar":
        since = (np.arange(hours) + zone) * np.timedelta64(1, "h")
        here = np.datetime64(start.replace(tzinfo=None), "h") + since
        days = here.astype("datetime64[D]")
        months = here.astype("datetime64[M]")
        turn = (months + np.timedelta64(1, "M")).astype("datetime64[D]")
        return cls(
            hour=(here - days).astype(float),
            weekday=(days.astype(np.intp) + 3) % 7,  # 1970 began on a Thursday
            date=(days - months.astype("datetime64[D]")).astype(np.intp) + 1,
            left=(turn - days).astype(np.intp) - 1,
            day=np.arange(hours) / 24,
        )

    @property
    def weekend(self) -> Flags:
        return self.weekday >= 5


Random = np.random.Generator
Shape = Callable[[Calendar, Random], Floats]


def office(calendar: Calendar, rng: Random) -> Floats:
    """Working hours, with slopes, perhaps a lunch; little or nothing at night and at weekends."""
    begins, lasts, slope = rng.uniform(7, 10), rng.uniform(8, 10), rng.uniform(0.5, 2)
    since, until = calendar.hour + 0.5 - begins, begins + lasts - calendar.hour - 0.5
    day = np.clip(np.minimum(since, until) / slope + 0.5, 0, 1)
    lunch = rng.uniform(0, 0.5) * (np.abs(calendar.hour - 12.5) < 0.6)
    week = np.where(calendar.weekend, _or_none(rng, 0.15), 1.0)
    return np.asarray(day * (1 - lunch) * week + _or_none(rng, 0.02))


def evening(calendar: Calendar, rng: Random) -> Floats:
    """Evenings, and more and longer at weekends."""
    peak, wide = rng.uniform(18.5, 21.5), rng.uniform(1.2, 2.5)
    off = np.abs((calendar.hour + 0.5 - peak + 12) % 24 - 12)
    weekend_off = np.abs((calendar.hour + 0.5 - peak + 3 + 12) % 24 - 12)
    weekday = np.exp(-0.5 * (off / wide) ** 2)
    weekend = rng.uniform(1.2, 2.5) * np.exp(-0.5 * (weekend_off / (2 * wide)) ** 2)
    use = np.where(calendar.weekend, weekend, weekday)
    return np.asarray(np.where(use < 0.01, 0, use) + _or_none(rng, 0.05))


def batch(calendar: Calendar, rng: Random) -> Floats:
    """One to three hours a night, every night or on workdays, and nothing else at all."""
    begins, lasts = rng.integers(0, 6), rng.integers(1, 4)
    runs = (calendar.hour >= begins) & (calendar.hour < begins + lasts)
    if rng.random() < 0.5:
        runs &= ~calendar.weekend
    return runs * rng.uniform(0.5, 1, 24)[calendar.hour.astype(np.intp)]


def flat(calendar: Calendar, rng: Random) -> Floats:
    """Round the clock, with at most a gentle wave."""
    wave = np.cos((calendar.hour - rng.uniform(0, 24)) * np.pi / 12)
    return np.asarray(1 + _or_none(rng, 0.3) * wave)


def weekly(calendar: Calendar, rng: Random) -> Floats:
    """A day and a week of a form of their own."""
    phase = calendar.hour * np.pi / 12
    day = sum(
        rng.normal(0, 0.8 / turns) * np.cos(turns * phase + rng.uniform(0, 2 * np.pi))
        for turns in (1, 2, 3)
    )
    return np.asarray(np.exp(day) * rng.lognormal(0, 0.5, 7)[calendar.weekday])


def any_of_these(calendar: Calendar, rng: Random) -> Floats:
    plain = (office, office, evening, flat, weekly)
    return plain[rng.integers(len(plain))](calendar, rng)


def trend(calendar: Calendar, rng: Random) -> Floats:
    """Up or down by 5 to 30 % a month, all the time; after half a year it has settled."""
    month = np.minimum(calendar.day, 183) / 30
    slope = np.log1p(rng.uniform(0.05, 0.3)) * rng.choice([-1, 1, 1])
    return np.asarray(any_of_these(calendar, rng) * np.exp(slope * month))


def month_turn(calendar: Calendar, rng: Random) -> Floats:
    """Half as much again to four times as much in the first or the last days of a month."""
    days = rng.integers(1, 4)
    ends = rng.random() < 0.5
    peak = calendar.left < days if ends else calendar.date <= days
    return np.asarray(any_of_these(calendar, rng) * np.where(peak, rng.uniform(1.5, 4), 1.0))


SHAPES: Mapping[str, tuple[Shape, float]] = {
    "office": (office, 0.22),
    "evening": (evening, 0.13),
    "batch": (batch, 0.11),
    "flat": (flat, 0.12),
    "weekly": (weekly, 0.12),
    "sparse": (any_of_these, 0.09),
    "bursty": (any_of_these, 0.08),
    "trend": (trend, 0.08),
    "month turn": (month_turn, 0.05),
}
"""What each is made by, and how many of the series are of it."""


def _or_none(rng: Random, most: float) -> float:
    """Nothing, every other time; else up to so much."""
    return float(rng.uniform(0, most)) if rng.random() < 0.5 else 0.0
