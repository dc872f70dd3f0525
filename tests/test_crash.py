"""The daemon dies between any two steps: nothing is lost, and nothing told twice but at one gap."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from daemon.carry import Means
from daemon.deliver import Courier
from daemon.http import Http, open_http
from daemon.metrics import build_metrics
from daemon.notifier import Destination, Message, Receipt
from daemon.poll import Poller
from daemon.read import Reader
from daemon.route import Routing
from daemon.source import Ask, Feed
from daemon.store import Store, Transaction, open_store
from rules.kinds.threshold import Threshold
from rules.panel import Panel
from rules.rule import Rule
from rules.verdict import Verdicts
from tests.fakes import HOUR, HandClock, Mailbox, Meter

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AT = NOON + timedelta(minutes=30)


OVER = "fired and over"
"""What is said of an alert that ended before anybody could be told that it opened."""
ONCE = Counter(opened=1, resolved=1), Counter({OVER: 1})
"""What a person may have heard of it, each of it once."""


class Died(BaseException):
    """As a killed process does: nothing catches it."""


@dataclass
class Fate:
    """Where the daemon dies: before or after a step. It dies once."""

    step: str = ""
    met: bool = False

    def reach(self, step: str) -> None:
        if step == self.step and not self.met:
            self.met = True
            raise Died(step)


@dataclass
class Mortal:
    """One part of a transaction; the daemon may die before or after each of its calls."""

    part: Any
    name: str
    fate: Fate

    def __getattr__(self, call: str) -> Any:
        async def step(*args: Any, **options: Any) -> Any:
            self.fate.reach(f"before {self.name}.{call}")
            result = await getattr(self.part, call)(*args, **options)
            self.fate.reach(f"after {self.name}.{call}")
            return result

        return step


@dataclass
class MortalStore:
    store: Store
    fate: Fate
    during: str

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        names = ("usage", "names", "polls", "alerts", "outbox", "bag", "destinations")
        async with self.store.transaction() as tx:
            parts = {name: Mortal(getattr(tx, name), name, self.fate) for name in names}
            yield replace(tx, **parts)
            self.fate.reach(f"before commit of {self.during}")
        self.fate.reach(f"after commit of {self.during}")


@dataclass
class MortalMeter(Meter):
    fate: Fate = field(default_factory=Fate)

    async def fetch(self, ask: Ask) -> Any:
        self.fate.reach("before the vendor is asked")
        answers = await super().fetch(ask)
        self.fate.reach("after the vendor answered")
        return answers


@dataclass
class MortalMailbox(Mailbox):
    fate: Fate = field(default_factory=Fate)

    async def send(self, http: Http, message: Message) -> Receipt | None:
        place = message.letters[0].destination
        self.fate.reach(f"before {place} is told")
        receipt = await super().send(http, message)
        self.fate.reach(f"after {place} was told")
        return receipt

    async def find(self, http: Http, message: Message) -> Receipt | None:
        """It has one life, longer than the daemon's, and knows what it was told."""
        for number, one in enumerate(self.messages, 1):
            if one.key == message.key:
                return one.receipt or Receipt("mailbox", str(number))
        return None


@dataclass
class Deaf(MortalMailbox):
    """One that cannot be asked what it was told."""

    find: Any = None


@dataclass(frozen=True)
class MortalKind:
    """A threshold; the daemon may die around its judging."""

    fate: Fate

    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        self.fate.reach("before judging")
        verdicts = Threshold(above=10).judge(panel, rows)
        self.fate.reach("after judging")
        return verdicts


@dataclass
class World:
    """What outlives the daemon: its database, the vendor, and people's mailboxes."""

    url: str
    fate: Fate = field(default_factory=Fate)
    meter: MortalMeter = field(default_factory=MortalMeter)
    boxes: dict[str, MortalMailbox] = field(default_factory=dict)

    async def life(self, *hours: int) -> None:
        """A daemon that is started, ticks at these hours, and perhaps dies."""
        async with open_store(self.url) as store, open_http() as http:
            for hour in hours:
                clock = HandClock(AT + hour * HOUR)
                await self._tick(store, http, clock)

    async def _tick(self, store: Store, http: Http, clock: HandClock) -> None:
        metrics = build_metrics("test")
        rule = Rule("busy", "tts", MortalKind(self.fate), tell=tuple(self.boxes))
        polling: Any = MortalStore(store, self.fate, "the poll")
        routing = Routing()
        poller = Poller(Reader(Feed("tts", self.meter), polling, http), [rule], metrics, routing)
        await poller.poll(clock.now())
        places = {name: Destination(name, box) for name, box in self.boxes.items()}
        delivering: Any = MortalStore(store, self.fate, "a delivery")
        means = Means(delivering, http, clock, metrics, routing)
        await Courier(places, means).deliver(clock.now())

    def heard(self) -> dict[str, Counter[str]]:
        return {
            name: Counter(
                letter.event.change.value if letter.heard else OVER for letter in box.letters
            )
            for name, box in self.boxes.items()
        }


@pytest.fixture
def world(store_url: str) -> World:
    world = World(store_url)
    world.meter.fate = world.fate
    world.boxes = {name: MortalMailbox(fate=world.fate) for name in ("team", "boss")}
    world.meter.used = {
        ("a", NOON - 3 * HOUR): 1.0,
        ("a", NOON): 50.0,
        ("a", NOON + HOUR): 1.0,
    }
    return world


async def die_and_live_on(world: World, step: str) -> None:
    """A quiet hour, a life that dies at a step while it opens or resolves, and a whole one."""
    await world.life(-1)
    world.fate.step = step
    with pytest.raises(Died):
        await world.life(0, 2)
    # Past the claim of a letter that was in the dead daemon's hands.
    await world.life(2, 3)


POLL_STEPS = [
    "before the vendor is asked",
    "after the vendor answered",
    "before usage.record",
    "after usage.record",
    "before judging",
    "after judging",
    "after alerts.keep_all",
    "before outbox.enqueue_all",
    "after outbox.enqueue_all",
    "after polls.judged",
    "after polls.succeeded",
    "before commit of the poll",
    "after commit of the poll",
    "before outbox.told_of",
]
DELIVERY_STEPS = [
    "before destinations.claim",
    "after destinations.claim",
    "before bag.due",
    "after bag.due",
    "before bag.take",
    "after bag.take",
    "before commit of a delivery",
    "after commit of a delivery",
    "before team is told",
    "before boss is told",
]
THE_GAP = [
    "after team was told",
    "after boss was told",
    "before bag.sent",
    "after bag.sent",
    "after destinations.succeeded",
]


async def test_a_life_without_a_death_tells_everyone_once(world: World) -> None:
    await world.life(-1, 0, 2, 3)

    once = Counter(opened=1, resolved=1)
    assert world.heard() == {"team": once, "boss": once}


@pytest.mark.parametrize("step", [*POLL_STEPS, *DELIVERY_STEPS])
async def test_a_death_at_any_other_step_loses_nothing_and_repeats_nothing(
    world: World, step: str
) -> None:
    await die_and_live_on(world, step)

    assert all(heard in ONCE for heard in world.heard().values()), world.heard()


@pytest.mark.parametrize("step", THE_GAP)
async def test_a_death_between_telling_and_marking_repeats_nothing_where_a_place_can_be_asked(
    world: World, step: str
) -> None:
    await die_and_live_on(world, step)

    assert all(heard in ONCE for heard in world.heard().values()), world.heard()


@pytest.mark.parametrize("step", THE_GAP)
async def test_elsewhere_it_may_repeat_one_letter_and_says_so(world: World, step: str) -> None:
    world.boxes = {name: Deaf(fate=world.fate) for name in world.boxes}
    await die_and_live_on(world, step)

    heard = world.heard()
    assert all(set(box) == {"opened", "resolved"} for box in heard.values())
    assert sum(box.total() for box in heard.values()) <= 5
    for box in world.boxes.values():
        changes = [letter.event.change.value for letter in box.letters]
        assert changes.index("opened") < changes.index("resolved"), "an end before its beginning"
    marked = [one for box in world.boxes.values() for one in box.messages if one.repeats]
    assert len(marked) >= 1
