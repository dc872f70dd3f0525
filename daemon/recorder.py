"""What every recorder can do: take down what a day came to, and say how that went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from daemon.http import Web
from rules.recorded import Unfinished, misfit
from rules.series import Measure, Metric


@dataclass(frozen=True, slots=True)
class Posting:
    """A day's amount on its way: frozen before it was first sent, the same at every try."""

    recorder: str
    """What the configuration calls the recorder."""
    key: str
    """What the day is recorded under; a day of that key is there once."""
    day: date
    """In UTC."""
    amount: Decimal


class Taken(StrEnum):
    """How a posting that went well went."""

    RECORDED = "recorded"
    ALREADY = "already there"
    """By an earlier try, whose answer was lost."""


class Recorder(Protocol):
    """A frozen dataclass whose fields are its YAML and whose one act is to record."""

    @property
    def unit(self) -> str:
        """What is counted, as the place it is recorded in calls it."""
        ...

    def key(self, name: str, day: date) -> str:
        """What a day is recorded under: of the recorder's name, the place, the unit and the day,
        and of nothing else. At most 128 characters."""
        ...

    async def probe(self, name: str, http: Web, at: datetime) -> str:
        """One read-only call: whether it answers, in words, or raise."""
        ...

    async def record(self, http: Web, posting: Posting, at: datetime) -> Taken:
        """Record it, or raise. It may be called again with the same posting after a crash, but
        never twice at once; and it comes to an end within half a minute."""
        ...


class RecorderError(Exception):
    """Nobody knows whether it was recorded; the same posting is sent again later.

    `retry_after` is the place's own word on when, where it gave one.
    """

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RecorderRefused(RecorderError):
    """It was not recorded, and no repetition will change that: a person must act."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """A recorder as it is configured: what is recorded there, and when."""

    name: str
    recorder: Recorder
    source: str
    """The name of the source whose use is recorded."""
    metric: str | None = None
    """Which of the source's metrics; needed where it has several amounts."""
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Which series are summed, as label to shell patterns, any of which may match. Default: all."""
    wait: timedelta = timedelta(0)
    """How long after its end a day is recorded. Default: as long as the source may revise it."""
    tell: tuple[str, ...] | None = None
    """Names of destinations that hear of failures and revisions. Default: whom the routes lead
    to."""


def the_one(ledger: Ledger, metrics: Sequence[Metric]) -> Metric:
    """The metric a recorder means, of those there are; `Unfinished` where that is not clear."""
    named = [metric for metric in metrics if ledger.metric in (None, metric.name)]
    if not named:
        what = "anything" if ledger.metric is None else f"{ledger.metric!r}"
        raise Unfinished(f"{ledger.source} has not told of {what} yet")
    amounts = [metric for metric in named if metric.measure is Measure.AMOUNT] or named
    names = sorted({metric.name for metric in amounts})
    if len(names) > 1:
        setting = f"recorders.{ledger.name}.metric"
        raise Unfinished(f"{ledger.source} has {', '.join(names)}; name one of them as {setting}")
    if why := misfit(amounts[-1]):
        raise Unfinished(f"{names[0]} of {ledger.source} cannot be recorded: {why}")
    return amounts[-1]


_LONGEST = 128


def key_of(name: str, day: date, place: str, unit: str) -> str:
    """A key that people can read, of at most 128 characters.

    The unit comes last: it alone may hold any character, so no two keys are ever alike.

    >>> key_of("acme", date(2025, 5, 20), "f3a4c2d0-8f5e-4a0b-9a63-0d8a2f0c1b11", "minutes")
    'acme:2025-05-20:f3a4c2d0-8f5e-4a0b-9a63-0d8a2f0c1b11:minutes'
    """
    before = f"{name}:{day.isoformat()}:{place}:"
    if len(before) + len(unit) <= _LONGEST:
        return before + unit
    digest = sha256(unit.encode()).hexdigest()[:12]
    return f"{before}{unit[: _LONGEST - len(before) - len(digest) - 1]}~{digest}"
