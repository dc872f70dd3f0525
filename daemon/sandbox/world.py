"""Who uses how much: a believable account, as a pure function of the seed, the spender and the
hour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from rules.series import EPOCH

Floats = npt.NDArray[np.float64]
Hours = npt.NDArray[np.int64]

# What share of its peak is used in each hour of a working day, by UTC.
_MORNING = (0.0, 0.0, 0.0, 0.0, 0.0, 0.02, 0.08, 0.3, 0.75, 1.0, 1.0, 0.9)
_AFTERNOON = (0.55, 0.8, 1.0, 0.95, 0.7, 0.35, 0.15, 0.06, 0.02, 0.0, 0.0, 0.0)
_EARLY = (0.25, 0.08, 0.02, 0.0, 0.0, 0.0, 0.02, 0.05, 0.05, 0.08, 0.1, 0.12)
_LATE = (0.15, 0.15, 0.18, 0.22, 0.3, 0.45, 0.65, 0.9, 1.0, 1.0, 0.85, 0.55)
OFFICE = (*_MORNING, *_AFTERNOON)
EVENING = (*_EARLY, *_LATE)
NIGHTLY = (0.0, 0.0, 1.0, 0.85, *(20 * (0.0,)))
ALL_DAY = (*(7 * (0.5,)), *(14 * (1.0,)), *(3 * (0.7,)))


@dataclass(frozen=True, slots=True)
class Part:
    """What share of a voice's speech is made how, and paid for by which key."""

    share: float
    model: str
    key: str
    style: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Spender:
    """Whoever uses what is metered: a voice, a service, a source, a subscription."""

    id: str
    name: str
    peak: float
    """What is used in its best hour."""
    day: tuple[float, ...]
    weekend: float
    """What share of a working day is used on a Saturday or a Sunday."""
    spread: float = 0.3
    growth: float = 0.0
    """By what share of its use at the start it grows in a day."""
    least: float = 0.35
    """The smallest use there is; an hour that would hold less mostly holds none."""


@dataclass(frozen=True, slots=True)
class Voice(Spender):
    """`least` is the speech of a usual request, in minutes."""

    parts: tuple[Part, ...] = ()


WEB, APP = "sk-web-4b1c77d20e5a9f36", "sk-app-9e02c6a1f7b8d354"
ONE, TWO = "sona_speech_1", "sona_speech_2"

VOICES = (
    Voice(
        "e5f6fb1a53d0add87afb4f",
        "Agatha",
        8,
        OFFICE,
        0.12,
        parts=(
            Part(0.75, ONE, WEB, "neutral", "en"),
            Part(0.25, TWO, WEB, "happy", "en"),
        ),
    ),
    Voice(
        "91c0de7724ab6f1358d2e9",
        "Bruno",
        6,
        OFFICE,
        0.05,
        parts=(Part(1, ONE, WEB, "neutral", "en"),),
    ),
    Voice(
        "4c6a0f9be21d7735ca80d4",
        "Celeste",
        7,
        EVENING,
        1.4,
        parts=(
            Part(0.6, TWO, APP, "neutral", "ko"),
            Part(0.4, TWO, APP, "neutral", "en"),
        ),
    ),
    Voice(
        "b7d83e105f9c42aa617d0c",
        "Dmitri",
        18,
        NIGHTLY,
        0,
        0.08,
        parts=(Part(1, ONE, APP, "neutral", "en"),),
    ),
    Voice(
        "0aa94d6cf3175be82c61f0",
        "Esme",
        2.5,
        ALL_DAY,
        0.8,
        growth=0.012,
        parts=(Part(1, TWO, APP, "happy", "ko"),),
    ),
    Voice(
        "d2f17b08c95e64a3310bb7",
        "Farid",
        0.06,
        ALL_DAY,
        1,
        0.6,
        parts=(Part(1, ONE, WEB, None, None),),
    ),
    Voice(
        "6e39a5d14c7b0f82e6dd15",
        "Greta",
        0.02,
        OFFICE,
        0,
        0.6,
        parts=(Part(1, TWO, WEB, None, "en"),),
    ),
    Voice(
        "38bd1c92e06fa5574d9a0e",
        "Hana",
        1.4,
        OFFICE,
        0.3,
        0.5,
        parts=(Part(1, TWO, APP, "happy", "ko"),),
    ),
)


@dataclass(frozen=True, slots=True)
class World:
    """The same question has the same answer, whenever and in whatever order it is asked."""

    seed: int
    began: datetime
    """The moment that growth is counted from."""
    voices: tuple[Voice, ...] = VOICES
    revised: Mapping[tuple[str, int], float] = field(default_factory=dict)
    """Amounts that take the place of somebody's own in an hour, counted from `EPOCH`."""

    def amounts(self, who: Spender, hours: Hours) -> Floats:
        """Used in each of these whole hours, counted from `EPOCH`."""
        mean = who.peak * self._shape(who, hours) * self._grown(who, hours)
        busy = 1 - np.exp(-mean / who.least)
        one, two, three = (_chances(_salt(self.seed, who.id, draw), hours) for draw in range(3))
        noise = np.sqrt(-2 * np.log(one)) * np.cos(2 * np.pi * two)
        loud = np.exp(who.spread * noise - who.spread**2 / 2)
        used: Floats = np.where(three < busy, mean / np.maximum(busy, 1e-9) * loud, 0.0)
        return self._with_revisions(who, hours, used.round(8))

    def used(self, who: Spender, starts: Floats, ends: Floats) -> Floats:
        """Used between pairs of moments (see `clock_hours`); within an hour it flows evenly.

        Each pair is summed by itself, so that asking for more pairs changes none of them.
        """
        span = int(np.ceil(np.max(ends - starts, initial=0.0))) + 1
        hours = np.floor(starts).astype(np.int64)[:, None] + np.arange(span)
        shares = np.minimum(ends[:, None], hours + 1) - np.maximum(starts[:, None], hours)
        used = self.amounts(who, hours.ravel()).reshape(hours.shape)
        return np.asarray((used * np.clip(shares, 0, 1)).sum(axis=1), dtype=np.float64)

    def _shape(self, who: Spender, hours: Hours) -> Floats:
        weekday = (hours // 24 + 3) % 7  # the epoch was a Thursday
        weight = np.where(weekday >= 5, who.weekend, 1.0)
        return np.asarray(who.day, dtype=np.float64)[hours % 24] * weight

    def _grown(self, who: Spender, hours: Hours) -> Floats:
        days = (hours - clock_hours(self.began)) / 24
        return np.clip(1 + who.growth * days, 0.2, 4.0)

    def _with_revisions(self, who: Spender, hours: Hours, used: Floats) -> Floats:
        for (revised, hour), amount in self.revised.items():
            if revised == who.id:
                used = np.where(hours == hour, amount, used)
        return used


def clock_hours(at: datetime) -> float:
    """A moment as hours since `EPOCH`."""
    return (at.astimezone(UTC) - EPOCH).total_seconds() / 3600


def _salt(*words: str | int) -> int:
    return int.from_bytes(sha256(repr(words).encode()).digest()[:8], "big")


def _chances(salt: int, hours: Hours) -> Floats:
    """One number between 0 and 1, neither included, for each hour: SplitMix64 as a hash."""
    bits = hours.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    bits ^= bits >> np.uint64(31)
    return ((bits >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
