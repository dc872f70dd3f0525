"""What a configuration says: frozen, checked, and holding nothing alive."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from daemon.notifier import Destination
from daemon.planned.occasion import Occasion
from daemon.recorder import Ledger
from daemon.report.asked import Report
from daemon.secret import Secret
from daemon.source import Feed
from rules.inhibition import Inhibition
from rules.route import Route
from rules.rule import Rule


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """Where usage, alerts and letters are remembered, and for how long."""

    url: str | None = field(default=None, repr=False)
    """sqlite:///path or postgresql://user@host/database; the password, if there is one, by
    reference. Default: the file meterwatch.db in the state directory."""
    keep: timedelta = timedelta(days=400)
    """How long usage is kept. Rules look back weeks; people look back a year."""


@dataclass(frozen=True, slots=True)
class PageConfig:
    """The status page."""

    host: str = "127.0.0.1"
    port: int = 8321
    token: Secret | None = None
    """What programs must know to acknowledge and to silence over /api; by reference. Left out:
    there they can only read."""


@dataclass(frozen=True, slots=True)
class LogConfig:
    """What the daemon says of itself, on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least weighty line that is written."""
    format: Literal["text", "json"] = "text"
    """text for people, json for machines: one object a line."""


@dataclass(frozen=True, slots=True)
class HeartbeatConfig:
    """A dead man's handle: somebody outside who is told, every so often, that all is well here."""

    url: Secret
    """Where to say so, such as https://hc-ping.com/…; by reference."""
    every: timedelta = timedelta(minutes=5)
    """How often."""
    timeout: timedelta = timedelta(seconds=10)
    """How long it may take."""
    fail_url: Secret | None = None
    """Where to say, once, that all is not well. Left out: nothing is said then."""


@dataclass(frozen=True, slots=True)
class Config:
    feeds: tuple[Feed, ...]
    rules: tuple[Rule, ...] = ()
    ledgers: tuple[Ledger, ...] = ()
    destinations: tuple[Destination, ...] = ()
    route: Route = field(default_factory=Route)
    """Who hears of what, from the top; it names whom it tells."""
    inhibitions: tuple[Inhibition, ...] = ()
    planned: tuple[Occasion, ...] = ()
    reports: tuple[Report, ...] = ()
    store: StoreConfig = field(default_factory=StoreConfig)
    page: PageConfig | None = field(default_factory=PageConfig)
    """None: no page."""
    log: LogConfig = field(default_factory=LogConfig)
    heartbeat: HeartbeatConfig | None = None
    """None: nobody outside is told."""
