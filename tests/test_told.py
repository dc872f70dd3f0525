"""Whatever happens, in whatever order: what each person saw is true, in order, and said once."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from daemon.act import ActRefused, Person, Via, acknowledge, silence_alert
from daemon.carry import Means
from daemon.config.settings import Config
from daemon.deliver import Courier
from daemon.http import Http, open_http
from daemon.metrics import build_metrics
from daemon.notifier import (
    DeliveryError,
    DeliveryUnknown,
    Destination,
    DestinationDown,
    Message,
    Receipt,
)
from daemon.poll import Poller
from daemon.read import Reader
from daemon.route import routing_of
from daemon.source import Feed
from daemon.store import Store, Transaction, open_store
from rules.alert import Alert, Change, Phase
from rules.kinds.threshold import Threshold
from rules.rule import Rule
from tests.blank import blank
from tests.fakes import HOUR, HandClock, Mailbox, Meter

START = datetime(2026, 11, 16, tzinfo=UTC)
VOICES = ("a", "b", "c")
ENDS = (Change.RESOLVED, Change.WITHDRAWN)
ANNA = Person("anna", Via.COMMAND_LINE)


class Died(BaseException):
    """As a killed process does: nothing catches it."""


BEFORE = {
    "is full": DeliveryError("451 try again"),
    "knows us no more": DestinationDown("invalid_auth"),
    "loses it": DeliveryUnknown("no answer"),
    "dies before": Died(),
    "our code fails before": ZeroDivisionError(),
}
AFTER = {
    "takes it and is silent": DeliveryUnknown("no answer"),
    "dies after": Died(),
    "our code fails after": ZeroDivisionError(),
}
FATES = ("takes it", *BEFORE, *AFTER)


@dataclass
class Place(Mailbox):
    """Where a person reads. What it does with the next message is scripted."""

    fate: str = "takes it"
    seen: list[Message] = field(default_factory=list)

    async def send(self, http: Http, message: Message) -> Receipt | None:
        fate, self.fate = self.fate, "takes it"
        if fate in BEFORE:
            raise BEFORE[fate]
        self.seen.append(message)
        if fate in AFTER:
            raise AFTER[fate]
        return message.receipt or Receipt("here", message.key)


@dataclass
class Readable(Place):
    """One that can be asked what it has."""

    async def find(self, http: Http, message: Message) -> Receipt | None:
        for one in self.seen:
            if one.key == message.key:
                return one.receipt or Receipt("here", one.key)
        return None


@dataclass
class Mortal:
    """A store that a dead process cannot reach any more."""

    store: Store
    dead: bool = False

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        if self.dead:
            raise Died
        async with self.store.transaction() as tx:
            yield tx


PAUSES = st.sampled_from([1, 6, 20])


class Watch(RuleBasedStateMachine):
    """A daemon that watches three voices, and two people who are told."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.meter = Meter()
        self.clock = HandClock(START)
        self.places: dict[str, Place] = {"plain": Place(), "readable": Readable()}
        self.silenced: set[str] = set()
        """Series of which nobody may have heard."""

    @initialize()
    def begin(self) -> None:
        self.url = blank(Path(self.folder.name))
        self.loop.run_until_complete(self._open())
        self.hour({})

    # -- what may happen

    @rule(high=st.sets(st.sampled_from(VOICES)))
    def hour(self, high: Any) -> None:
        """An hour goes by; some voices use too much in it."""
        for voice in VOICES:
            self.meter.used[voice, self.clock.at] = 50.0 if voice in high else 1.0
        self.clock.at += HOUR
        self.live(self._poll())

    @rule(
        voice=st.sampled_from(VOICES), hours=st.integers(1, 3), value=st.sampled_from([1.0, 60.0])
    )
    def revision(self, voice: str, hours: int, value: float) -> None:
        """The vendor says something else of an hour that was told."""
        start = self.clock.at - hours * HOUR
        if (voice, start) in self.meter.used:
            self.meter.used[voice, start] = value
            self.live(self._poll())

    @rule(number=st.integers(1, 4))
    def acknowledgement(self, number: int) -> None:
        async def act() -> None:
            async with self.store.transaction() as tx:
                with suppress(ActRefused):
                    await acknowledge(tx, number, ANNA, self.clock.now())

        self.live(act())

    @rule(number=st.integers(1, 4), hours=st.integers(1, 3))
    def silence(self, number: int, hours: int) -> None:
        async def act() -> None:
            async with self.store.transaction() as tx:
                with suppress(ActRefused):
                    span = hours * HOUR
                    await silence_alert(tx, number, span, ANNA, "a test", self.clock.now())
                    known = await tx.alerts.numbered(number)
                    self.silenced.add(known.series.key if known else "")

        self.live(act())

    @rule(plain=st.sampled_from(FATES), readable=st.sampled_from(FATES), minutes=PAUSES)
    def delivery(self, plain: str, readable: str, minutes: int) -> None:
        """A round, in which something may go wrong."""
        self.places["plain"].fate = plain
        self.places["readable"].fate = readable
        self.clock.at += timedelta(minutes=minutes)
        self.live(self._deliver())

    @rule(plain=st.sampled_from(FATES), readable=st.sampled_from(FATES))
    def hour_and_delivery(self, plain: str, readable: str) -> None:
        """All at once is when things go wrong."""
        self.hour({"a"} if int(self.clock.at.timestamp()) // 3600 % 3 else set())
        self.delivery(plain, readable, 1)

    @rule()
    def reload(self) -> None:
        self.live(self._reopen())

    # -- how it happens

    def live(self, doing: Any) -> None:
        """Do it; a daemon that died in it is started again."""
        try:
            self.loop.run_until_complete(doing)
        except Died:
            self.loop.run_until_complete(self._reopen())

    async def _open(self) -> None:
        self.opened = open_store(self.url)
        self.real = await self.opened.__aenter__()
        self.web = open_http()
        http = await self.web.__aenter__()
        self.store: Any = Mortal(self.real)
        metrics = build_metrics("test")
        busy = Rule("busy", "tts", Threshold(above=10), tell=tuple(self.places))
        feed = Feed("tts", self.meter)
        places = {name: Destination(name, place) for name, place in self.places.items()}
        routing = routing_of(Config((feed,), (busy,), destinations=tuple(places.values())))
        self.poller = Poller(Reader(feed, self.store, http), [busy], metrics, routing)
        self.courier = Courier(places, Means(self.store, http, self.clock, metrics, routing))

    async def _reopen(self) -> None:
        self.store.dead = True
        await self.web.__aexit__(None, None, None)
        await self.opened.__aexit__(None, None, None)
        await self._open()

    async def _poll(self) -> None:
        await self.poller.poll(self.clock.now())

    async def _deliver(self) -> None:
        try:
            await self.courier.deliver(self.clock.now())
        except Died:
            self.store.dead = True
            raise

    # -- what must be so

    def teardown(self) -> None:
        if hasattr(self, "url"):
            self.loop.run_until_complete(self._settle())
            self.loop.run_until_complete(self.web.__aexit__(None, None, None))
            self.loop.run_until_complete(self.opened.__aexit__(None, None, None))
        self.loop.close()
        self.folder.cleanup()

    async def _settle(self) -> None:
        """All is well again, and a few hours go by in which nothing happens."""
        for place in self.places.values():
            place.fate = "takes it"
        for _ in range(60):
            self.clock.at += timedelta(minutes=5)
            await self._deliver()
        async with self.store.transaction() as tx:
            assert await tx.outbox.next_due() is None, "something is owed for ever"
            alerts = {one.number: one.alert for one in await tx.alerts.recent(100)}
        for name, place in self.places.items():
            for number, alert in alerts.items():
                if alert.rule == "busy":
                    self._told_well(name, place, number, alert)

    def _told_well(self, name: str, place: Place, number: int, alert: Alert) -> None:
        story = [
            (letter.event.change, letter.heard, message.key, message.repeats)
            for message in place.seen
            for letter in message.letters
            if letter.alert == number
        ]
        self._opened_before_anything_else(story)
        self._said_once(name, story)
        if not story:
            # Silenced to its end, or taken back before anybody was told.
            silenced = alert.series.key in self.silenced
            assert alert.phase is Phase.WITHDRAWN or silenced, f"alert {number}: never told"
            return
        ended = story[-1][0] in ENDS
        assert ended == (alert.phase is not Phase.FIRING), f"{number} is {alert.phase}: {story}"

    def _opened_before_anything_else(self, story: Any) -> None:
        """Or it is said, in one letter, that it opened and what came of it."""
        if story:
            change, heard, _, _ = story[0]
            assert change is Change.OPENED or not heard, story

    def _said_once(self, name: str, story: Any) -> None:
        """Twice only where nobody could ask whether it had arrived, and then marked as that."""
        for (change, _, key, _), times in Counter(story).items():
            again = [each for each in story if each[0] is change and each[2] == key]
            unmarked = [each for each in again if not each[3]]
            assert len(unmarked) <= 1, story
            assert name == "plain" or len(again) == 1, story
            assert times >= 1


TestWatch = Watch.TestCase
TestWatch.settings = settings(max_examples=10, stateful_step_count=25, deadline=None)
