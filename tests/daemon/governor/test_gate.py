"""Where all calls of an account pass: never too many, and none while it rests."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.governor.gate import Gate, Resting
from tests.daemon.governor.memory import Memory
from tests.daemon.governor.vendor import AT, MINUTE, SECOND
from tests.fakes import HandClock


def gate(store: Memory, clock: HandClock, limit: int = 600) -> Gate:
    return Gate("acme", limit, store, clock)


async def resting(gate: Gate) -> str:
    with pytest.raises(Resting) as caught:
        await gate.turn()
    return str(caught.value)


async def test_calls_within_the_limit_wait_for_nothing(store: Memory, clock: HandClock) -> None:
    door = gate(store, clock, 20)
    for _ in range(20):
        await door.turn()

    assert clock.at == AT


async def test_one_call_more_waits_for_the_first_to_be_a_minute_old(
    store: Memory, clock: HandClock
) -> None:
    door = gate(store, clock, 20)
    for _ in range(21):
        await door.turn()

    assert clock.at == AT + 62 * SECOND


Plan = Sequence[tuple[float, float, float]]
part = st.floats(0, 0.8)
plans = st.lists(st.tuples(st.floats(0, 50), part, part), min_size=1, max_size=4)


@settings(max_examples=40, deadline=None)
@given(limit=st.sampled_from([1, 2, 7, 240]), plan=plans)
async def test_no_minute_holds_a_call_too_many_whoever_makes_it(limit: int, plan: Plan) -> None:
    clock, store, made = HandClock(AT), Memory(), []
    replicas = [gate(store, clock, limit) for _ in range(2)]

    async def call(door: Gate, times: int) -> None:
        for _ in range(times):
            await door.turn()
            made.append(clock.at)
            await asyncio.sleep(0)

    for gap, mine, theirs in plan:
        clock.at += gap * SECOND
        wishes = (round(mine * limit), round(mine * limit), round(theirs * limit))
        await asyncio.gather(*map(call, (replicas[0], *replicas), wishes))

    assert all(b - a > MINUTE for a, b in zip(made, made[limit:], strict=False))


async def test_many_calls_are_few_transactions(store: Memory, clock: HandClock) -> None:
    door = gate(store, clock, 6000)
    for _ in range(6000):
        await door.turn()

    assert store.begun < 80
    assert clock.at == AT


async def test_few_calls_of_many_replicas_do_not_use_up_what_is_allowed(
    store: Memory, clock: HandClock
) -> None:
    replicas = [gate(store, clock, 600) for _ in range(4)]
    for _ in range(60):
        clock.at += SECOND
        for door in replicas:
            await door.turn()

    assert clock.at == AT + MINUTE


async def test_calls_in_hand_are_good_for_their_slot_only(store: Memory, clock: HandClock) -> None:
    door = gate(store, clock, 600)
    for _ in range(4):
        await door.turn()
    clock.at += 2 * SECOND
    await door.turn()

    async with store.transaction() as tx:
        assert sorted((await tx.accounts.state("acme")).spent.values()) == [1, 7]


async def test_while_it_rests_nobody_is_asked(store: Memory, clock: HandClock) -> None:
    mine, theirs = gate(store, clock), gate(store, clock)
    await mine.turn()
    await mine.rest(2 * MINUTE, "it answered 429")

    why = "not asked: acme rests until 22 May 10:22:00 UTC, since it answered 429"
    assert await resting(mine) == why
    assert await resting(theirs) == why
    assert clock.at == AT


async def test_it_is_over_when_it_is_over(store: Memory, clock: HandClock) -> None:
    door = gate(store, clock)
    await door.rest(2 * MINUTE, "it answered 429")
    clock.at += 108 * SECOND
    await resting(door)
    clock.at += 12 * SECOND
    await door.turn()

    assert clock.at == AT + 2 * MINUTE


async def test_a_short_rest_is_waited_for(store: Memory, clock: HandClock) -> None:
    door = gate(store, clock)
    await door.turn()
    await door.rest(9 * SECOND, "it answered 429")
    await door.turn()

    assert clock.at == AT + 9 * SECOND


async def test_a_rest_is_never_made_shorter(store: Memory, clock: HandClock) -> None:
    door = gate(store, clock)
    await door.rest(5 * MINUTE, "it answered 429")
    await door.rest(MINUTE, "it answered 503")

    assert "until 22 May 10:25:00 UTC, since it answered 429" in await resting(door)


async def test_a_rest_that_only_a_wrong_clock_can_have_written_holds_nobody(
    store: Memory, clock: HandClock
) -> None:
    door = gate(store, clock)
    clock.at += timedelta(days=1)
    await door.rest(MINUTE, "it answered 429")
    clock.at = AT
    await door.turn()

    assert clock.at == AT


async def test_a_rest_is_said_once(
    store: Memory, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    door = gate(store, clock)
    await door.rest(SECOND, "it answered 429")
    await door.rest(2 * MINUTE, "it answered 429 and asked for 2 minutes")
    await door.rest(3 * MINUTE, "it answered 429 and asked for 3 minutes")

    why = "it answered 429 and asked for 2 minutes"
    assert caplog.messages == [f"acme: rests until 10:22:00 UTC: {why}"]


def spans(failures: int) -> timedelta:
    return failures * MINUTE


async def test_failures_in_a_row_are_counted_across_restarts(
    store: Memory, clock: HandClock
) -> None:
    for failures in (1, 2, 3):
        door = gate(store, clock)
        await door.turn()
        await door.sent_away(spans, "it answered 429")
        with pytest.raises(Resting) as caught:
            await door.turn()
        clock.at += failures * MINUTE

        assert caught.value.retry_after == failures * MINUTE


async def test_those_who_are_sent_away_together_count_as_one(
    store: Memory, clock: HandClock
) -> None:
    door = gate(store, clock)
    await asyncio.gather(*(door.sent_away(spans, "it answered 429") for _ in range(8)))

    async with store.transaction() as tx:
        assert (await tx.accounts.state("acme")).failures == 1


async def test_a_good_answer_ends_the_row_of_failures_but_no_rest(
    store: Memory, clock: HandClock
) -> None:
    door = gate(store, clock)
    await door.sent_away(spans, "it answered 429")
    await gate(store, clock).answered()  # it has not heard of any, and leaves the store alone
    async with store.transaction() as tx:
        assert (await tx.accounts.state("acme")).failures == 1
    await door.answered()

    async with store.transaction() as tx:
        state = await tx.accounts.state("acme")
    assert replace(state, reason=None) == replace(
        state, failures=0, resume_at=AT + MINUTE, reason=None
    )
