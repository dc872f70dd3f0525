"""Whatever happens on the way, what the store holds of a settled bucket is what is true of it."""

from datetime import timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest

from daemon.http import Http
from daemon.metrics import build_metrics
from daemon.poll import Poller
from daemon.read import Reader
from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.source import Feed
from daemon.store import Store, open_store
from rules.panel import Panel
from tests.stored import forget
from tests.truths import WORLDS, Truth

BROKEN = (
    Canned(503, "busy"),
    Canned(200, "<html>log in</html>"),
    Canned(200, '{"data": [', cut=True),
    Canned(429, "", {"Retry-After": "1"}),
    Canned(200, "null"),
)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("vendor", WORLDS)
async def test_what_is_kept_of_a_settled_bucket_is_true(
    vendor: str, seed: int, tmp_path: Path, http: Http
) -> None:
    """Polls, failures anywhere in a walk, revisions, pages told twice, and restarts, in any
    order; then one good poll."""
    chance = Random(seed)  # noqa: S311
    truth = WORLDS[vendor]()
    async with (
        serve(truth.stand_in.app()) as url,
        open_store(f"sqlite:///{tmp_path}/truth.db") as store,
    ):
        feed = Feed(vendor, truth.source(url), history=timedelta(days=10), check_units=False)
        poller = Poller(Reader(feed, store, http), [], build_metrics("test"))
        for _ in range(12):
            await live(truth, poller, store, chance)
        truth.stand_in.faults.canned.clear()
        assert (await poller.poll(truth.clock.now())).failure is None
        async with store.transaction() as tx:
            panels = await tx.usage.panels(vendor)

    assert sum(panel.closed for panel in panels) > 9
    for panel in panels:
        check(truth, panel)


def check(truth: Truth, panel: Panel) -> None:
    true, kept = truth.amounts(panel), panel.values
    settled = np.arange(len(panel))[:, None] < panel.closed
    told = ~np.isnan(kept)

    # What is not told was before anybody had heard of the series: nobody says zero of it.
    assert not np.isnan(kept[: panel.closed]).all(axis=0).any()
    assert kept[settled & told] == pytest.approx(true[settled & told], abs=1e-6)


async def live(truth: Truth, poller: Poller, store: Store, chance: Random) -> None:
    """One thing happens, and time goes on."""
    match chance.choice(["poll", "poll", "fail", "fail late", "meddle", "restart"]):
        case "fail":
            truth.stand_in.faults.canned.append(chance.choice(BROKEN))
        case "fail late":
            honest = [None] * chance.randint(1, 3)
            truth.stand_in.faults.canned.extend([*honest, chance.choice(BROKEN)])
        case "meddle":
            truth.meddle(chance)
        case "restart":
            forget(store)
    await poller.poll(truth.clock.now())
    truth.stand_in.faults.canned.clear()
    truth.clock.at += chance.randint(1, 500) * timedelta(minutes=1)
