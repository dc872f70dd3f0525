"""How long a balance lasts, in words."""

from dataclasses import replace

import numpy as np

from rules.kinds.runway import Runway
from rules.series import Measure
from tests.rules.panels import DAY, NAN, panel


def told(values, row=-1, kind=None, **changes):
    watched = replace(panel(values, measure=Measure.LEVEL), **changes)
    metric = replace(watched.metric, source="tts", name="credits", unit="credits")
    watched = replace(watched, metric=metric)
    row %= len(watched)
    judged = (kind or Runway()).judge(watched, slice(row, row + 1))
    return judged.one(watched, row, 0).why.reason


def falling(left, burn=10.0, days=28, noise=0.0):
    """Hours of a balance, of which so much is left in the end, on a Monday's midnight."""
    rng = np.random.default_rng(1)
    burnt = burn * rng.gamma(1 / noise, noise, days * 24) if noise else np.full(days * 24, burn)
    return left + np.append(np.cumsum(burnt[::-1])[::-1], 0.0)


def test_the_moment_stands_between_its_ends():
    assert told(falling(1500, noise=0.5)) == (
        "1,500 credits, burnt at about 252 a day, last until "
        "Saturday evening (5 Apr), between Saturday morning and Sunday afternoon"
    )


def test_hours_are_named_when_they_matter():
    assert told(falling(301)) == (
        "301 credits, burnt at about 240 a day, last until Tuesday 1 Apr 06:00 UTC, "
        "between Tuesday 06:00 and Tuesday 07:00"
    )


def test_what_lasts_beyond_the_outlook_is_said_so():
    assert told(falling(1e6)) == (
        "1 M credits, burnt at about 240 a day, last for more than 8 weeks"
    )


def test_an_end_out_of_sight_leaves_the_other():
    long, shorter = np.full((2, 24 * 28 + 1), 50.0)
    for values in (long, shorter):
        for days in (2, 14, 23):
            values[: 24 * days] += 9
    shorter -= 20

    assert "last for more than 8 weeks, perhaps only until 28 Apr" in told(long)
    assert "last until Tuesday 6 May, perhaps only until " in told(shorter)


def test_a_balance_of_which_nothing_is_burnt_says_so():
    assert told(np.full(24 * 28 + 1, 1.0)) == (
        "1 credit, of which none was burnt in 28 days, lasts for more than 8 weeks"
    )


def test_a_top_up_is_named_without_knowing_whether_it_was_bought_or_given_back():
    values = falling(1000)
    values[-1] += 5000

    assert told(values).startswith(
        "6,000 credits after 4,990 more were bought or given back, burnt at about 240 a day, last"
    )


def test_an_empty_balance_says_since_when_even_while_learning():
    values = np.append(falling(0, days=2), [0.0, NAN, -1.0])
    begun = told(np.zeros(3))

    assert told(values) == "-1 credits, gone since Wednesday 5 Mar 2025 00:00 UTC"
    assert begun == "0 credits, gone since Monday 3 Mar 2025 00:00 UTC"


def test_credits_that_came_and_went_again_are_gone_since_the_last_time():
    assert told([0.0, 5.0, 0.0, 0.0]).endswith("gone since Monday 3 Mar 2025 02:00 UTC")


def test_learning_says_how_much_is_still_to_come():
    assert told(falling(500, days=3)) == "500 credits; learning: 3 of 7 days of burn are known"
    assert told([5.0, NAN]) == "not told"


def drifting(times):
    rng = np.random.default_rng(2)
    used = rng.gamma(2, 5, 40 * 24)
    burn = 3 * used * np.repeat(np.exp(rng.normal(0, 0.03, 40)), 24)
    burn[-72 - 12 : -12] *= times
    values = 5000 + np.append(np.cumsum(burn[::-1])[::-1], 0.0)
    meter = panel(used)
    meter = replace(meter, metric=replace(meter.metric, source="voices", name="minutes"))
    return values, meter


def test_someone_else_in_the_pool_is_named():
    values, meter = drifting(1.8)
    values, meter = values[: 39 * 24 + 13], replace(meter, values=meter.values[: 39 * 24 + 12])
    kind = Runway(usage_source="voices")

    assert told(values, kind=kind, beside=(meter,)).endswith(
        " times as fast as voices/minutes explains: someone else spends from this pool"
    )
    assert "explains" not in told(values, kind=kind)
    assert "explains" not in told(values, beside=(meter,))


def test_use_that_is_not_paid_from_the_pool_is_named_too():
    values, meter = drifting(0.4)

    assert told(values, kind=Runway(usage_source="voices"), beside=(meter,)).endswith(
        " times as fast as voices/minutes explains: not all of that is paid from this pool"
    )


def test_witnesses_that_agree_are_not_worth_a_word():
    values, meter = drifting(1.0)

    assert "explains" not in told(values, kind=Runway(usage_source="voices"), beside=(meter,))


def test_the_reach_of_the_outlook_follows_the_limits():
    kind = Runway(within=(42 * DAY,))

    assert told(falling(1e6), kind=kind).endswith("last for more than 12 weeks")
