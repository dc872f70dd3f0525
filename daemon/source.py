"""What every source can do, and how it says that it could not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from daemon.http import Web
from rules.panel import Panel
from rules.series import Labels, Metric, Reading


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` up to, not including, `end`; both aware."""

    start: datetime
    end: datetime


def whole(metric: Metric, window: Window) -> Window:
    """A window widened to whole buckets; the bucket that holds its end is the last, and fills."""
    return Window(metric.bucket(window.start), metric.bucket(window.end) + metric.width)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a vendor told of one metric.

    Every bucket that starts inside `told` was told whole (or as far as it has filled): a series
    without a reading there is absent, and the metric says what absent means.
    """

    metric: Metric
    told: Window
    readings: Sequence[Reading]
    names: Mapping[str, str] = field(default_factory=dict)
    """Label values to what people call them: a voice's id to its name."""
    notes: tuple[str, ...] = ()
    """What was odd and is no error, in sentences: people who look at the source should know."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Running totals as they stood at one moment: what was used since their period began.

    The store makes amounts of them, by what the total grew between two of these.
    """

    metric: Metric
    """What it becomes: an amount a bucket, absent zero."""
    period: Window
    """What the totals run over; they begin at nothing where it starts."""
    at: datetime
    """The moment they are true of, the vendor's where it tells one; inside the period, or its end
    once that has passed."""
    totals: Mapping[Labels, float]
    """A series that is absent was not used since the last time."""
    names: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to a source."""

    name: str
    """What the configuration calls the source."""
    http: Web
    window: Window
    """Up to now, unless a piece of the past is asked for."""
    past: Sequence[Panel] = ()
    """What is remembered of its metrics, for a vendor that charges dearly for telling it again."""
    at: datetime | None = None
    """The moment of the poll, where a piece of the past is asked for."""

    @property
    def now(self) -> datetime:
        return self.at or self.window.end


class Source(Protocol):
    """A frozen dataclass whose fields are its YAML and whose one method is its work."""

    @property
    def revises(self) -> timedelta:
        """How long the vendor may still change a closed bucket. Each poll reads that span again."""
        ...

    @property
    def settles(self) -> timedelta:
        """How long after its end a bucket may still be incomplete."""
        ...

    @property
    def tells_past(self) -> bool:
        """Whether it can be asked for what was. Of one that cannot, history begins with the first
        poll."""
        ...

    @property
    def calls_a_minute(self) -> int:
        """At most so many calls go to its account in any minute, from all sources together."""
        ...

    def metrics(self, name: str) -> Sequence[Metric]:
        """What its numbers mean, as far as that is known before the first answer."""
        ...

    async def fetch(self, ask: Ask) -> Sequence[Answer | Standing]:
        """Ask the vendor. Whole or not at all: what cannot be read to its end is an error."""
        ...


class SourceError(Exception):
    """The vendor could not be read; a later poll may find it well again.

    `retry_after` is the vendor's own word on when, where it gave one.
    """

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SourceRefused(SourceError):
    """The vendor refused to answer: a person must act."""


class SourceLeftOut(SourceRefused):
    """It is optional, and a secret of it is not there: nobody was asked."""


class SourceChanged(SourceRefused):
    """The vendor answered something else than its contract: a person must look."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A source as it is configured: what all sources share, around what is a vendor's own."""

    name: str
    source: Source
    every: timedelta = timedelta(minutes=5)
    history: timedelta = timedelta(days=60)
    """How far back the first poll reads."""
    grace: timedelta = timedelta(minutes=30)
    """How long polls may fail before the source counts as blind."""
    max_series: int = 10_000
    """So many series are told apart; what comes after them is counted together, as `other`."""
    check_units: bool = True
    """Whether numbers that are all 60, 100, 1000 or 1024 times too large or small at once are
    refused as a change of unit."""
    optional: bool = False
    """Whether the daemon does without it where one of its secrets is not there. That is told, and
    all else goes on."""
    lacks: str | None = None
    """Which of its secrets is not there, and so why nothing can be asked; only if optional."""

    async def ask(self, ask: Ask) -> Sequence[Answer | Standing]:
        """Ask the vendor, unless it is known that the secret for it is not there."""
        if self.lacks is not None:
            raise SourceLeftOut(f"{self.name}: {self.lacks}")
        return await self.source.fetch(ask)
