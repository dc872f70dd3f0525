"""What a person says of an alert is taken into account by the next poll."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.act import Person, Via, acknowledge, expect
from daemon.http import Http, open_http
from daemon.letter import Letter
from daemon.metrics import build_metrics
from daemon.poll import Poller
from daemon.read import Reader
from daemon.source import Feed
from daemon.store import Store, open_store
from daemon.story import story
from daemon.wording import wording
from rules.alert import Change, Event
from rules.kind import Kind
from rules.kinds.spike import Spike
from rules.kinds.threshold import Threshold
from rules.rule import Rule
from tests.blank import blank
from tests.fakes import HOUR, Meter

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
WEEKS = 10
ANNA = Person("Anna", Via.API)


@dataclass
class Voice:
    """Ten weeks of a voice that speaks alike every day, and then four hours of far more."""

    store: Store
    http: Http
    meter: Meter = field(default_factory=Meter)
    kind: Kind = field(default_factory=lambda: Spike(min_change=1))

    def speaks(self) -> None:
        first = NOON - WEEKS * WEEK
        for each in range(WEEKS * 168 + 24):
            hour = first + each * HOUR
            minutes = 10 + (7 * hour.hour + 13 * hour.day) % 10 / 10
            times = 13 if NOON <= hour < NOON + 4 * HOUR else 1
            self.meter.used["ag[a]tha*", hour] = minutes * times

    async def poll(self, at: datetime) -> list[Event]:
        feed = Feed("tts", self.meter, history=WEEKS * WEEK)
        rule = Rule("unusual", "tts", self.kind, tell=("team",))
        poller = Poller(Reader(feed, self.store, self.http), [rule], build_metrics("t"))
        return list((await poller.poll(at)).events)

    async def opened(self) -> int:
        """The number of the alert that opens in the first of the four hours."""
        await self.poll(NOON - HOUR / 2)
        assert [event.change for event in await self.poll(NOON + HOUR / 2)] == [Change.OPENED]
        async with self.store.transaction() as tx:
            (live,) = await tx.alerts.live()
        return live.number


@pytest.fixture
async def voice(tmp_path: Path) -> AsyncIterator[Voice]:
    async with open_store(blank(tmp_path)) as store, open_http() as http:
        voice = Voice(store, http)
        voice.speaks()
        yield voice


async def test_what_was_expected_is_withdrawn_at_the_next_poll_by_the_name_of_who_said_so(
    voice: Voice,
) -> None:
    number = await voice.opened()
    async with voice.store.transaction() as tx:
        await expect(tx, number, ANNA, NOON + HOUR / 2)
    events = await voice.poll(NOON + 3 * HOUR / 4)
    async with voice.store.transaction() as tx:
        ledger = await tx.outbox.ledger(1, alert=number)

    assert [event.change for event in events if event.alert.since == NOON] == [Change.WITHDRAWN]
    letter = ledger[0].content
    assert isinstance(letter, Letter)
    assert f"it was planned: alert {number} was expected, said Anna" in wording(letter).title


async def test_a_limit_counts_what_is_really_used_whoever_expected_it(voice: Voice) -> None:
    voice.kind = Threshold(above=100)
    number = await voice.opened()
    async with voice.store.transaction() as tx:
        await expect(tx, number, ANNA, NOON + HOUR / 2)

    assert await voice.poll(NOON + 3 * HOUR / 4) == []


async def test_what_somebody_looks_after_is_over_when_it_is_and_its_story_says_all(
    voice: Voice,
) -> None:
    number = await voice.opened()
    async with voice.store.transaction() as tx:
        await acknowledge(tx, number, ANNA, NOON + HOUR / 2)
    for hour in range(1, 12):
        await voice.poll(NOON + hour * HOUR)
    async with voice.store.transaction() as tx:
        told = await story(tx, number)

    assert told is not None
    changes = [event.change for _, event in told.events]
    assert changes == [Change.OPENED, Change.ACKNOWLEDGED, Change.RESOLVED]
    assert told.acknowledged is not None
    assert [act.by for act in told.acts] == ["Anna"]
