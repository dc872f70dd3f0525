"""Every letter goes out at least once, is marked only after, and no place waits for another."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from daemon.deliver import Courier
from daemon.http import Http, open_http
from daemon.metrics import build_metrics
from daemon.notifier import DeliveryError, DeliveryRefused, Destination, Letter, Receipt
from daemon.store import Store, open_store
from daemon.store.outbox import LetterState
from rules.alert import Change
from tests import make
from tests.fakes import HandClock, Mailbox
from tests.stored import letter_counts

AT = datetime(2026, 11, 20, 15, tzinfo=UTC)


@dataclass
class Post:
    """A courier with two mailboxes, a store and a clock that stands still."""

    store: Store
    http: Http
    clock: HandClock = field(default_factory=lambda: HandClock(AT))
    team: Mailbox = field(default_factory=Mailbox)
    boss: Mailbox = field(default_factory=Mailbox)

    def courier(self) -> Courier:
        places = {"team": self.team, "boss": self.boss}
        destinations = {name: Destination(name, box) for name, box in places.items()}
        return Courier(destinations, self.store, self.http, self.clock, build_metrics("test"))

    async def owe(self, change: Change = Change.OPENED, destination: str = "team") -> None:
        async with self.store.transaction() as tx:
            number = await tx.alerts.keep(make.alert())
            letter = make.letter(
                change,
                key=f"{change}|{destination}",
                alert=number,
                destination=destination,
                owed_at=self.clock.now(),
            )
            await tx.outbox.enqueue(letter)

    async def deliver(self) -> int:
        return await self.courier().deliver(self.clock.now())

    async def counts(self) -> dict[LetterState, int]:
        async with self.store.transaction() as tx:
            return dict(await letter_counts(tx))

    async def next_due(self) -> datetime | None:
        async with self.store.transaction() as tx:
            return await tx.outbox.next_due()


@pytest.fixture
async def post(store_url: str) -> AsyncIterator[Post]:
    async with open_store(store_url) as store, open_http() as http:
        yield Post(store, http)


async def test_a_letter_is_sent_and_then_marked(post: Post) -> None:
    await post.owe()

    assert await post.deliver() == 1
    assert [letter.event for letter in post.team.letters] == [make.event()]
    assert await post.counts() == {LetterState.SENT: 1}
    assert await post.deliver() == 0


async def test_the_end_of_an_alert_carries_the_receipt_of_its_beginning(post: Post) -> None:
    await post.owe()
    await post.owe(Change.RESOLVED)
    assert await post.deliver() == 2

    opened, resolved = post.team.letters
    assert opened.receipt is None
    assert resolved.receipt == Receipt("mailbox", "1")


async def test_a_failure_is_tried_again_after_a_pause_that_doubles(post: Post) -> None:
    await post.owe()
    post.team.failures.extend(DeliveryError("connection refused") for _ in range(3))
    pauses = []
    for _ in range(3):
        await post.deliver()
        due = await post.next_due()
        assert due is not None
        pauses.append((due - post.clock.at).total_seconds())
        post.clock.at = due

    assert pauses == [10, 20, 40]
    assert await post.deliver() == 1


async def test_a_pause_never_grows_past_a_quarter_of_an_hour(post: Post) -> None:
    await post.owe()
    post.team.failures.extend(DeliveryError("down") for _ in range(12))
    for _ in range(12):
        await post.deliver()
        last, post.clock.at = post.clock.at, await post.next_due() or AT

    assert post.clock.at - last == timedelta(minutes=15)


async def test_a_place_that_says_when_is_believed(post: Post) -> None:
    await post.owe()
    post.team.failures.append(DeliveryError("ratelimited", timedelta(seconds=77)))
    await post.deliver()

    assert await post.next_due() == AT + timedelta(seconds=77)


async def test_a_refusal_buries_the_letter(post: Post) -> None:
    await post.owe()
    post.team.failures.append(DeliveryRefused("channel_not_found"))
    await post.deliver()

    assert await post.counts() == {LetterState.BURIED: 1}
    assert post.team.letters == []


@pytest.mark.parametrize(
    ("age", "state"),
    [(timedelta(days=2), LetterState.OWED), (timedelta(days=2, seconds=1), LetterState.BURIED)],
)
async def test_after_two_days_nobody_wants_to_know(
    post: Post, age: timedelta, state: LetterState
) -> None:
    await post.owe()
    post.team.failures.append(DeliveryError("down"))
    post.clock.at = AT + age
    await post.deliver()

    assert await post.counts() == {state: 1}


async def test_one_place_that_is_down_neither_delays_nor_repeats_another(post: Post) -> None:
    await post.owe(destination="team")
    await post.owe(destination="boss")
    post.team.failures.extend(DeliveryError("down") for _ in range(2))
    for _ in range(3):
        await post.deliver()
        post.clock.at += timedelta(minutes=1)

    assert (len(post.team.letters), len(post.boss.letters)) == (1, 1)


async def test_a_bug_in_one_notifier_does_not_cut_another_off(post: Post) -> None:
    await post.owe(destination="boss")
    await post.owe(destination="team")
    post.boss.failures.append(ZeroDivisionError("a bug"))

    with pytest.raises(ZeroDivisionError):
        await post.deliver()
    assert len(post.team.letters) == 1
    assert await post.counts() == {LetterState.SENT: 1, LetterState.OWED: 1}


async def test_a_destination_that_left_the_configuration_is_said_so(post: Post) -> None:
    await post.owe(destination="gone")
    await post.deliver()

    assert await post.counts() == {LetterState.BURIED: 1}


@dataclass
class Hung:
    """A place that never answers."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, http: Http, letter: Letter) -> Receipt | None:
        self.reached.set()
        await asyncio.Event().wait()
        return None


async def test_a_daemon_that_dies_between_sending_and_marking_sends_once_more(post: Post) -> None:
    """The one gap in which a repetition is allowed."""
    await post.owe()
    hung = Hung()
    courier = post.courier()
    dying = Courier(
        {"team": Destination("team", hung)},
        courier.store,
        courier.http,
        courier.clock,
        courier.metrics,
    )
    task = asyncio.create_task(dying.deliver(AT))
    await hung.reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await post.deliver() == 0, "still claimed by the one that died"
    post.clock.at += timedelta(minutes=1)
    assert await post.deliver() == 1
