"""A silence is remembered with who wanted it and why, and its number never comes again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from daemon.store import Store
from rules.silence import Silence

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK = timedelta(milliseconds=1)
MATCH = {"rule": ("voice-*",), "voice_id": ("a*", "b[*]")}
LOAD_TEST = Silence(0, MATCH, NOON, NOON + 2 * HOUR, "anna", "load test")
LATER = replace(LOAD_TEST, start=NOON + 5 * HOUR, end=NOON + 6 * HOUR, author="ben")


async def test_it_comes_back_as_it_was_asked_for(store: Store) -> None:
    async with store.transaction() as tx:
        made = await tx.silences.add(LOAD_TEST, NOON)
    async with store.transaction() as tx:
        assert made == replace(LOAD_TEST, number=made.number)
        assert made.number > 0
        assert await tx.silences.number(made.number) == made
        assert await tx.silences.number(made.number + 1) is None


async def test_only_what_holds_at_a_moment_is_active(store: Store) -> None:
    async with store.transaction() as tx:
        made = await tx.silences.add(LOAD_TEST, NOON)
        await tx.silences.add(LATER, NOON)

        assert await tx.silences.active(NOON - TICK) == []
        assert await tx.silences.active(NOON) == [made]
        assert await tx.silences.active(NOON + 2 * HOUR - TICK) == [made]
        assert await tx.silences.active(NOON + 2 * HOUR) == []


async def test_what_will_hold_lasts_and_what_is_over_is_only_among_all(store: Store) -> None:
    async with store.transaction() as tx:
        first, second = [await tx.silences.add(one, NOON) for one in (LOAD_TEST, LATER)]

        assert await tx.silences.lasting(NOON) == [first, second]
        assert await tx.silences.lasting(NOON + 2 * HOUR) == [second]
        assert await tx.silences.lasting(NOON + 6 * HOUR) == []
        assert await tx.silences.all() == [first, second]


async def test_what_held_in_a_span_is_between_its_ends(store: Store) -> None:
    async with store.transaction() as tx:
        made = await tx.silences.add(LOAD_TEST, NOON)

        assert await tx.silences.between(NOON - HOUR, NOON) == []
        assert await tx.silences.between(NOON - HOUR, NOON + TICK) == [made]
        assert await tx.silences.between(NOON + 2 * HOUR - TICK, NOON + 9 * HOUR) == [made]
        assert await tx.silences.between(NOON + 2 * HOUR, NOON + 9 * HOUR) == []


async def test_ended_early_it_is_over_from_that_moment_on(store: Store) -> None:
    async with store.transaction() as tx:
        made = await tx.silences.add(LOAD_TEST, NOON)
        ended = await tx.silences.end(made.number, NOON + HOUR)

        assert ended == replace(made, end=NOON + HOUR)
        assert await tx.silences.active(NOON + HOUR - TICK) == [ended]
        assert await tx.silences.active(NOON + HOUR) == []


async def test_ending_it_twice_ends_it_once(store: Store) -> None:
    async with store.transaction() as tx:
        made = await tx.silences.add(LOAD_TEST, NOON)
        ended = await tx.silences.end(made.number, NOON + HOUR)

        assert await tx.silences.end(made.number, NOON + HOUR + TICK) is None
        assert await tx.silences.end(made.number + 1, NOON) is None
        assert await tx.silences.number(made.number) == ended


async def test_ended_before_it_began_it_never_holds(store: Store) -> None:
    async with store.transaction() as tx:
        made = await tx.silences.add(LATER, NOON)
        ended = await tx.silences.end(made.number, NOON + HOUR)

        assert ended == replace(made, start=NOON + HOUR, end=NOON + HOUR)
        assert await tx.silences.lasting(NOON + HOUR) == []
        assert await tx.silences.between(NOON, NOON + 9 * HOUR) == []
