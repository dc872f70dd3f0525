"""A Fastly to ask in tests: the sandbox's stand-in, or answers as they were recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from daemon.http import Http
from daemon.metrics import build_metrics
from daemon.poll import Polled, Poller
from daemon.read import Reader
from daemon.sandbox.fastly.account import METERS, SERVICES
from daemon.sandbox.fastly.stand_in import FastlyStandIn
from daemon.secret import Secret
from daemon.source import Ask, Feed, Source, Standing, Window
from daemon.sources.fastly import FastlyServiceUsage, FastlyUsageMetrics
from daemon.store import Store
from rules.panel import Panel
from tests.daemon.sources.fastly.stand import KEY
from tests.daemon.sources.stand import NOW
from tests.daemon.sources.vendor import REPLIES

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
REQUESTS, BANDWIDTH, EUROPEAN, _, IMAGES = METERS
WWW, IMG, API, SHOP, NIGHTLY, OLD = SERVICES

Kind = type[FastlyServiceUsage | FastlyUsageMetrics]


@dataclass(slots=True)
class Fastly:
    stand_in: FastlyStandIn
    url: str
    http: Http

    @property
    def asked(self) -> Sequence[str]:
        """What of the questions differs from one to the other."""
        return [path.removeprefix("/billing/v3/") for path in self.stand_in.faults.asked]

    async def ask(self, kind: Kind, since: datetime = NOW, **fields: object) -> list[Standing]:
        return await ask(kind, self.url, self.http, since, **fields)


async def ask(
    kind: Kind, url: str, http: Http, since: datetime = NOW, **fields: object
) -> list[Standing]:
    """Asked now, about what was since some moment."""
    source = kind(key=Secret(KEY), url=url, **fields)
    return list(await source.fetch(Ask("voices", http, Window(since, NOW))))


@dataclass(slots=True)
class Watch:
    """A Fastly that is polled into a store."""

    fastly: Fastly
    store: Store
    source: Source

    async def poll(self, at: datetime) -> Polled:
        self.fastly.stand_in.clock.at = at
        feed = Feed("cdn", self.source, history=90 * DAY)
        reader = Reader(feed, self.store, self.fastly.http)
        return await Poller(reader, [], build_metrics("t")).poll(at)

    async def panel(self) -> Panel:
        async with self.store.transaction() as tx:
            [panel] = await tx.usage.panels("cdn")
        return panel

    async def used(self, **labels: str) -> dict[datetime, float]:
        """By the start of each bucket that something is known of, for all series with these
        labels."""
        panel = await self.panel()
        wanted = [
            column
            for column, series in enumerate(panel.series)
            if labels.items() <= dict(series.labels).items()
        ]
        sums = panel.values[:, wanted].sum(axis=1)
        return {panel.at(row): float(sums[row]) for row in range(len(panel)) if sums[row] >= 0}


def recorded(*names: str) -> list[str]:
    return [(Path(REPLIES) / f"fastly.{name}.json").read_text() for name in names]


def by_label(standing: Standing, label: str) -> dict[str | None, float]:
    """Totals by one label, summed over the others."""
    sums: dict[str | None, float] = {}
    for labels, total in standing.totals.items():
        value = dict(labels).get(label)
        sums[value] = sums.get(value, 0.0) + total
    return sums
