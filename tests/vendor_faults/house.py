"""A vendor that is watched by a whole daemon's half: governor, reader, poller, a real store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from daemon.governor import Governor
from daemon.governor.account import account_of
from daemon.http import Call, Http, Reply, Web
from daemon.metrics import Metrics, build_metrics
from daemon.poll import Polled, Poller
from daemon.read import Reader
from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.sandbox.supertone.stand_in import SupertoneStandIn
from daemon.secret import Secret
from daemon.source import Feed, Source
from daemon.sources.supertone import SupertoneUsage
from daemon.store import Store, open_store, tables
from daemon.store.polls import SourceState
from rules.alert import Change, Event
from rules.kinds.threshold import Threshold
from rules.panel import Panel
from rules.rule import Rule
from tests.daemon.sources.vendor import KEY, stand_in
from tests.fakes import HandClock

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TURN = 5 * MINUTE
"""How often a source is polled, unless it was told when to come back."""
MUCH = 500.0
"""Minutes an hour that nobody speaks by themselves: the rule's limit."""

Heard = list[tuple[str, Change]]
"""Alerts of which rules opened and ended, in order."""


class Hurried(Http):
    """Waits like any other, only not as long."""

    async def send(self, call: Call) -> Reply:
        hurried = min(call.within, timedelta(seconds=0.1))
        return await super().send(replace(call, within=hurried))


@dataclass
class House:
    """One daemon and the vendor it watches; a second source of it has nothing to complain of."""

    store: Store
    http: Web
    clock: HandClock
    vendor: SupertoneStandIn
    url: str
    source: Source
    metrics: Metrics = field(default_factory=lambda: build_metrics("test"))
    history: timedelta = 2 * DAY
    max_series: int = 10_000
    secrets: tuple[str, ...] = (KEY,)
    """What nothing that is kept may hold."""

    def __post_init__(self) -> None:
        chance = Random(7)  # noqa: S311
        self.governor = Governor(self.store, self.clock, chance, self.metrics.called)
        self.webs: dict[int, Web] = {}
        self.events: list[Event] = []

    def poller(self, source: Source, name: str = "voices") -> Poller:
        """As the daemon builds it once for all its life."""
        if id(source) not in self.webs:
            self.webs[id(source)] = self.governor.over(self.http, account_of(source))
        feed = Feed(name, source, history=self.history, max_series=self.max_series)
        rule = Rule("busy", name, Threshold(above=MUCH), tell=("team",))
        return Poller(Reader(feed, self.store, self.webs[id(source)]), [rule], self.metrics)

    async def poll(self) -> Polled:
        polled = await self.poller(self.source).poll(self.clock.at)
        self.events += polled.events
        return polled

    async def polls(self, span: timedelta) -> Heard:
        """A stretch of life: polled whenever its turn comes."""
        heard: Heard = []
        until = self.clock.at + span
        while self.clock.at < until:
            turn = self.clock.at + TURN
            polled = await self.poll()
            heard += [(event.alert.rule, event.change) for event in polled.events]
            self.clock.at = max(turn, self.clock.at)
        return heard

    def says(self, *canned: Canned | None) -> None:
        self.vendor.faults.canned.extend(canned)

    @property
    def calls(self) -> int:
        return len(self.vendor.faults.asked)

    async def panel(self) -> Panel:
        async with self.store.transaction() as tx:
            [panel] = await tx.usage.panels("voices")
        return panel

    async def state(self) -> SourceState:
        async with self.store.transaction() as tx:
            state = await tx.polls.state("voices")
        assert state is not None
        return state

    async def kept(self) -> str:
        """All that the store holds in words, letters and all."""
        shown = []
        async with self.store.transaction() as tx:
            for table in (tables.source, tables.account, tables.alert, tables.letter, tables.name):
                shown += (await tx.alerts._connection.execute(sa.select(table))).all()
        return repr(shown)

    def counted(self, metric: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(f"meterwatch_{metric}_total", labels) or 0.0


@asynccontextmanager
async def open_house(store_url: str, http: Web, **more: Any) -> AsyncIterator[House]:
    """Hours of voices, from a vendor that is well."""
    vendor = stand_in()
    clock = vendor.clock
    assert isinstance(clock, HandClock)
    async with serve(vendor.app()) as url, open_store(store_url) as store:
        source = more.pop("source", None) or SupertoneUsage(Secret(KEY), url, names=False)
        yield House(store, http, clock, vendor, url, source, **more)
