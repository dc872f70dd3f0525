"""What every notifier can do: carry a letter to its place, and say how that went."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from daemon.http import Http
from rules.alert import Event
from rules.rule import Severity


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a place gave back for a letter: where its message stands, so that the next letter of
    the same alert can edit it or reply to it."""

    place: str
    """Slack: the channel's id. Mail: the sender."""
    id: str
    """Slack: the message's `ts`. Mail: the Message-ID."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One event on its way to one destination: a snapshot, frozen when it was owed."""

    key: str
    """Unique: rule, series, bucket start, change, of what is worse how many limits it passed, and
    destination."""
    destination: str
    alert: int
    """The number people call the alert by."""
    event: Event
    owed_at: datetime
    """When it was written. It stays the same however often it is tried."""
    unit: str
    severity: Severity
    names: Mapping[str, str] = field(default_factory=dict)
    """Label values to what people call them."""
    summary: str | None = None
    runbook: str | None = None
    receipt: Receipt | None = None
    """What this destination gave back for the alert's last letter, if it gave anything."""


class Notifier(Protocol):
    """A frozen dataclass whose fields are its YAML and whose `send` is its work."""

    async def send(self, http: Http, letter: Letter) -> Receipt | None:
        """Deliver, or raise. It may be called again with the same letter after a crash."""
        ...

    async def probe(self, http: Http) -> str | None:
        """Ask the place whether it would take a letter, and leave nothing there.

        Answers what it said, or raises like `send`. None: only a letter could tell.
        """
        ...


class DeliveryError(Exception):
    """Not delivered; a later try may succeed. `retry_after` is the place's own word on when."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class DeliveryRefused(DeliveryError):
    """Not delivered, and no repetition will change that: a person must act."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A notifier as it is configured, under the name rules tell it by."""

    name: str
    notifier: Notifier
