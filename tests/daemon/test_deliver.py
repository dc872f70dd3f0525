"""Every letter goes out, is marked only after, and no place waits for another."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest

from daemon.deliver import Delivered
from daemon.http import Http, open_http
from daemon.letter import Circular
from daemon.message import Tone, Wording
from daemon.notifier import (
    DeliveryError,
    DeliveryRefused,
    DestinationDown,
    Message,
    Receipt,
)
from daemon.store import open_store
from daemon.store.outbox import LetterState
from rules.alert import Change
from tests import make
from tests.fakes import Mailbox
from tests.post import AT, MINUTE, Post

OWED, SENT, FAILED = LetterState.OWED, LetterState.SENT, LetterState.FAILED
UNKNOWN, FOLDED, MUTED = LetterState.UNKNOWN, LetterState.FOLDED, LetterState.MUTED


@dataclass
class Slow(Mailbox):
    spacing: ClassVar[timedelta] = timedelta(seconds=1)


@dataclass
class Picky(Mailbox):
    """It fails, by an error of ours, at all that speaks of one alert."""

    fails_at: int = 0

    async def send(self, http: Http, message: Message) -> Receipt | None:
        if any(letter.alert == self.fails_at for letter in message.letters):
            raise KeyError(self.fails_at)
        return await super().send(http, message)


@dataclass
class Fussy(Picky):
    spacing: ClassVar[timedelta] = timedelta(seconds=1)


@dataclass
class Sleepy(Mailbox):
    """While it takes its first message the machine sleeps, and a replica goes on."""

    post: Post | None = None

    async def send(self, http: Http, message: Message) -> Receipt | None:
        if self.post is not None:
            post, self.post = self.post, None
            await post.pass_(2 * MINUTE)
        return await super().send(http, message)


@pytest.fixture
async def post(store_url: str) -> AsyncIterator[Post]:
    async with open_store(store_url) as store, open_http() as http:
        yield Post(store, http)


async def test_a_letter_is_sent_and_then_marked(post: Post) -> None:
    await post.owe()

    assert await post.deliver() == Delivered(1)
    assert [letter.event for letter in post.team.letters] == [make.event()]
    assert await post.states() == [SENT]
    assert await post.deliver() == Delivered(0)


async def test_the_end_of_an_alert_goes_where_its_beginning_stands(post: Post) -> None:
    await post.owe()
    await post.deliver()
    await post.owe(Change.RESOLVED)
    await post.deliver()

    opened, resolved = post.team.messages
    assert (opened.receipt, resolved.receipt) == (None, Receipt("mailbox", "1"))


async def test_what_is_over_before_it_was_told_is_told_as_one(post: Post) -> None:
    """FAULTS row 43: never an end alone, never nothing."""
    await post.owe()
    await post.owe(Change.RESOLVED)
    await post.deliver()

    (letter,) = post.team.letters
    assert (letter.event.change, letter.heard) == (Change.RESOLVED, False)
    assert await post.states() == [FOLDED, SENT]


async def test_what_was_taken_back_before_it_was_told_never_was(post: Post) -> None:
    await post.owe()
    await post.owe(Change.WITHDRAWN)
    await post.deliver()

    assert post.team.messages == []
    assert await post.states() == [MUTED, MUTED]


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
    assert await post.deliver() == Delivered(1)


async def test_a_pause_never_grows_past_a_quarter_of_an_hour(post: Post) -> None:
    await post.owe()
    post.team.failures.extend(DeliveryError("down") for _ in range(12))
    for _ in range(12):
        await post.deliver()
        last, post.clock.at = post.clock.at, await post.next_due() or AT

    assert post.clock.at - last == timedelta(minutes=15)


async def test_a_place_that_says_when_is_believed_for_all_of_its_letters(post: Post) -> None:
    """FAULTS row 35."""
    await post.owe()
    post.team.failures.append(DeliveryError("ratelimited", timedelta(seconds=77)))
    await post.deliver()
    await post.owe(hour=1)

    assert await post.pass_(timedelta(seconds=76)) == Delivered(0)
    assert await post.pass_(timedelta(seconds=1)) == Delivered(2)


async def test_a_place_that_wants_a_pause_gets_one_message_and_is_gone_to_again(post: Post) -> None:
    post.team = Slow()
    for hour in range(3):
        await post.owe(hour=hour)

    assert await post.deliver() == Delivered(1, timedelta(seconds=1))
    assert await post.deliver() == Delivered(0)
    assert await post.pass_(timedelta(seconds=1)) == Delivered(1, timedelta(seconds=1))
    assert await post.pass_(timedelta(seconds=1)) == Delivered(1)


async def test_one_message_that_fails_holds_up_the_others_for_a_minute_at_most(post: Post) -> None:
    await post.owe()
    post.team.failures.extend(DeliveryError("500") for _ in range(6))
    for _ in range(6):
        await post.deliver()
        post.clock.at = await post.next_due() or AT
    post.team.failures.append(DeliveryError("500"))
    await post.deliver()
    await post.owe(hour=1)

    assert await post.pass_(MINUTE) == Delivered(1)
    assert await post.states() == [OWED, SENT]


async def test_a_message_that_will_never_be_taken_is_given_up_with_what_follows_it(
    post: Post,
) -> None:
    await post.owe()
    post.team.failures.append(DeliveryRefused("message too large"))
    await post.owe(Change.WORSENED)
    await post.deliver()
    await post.deliver()

    assert await post.states() == [FAILED, FAILED]
    assert post.team.letters == []
    assert [letter.event.alert.rule for letter in post.boss.letters] == ["broken destination"]


async def test_where_only_news_is_given_up_the_end_is_told_all_the_same(post: Post) -> None:
    await post.owe()
    await post.deliver()
    post.team.failures.append(DeliveryRefused("message too large"))
    await post.owe(Change.WORSENED)
    await post.deliver()
    await post.owe(Change.RESOLVED)
    await post.pass_(MINUTE)

    assert await post.states() == [SENT, FAILED, SENT]


async def test_a_place_that_waits_for_a_person_keeps_what_it_is_owed(post: Post) -> None:
    """FAULTS rows 36 and 37: others hear of it at once, once, and again when it works."""
    await post.owe()
    post.team.failures.extend(DestinationDown("invalid_auth") for _ in range(2))
    await post.deliver()
    await post.deliver()
    assert [letter.event.change for letter in post.boss.letters] == [Change.OPENED]
    assert post.boss.letters[0].event.alert.rule == "broken destination"

    await post.pass_(5 * MINUTE)
    await post.pass_(5 * MINUTE)
    await post.pass_(MINUTE)

    assert await post.states() == [SENT]
    assert [letter.event.change for letter in post.boss.letters] == [
        Change.OPENED,
        Change.RESOLVED,
    ]


@pytest.mark.parametrize(("minutes", "heard"), [(14, 0), (15, 1)])
async def test_others_hear_of_a_place_that_fails_for_long(
    post: Post, minutes: int, heard: int
) -> None:
    """FAULTS row 29."""
    await post.owe()
    post.team.failures.extend(DeliveryError("connection refused") for _ in range(99))
    await post.deliver()
    for _ in range(minutes):
        await post.pass_(MINUTE)
    post.clock.at += timedelta(seconds=1)
    await post.deliver()
    await post.deliver()

    assert len(post.boss.letters) <= 1
    assert bool(post.boss.letters) == bool(heard) or minutes == 15


async def test_who_stands_in_for_a_place_is_told_what_opens_meanwhile_once(post: Post) -> None:
    post.fallback = ("boss",)
    await post.owe()
    post.team.failures.extend(DestinationDown("invalid_auth") for _ in range(2))
    await post.deliver()
    await post.pass_(5 * MINUTE)
    await post.pass_(5 * MINUTE)

    rules = [letter.event.alert.rule for letter in post.boss.letters]
    assert sorted(set(rules)) == ["broken destination", "voice-spike"]
    assert rules.count("voice-spike") == 1
    assert len(post.team.letters) == 1, "and it is told itself once it works"


@pytest.mark.parametrize(
    ("age", "state"), [(timedelta(days=2), OWED), (timedelta(days=2, seconds=1), FAILED)]
)
async def test_after_two_days_nobody_wants_to_know(
    post: Post, age: timedelta, state: LetterState
) -> None:
    await post.owe()
    post.team.failures.append(DeliveryError("down"))
    await post.pass_(age)

    assert await post.states() == [state]


async def test_one_place_that_is_down_neither_delays_nor_repeats_another(post: Post) -> None:
    """FAULTS row 42."""
    await post.owe(destination="team")
    await post.owe(destination="boss")
    post.team.failures.extend(DeliveryError("down") for _ in range(2))
    await post.deliver()
    for _ in range(3):
        await post.pass_(MINUTE)

    assert (len(post.team.letters), len(post.boss.letters)) == (1, 1)


async def test_a_bug_in_one_notifier_does_not_cut_another_off_and_rests(post: Post) -> None:
    await post.owe(destination="boss")
    await post.owe(destination="team")
    post.boss.failures += [ZeroDivisionError("a bug"), ZeroDivisionError("again")]
    await post.deliver()

    assert len(post.team.letters) == 1
    assert await post.states("boss") == [UNKNOWN]
    assert await post.deliver() == Delivered(0)
    assert await post.pass_(MINUTE) == Delivered(1)
    assert post.boss.messages[0].repeats


async def test_a_message_that_nobody_can_lay_out_does_not_hold_up_the_others(post: Post) -> None:
    """FAULTS row 44: it is tried for as long as any other, at growing intervals."""
    post.team = post.boss = Picky(fails_at=1)
    await post.owe()
    await post.owe(hour=1)
    await post.deliver()

    assert [letter.alert for letter in post.team.letters] == [2]
    assert await post.states() == [UNKNOWN, SENT]
    await post.pass_(timedelta(days=2, minutes=1))
    assert await post.states() == [FAILED, SENT]


async def test_a_place_that_is_paced_need_not_rest_for_an_error_of_ours(post: Post) -> None:
    post.team = Fussy(fails_at=1)
    await post.owe()
    await post.owe(hour=1)
    await post.deliver()
    assert post.team.letters == []

    assert await post.pass_(Fussy.spacing) == Delivered(1)
    assert [letter.alert for letter in post.team.letters] == [2]


async def test_what_the_store_has_against_it_rests_and_is_no_bug_of_the_notifier(
    post: Post,
) -> None:
    await post.owe()
    error = ZeroDivisionError("a bug elsewhere")
    await post.courier().broke("team")(post.clock.at, error)

    assert await post.deliver() == Delivered(0)
    assert await post.pass_(MINUTE) == Delivered(1)


async def test_a_destination_that_left_the_configuration_is_said_so(post: Post) -> None:
    await post.owe(destination="gone")
    await post.courier().give_up_gone(AT)
    async with post.store.transaction() as tx:
        (line,) = await tx.outbox.ledger(9)

    assert line.state is FAILED
    assert line.failure == "there is no destination 'gone' in the configuration any more"


async def test_what_was_on_its_way_there_when_its_carrier_died_is_given_up_too(post: Post) -> None:
    await post.owe(destination="gone")
    async with post.store.transaction() as tx:
        (line,) = await tx.outbox.ledger(9)
        await tx.bag.take([line.id], "a message")
    await post.courier().give_up_gone(AT)

    assert await post.states("gone") == [FAILED]
    assert await post.next_due() is None


async def test_what_a_replica_still_carries_is_not_given_up(post: Post) -> None:
    await post.owe(destination="gone")
    async with post.store.transaction() as tx:
        await tx.destinations.claim("gone", AT, AT + MINUTE)
    await post.courier().give_up_gone(AT)

    assert await post.states("gone") == [OWED]


async def test_a_carrier_that_stood_still_leaves_the_rest_to_the_one_that_came(post: Post) -> None:
    """A machine put to sleep, say: what it had in its hands may be said twice, and then marked."""
    post.team = Sleepy(post=post)
    await post.owe()
    await post.owe(hour=1)
    await post.deliver()

    said = [(message.letters[0].alert, message.repeats) for message in post.team.messages]
    assert said == [(1, True), (2, False), (1, False)]
    assert await post.states() == [SENT, SENT]
    assert await post.deliver() == Delivered(0)


async def test_a_circular_is_carried_like_anything_else(post: Post) -> None:
    words = Wording("Last week", "Last week", (), (), "")
    async with post.store.transaction() as tx:
        await tx.outbox.circulate(Circular("weekly", "team", AT, words, Tone.REPORT))
    await post.deliver()

    (message,) = post.team.messages
    assert (message.key, message.wording, message.tone) == ("weekly", words, Tone.REPORT)
