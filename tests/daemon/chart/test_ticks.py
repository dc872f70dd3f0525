"""An axis has few numbers, round ones, and times that people say."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.chart.ticks import numbers, times

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)


@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e12))
def test_numbers_hold_all_that_is_drawn_and_are_few(low: float, length: float) -> None:
    if low + length == low or length < 1e-6 * abs(low):
        return
    found = numbers(low, low + length)
    slack = 1e-9 * max(abs(low), length)

    assert found[0] <= low + slack
    assert found[-1] >= low + length - slack
    assert 2 <= len(found) <= 6
    assert len(set(found)) == len(found)


def test_numbers_are_round() -> None:
    assert numbers(0, 41.24) == [0, 20, 40, 60]
    assert numbers(0, 1_693) == [0, 1000, 2000]
    assert numbers(0, 7) == [0, 2.5, 5, 7.5]


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0.5, ["12:00", "12:10", "12:20", "12:30"]),
        (6, ["12:00", "14:00", "16:00", "18:00"]),
        (72, ["Wed 18", "Thu 19", "Fri 20"]),
        (24 * 7, ["Wed 18", "Fri 20", "Sun 22", "Tue 24"]),
        (24 * 60, ["30 Nov", "14 Dec", "28 Dec", "11 Jan"]),
    ],
)
def test_times_are_said_as_people_say_them(hours: float, said: list[str]) -> None:
    found = [each.text for each in times(NOON, NOON + timedelta(hours=hours))]

    assert found == said


@given(st.integers(1, 24 * 4000), st.integers(0, 10**6))
def test_times_lie_within_and_are_few(hours: int, minute: int) -> None:
    start = NOON + timedelta(minutes=minute)
    end = start + timedelta(hours=hours)
    found = times(start, end)

    assert all(start <= each.at <= end for each in found)
    assert len(found) <= 6 or hours > 24 * 364 * 5
