"""Which lasting changes are worth a word."""

import numpy as np
import pytest

from rules.levels import levels
from rules.moves import CERTAIN, PASSING, Worth, best, chosen, foremost, limit, moves, outcomes
from rules.rate import Rate
from rules.verdict import Outcome
from rules.yardstick import yardsticks
from tests.rules.panels import DAY


def found(days, worth=None, stretches=(3, 7)):
    of = levels(days, 7, (1, *stretches))
    since = len(days) - 1
    sticks = yardsticks(of, 7, 0, since)[1:]
    return moves([each.since(since) for each in of[1:]], sticks, worth or Worth(up=True, down=True))


def stepped(to, days=120, ago=4):
    values = np.random.default_rng(1).uniform(95, 105, (days, 1))
    values[-ago:] *= to
    return values


def test_a_step_tells_and_a_quiet_day_does_not():
    assert found(stepped(2))[0].telling[0, 0] > 8
    assert found(stepped(1))[0].telling[0, 0] < 2


def test_a_direction_that_is_not_minded_tells_nothing():
    assert found(stepped(2), Worth(down=True))[0].telling[0, 0] == 0
    assert found(stepped(0.5), Worth(up=True))[0].telling[0, 0] == 0
    assert found(stepped(0.5), Worth(down=True))[0].telling[0, 0] > 8


def test_what_may_be_a_peak_of_three_days_is_only_so_surprising():
    assert found(stepped(2, ago=3))[0].telling[0, 0] == PASSING
    assert 8 < found(stepped(2, ago=4))[0].telling[0, 0] < CERTAIN


def test_how_surprising_a_peak_may_be_is_for_a_kind_to_say():
    assert found(stepped(2, ago=3), Worth(up=True, passing=2.5))[0].telling[0, 0] == 2.5


def test_what_is_less_than_worth_a_word_is_near_from_half_of_it_on():
    for ratio, telling, near in ((0.9, True, True), (1.5, False, True), (2.5, False, False)):
        move = found(stepped(2), Worth(up=True, ratio=ratio))[0]
        assert (move.telling[0, 0] > 0, move.near[0, 0] > 0) == (telling, near)


def test_a_level_is_no_news_once_it_was_there_two_weeks_before():
    assert found(stepped(2, ago=15))[0].telling[0, 0] > 8
    assert found(stepped(2, ago=16))[0].telling[0, 0] == 0


def test_a_level_unknown_two_weeks_before_makes_all_unknown():
    values = stepped(2)
    values[-15] = np.nan

    assert np.isnan(found(values)[0].surprise[0, 0])


def test_a_change_as_large_as_one_that_passed_is_its_nature():
    values = stepped(2)
    values[60:65] *= 2
    assert found(values)[0].telling[0, 0] == 0

    values[60:65] /= 1.4
    assert found(values)[0].telling[0, 0] > 8


def test_the_limit_rises_with_the_series_and_with_the_rarity_asked_for():
    values = np.random.default_rng(2).normal(100, 20, (120, 40))
    week, year = Rate(1, 7 * DAY), Rate(1, 365 * DAY)
    few, many = found(values[:, :10]), found(values)

    assert limit(few, week, DAY)[0, 0] < limit(many, week, DAY)[0, 0] < limit(many, year, DAY)[0, 0]


def test_three_days_in_a_row_are_counted_as_one_chance():
    of = found(np.random.default_rng(2).normal(100, 60, (120, 40)), Worth(up=True, down=True))
    chances = np.concatenate([each for move in of for each in move.chances], axis=1)
    expected = np.minimum(10.0 ** -limit(of, Rate(1, 7 * DAY), DAY), chances).sum()

    assert expected == pytest.approx(3 / 7)


def test_a_series_that_never_strays_has_no_part_in_the_limit():
    values = np.random.default_rng(2).normal(100, 20, (120, 10))
    more = np.hstack([np.full((120, 3), 7.0), values, np.zeros((120, 2))])
    rate = Rate(1, 7 * DAY)

    assert limit(found(values), rate, DAY)[0, 0] == limit(found(more), rate, DAY)[0, 0]


def test_outcomes_by_the_limit_and_a_third_of_it():
    told = np.array([[3.1, 2.9, 0.0, 0.0, 0.0]])
    near = np.array([[3.1, 2.9, 1.1, 0.9, 0.0]])
    surprise = np.array([[3.1, 2.9, 1.1, 0.9, np.nan]])
    limits = np.array([[3.0]])

    assert outcomes(told, near, surprise, limits)[0].tolist() == [
        Outcome.BREACH,
        Outcome.BETWEEN,
        Outcome.BETWEEN,
        Outcome.NORMAL,
        Outcome.UNKNOWN,
    ]


def test_the_stretch_with_most_to_say_speaks():
    of = found(np.hstack([stepped(2), stepped(1)]))
    which = foremost(of)

    assert which[0, 0] == int(of[1].telling[0, 0] > of[0].telling[0, 0])
    assert (
        chosen([move.surprise for move in of], which)[0, 1]
        == best([it.surprise for it in of])[0, 1]
    )
