"""Moments as people say them, seen from another moment: no more exact than they are known."""

from datetime import UTC, datetime, timedelta

import pytest

from rules.moments import between, instant, moment, part
from tests.rules.panels import HOUR

FRIDAY = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0.4, "Friday 20 Nov 12:00 UTC"),
        (0.5, "Friday 20 Nov 13:00 UTC"),
        (71.9, "Monday 23 Nov 12:00 UTC"),
        (72, "Monday afternoon (23 Nov)"),
        (6 * 24 + 11.9, "Thursday evening (26 Nov)"),
        (6 * 24 + 12, "Friday 27 Nov"),
        (45 * 24, "Monday 4 Jan 2027"),
    ],
)
def test_a_moment_is_said_no_more_exactly_than_it_is_known(hours, words):
    assert moment(FRIDAY + hours * HOUR, FRIDAY) == words


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (11.9, "Friday evening"),
        (12, "early Saturday"),
        (18, "Saturday morning"),
        (24, "Saturday afternoon"),
        (6 * 24 + 12, "27 Nov"),
        (45 * 24, "4 Jan 2027"),
    ],
)
def test_an_end_is_a_part_of_a_day_or_a_date(hours, words):
    assert part(FRIDAY + hours * HOUR, FRIDAY) == words


def test_two_ends_of_one_part_of_a_day_are_told_apart_by_the_hour():
    low = FRIDAY + timedelta(hours=1, minutes=59)

    assert between(low, low + 2 * HOUR, FRIDAY) == "between Friday 13:00 and Friday 16:00"
    assert between(low, low + 6 * HOUR, FRIDAY) == "between Friday afternoon and Friday evening"
    assert between(FRIDAY + 240 * HOUR, FRIDAY + 241 * HOUR, FRIDAY) == "early or late that day"
    assert between(low, FRIDAY + 240 * HOUR, FRIDAY) == "between Friday afternoon and 30 Nov"


def test_what_is_past_is_said_to_the_minute():
    assert instant(FRIDAY) == "Friday 20 Nov 2026 12:00 UTC"
