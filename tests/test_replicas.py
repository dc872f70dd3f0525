"""Several daemons share one PostgreSQL: together they say what one would have said, once."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

from daemon.carry import Means
from daemon.deliver import Courier
from daemon.http import open_http
from daemon.metrics import build_metrics
from daemon.notifier import Destination
from daemon.poll import Poller
from daemon.read import Reader
from daemon.route import Routing
from daemon.source import Feed
from daemon.store import open_store
from rules.kinds.threshold import Threshold
from rules.rule import Rule
from tests.fakes import HOUR, HandClock, Mailbox, Meter
from tests.postgres import Postgres

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
REPLICAS = 3


async def test_three_replicas_tell_everyone_once(postgres_server: Postgres) -> None:
    meter, box = Meter(), Mailbox()
    meter.used = {("a", NOON - HOUR): 1.0, ("a", NOON): 50.0, ("a", NOON + HOUR): 1.0}
    rule = Rule("busy", "tts", Threshold(above=10), tell=("team",))
    clock, metrics = HandClock(NOON), build_metrics("test")
    with postgres_server.database() as url:
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(open_http())
            stores = [await stack.enter_async_context(open_store(url)) for _ in range(REPLICAS)]
            pollers = [
                Poller(Reader(Feed("tts", meter), store, http), [rule], metrics) for store in stores
            ]
            couriers = [
                Courier(
                    {"team": Destination("team", box)},
                    Means(store, http, clock, metrics, Routing()),
                )
                for store in stores
            ]
            for minutes in range(-30, 180, 15):
                clock.at = NOON + timedelta(minutes=minutes)
                await asyncio.gather(*(poller.poll(clock.at) for poller in pollers))
                await asyncio.gather(*(courier.deliver(clock.at) for courier in couriers))

    changes = Counter(letter.event.change.value for letter in box.letters)
    assert changes == {"opened": 1, "resolved": 1}
