"""Everything that is made of a configuration, and what it stands on."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from random import Random

from daemon.attend import Attendant
from daemon.carry import Means
from daemon.checkup import Checkup
from daemon.clock import Clock
from daemon.config.settings import Config
from daemon.deliver import Courier
from daemon.governor import Governor
from daemon.governor.account import account_of
from daemon.health import note_configuration
from daemon.heartbeat import Heartbeat, Watched
from daemon.http import Http, open_http
from daemon.metrics import Metrics, build_metrics
from daemon.poll import Poller
from daemon.progress import Progress, Silent
from daemon.read import Reader
from daemon.recording.record import Recording
from daemon.report.gather import Gatherer
from daemon.report.make import Reports
from daemon.route import Routing, routing_of
from daemon.store import Store, open_store
from daemon.succession import Sights, succeed
from rules.alert import Event

FILE = "the configuration"
"""What has an alert of its own where it cannot be read again."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the house stands: what it was started with, beside its configuration."""

    store_url: str
    clock: Clock
    chance: Random
    progress: Progress = field(default_factory=Silent)


@dataclass(frozen=True, slots=True)
class Floor:
    """What stays while configurations come and go."""

    ground: Ground
    store: Store
    http: Http
    metrics: Metrics


class Rounds:
    """When each destination was last gone to."""

    def __init__(self, names: Iterable[str]) -> None:
        self._at: dict[str, datetime | None] = dict.fromkeys(names)

    def turned(self, name: str, at: datetime) -> None:
        self._at[name] = at

    def oldest(self) -> datetime | None:
        """Since then every one was; None where one never was."""
        known = [at for at in self._at.values() if at is not None]
        return min(known, default=None) if len(known) == len(self._at) else None


@dataclass(frozen=True, slots=True)
class House:
    """What is made of a configuration."""

    config: Config
    pollers: tuple[Poller, ...]
    recordings: tuple[Recording, ...]
    courier: Courier
    attendant: Attendant
    checkup: Checkup
    reports: Reports | None
    heartbeat: Heartbeat | None
    rounds: Rounds

    def follow(self, before: "House") -> None:
        """Take over what the house before this knew and nobody wrote down."""
        if self.heartbeat is not None and before.heartbeat is not None:
            self.heartbeat.follow(before.heartbeat)


@asynccontextmanager
async def open_floor(ground: Ground) -> AsyncIterator[Floor]:
    metrics = build_metrics(version("meterwatch"))
    async with open_store(ground.store_url) as store, open_http(ground.clock) as http:
        yield Floor(ground, store, http, metrics)


def build(config: Config, floor: Floor) -> House:
    """The house of a configuration; nothing that is kept is touched."""
    ground, store, routing = floor.ground, floor.store, routing_of(config)
    governor = Governor(store, ground.clock, ground.chance, floor.metrics.called)
    destinations = {destination.name: destination for destination in config.destinations}
    rounds = Rounds(destinations)
    means = Means(store, floor.http, ground.clock, floor.metrics, routing)
    return House(
        config=config,
        pollers=tuple(_pollers(config, floor, governor, routing)),
        recordings=tuple(_recordings(config, floor, governor, routing)),
        courier=Courier(destinations, means),
        attendant=Attendant(store, routing),
        checkup=Checkup(destinations, store, floor.http, routing),
        reports=_reports(config, floor),
        heartbeat=_heartbeat(config, floor, rounds),
        rounds=rounds,
    )


async def move_in(house: House, floor: Floor) -> None:
    """Bring what is kept, and what is counted, in line with a house that is to be in force."""
    config, at = house.config, floor.ground.clock.now()
    async with floor.store.transaction() as tx:
        await succeed(tx, _watched(config), at)
        await tx.destinations.wake_all()
    feeds = [feed.name for feed in config.feeds]
    ledgers = [ledger.name for ledger in config.ledgers]
    floor.metrics.keep_only(source=feeds, recorder=ledgers, destination=_destinations(config))


async def note_reading(config: Config, floor: Floor, failure: str | None) -> Sequence[Event]:
    """Tell everyone, once, that what was read cannot be used; None: it can, or can again."""
    floor.metrics.reload_ok.set(failure is None)
    at, everyone = floor.ground.clock.now(), _destinations(config)
    async with floor.store.transaction() as tx:
        return await note_configuration(tx, routing_of(config), FILE, everyone, failure, at)


def _reports(config: Config, floor: Floor) -> Reports | None:
    if not config.reports:
        return None
    gatherer = Gatherer(config.feeds, config.rules, floor.store, config.planned)
    return Reports(config.reports, gatherer, floor.ground.clock.now())


def _heartbeat(config: Config, floor: Floor, rounds: Rounds) -> Heartbeat | None:
    if config.heartbeat is None:
        return None
    destinations = {destination.name: destination for destination in config.destinations}
    watched = Watched(config.feeds, destinations, rounds.oldest)
    return Heartbeat(config.heartbeat, watched, floor.store, floor.http, version("meterwatch"))


def _pollers(
    config: Config, floor: Floor, governor: Governor, routing: Routing
) -> Iterator[Poller]:
    others = {feed.name: feed for feed in config.feeds}
    for feed in config.feeds:
        http = governor.over(floor.http, account_of(feed.source))
        reader = Reader(feed, floor.store, http, floor.ground.progress)
        rules = [rule for rule in config.rules if rule.source == feed.name]
        yield Poller(reader, rules, floor.metrics, routing, config.planned, others)


def _recordings(
    config: Config, floor: Floor, governor: Governor, routing: Routing
) -> Iterator[Recording]:
    feeds = {feed.name: feed for feed in config.feeds}
    for ledger in config.ledgers:
        http = governor.over(floor.http, account_of(ledger.recorder))
        feed = feeds[ledger.source]
        yield Recording(ledger, feed, floor.store, http, floor.ground.clock, routing)


def _watched(config: Config) -> Sights:
    ledgers = (ledger.name for ledger in config.ledgers)
    return Sights(
        rules={rule.name: rule for rule in config.rules},
        feeds={feed.name: feed for feed in config.feeds},
        others={*ledgers, *_destinations(config), FILE},
    )


def _destinations(config: Config) -> tuple[str, ...]:
    return tuple(destination.name for destination in config.destinations)
