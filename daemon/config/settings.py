"""What a configuration says: frozen, checked, and holding nothing alive."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from daemon.notifier import Destination
from daemon.planned.occasion import Occasion
from daemon.recorder import Ledger
from daemon.source import Feed
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


@dataclass(frozen=True, slots=True)
class LogConfig:
    """What the daemon says of itself, on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least weighty line that is written."""
    format: Literal["text", "json"] = "text"
    """text for people, json for machines: one object a line."""


@dataclass(frozen=True, slots=True)
class Config:
    feeds: tuple[Feed, ...]
    rules: tuple[Rule, ...] = ()
    ledgers: tuple[Ledger, ...] = ()
    destinations: tuple[Destination, ...] = ()
    planned: tuple[Occasion, ...] = ()
    store: StoreConfig = field(default_factory=StoreConfig)
    page: PageConfig | None = field(default_factory=PageConfig)
    """None: no page."""
    log: LogConfig = field(default_factory=LogConfig)
