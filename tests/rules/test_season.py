"""Which earlier buckets a bucket is compared with."""

from datetime import timedelta

import pytest

from rules.season import rolling, seasons

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("width", "first_lags", "words"),
    [
        (HOUR, [168, 24], ["at this hour of the week", "at this hour of the day"]),
        (HOUR / 12, [2016, 288], ["at this time of the week", "at this time of the day"]),
        (DAY, [7], ["on this day of the week"]),
        (7 * DAY, [], []),
        (timedelta(minutes=7), [1440], ["at this time of the week"]),
        (timedelta(hours=5), [], []),
        (30 * DAY, [], []),
    ],
)
def test_a_width_is_compared_with_the_times_it_returns_to(width, first_lags, words):
    found = seasons(width, 8)

    assert [season.lags[0] for season in found] == first_lags
    assert [season.words for season in found] == words


def test_weeks_are_counted_as_told_and_days_are_always_fourteen():
    week, day = seasons(HOUR, 5)

    assert week.lags == (168, 336, 504, 672, 840)
    assert day.lags == tuple(range(24, 337, 24))


@pytest.mark.parametrize(
    ("width", "many", "least", "words"),
    [
        (HOUR, 168, 24, "over the last 7 days"),
        (timedelta(minutes=1), 288, 41, "over the last 288 minutes"),
        (timedelta(minutes=5), 288, 41, "over the last 288 buckets"),
        (timedelta(hours=5), 33, 12, "over the last 33 buckets"),
        (timedelta(hours=12), 24, 12, "over the last 24 buckets"),
        (DAY, 28, 7, "over the last 28 days"),
        (3 * DAY, 18, 7, "over the last 18 buckets"),
        (7 * DAY, 12, 7, "over the last 12 weeks"),
    ],
)
def test_the_last_buckets_are_as_many_as_the_width_allows(width, many, least, words):
    season = rolling(width, 8)

    assert (season.lags, season.least, season.words) == (tuple(range(1, many + 1)), least, words)
