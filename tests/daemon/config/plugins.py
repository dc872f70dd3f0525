"""Small plugins with a field of every type, and a way to read a configuration of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from daemon.config import Config, ConfigError, Shelves, parse
from daemon.config.references import Unresolved
from daemon.http import Http, Web
from daemon.letter import Letter
from daemon.recorder import Posting, Taken, key_of
from daemon.secret import Secret
from daemon.source import Answer, Ask
from rules.panel import Panel
from rules.series import Absent, Measure, Metric
from rules.verdict import Verdicts

HELD = "held-by-reference"
"""What every reference holds: it may stand in no message."""


@dataclass(frozen=True, slots=True)
class Tts:
    """Speech by the hour.

    This is told to nobody.
    """

    key: Secret
    """The API key."""
    bucket: Literal["hour", "day"] = "hour"
    by: tuple[Literal["voice", "model"], ...] = ("voice",)
    offset: str = "+00:00"
    """The zone, as its distance
    from UTC."""
    names: bool = True
    revises: timedelta = timedelta(days=3)
    settles: timedelta = timedelta(minutes=10)
    calls_a_minute: int = 20

    def __post_init__(self) -> None:
        if ":" not in self.offset:
            raise ValueError(f"offset: expected a distance such as +09:00, got {self.offset!r}")

    def metrics(self, name: str) -> Sequence[Metric]:
        width = timedelta(hours=1) if self.bucket == "hour" else timedelta(days=1)
        offset = timedelta(0) if self.offset == "+00:00" else timedelta(hours=9)
        return [Metric(name, "minutes", "minutes", Measure.AMOUNT, width, Absent.ZERO, offset)]

    async def fetch(self, ask: Ask) -> Sequence[Answer]:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Balance:
    key: Secret
    revises: timedelta = timedelta(0)
    settles: timedelta = timedelta(0)
    calls_a_minute: int = 20

    def metrics(self, name: str) -> Sequence[Metric]:
        return [Metric(name, "credits", "credits", Measure.LEVEL, timedelta(minutes=1))]

    async def fetch(self, ask: Ask) -> Sequence[Answer]:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Book:
    password: Secret
    unit: str
    """What is written down."""
    page: str = "1"

    def key(self, name: str, day: date) -> str:
        return key_of(name, day, self.page, self.unit)

    async def record(self, http: Web, posting: Posting, at: datetime) -> Taken:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Console:
    to: Literal["stdout", "stderr"] = "stdout"

    async def send(self, http: Http, letter: Letter) -> None:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Mail:
    host: str
    to: tuple[str, ...]
    port: int | None = None
    password: Secret | None = None
    ca_file: Path | None = None

    async def send(self, http: Http, letter: Letter) -> None:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Limit:
    """More than a limit."""

    above: float
    recover: float | None = None

    def __post_init__(self) -> None:
        if self.recover is not None and self.recover > self.above:
            raise ValueError(f"recover ({self.recover:g}) lies above above ({self.above:g})")

    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Spike:
    weeks: int = 8
    min_ratio: float = 0.5
    once_in: timedelta = timedelta(days=14)

    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        raise NotImplementedError


SHELVES = Shelves(
    sources={"tts": Tts, "tts.balance": Balance},
    notifiers={"console": Console, "mail": Mail},
    kinds={"limit": Limit, "spike": Spike},
    recorders={"book": Book},
)


class Held:
    """Answers every reference but the ones to MISSING."""

    def resolve(self, kind: str, name: str, key: str) -> str:
        if name == "MISSING":
            raise Unresolved("environment variable 'MISSING' is not set")
        return HELD


def read(text: str | bytes, shelves: Shelves = SHELVES) -> Config:
    return parse(text, "c.yaml", Held(), shelves)


def complaints(text: str | bytes, shelves: Shelves = SHELVES) -> list[str]:
    """Every complaint about a configuration; empty if it is good."""
    try:
        read(text, shelves)
    except ConfigError as error:
        return list(error.complaints)
    return []
