"""One metric divided by another."""

from dataclasses import replace

import numpy as np
import pytest

from rules.kind import Meter
from rules.period import Period
from rules.ratio import ratio, undividable
from rules.series import Measure
from tests.rules.panels import DAY, HOUR, NAN, panel

CALLS = Meter(None, "calls")


def calls(*columns, **fields):
    """How many calls there were, of the same source."""
    made = panel(*columns, **fields)
    metric = replace(made.metric, name="calls", unit="calls")
    return replace(made, metric=metric)


def over(watched, beside, at_least=0.0, period=None):
    found = ratio(replace(watched, beside=(beside,)), slice(0, len(watched)), CALLS, period)
    return found.quotient(at_least).T.tolist()


def trouble(watched, *beside, over=CALLS, period=None):
    return ratio(replace(watched, beside=beside), slice(0, len(watched)), over, period).trouble


def same(found, *columns):
    np.testing.assert_array_equal(found, columns)


def test_series_meet_by_their_labels():
    others = calls([10, 10], [20, 40], [5, 5])
    swapped = replace(others, series=(others.series[1], others.series[0], others.series[2]))

    same(over(panel([1, 2], [3, 4]), others), [0.1, 0.2], [0.15, 0.1])
    same(over(panel([1, 2], [3, 4]), swapped), [0.05, 0.05], [0.3, 0.4])


def test_one_single_series_serves_all_and_one_of_many_does_not():
    same(over(panel([1, 2], [3, 4]), calls([10, 20])), [0.1, 0.1], [0.3, 0.2])
    same(over(panel([1.0], [3.0], [5.0]), calls([10.0], [20.0])), [0.1], [0.15], [NAN])


def test_nothing_meets_an_empty_panel():
    empty = replace(calls([1.0]), series=(), values=np.empty((1, 0)))

    same(over(panel([1.0]), empty), [NAN])


def test_buckets_meet_by_time():
    early, late = calls([1, 2, 4, 8, 16]), calls([2, 4])
    watched = panel([8, 8, 8])

    same(over(watched, replace(early, start=early.start - HOUR)), [4, 2, 1])
    same(over(watched, replace(late, start=late.start + HOUR)), [NAN, 4, 2])
    same(over(watched, replace(late, start=late.start - 9 * HOUR)), [NAN] * 3)
    same(over(watched, replace(late, start=late.start + 9 * HOUR)), [NAN] * 3)


def test_what_is_zero_or_too_little_or_not_told_divides_nothing():
    watched, beside = panel([1, 1, 1, 1, NAN]), calls([0, 9.9, 10, NAN, 10])

    same(over(watched, beside), [NAN, 1 / 9.9, 0.1, NAN, NAN])
    same(over(watched, beside, at_least=10), [NAN, NAN, 0.1, NAN, NAN])


def test_a_balance_below_zero_divides_nothing():
    same(over(panel([1.0]), calls([-2.0], measure=Measure.LEVEL)), [NAN])


def test_numbers_without_end_are_no_reason_to_fail():
    same(over(panel([1e308, np.inf, np.inf]), calls([1e-308, np.inf, 1])), [np.inf, NAN, np.inf])


def test_an_amount_that_still_fills_has_no_ratio_yet_and_a_level_has():
    full, filling = [2, 2, 2], [1, 1, 1]

    same(over(panel(full, filling=1), calls(filling)), [2, 2, NAN])
    same(over(panel(full), calls(filling, filling=2)), [2, NAN, NAN])
    levels = [
        each(one, filling=1, measure=Measure.LEVEL)
        for each, one in ((panel, full), (calls, filling))
    ]
    same(over(*levels), [2, 2, 2])


def test_a_ratio_of_a_period_is_that_of_its_sums_and_needs_them_whole():
    watched, beside = panel([1, 2, 3, NAN, 1]), calls([10, 20, 10, 10, 10])

    same(over(watched, beside, period=Period("day")), [0.1, 0.1, 0.15, NAN, NAN])
    same(over(watched, beside, at_least=30, period=Period("day")), [NAN, 0.1, 0.15, NAN, NAN])


@pytest.mark.parametrize(("zone", "same_days"), [(0 * HOUR, True), (9 * HOUR, False)])
def test_periods_must_be_those_of_one_zone(zone, same_days):
    beside = calls([1.0])
    beside = replace(beside, metric=replace(beside.metric, offset=zone))

    assert trouble(panel([1.0]), beside) is None
    found = trouble(panel([1.0]), beside, period=Period("day"))
    assert (found is None) is same_days
    assert same_days or "they follow another zone" in found


def test_what_cannot_be_divided_says_why():
    watched, level = panel([1.0]), panel([1.0], measure=Measure.LEVEL)
    askew = calls([1.0], width=DAY)
    askew = replace(askew, metric=replace(askew.metric, offset=HOUR))

    assert trouble(watched) == "nothing is told of calls to divide by"
    assert trouble(watched, level) == "nothing is told of calls to divide by"
    elsewhere = Meter("web", "calls")
    assert trouble(watched, calls([1.0]), over=elsewhere) == (
        "nothing is told of calls of web to divide by"
    )
    assert "must be as wide" in trouble(watched, calls([1.0], width=DAY))
    assert "must be as wide" in trouble(panel([1.0], width=DAY), askew)
    assert "a level is not added up" in trouble(level, calls([1.0]), period=Period("day"))
    level_beside = calls([1.0], measure=Measure.LEVEL)
    assert "there is none for a day" in trouble(watched, level_beside, period=Period("day"))


def test_another_source_is_found_by_its_name():
    beside = calls([4.0])
    web = replace(beside, metric=replace(beside.metric, source="web"))
    watched = replace(panel([1.0]), beside=(beside, web))

    assert ratio(watched, slice(0, 1), Meter("web", "calls")).below.tolist() == [[4.0]]
    assert trouble(panel([1.0]), web) == "nothing is told of calls to divide by"


@pytest.mark.parametrize(
    ("unit", "divisor", "words"),
    [
        ("credits", "minutes", "credits per minute"),
        ("minutes", "minutes", ""),
        ("", "calls", ""),
        ("GB", "", ""),
    ],
)
def test_a_ratio_has_the_unit_of_one_over_the_other(unit, divisor, words):
    beside = calls([1.0])
    beside = replace(beside, metric=replace(beside.metric, unit=divisor))
    watched = panel([1.0])
    watched = replace(watched, metric=replace(watched.metric, unit=unit), beside=(beside,))

    assert ratio(watched, slice(0, 1), CALLS).unit == words


def test_metrics_of_one_name_are_told_apart_by_their_sources():
    ours = panel([1.0]).metric
    theirs = replace(ours, source="web", width=DAY)

    assert undividable(ours, theirs, None) == (
        "the buckets of web are not those of tts: they must be as wide"
    )
