"""Two months of minutes that are paid from a balance: each step is heard of exactly once.

The real poll, store and outbox; the messages are those that the console prints.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from daemon.carry import Means
from daemon.deliver import Courier
from daemon.http import open_http
from daemon.metrics import build_metrics
from daemon.notifier import Destination
from daemon.notifiers.console import Console
from daemon.poll import Poller
from daemon.read import Reader
from daemon.route import Routing
from daemon.source import Answer, Ask, Feed, Window
from daemon.store import Store, open_store
from rules.alert import Event
from rules.kinds.budget import Budget
from rules.kinds.runway import Runway
from rules.rule import Rule
from rules.series import Absent, Measure, Metric, Reading, labels_of
from tests.fakes import HandClock

OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTES = Metric("voices", "minutes", "minutes", Measure.AMOUNT, DAY, Absent.ZERO)
CREDITS = Metric("pool", "credits", "credits", Measure.LEVEL, DAY)
AGATHA, BEN = labels_of({"voice_id": "agatha"}), labels_of({"voice_id": "ben"})

MONTH = Rule(
    "month",
    "voices",
    Budget(1000, "month", price=0.5, currency="USD", mind="used", at=(0.2, 0.4, 0.6)),
    by=(),
    tell=("terminal",),
)
GONE = Rule("gone", "pool", Runway(usage_source="voices"), tell=("terminal",))


STEPS = [("opened", 1), ("worsened", 2), ("worsened", 3)]


def used(at: datetime) -> float:
    """Minutes of the day from here: on the first of November a great many at once."""
    return 500.0 if at == datetime(2026, 11, 1, tzinfo=UTC) else 40.0 + at.day % 3


def balance(at: datetime) -> float:
    """A minute costs a credit; six thousand are bought in the middle of November."""
    spent = sum(used(OCTOBER + n * DAY) for n in range((at - OCTOBER) // DAY))
    return 2300 - spent + (6000 if at >= datetime(2026, 11, 15, tzinfo=UTC) else 0)


@dataclass(frozen=True)
class Vendor:
    """It tells the use of two voices, or the balance that pays for it."""

    metric: Metric
    revises: timedelta = timedelta(0)
    settles: timedelta = timedelta(0)
    calls_a_minute: int = 60
    tells_past: bool = True

    def metrics(self, name: str) -> Sequence[Metric]:
        return [self.metric]

    async def fetch(self, ask: Ask) -> Sequence[Answer]:
        start, end = self.metric.bucket(ask.window.start), self.metric.bucket(ask.window.end) + DAY
        starts = [start + n * DAY for n in range((end - start) // DAY)]
        known = [each for each in starts if each >= OCTOBER and each <= ask.now]
        readings = [one for each in known for one in self._told(each, ask.now)]
        return [Answer(self.metric, Window(start, end), readings)]

    def _told(self, start: datetime, now: datetime) -> list[Reading]:
        if self.metric is CREDITS:
            return [Reading((), start, balance(start))]
        share = min((now - start) / DAY, 1.0)
        amounts = ((AGATHA, used(start) * 0.75), (BEN, used(start) * 0.25))
        return [Reading(labels, start, much * share) for labels, much in amounts]


@dataclass
class House:
    """A daemon in the test's hands."""

    store: Store
    clock: HandClock
    pollers: Sequence[Poller]
    courier: Courier
    events: list[Event] = field(default_factory=list)

    async def until(self, end: datetime) -> None:
        """Polled every twenty-one hours: some days are seen twice, and all of them filling."""
        while self.clock.at < end:
            for poller in self.pollers:
                polled = await poller.poll(self.clock.at)
                assert polled.failure is None
                self.events += polled.events
            while (await self.courier.deliver(self.clock.at)).sent:
                pass
            self.clock.at += timedelta(hours=21)

    def heard(self, rule: Rule) -> list[tuple[str, int]]:
        mine = [event for event in self.events if event.alert.rule == rule.name]
        return [(event.change.value, event.alert.step) for event in mine]


@pytest.fixture
async def house(store_url: str) -> AsyncIterator[House]:
    clock, metrics = HandClock(OCTOBER + DAY), build_metrics("test")
    feeds = {
        name: Feed(name, Vendor(one)) for name, one in (("pool", CREDITS), ("voices", MINUTES))
    }
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(store_url))
        http = await stack.enter_async_context(open_http())
        pollers = [
            Poller(Reader(feed, store, http), [rule], metrics, others=feeds)
            for feed, rule in zip(feeds.values(), (GONE, MONTH), strict=True)
        ]
        places = {"terminal": Destination("terminal", Console())}
        yield House(
            store, clock, pollers, Courier(places, Means(store, http, clock, metrics, Routing()))
        )


async def test_each_share_of_each_month_and_each_time_left_is_heard_once(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    await house.until(DECEMBER)
    printed = capsys.readouterr().out.splitlines()
    titles = [line for line in printed if line.startswith(("Minutes", "Credits", "Worse", "Over"))]

    assert house.heard(MONTH) == [*STEPS, ("resolved", 3), *STEPS]
    assert house.heard(GONE) == [*STEPS, ("resolved", 3)]
    assert len(titles) == len(house.events)
    assert titles[0] == "Minutes of voices: 205 of 1,000 USD used (20 %) with 21 days to go"
    assert sum(line.startswith("Worse: Minutes of voices: 6") for line in titles) == 2
    assert "Over: Minutes of voices, a new period began" in titles
    assert "Over: Credits of pool, 5,995 credits last for more than 8 weeks" in titles
    assert any(line.startswith("Worse: Credits of pool: 364 credits last until") for line in titles)
