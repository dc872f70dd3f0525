"""One clock for the wall, one that runs ahead of it."""

import asyncio
from datetime import UTC, datetime, timedelta

from daemon.clock import FastClock, WallClock
from tests.fakes import HandClock

SECOND = timedelta(seconds=1)


def test_the_wall_clock_is_aware_and_true() -> None:
    assert WallClock().now().tzinfo is UTC
    assert WallClock().wall(timedelta(minutes=5)) == timedelta(minutes=5)


def test_a_fast_clock_covers_more_time_in_less() -> None:
    started = WallClock().now() - timedelta(seconds=10)
    clock = FastClock(started, 600)

    assert clock.now() - started >= timedelta(minutes=100)
    assert clock.wall(timedelta(minutes=5)) == timedelta(seconds=0.5)


async def test_a_sleep_lasts_as_long_as_its_own_clock_says() -> None:
    wall = WallClock()
    fast = FastClock(wall.now(), 3600)
    began, fast_began = wall.now(), fast.now()
    await asyncio.gather(wall.sleep(0.002 * SECOND), fast.sleep(7.2 * SECOND))

    assert 0.002 * SECOND <= wall.now() - began < 5 * SECOND
    assert fast.now() - fast_began >= 7.2 * SECOND


async def test_on_a_clock_set_by_hand_those_who_sleep_together_wake_in_order() -> None:
    clock, woke = HandClock(datetime(2025, 5, 22, tzinfo=UTC)), []

    async def sleep(seconds: int) -> None:
        await clock.sleep(seconds * SECOND)
        woke.append((seconds, clock.at.second))

    await asyncio.gather(sleep(1), sleep(3), sleep(2))

    assert woke == [(1, 1), (3, 3), (2, 3)]
