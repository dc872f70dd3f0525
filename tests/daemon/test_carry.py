"""A place with several readers may take a message for some of them only (FAULTS row 31)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from daemon.http import Http, open_http
from daemon.notifier import DeliveryError, Message, Receipt, Refusal
from daemon.store import open_store
from daemon.store.outbox import LetterState
from rules.alert import Change
from tests.fakes import Mailbox
from tests.post import MINUTE, Post

SOON = timedelta(seconds=10)


@dataclass
class Readers(Mailbox):
    """Three of them; some are refused, some are to be tried again."""

    refused: tuple[str, ...] = ()
    waiting: list[tuple[str, ...]] = field(default_factory=list)

    async def send(self, http: Http, message: Message) -> Receipt | None:
        await super().send(http, message)
        refusals = tuple(Refusal(one, "550 no such user") for one in self.refused)
        waiting = self.waiting.pop(0) if self.waiting else ()
        return Receipt("watch@example.com", f"<{message.key}>", refusals, waiting)


@pytest.fixture
async def post(store_url: str) -> AsyncIterator[Post]:
    async with open_store(store_url) as store, open_http() as http:
        yield Post(store, http, team=Readers())


def readers(post: Post) -> Readers:
    assert isinstance(post.team, Readers)
    return post.team


async def test_who_was_put_off_gets_the_same_message_later_and_alone(post: Post) -> None:
    readers(post).waiting = [("c@example.com",)]
    await post.owe()
    await post.deliver()
    await post.pass_(SOON)

    first, again = post.team.messages
    assert (first.to, again.to) == (None, ("c@example.com",))
    assert (again.key, again.wording, again.written_at) == (
        first.key,
        first.wording,
        first.written_at,
    )
    assert await post.states() == [LetterState.SENT, LetterState.SENT]


async def test_who_is_put_off_again_is_tried_until_nobody_waits(post: Post) -> None:
    readers(post).waiting = [("b@example.com", "c@example.com"), ("c@example.com",)]
    await post.owe()
    await post.deliver()
    for _ in range(3):
        await post.pass_(SOON)

    assert [message.to for message in post.team.messages] == [
        None,
        ("b@example.com", "c@example.com"),
        ("c@example.com",),
    ]


async def test_one_reader_who_cannot_be_reached_for_long_does_not_make_the_place_a_broken_one(
    post: Post,
) -> None:
    readers(post).waiting = [("c@example.com",)]
    await post.owe()
    await post.deliver()
    post.team.failures += [DeliveryError("452 mailbox full")] * 99
    for _ in range(20):
        await post.pass_(2 * MINUTE)

    assert len(post.team.failures) < 99
    assert post.boss.messages == []
    post.team.failures.clear()
    await post.owe(hour=1)
    assert (await post.deliver()).sent == 1


async def test_who_reads_the_end_first_does_not_get_the_beginning_after_it(post: Post) -> None:
    readers(post).waiting = [("c@example.com",)]
    await post.owe()
    await post.deliver()
    await post.owe(Change.RESOLVED)
    await post.deliver()
    await post.pass_(SOON)

    assert [letter.event.change for letter in post.team.letters] == [
        Change.OPENED,
        Change.RESOLVED,
    ]
    assert sorted(await post.states()) == ["folded", "sent", "sent"]


async def test_who_is_refused_is_reported_once_here_and_elsewhere_and_again_when_taken(
    post: Post,
) -> None:
    readers(post).refused = ("bad@example.com",)
    for hour in range(2):
        await post.owe(hour=hour)
        await post.deliver()
        await post.deliver()
    heard = [letter.event for letter in post.boss.letters]
    assert [(one.alert.rule, one.change) for one in heard] == [("refused reader", Change.OPENED)]
    assert dict(heard[0].alert.series.labels) == {"reader": "bad@example.com"}
    assert heard[0].verdict.why.reason == "550 no such user"

    readers(post).refused = ()
    await post.owe(hour=2)
    await post.pass_(SOON)
    await post.pass_(SOON)

    assert [letter.event.change for letter in post.boss.letters] == [
        Change.OPENED,
        Change.RESOLVED,
    ]


async def test_a_mail_that_follows_says_of_all_alerts_what_was_said_of_them_last(
    post: Post,
) -> None:
    """Each is a message of its own: the newest speaks of what the first began with."""
    for hour in range(6):
        await post.owe(hour=hour)
    await post.deliver()
    for hour in range(2):
        await post.owe(Change.RESOLVED, hour=hour)
        await post.pass_(MINUTE)

    first, second, third = post.team.messages
    assert len(first.letters) == 6
    assert second.receipt == Receipt("watch@example.com", f"<{first.key}>")
    assert third.receipt == Receipt("watch@example.com", f"<{second.key}>")
    assert sum(one.event.change is Change.RESOLVED for one in third.letters) == 2
    assert len(third.unchanged) == 5
