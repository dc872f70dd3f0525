"""What every source can do, and how it says that it could not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from daemon.http import Http
from rules.series import Metric, Reading


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` up to, not including, `end`; both aware."""

    start: datetime
    end: datetime


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

    def metrics(self, name: str) -> Sequence[Metric]:
        """What its numbers mean, as far as that is known before the first answer."""
        ...

    async def fetch(self, name: str, http: Http, window: Window) -> Sequence[Answer]:
        """Ask the vendor for a window; `name` is what the configuration calls this source.

        `window.end` is now. Whole or not at all: what cannot be read to its end is an error.
        """
        ...


class SourceError(Exception):
    """The vendor could not be read; a later poll may find it well again.

    `retry_after` is the vendor's own word on when, where it gave one.
    """

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SourceRefused(SourceError):
    """The vendor refused, or answered something else than its contract: a person must act."""


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
