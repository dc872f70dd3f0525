"""What is owed to a destination: news of an alert, or a circular that is about none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from daemon.message import File, Tone, Wording
from rules.alert import Event
from rules.rule import Severity
from rules.trace import Trace


@dataclass(frozen=True, slots=True)
class Letter:
    """One event on its way to one destination: a snapshot, frozen when it was owed."""

    key: str
    """Unique: alert, rule, series, bucket start, change, of what is worse how many limits it
    passed, and destination."""
    destination: str
    alert: int
    """The number people call the alert by."""
    event: Event
    owed_at: datetime
    """When it was written. It stays the same however often it is tried."""
    unit: str
    severity: Severity
    labels: Mapping[str, str] = field(default_factory=dict)
    """What it is routed and silenced by: those of the series and of the rule; and rule, source,
    metric and severity."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Label values to what people call them."""
    summary: str | None = None
    runbook: str | None = None
    group: str = ""
    """Letters to one destination that agree in it are told in one message; empty: by itself."""
    by: str | None = None
    """Who did it, where a person did: whoever acknowledged the alert."""
    trace: Trace | None = None
    """The use around it, to be drawn."""
    heard: bool = True
    """Whether its destination was told that the alert opened, before this or with this."""


@dataclass(frozen=True, slots=True)
class Circular:
    """What is about no alert, in its own words: a report, or a test of the way."""

    key: str
    destination: str
    owed_at: datetime
    wording: Wording
    tone: Tone
    pictures: tuple[File, ...] = ()
    """Drawings, as SVG."""
    files: tuple[File, ...] = ()
