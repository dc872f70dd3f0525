"""One clock for the wall, one that runs ahead of it."""

from datetime import UTC, timedelta

from daemon.clock import FastClock, WallClock


def test_the_wall_clock_is_aware_and_true() -> None:
    assert WallClock().now().tzinfo is UTC
    assert WallClock().wall(timedelta(minutes=5)) == timedelta(minutes=5)


def test_a_fast_clock_covers_more_time_in_less() -> None:
    started = WallClock().now() - timedelta(seconds=10)
    clock = FastClock(started, 600)

    assert clock.now() - started >= timedelta(minutes=100)
    assert clock.wall(timedelta(minutes=5)) == timedelta(seconds=0.5)
