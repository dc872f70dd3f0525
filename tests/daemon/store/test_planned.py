"""What people marked is remembered until they take it back."""

from datetime import UTC, datetime, timedelta

from daemon.store import Store
from daemon.store.planned import Mark
from rules.planned import Planned

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK = timedelta(milliseconds=1)
LAUNCH = Planned("launch", NOON, NOON + 2 * HOUR, "voices", {"voice_id": ("agatha", "b*")})
ALL = Planned("load test", NOON - HOUR, NOON + HOUR)


async def test_what_was_marked_is_there_as_it_was_said_in_the_order_of_time(store: Store) -> None:
    async with store.transaction() as tx:
        first = await tx.planned.mark(LAUNCH, NOON, "anna")
        second = await tx.planned.mark(ALL, NOON + HOUR, "ben")
    async with store.transaction() as tx:
        assert await tx.planned.all() == [
            Mark(second, ALL, NOON + HOUR, "ben"),
            Mark(first, LAUNCH, NOON, "anna"),
        ]


async def test_only_what_touches_a_span_is_between_its_ends(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.planned.mark(LAUNCH, NOON, "anna")

        assert await tx.planned.between(NOON - HOUR, NOON) == []
        assert await tx.planned.between(NOON - HOUR, NOON + TICK) == [LAUNCH]
        assert await tx.planned.between(NOON + 2 * HOUR - TICK, NOON + 9 * HOUR) == [LAUNCH]
        assert await tx.planned.between(NOON + 2 * HOUR, NOON + 9 * HOUR) == []


async def test_a_mark_taken_back_is_gone_and_its_number_never_comes_again(store: Store) -> None:
    async with store.transaction() as tx:
        first = await tx.planned.mark(LAUNCH, NOON, "anna")
        assert await tx.planned.unmark(first) == Mark(first, LAUNCH, NOON, "anna")

        assert await tx.planned.unmark(first) is None
        assert await tx.planned.all() == []
        assert await tx.planned.mark(ALL, NOON, "ben") > first


async def test_the_same_may_be_marked_twice(store: Store) -> None:
    async with store.transaction() as tx:
        numbers = [await tx.planned.mark(LAUNCH, NOON, "anna") for _ in range(2)]
        await tx.planned.unmark(numbers[0])

        assert [mark.number for mark in await tx.planned.all()] == numbers[1:]
