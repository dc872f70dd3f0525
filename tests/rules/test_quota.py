"""A quota of use or of money, and how one speaks of what was used of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rules.landing import Landing
from rules.quota import Quota, percent
from tests.rules.panels import DAY, HOUR, START

MINUTES = Quota(1000, 1, "minutes", timedelta(0))
DOLLARS = Quota(1000, 0.25, "USD", 9 * HOUR)


def lands(quota):
    return quota.lands(Landing(400, 800, 1600), 500.0)


def passes(quota, *hours):
    return quota.passes(
        Landing(400, 800, 1600, tuple(START + each * HOUR for each in hours)), 500.0
    )


def test_money_is_what_use_costs():
    assert (MINUTES.limit, DOLLARS.limit) == (1000, 4000)
    assert DOLLARS.used(3248, 2 * DAY) == "812 of 1,000 USD used (81 %) with 2 days to go"
    assert lands(DOLLARS) == "expected to end at 200 USD (20 %), between 125 and 400"


def test_what_is_passed_will_not_be_passed_again():
    found = Landing(1100, 1200, 1300, (START, START, START))

    assert "will be passed" in MINUTES.passes(found, 999)
    assert MINUTES.passes(found, 1000) is None
    assert MINUTES.passes(replace(found, passes=None), 999) is None
    ends = "expected to end at"
    assert MINUTES.lands(found, 1000) == f"{ends} 1,200 minutes (120 %), between 1,100 and 1,300"
    assert MINUTES.lands(found, 1250) == f"{ends} 1,250 minutes (125 %), between 1,250 and 1,300"


def test_a_quota_that_is_nearly_used_does_not_read_as_used():
    assert MINUTES.used(999.6, HOUR) == "999.6 of 1,000 minutes used (99 %) with 1 hour to go"
    assert (
        MINUTES.used(1000, 0 * HOUR)
        == "1,000 of 1,000 minutes used (100 %) at the end of the period"
    )


@pytest.mark.parametrize(
    ("quota", "hours", "words"),
    [
        (MINUTES, (20, 24, 50), "on 4 Mar, between 3 Mar and 5 Mar"),
        (MINUTES, (3, 4, 5.5), "on 3 Mar at 04:00, between 03:00 and 05:30"),
        (DOLLARS, (3, 4, 20), "on 3 Mar, between 3 Mar and 4 Mar"),
        (DOLLARS, (3, 4, 5), "on 3 Mar at 13:00, between 12:00 and 14:00"),
    ],
)
def test_when_it_is_passed_is_said_by_day_or_by_hour_of_its_zone(quota, hours, words):
    assert passes(quota, *hours) == f"will be passed {words}"


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0 %"), (0.999, "99 %"), (1, "100 %"), (12.3, "1,230 %"), (1e9, "far beyond it")],
)
def test_shares_are_rounded_down(share, words):
    assert percent(share) == words
