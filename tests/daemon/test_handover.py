"""FAULTS row 44: what our own code cannot lay out is said barely, and never twice unmarked."""

import logging
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from daemon.handover import Handover
from daemon.http import Http, open_http
from daemon.notifier import DeliveryError, DeliveryUnknown, Destination, Message, Receipt
from tests.fakes import Mailbox
from tests.make import message

BUG = ZeroDivisionError("a bug")
THERE = Receipt("mailbox", "seen")


@dataclass
class Asked(Mailbox):
    """Its place can be asked what it has: it answers these in turn, or raises them."""

    answers: deque[Receipt | Exception | None] = field(default_factory=deque)

    async def find(self, http: Http, message: Message) -> Receipt | None:
        answer = self.answers.popleft()
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Hand:
    """Hands messages to a box, and knows how often it was said that one is under way."""

    http: Http
    taken: int = 0

    async def to(self, box: Mailbox, message: Message) -> Receipt | None:
        return await Handover(Destination("team", box), self.http).hand(message, self._take)

    async def _take(self) -> None:
        self.taken += 1


@pytest.fixture
async def hand() -> AsyncIterator[Hand]:
    async with open_http() as http:
        yield Hand(http)


async def test_what_cannot_be_laid_out_is_said_barely(
    hand: Hand, caplog: pytest.LogCaptureFixture
) -> None:
    box, whole = Mailbox(failures=deque([BUG])), message()
    with caplog.at_level(logging.ERROR):
        assert await hand.to(box, whole) == Receipt("mailbox", "1")

    [said] = box.messages
    assert (said.key, said.letters) == (whole.key, whole.letters)
    assert said.wording.title == whole.wording.title
    assert said.wording.lead == (
        "There is more to say, but an error of ours keeps it from being said: report it.",
    )
    assert (said.wording.facts, said.pictures, said.files) == ((), (), ())
    assert said.repeats, "nobody knows whether it had left by then"
    assert "team: a message could not be laid out: report it" in caplog.text
    assert "ZeroDivisionError" in caplog.text


async def test_a_place_that_has_it_after_all_is_not_told_again(hand: Hand) -> None:
    box = Asked(failures=deque([BUG]), answers=deque([THERE]))

    assert await hand.to(box, message()) == THERE
    assert box.messages == []


async def test_a_place_that_has_it_not_is_told_once_and_unmarked(hand: Hand) -> None:
    box = Asked(failures=deque([BUG]), answers=deque([None]))
    await hand.to(box, message())

    assert [one.repeats for one in box.messages] == [False]


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (BUG, "an error of our own"),
        (DeliveryError("503"), "cannot be asked whether it has it: 503"),
        (TimeoutError(), "no answer within 60 s"),
    ],
)
async def test_a_place_that_cannot_be_asked_leaves_it_unknown(
    hand: Hand, answer: Exception, failure: str
) -> None:
    box = Asked(failures=deque([BUG]), answers=deque([answer]))

    with pytest.raises(DeliveryUnknown, match=failure):
        await hand.to(box, message())
    assert box.messages == []


async def test_a_place_that_says_when_to_ask_again_is_believed(hand: Hand) -> None:
    later = DeliveryError("429", retry_after=timedelta(seconds=70))
    box = Asked(answers=deque([later]))

    with pytest.raises(DeliveryUnknown) as caught:
        await hand.to(box, message(repeats=True))
    assert caught.value.retry_after == timedelta(seconds=70)


async def test_what_cannot_even_be_said_barely_is_unknown(hand: Hand) -> None:
    box = Mailbox(failures=deque([BUG, KeyError("x")]))

    with pytest.raises(DeliveryUnknown, match="an error of our own, KeyError: report it"):
        await hand.to(box, message())


async def test_what_the_place_itself_answers_is_no_error_of_ours(hand: Hand) -> None:
    for failure in (DeliveryError("503"), TimeoutError()):
        box = Mailbox(failures=deque([failure]))
        with pytest.raises(DeliveryError):
            await hand.to(box, message())
        assert box.messages == []

    box = Mailbox(failures=deque([BUG, DeliveryError("503")]))
    with pytest.raises(DeliveryError, match="503"):
        await hand.to(box, message())


async def test_it_is_under_way_before_it_is_sent_and_not_where_it_stands_already(
    hand: Hand,
) -> None:
    await hand.to(Mailbox(), message())
    assert hand.taken == 1

    await hand.to(Asked(answers=deque([THERE])), message(repeats=True))
    assert hand.taken == 1
