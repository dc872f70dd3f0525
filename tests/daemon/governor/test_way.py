"""The governed way out: what is tried again, what is obeyed, and what is given back."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.governor.gate import Gate, Resting
from daemon.governor.outcome import Outcome
from daemon.governor.way import Governed
from daemon.http import Call, HttpBroken, HttpError, HttpRefused, HttpUnreached, Reply
from tests.daemon.governor.memory import Memory
from tests.daemon.governor.vendor import AT, GOOD, MINUTE, SECOND, URL, Vendor, limited
from tests.fakes import HandClock


@dataclass
class Way:
    """A source's way out to a vendor, and what was counted on it."""

    vendor: Vendor
    store: Memory
    counted: Counter[str] = field(default_factory=Counter)

    def opened(self) -> Governed:
        """As after a restart."""
        clock = self.vendor.clock
        gate = Gate("acme", 600, self.store, clock)
        chance = Random(7)  # noqa: S311
        return Governed(self.vendor, gate, clock, chance, lambda _, out: self.counted.update([out]))

    def waits(self) -> list[float]:
        """Seconds between one question and the next."""
        asked = self.vendor.asked
        return [(b - a).total_seconds() for a, b in pairwise(asked)]


@pytest.fixture
def way(vendor: Vendor, store: Memory) -> Way:
    return Way(vendor, store)


async def test_a_good_answer_is_the_vendors_own(way: Way) -> None:
    assert await way.opened().send(Call(URL)) is GOOD
    assert way.counted == {Outcome.ANSWERED: 1}


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_what_passes_is_tried_again_a_little_later(way: Way, status: int) -> None:
    way.vendor.says(limited(status=status), limited(status=status))
    reply = await way.opened().send(Call(URL))

    assert reply is GOOD
    first, second = way.waits()
    assert 0.5 <= first <= 1 <= second <= 2


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_three_tries_are_all(way: Way, status: int) -> None:
    bad = limited(status=status)
    way.vendor.says(limited(status=status), limited(status=status), bad)

    assert await way.opened().send(Call(URL)) is bad
    assert len(way.vendor.asked) == 3


@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 404, 407, 422])
async def test_any_other_answer_is_final(way: Way, status: int) -> None:
    way.vendor.says(limited(status=status))

    assert (await way.opened().send(Call(URL))).status == status
    assert len(way.vendor.asked) == 1


async def test_a_connection_that_broke_is_opened_again_at_once(way: Way) -> None:
    way.vendor.says(HttpBroken("reset"))

    assert await way.opened().send(Call(URL)) is GOOD
    assert way.waits() == [0]


async def test_a_connection_that_keeps_breaking_is_an_error(way: Way) -> None:
    way.vendor.says(*(HttpBroken("reset") for _ in range(3)))
    with pytest.raises(HttpBroken, match="reset"):
        await way.opened().send(Call(URL))

    assert len(way.vendor.asked) == 3
    assert await way.opened().send(Call(URL)) is GOOD


@pytest.mark.parametrize("error", [HttpRefused("no certificate"), HttpError("not in time")])
async def test_what_will_not_mend_in_a_moment_is_not_tried_again(
    way: Way, error: HttpError
) -> None:
    way.vendor.says(error)
    with pytest.raises(type(error), match=str(error)):
        await way.opened().send(Call(URL))

    assert len(way.vendor.asked) == 1
    assert await way.opened().send(Call(URL)) is GOOD


async def test_a_host_that_is_not_there_is_left_alone_for_a_short_while(way: Way) -> None:
    way.vendor.says(*(HttpUnreached("acme.example:443: connection refused") for _ in range(3)))
    with pytest.raises(HttpUnreached):
        await way.opened().send(Call(URL))
    with pytest.raises(Resting, match=r"since acme\.example:443: connection refused") as caught:
        await way.opened().send(Call(URL))
    way.vendor.clock.at += 30 * SECOND

    assert caught.value.retry_after is not None
    assert 24 * SECOND <= caught.value.retry_after <= 30 * SECOND
    assert await way.opened().send(Call(URL)) is GOOD


@pytest.mark.parametrize("status", [429, 503, 500])
async def test_a_short_wait_that_was_asked_for_is_waited_on_the_spot(way: Way, status: int) -> None:
    way.vendor.says(limited("7", status))

    assert await way.opened().send(Call(URL)) is GOOD
    assert 7 <= way.waits()[0] <= 7.5


async def test_ten_seconds_are_too_long_to_be_waited_on_the_spot(way: Way) -> None:
    way.vendor.says(limited("9.9"), limited("10"))
    reply = await way.opened().send(Call(URL))

    assert reply.status == 429
    assert len(way.vendor.asked) == 2


@pytest.mark.parametrize("status", [429, 503, 502])
async def test_a_longer_wait_is_a_rest_for_all(way: Way, status: int) -> None:
    told = limited("120", status)
    way.vendor.says(told)

    assert await way.opened().send(Call(URL)) is told
    with pytest.raises(Resting, match=rf"since it answered {status}.* and asked for 2 minutes$"):
        await way.opened().send(Call("https://acme.example/v1/credits"))
    with pytest.raises(Resting):
        await way.opened().send(Call(URL, body=b""))
    assert len(way.vendor.asked) == 1


@pytest.mark.parametrize(("text", "longest"), [("31536000", 3600), ("3600", 3600), ("60", 63)])
async def test_a_wait_is_obeyed_for_an_hour_at_most(way: Way, text: str, longest: int) -> None:
    way.vendor.says(limited(text))
    await way.opened().send(Call(URL))
    way.vendor.clock.at = AT + (min(int(text), 3600) - 12) * SECOND
    said = "1 hour or more" if longest == 3600 else "asked for 1 minute$"
    with pytest.raises(Resting, match=said):
        await way.opened().send(Call(URL))
    way.vendor.clock.at = AT + longest * SECOND

    assert await way.opened().send(Call(URL)) is GOOD


@settings(max_examples=50, deadline=None)
@given(wait=st.integers(0, 3600), gaps=st.lists(st.floats(0, 2000), max_size=5))
async def test_nobody_asks_before_the_moment_the_vendor_named(wait: int, gaps: list[float]) -> None:
    vendor = Vendor(HandClock(AT))
    way = Way(vendor, Memory())
    vendor.says(limited(str(wait)))
    for gap in (0, *gaps):
        with suppress(Resting):
            await way.opened().send(Call(URL))
        vendor.clock.at += gap * SECOND

    assert all(at - AT >= wait * SECOND for at in vendor.asked[1:])


@pytest.mark.parametrize("text", [None, "soon", "0", "Thu, 22 May 2025 10:19:00 GMT"])
async def test_without_a_word_that_helps_rests_grow(way: Way, text: str | None) -> None:
    rests = []
    for _ in range(7):
        way.vendor.says(*(limited(text) for _ in range(3)))
        await way.opened().send(Call(URL))
        with pytest.raises(Resting) as caught:
            await way.opened().send(Call(URL))
        assert caught.value.retry_after is not None
        rests.append(caught.value.retry_after.total_seconds())
        way.vendor.clock.at += caught.value.retry_after

    for told, longest in zip(rests, [30, 60, 120, 240, 480, 900, 900], strict=True):
        assert 0.79 * longest <= told <= longest


async def test_a_good_answer_makes_the_next_rest_short_again(way: Way) -> None:
    for good in (0, 0, 1, 0):
        way.vendor.says(*[GOOD] * good, *(limited() for _ in range(3)))
        for _ in range(good + 1):
            await way.opened().send(Call(URL))
        with pytest.raises(Resting) as caught:
            await way.opened().send(Call(URL))
        assert caught.value.retry_after is not None
        way.vendor.clock.at += caught.value.retry_after

    assert caught.value.retry_after <= MINUTE  # the second in a row, not the fourth


async def test_one_path_that_answers_503_does_not_rest_the_others(way: Way) -> None:
    for _ in range(5):
        way.vendor.says(*(limited(status=503) for _ in range(3)))
        await way.opened().send(Call(URL))

        assert await way.opened().send(Call("https://acme.example/v1/credits")) is GOOD


async def test_a_vendor_that_answers_nothing_but_503_is_left_alone(way: Way) -> None:
    way.vendor.says(*(limited(status=503) for _ in range(6)))
    await way.opened().send(Call(URL))
    await way.opened().send(Call(URL))

    with pytest.raises(Resting, match=r"since it answered 503$"):
        await way.opened().send(Call(URL))


async def test_an_error_of_one_question_rests_nobody(way: Way) -> None:
    for _ in range(5):
        way.vendor.says(*(limited(status=500) for _ in range(3)))

        assert (await way.opened().send(Call(URL))).status == 500


async def test_while_one_waits_on_the_spot_the_others_wait_too(way: Way) -> None:
    way.vendor.says(limited("5"))
    mine, theirs = way.opened(), way.opened()
    await asyncio.gather(mine.send(Call(URL)), theirs.send(Call(URL)), theirs.send(Call(URL)))

    assert all(at >= AT + 5 * SECOND for at in way.vendor.asked[3:])
    assert way.counted[Outcome.ANSWERED] == 3


async def test_the_deadline_is_for_all_tries_together(way: Way) -> None:
    way.vendor.takes = 4 * SECOND
    way.vendor.says(*(limited(status=500) for _ in range(3)))
    await way.opened().send(Call(URL, within=10 * SECOND))

    assert way.vendor.allowed == [10 * SECOND, 6 * SECOND]


@pytest.mark.parametrize("answer", [limited(status=500), limited(status=503), limited("5")])
async def test_a_post_is_sent_once(way: Way, answer: Reply) -> None:
    way.vendor.says(answer)

    assert await way.opened().send(Call(URL, body=b"{}")) is answer
    assert await way.opened().send(Call(URL, body=b"{}")) is GOOD
    assert way.waits()[0] == pytest.approx(5 if answer.status == 429 else 0, abs=0.3)


async def test_a_post_that_broke_off_is_not_sent_again(way: Way) -> None:
    way.vendor.says(HttpBroken("reset"))
    with pytest.raises(HttpBroken):
        await way.opened().send(Call(URL, body=b"{}"))

    assert len(way.vendor.asked) == 1


async def test_a_refused_key_is_not_tried_every_few_minutes(way: Way) -> None:
    refused = limited(status=401)
    way.vendor.says(refused)
    source = way.opened()
    for _ in range(3):
        assert await source.send(Call(URL, params=[("end", str(way.vendor.clock.at))])) is refused
        way.vendor.clock.at += 5 * MINUTE - SECOND * 0.001

    assert len(way.vendor.asked) == 1
    way.vendor.clock.at += SECOND
    assert await source.send(Call(URL)) is GOOD
    assert await source.send(Call(URL)) is GOOD
    assert way.counted == {Outcome.REFUSED: 1, Outcome.RESTING: 2, Outcome.ANSWERED: 2}


async def test_a_key_that_was_changed_is_asked_about_at_once(way: Way) -> None:
    way.vendor.says(limited(status=401))
    source = way.opened()
    await source.send(Call(URL, headers={"key": "old"}))

    assert await source.send(Call(URL, headers={"key": "new"})) is GOOD


async def test_a_key_that_is_refused_one_question_goes_on_answering_the_others(way: Way) -> None:
    way.vendor.says(limited(status=403))
    source, sibling = way.opened(), way.opened()
    await source.send(Call(URL))

    assert await source.send(Call("https://acme.example/v1/credits")) is GOOD
    assert await sibling.send(Call(URL)) is GOOD


async def test_no_more_than_so_many_refusals_are_remembered(way: Way) -> None:
    source = way.opened()
    way.vendor.says(*(limited(status=403) for _ in range(102)))
    for number in range(102):
        await source.send(Call(f"{URL}/{number}"))

    assert len(source.refusals) == 100
    assert await source.send(Call(f"{URL}/0")) is GOOD
    assert (await source.send(Call(f"{URL}/101"))).status == 403


async def test_a_rest_that_begins_between_two_tries_leaves_the_vendors_own_answer(
    way: Way,
) -> None:
    bad = limited(status=500)
    way.vendor.says(bad)
    source = way.opened()
    asking = asyncio.create_task(source.send(Call(URL)))
    while not way.vendor.asked:
        await asyncio.sleep(0)
    await source.gate.rest(timedelta(hours=1), "it answered 429")

    assert await asking is bad
    assert isinstance(bad, Reply)
