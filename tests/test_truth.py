"""Whatever happens on the way, what the store holds of a settled bucket is what is true of it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest

from daemon.governor import Governor
from daemon.governor.account import account_of
from daemon.http import Http, Web
from daemon.metrics import build_metrics
from daemon.poll import Poller
from daemon.read import Reader
from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.source import Feed, Source
from daemon.store import Store, open_store
from rules.panel import Panel
from rules.series import OTHER, Series
from tests.blank import blank
from tests.stored import forget
from tests.truths import STEADY, WORLDS, Truth

SEEDS = 3
"""Of each world: enough for every change of a test run; more find more, for who looks for it."""
LIVES, THINGS = 2, 4
"""How often the daemon is started, and how many things happen in each of its lives."""

BROKEN = (
    Canned(503, "busy"),
    Canned(200, "<html>log in</html>"),
    Canned(200, '{"data": [', cut=True),
    Canned(429, "", {"Retry-After": "1"}),
    Canned(429, "", {"Retry-After": "240"}),
    Canned(200, "null"),
)

Way = Callable[[Store, Source], Web]


def check(truth: Truth, panel: Panel) -> None:
    true, values = truth.amounts(panel), panel.values
    settled = np.arange(len(panel))[:, None] < panel.closed
    told = ~np.isnan(values)

    np.testing.assert_allclose(values[settled & told], true[settled & told], 1e-9, 5e-6)
    # What is not told was before anybody had heard of the series, and nothing was used.
    assert not np.nan_to_num(true[settled & ~told]).any()


def check_together(truth: Truth, panel: Panel) -> None:
    """All series of a bucket hold what everybody used in it."""
    metric = panel.metric
    everybody = [Series(metric.source, metric.name, labels) for labels in truth.everybody()]
    true = truth.amounts(replace(panel, series=tuple(everybody)))[: panel.closed]
    values = panel.values[: panel.closed]

    np.testing.assert_allclose(np.nansum(values, axis=1), np.nansum(true, axis=1), 1e-9, 1e-4)


@dataclass
class Lives:
    """A daemon that watches one source, and is stopped and started again."""

    truth: Truth
    url: str
    database: str
    way: Way
    chance: Random
    most: int = 10_000
    check: Callable[[Truth, Panel], None] = check
    read_whole: int = 0

    async def lead(self) -> Panel:
        """Things happen in any order; then one good poll. What is kept at the end."""
        for _ in range(LIVES - 1):
            async with self._started() as (poller, store):
                for _ in range(THINGS):
                    await self._live(poller, store)
        async with self._started() as (poller, store):
            for _ in range(THINGS):
                await self._live(poller, store)
            self.truth.clock.at += self.truth.pace.at_last
            assert (await poller.poll(self.truth.clock.now())).failure is None
            self.truth.heard()
            [panel] = await kept(store, poller)
            return panel

    @asynccontextmanager
    async def _started(self) -> AsyncIterator[tuple[Poller, Store]]:
        source = self.truth.source(self.url)
        feed = Feed(
            "vendor", source, history=self.truth.history, max_series=self.most, check_units=False
        )
        async with open_store(self.database) as store:
            reader = Reader(feed, store, self.way(store, source))
            yield Poller(reader, [], build_metrics("test")), store

    async def _live(self, poller: Poller, store: Store) -> None:
        """One thing happens, and time goes on."""
        truth, chance = self.truth, self.chance
        self._happen(store)
        if (await poller.poll(truth.clock.now())).failure is None:
            truth.heard()
            self.read_whole += 1
            for panel in await kept(store, poller):
                self.check(truth, panel)
        truth.stand_in.faults.canned.clear()
        truth.clock.at += truth.pace.passes(chance)

    def _happen(self, store: Store) -> None:
        canned, chance = self.truth.stand_in.faults.canned, self.chance
        broken = chance.randint(1, 4) * [chance.choice(BROKEN)]
        match chance.choice(["poll", "fail", "fail", "fail late", "meddle", "meddle", "restart"]):
            case "fail":
                canned.extend(broken)
            case "fail late":
                canned.extend([*(chance.randint(1, 3) * [None]), *broken])
            case "meddle":
                self.truth.meddle(chance)
            case "restart":
                forget(store)


async def kept(store: Store, poller: Poller) -> Sequence[Panel]:
    """Nothing where nothing was told yet."""
    async with store.transaction() as tx:
        return await tx.usage.panels(poller.feed.name)


@pytest.fixture
def database(tmp_path: Path) -> str:
    return blank(tmp_path, "truth.db")


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("world", WORLDS)
async def test_what_is_kept_of_a_settled_bucket_is_true(
    world: str, seed: int, database: str, http: Http
) -> None:
    """Polls, failures anywhere in a walk, revisions, pages told twice, and restarts, in any
    order: after every good poll, and at the end."""
    truth = WORLDS[world]()
    async with serve(truth.stand_in.app()) as url:
        lives = Lives(truth, url, database, lambda *_: http, Random(seed))  # noqa: S311
        panel = await lives.lead()

    assert lives.read_whole > 0
    assert panel.closed > 2
    check(truth, panel)


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_the_governed_way_out_changes_nothing_of_it(
    seed: int, database: str, http: Http
) -> None:
    """What broke is asked for again on the spot, calls wait for their turn, and accounts rest."""
    truth, chance = WORLDS["segment.source_calls"](), Random(seed)  # noqa: S311

    def govern(store: Store, source: Source) -> Web:
        return Governor(store, truth.clock, chance).over(http, account_of(source))

    async with serve(truth.stand_in.app()) as url:
        lives = Lives(truth, url, database, govern, chance)
        panel = await lives.lead()

    assert lives.read_whole > 0
    check(truth, panel)


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_what_has_no_place_of_its_own_is_counted_all_the_same(
    seed: int, database: str, http: Http
) -> None:
    truth = WORLDS["supertone.usage"]()
    async with serve(truth.stand_in.app()) as url:
        lives = Lives(truth, url, database, lambda *_: http, Random(seed), 3, check_together)  # noqa: S311
        panel = await lives.lead()

    assert panel.series[3:] == (Series("vendor", "minutes", OTHER),)
    check_together(truth, panel)


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("world", STEADY)
async def test_between_two_polls_amounts_add_up_to_what_was_used(
    world: str, seed: int, database: str, http: Http
) -> None:
    """Over the month's turn, and whatever failed in between; most series have no place here."""
    truth = STEADY[world]()
    async with serve(truth.stand_in.app()) as url:
        lives = Lives(truth, url, database, lambda *_: http, Random(seed), 3, check_together)  # noqa: S311
        panel = await lives.lead()
    spans = list(pairwise(truth.moments()))
    kept = [np.nansum(panel.values[panel.row(start) : panel.row(end)]) for start, end in spans]

    assert len(spans) > 3
    assert kept == pytest.approx([truth.used(start, end) for start, end in spans], abs=1e-3)
