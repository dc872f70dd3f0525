"""What a day came to is taken from what the source tells now, and only where it was watched."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from daemon.http import Http
from daemon.recording.tally import panel_of, shelf_of, tally
from daemon.source import Feed
from rules.recorded import DAY, Unfinished
from tests.billing import MINUTES, NOON, TODAY, Billing, open_billing
from tests.blank import blank
from tests.fakes import HOUR, Meter


@pytest.fixture
async def billing(tmp_path: Path, http: Http) -> AsyncIterator[Billing]:
    async with open_billing(blank(tmp_path, "store.db"), http) as billing:
        yield billing


async def tallied(billing: Billing, day: date = TODAY, feed: Feed | None = None) -> Decimal:
    feed = feed or billing.recording.feed
    async with billing.store.transaction() as tx:
        shelf = await shelf_of(tx, billing.ledger, feed)
        return await tally(tx, billing.ledger, feed, shelf, day)


async def test_what_was_told_by_another_grid_does_not_count(billing: Billing) -> None:
    billing.metric = replace(MINUTES, width=HOUR / 2)
    await billing.use(7)
    billing.metric = MINUTES
    await billing.use(41.5)
    await billing.begin()

    assert await tallied(billing) == Decimal("41.5")


async def test_of_a_metric_nobody_declares_the_newest_grid_counts(billing: Billing) -> None:
    undeclared = replace(MINUTES, name="calls")
    for metric, much in ((undeclared, 7), (replace(undeclared, width=HOUR / 2), 8)):
        billing.metric = metric
        await billing.use(much, TODAY + (much - 7) * DAY)
    await billing.begin()

    assert await tallied(billing, TODAY + DAY) == 8


async def test_the_first_use_of_all_may_fall_on_a_watched_day(billing: Billing) -> None:
    await billing.begin()
    await billing.use(41.5)

    assert await tallied(billing) == Decimal("41.5")


@pytest.mark.parametrize("later", [False, True])
async def test_where_the_past_is_not_told_the_first_day_is_not_whole(
    billing: Billing, later: bool
) -> None:
    await billing.begin()
    day = TODAY + later * DAY
    await billing.use(41.5, day)
    feed = Feed("tts", Meter(tells_past=False))

    if later:
        assert await tallied(billing, day, feed) == Decimal("41.5")
    else:
        with pytest.raises(Unfinished, match="12 of its 24"):
            await tallied(billing, day, feed)


async def test_of_a_recorder_that_never_ran_no_day_was_watched(billing: Billing) -> None:
    await billing.use(41.5)

    with pytest.raises(Unfinished, match="12 of its 24 buckets of 1 hour are not told"):
        await tallied(billing)


async def test_a_panel_that_somebody_brings_is_that_of_the_source(billing: Billing) -> None:
    billing.used["a", NOON] = 1
    await billing.tell(NOON + timedelta(days=1))
    async with billing.store.transaction() as tx:
        (mine,) = await tx.usage.panels("tts")
    other = replace(mine, metric=replace(MINUTES, source="other"))

    assert panel_of([other, mine], billing.ledger) is mine
    with pytest.raises(Unfinished, match="has not told of anything"):
        panel_of([other], billing.ledger)
