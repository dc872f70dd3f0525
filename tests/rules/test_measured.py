"""What a limit is held against: a bucket, the use since a period began, or a ratio."""

from dataclasses import replace

import numpy as np
import pytest

from rules.kind import Meter
from rules.measured import by_bucket, by_period, by_ratio, uncountable
from rules.period import Period
from rules.series import Measure
from tests.rules.panels import DAY, HOUR, NAN, START, panel

DAILY = Period("day")
PRICE = Meter(None, "calls")


def said(found, row):
    phrase = found.phrase(row, 0)
    return f"{phrase.before}{phrase.behind}", phrase.unit, phrase.unknown


def test_a_bucket_by_itself_is_all_there_is_to_say():
    found = by_bucket(panel([1, 2]), slice(1, 2))

    assert found.values is found.most
    assert found.values.tolist() == [[2]]
    assert found.buckets is None
    assert said(found, 0) == ("", "minutes", "not told")


def test_a_sum_is_unknown_where_its_own_bucket_is():
    found = by_period(panel([1, NAN, 2]), slice(1, 3), DAILY)

    np.testing.assert_array_equal(found.values, [[NAN], [3]])
    assert found.most.tolist() == [[2], [5]]
    assert found.buckets.tolist() == [[2], [3]]
    assert (found.unit, found.period.tolist()) == (None, [0, 0])


@pytest.mark.parametrize(
    ("values", "start", "words"),
    [
        ([1, 2, 3], START, " since 3 Mar"),
        ([1, NAN, 3], START, "at least  since 3 Mar, 1 hour of it not told"),
        ([NAN, NAN, 3], START, "at least  since 3 Mar, counted from 3 Mar 02:00 on"),
        ([1, NAN, 3], START + 5 * HOUR, None),
    ],
)
def test_a_sum_says_since_when_and_what_is_missing(values, start, words):
    watched = replace(panel(values), start=start)
    words = words or ("at least  since 3 Mar, counted from 3 Mar 05:00 on, 1 hour of it not told")

    assert said(by_period(watched, slice(0, 3), DAILY), 2) == (words, "minutes", "not told")


def test_what_cannot_be_counted_is_unknown_and_says_why():
    level = panel([1, 2], measure=Measure.LEVEL)
    found = by_period(level, slice(0, 2), DAILY)

    assert np.isnan(found.values).all()
    assert found.buckets is None
    assert found.phrase(0, 0).unknown == "usage is a level, and levels are not added up"
    assert uncountable(panel([1.0], width=2 * DAY).metric, DAILY) == (
        "buckets of 2 days are wider than a day"
    )
    assert uncountable(panel([1.0], width=DAY).metric, DAILY) is None


def test_a_ratio_says_what_was_divided_by_what():
    beside = panel([4, 0, NAN])
    beside = replace(beside, metric=replace(beside.metric, name="calls", unit="calls"))
    watched = replace(panel([1, 1, 1]), beside=(beside,))
    found = by_ratio(watched, slice(0, 3), PRICE, None, 2)

    assert said(found, 0)[:2] == (" (1 minute over 4 calls)", "minutes per call")
    assert (found.unit, found.period) == ("minutes per call", None)
    assert said(found, 1)[2] == "1 minute over 0 calls, too few to divide by"
    assert said(found, 2)[2] == "not told whole"
    assert found.values is found.most
    assert found.values[0, 0] == 0.25
    alone = by_ratio(panel([1.0]), slice(0, 1), PRICE, None, 2)
    assert said(alone, 0)[2] == "nothing is told of calls to divide by"
