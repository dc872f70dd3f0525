"""What may have arrived is asked for, or said again and marked as that."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from daemon.http import Http, open_http
from daemon.notifier import (
    DeliveryError,
    DeliveryRefused,
    DeliveryUnknown,
    Message,
    Receipt,
)
from daemon.store import open_store
from daemon.store.outbox import LetterState
from rules.alert import Change
from tests.fakes import Mailbox
from tests.post import AT, MINUTE, Post

OWED, SENT, FAILED = LetterState.OWED, LetterState.SENT, LetterState.FAILED
UNKNOWN, FOLDED, MUTED = LetterState.UNKNOWN, LetterState.FOLDED, LetterState.MUTED


@dataclass
class Readable(Mailbox):
    """One that can be asked what it has."""

    has: Receipt | None = None
    asked: list[str] = field(default_factory=list)
    deaf: DeliveryError | None = None

    async def find(self, http: Http, message: Message) -> Receipt | None:
        self.asked.append(message.key)
        if self.deaf is not None:
            raise self.deaf
        return self.has


@pytest.fixture
async def post(store_url: str) -> AsyncIterator[Post]:
    async with open_store(store_url) as store, open_http() as http:
        yield Post(store, http)


async def test_what_may_have_arrived_is_said_again_and_marked_where_nobody_can_be_asked(
    post: Post,
) -> None:
    """FAULTS row 34."""
    await post.owe()
    post.team.failures.append(DeliveryUnknown("the connection was lost"))
    await post.deliver()
    assert await post.states() == [UNKNOWN]
    await post.pass_(MINUTE)

    (message,) = post.team.messages
    assert message.repeats
    assert await post.states() == [SENT]


async def test_a_repeat_that_fails_does_not_forget_that_the_first_may_have_arrived(
    post: Post,
) -> None:
    await post.owe()
    post.team.failures.extend([DeliveryUnknown("lost"), DeliveryError("451")])
    await post.deliver()
    await post.pass_(MINUTE)
    assert await post.states() == [UNKNOWN]
    await post.pass_(MINUTE)

    assert [message.repeats for message in post.team.messages] == [True]


@pytest.mark.parametrize(
    ("has", "deaf", "told", "repeats"),
    [
        (Receipt("C1", "7"), None, 0, []),
        (None, None, 1, [False]),
        (None, DeliveryRefused("missing_scope"), 1, [True]),
        (None, DeliveryError("503"), 0, []),
    ],
    ids=["it has it", "it has it not", "it can never be asked", "it cannot be asked now"],
)
async def test_a_place_that_can_be_asked_is_asked_first(
    post: Post,
    has: Receipt | None,
    deaf: DeliveryError | None,
    told: int,
    repeats: list[bool],
) -> None:
    """FAULTS row 39."""
    post.team = Readable(has=has, deaf=deaf)
    await post.owe()
    post.team.failures.append(DeliveryUnknown("no answer"))
    await post.deliver()
    await post.pass_(MINUTE)

    assert len(post.team.asked) == 1
    assert [message.repeats for message in post.team.messages] == repeats
    assert len(post.team.messages) == told
    assert await post.states() == (
        [UNKNOWN] if isinstance(deaf, DeliveryError) and not told else [SENT]
    )


async def test_what_was_found_again_is_known_by_where_it_stands(post: Post) -> None:
    post.team = Readable(has=Receipt("C1", "7"))
    await post.owe()
    post.team.failures.append(DeliveryUnknown("no answer"))
    await post.deliver()
    await post.pass_(MINUTE)
    await post.owe(Change.RESOLVED)
    await post.deliver()

    assert [message.receipt for message in post.team.messages] == [Receipt("C1", "7")]


@dataclass
class Hung(Mailbox):
    """A place that never answers."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, http: Http, message: Message) -> Receipt | None:
        self.reached.set()
        await asyncio.Event().wait()
        return None


async def test_a_daemon_that_dies_while_it_sends_leaves_something_that_may_have_arrived(
    post: Post,
) -> None:
    await post.owe()
    alive, post.team = post.team, Hung()
    task = asyncio.create_task(post.deliver())
    await post.team.reached.wait()
    async with post.store.transaction() as tx:
        assert await tx.destinations.claim("team", AT, AT + MINUTE) is None, "it is claimed"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    post.team = alive
    await post.deliver()

    assert [message.repeats for message in alive.messages] == [True]
