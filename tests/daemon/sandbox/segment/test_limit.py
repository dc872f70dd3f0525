"""The points of a minute: counted, told, and forgotten with it."""

from datetime import timedelta

from daemon.sandbox.segment.limit import Points
from tests.daemon.sources.segment.workspace import NOW


def test_calls_of_one_minute_are_counted_together() -> None:
    points = Points()

    assert [points.spend(NOW), points.spend(NOW + timedelta(seconds=59))] == [1, 2]
    assert points.spend(NOW + timedelta(seconds=60)) == 1


def test_a_minute_runs_until_the_next() -> None:
    points = Points()
    points.spend(NOW + timedelta(seconds=12))

    assert points.left(NOW + timedelta(seconds=12)) == timedelta(seconds=48)


def test_what_is_left_is_never_less_than_nothing() -> None:
    points = Points()
    points.spend(NOW)
    points.spend(NOW)

    assert points.headers(1) == {
        "X-RateLimit-Consumed": "2",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": "Thu, 22 May 2025 10:21:00 GMT",
    }
