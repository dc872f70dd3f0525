"""A panel by the day."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from rules.days import Found, Said, days_of
from rules.panel import Panel
from rules.series import Measure
from rules.verdict import Outcome, Why
from tests.rules.panels import DAY, HOUR, NAN, START, panel


def whole(seen: Panel, before: int = 1000):
    return days_of(seen, slice(0, len(seen)), before)


def moved(seen: Panel, *, by: timedelta) -> Panel:
    return replace(seen, start=seen.start + by)


def test_a_day_of_an_amount_is_the_sum_of_its_buckets():
    days = whole(panel(np.arange(48.0)))

    np.testing.assert_array_equal(days.totals, [[276], [852]])
    assert (days.first, days.length, days.width) == (0, 24, DAY)


def test_a_day_of_an_amount_of_which_an_hour_is_not_told_is_not_told():
    values = np.ones(48)
    values[30] = NAN

    np.testing.assert_array_equal(whole(panel(values)).totals, [[24], [NAN]])


@pytest.mark.parametrize(("told", "mean"), [(12, 5.0), (11, NAN)])
def test_a_day_of_a_level_is_the_mean_of_what_was_told_if_half_of_it_was(told, mean):
    values = np.full(24, NAN)
    values[:told] = 5.0

    days = whole(panel(values, measure=Measure.LEVEL))
    np.testing.assert_array_equal(days.totals, [[mean]])


def test_days_begin_at_midnight_of_the_metrics_zone():
    seen = moved(panel(np.ones(72)), by=5 * HOUR)
    there = replace(seen, metric=replace(seen.metric, offset=9 * HOUR))

    assert whole(seen).first == 19
    assert whole(there).first == 10
    assert len(whole(there)) == 2


def test_a_day_that_still_fills_is_not_there():
    assert len(whole(panel(np.ones(48), filling=1))) == 1


def test_buckets_longer_than_a_day_are_days_of_their_own():
    days = whole(panel([1.0, 2.0], width=7 * DAY))

    np.testing.assert_array_equal(days.totals, [[1], [2]])
    assert days.width == 7 * DAY


def test_of_buckets_that_fit_no_day_as_many_as_fit_are_one():
    assert whole(panel(np.ones(40), width=5 * HOUR)).length == 4


def test_a_sum_beyond_all_numbers_is_not_told():
    assert np.isnan(whole(panel(np.full(24, 1e308))).totals).all()


def test_only_so_many_days_before_are_read_and_they_keep_their_number():
    seen = panel(np.ones(240))
    days = days_of(seen, slice(200, 240), 2)

    assert (days.first, len(days)) == (5 * 24, 5)
    assert days.number == whole(seen).number + 5


def test_the_last_day_over_when_a_bucket_ends_is_the_one_that_speaks_in_it():
    days = whole(panel(np.ones(72)))

    assert days.over(slice(22, 25)).tolist() == [-1, 0, 0]
    assert days.over(slice(46, 48)).tolist() == [0, 1]


def said(seen: Panel, rows: slice, since: int = 0) -> Said:
    days = days_of(seen, rows, 0)
    many = np.arange(1.0, len(days) - since + 1)[:, None] * np.ones(len(seen.series))
    outcome = np.full(many.shape, np.int8(Outcome.BREACH))
    places = np.full(many.shape, 2)
    return Said(days, since, Found(outcome, many, many, many, many, many / 100, places))


def test_what_is_said_of_a_day_is_given_to_its_last_bucket_and_on_to_the_next_days_last():
    seen = panel(np.ones(60))
    verdicts = said(seen, slice(0, 60)).verdicts(seen, slice(0, 60), lambda *_: Why(""))

    assert verdicts.outcome[:23, 0].tolist() == [Outcome.UNKNOWN] * 23
    assert verdicts.expected[23:47, 0].tolist() == [1.0] * 24
    assert verdicts.expected[47:, 0].tolist() == [2.0] * 13
    assert verdicts.score[22:24, 0].tolist() == [0.0, 0.01]
    assert verdicts.observed[22:24, 0].tolist() == [1.0, 1.0]


def test_what_was_observed_is_counted_from_the_first_of_its_days():
    seen = panel(np.ones(96))
    verdicts = said(seen, slice(0, 96)).verdicts(seen, slice(0, 96), lambda *_: Why(""))

    assert verdicts.one(seen, 71, 0).counted_from == START + DAY
    assert verdicts.one(seen, 80, 0).counted_from == START + DAY
    assert verdicts.one(seen, 10, 0).counted_from is None


def test_a_bucket_that_was_not_told_says_nothing():
    values = np.ones(48)
    values[30] = NAN
    seen = panel(values)
    verdicts = said(seen, slice(0, 48)).verdicts(seen, slice(0, 48), lambda *_: Why(""))

    assert verdicts.outcome[29:32, 0].tolist() == [Outcome.BREACH, Outcome.UNKNOWN, Outcome.BREACH]


def test_no_day_speaks_before_the_first_is_over_nor_of_one_that_still_fills():
    seen = panel(np.ones(50), filling=10)
    found = said(seen, slice(0, 50))

    assert [found.day(row) for row in (22, 23, 46, 47)] == [None, 0, 0, None]
    outcome = found.verdicts(seen, slice(0, 50), lambda *_: Why("")).outcome[:, 0]
    assert outcome[46:48].tolist() == [Outcome.BREACH, Outcome.UNKNOWN]


def test_without_a_day_nothing_is_said():
    seen = panel(np.ones(10))

    assert (
        said(seen, slice(0, 10)).verdicts(seen, slice(0, 10), lambda *_: Why("")).outcome.sum() == 0
    )
    assert days_of(seen, slice(0, 10), 0).at(slice(0, 10)) == 0
