"""What the turns of months have brought each series."""

from datetime import UTC, datetime

import numpy as np
import pytest
from numpy import inf

from rules.ordinary.turns import TURNS, First, turns

MONDAY = datetime(2025, 3, 3, tzinfo=UTC)
# The turns of the months from April on lie around these days.
BEGINS = (29, 59, 90, 120, 151, 182)


def found(high, days=200, start=MONDAY, first=First.COUNTS):
    worst = np.full((days, 1), 1.0)
    for day, value in high.items():
        worst[day] = value
    seen = turns(worst, start, first)
    return seen.most[:, 0], seen.many[:, 0]


def test_days_of_a_turn_are_the_last_four_and_the_first_four():
    most, _ = found({28: 2.9})

    assert np.flatnonzero(most == 2.9).tolist() == [
        day for first in BEGINS[1:] for day in range(first - 4, first + 4)
    ]
    assert most[40] == 0


@pytest.mark.parametrize(("day", "minded"), [(24, 1), (25, 4), (32, 4), (33, 1)])
def test_only_what_came_on_such_days_is_minded(day, minded):
    assert found({day: 4.0})[0][59] == minded


def test_until_one_was_seen_a_turn_is_out_of_reach():
    worst = np.full((70, 1), 1.0)
    worst[:40] = -inf
    seen = turns(worst, MONDAY, First.COUNTS)

    assert np.flatnonzero(np.isposinf(seen.most[:, 0])).tolist() == [
        *range(2),
        *range(25, 33),
        *range(55, 63),
    ]
    assert (seen.many == 0).all()


def test_turns_are_counted_as_they_are_seen():
    _, many = found({})

    assert [many[day] for day in BEGINS] == [1, 2, 3, 4, 5, 5]


def test_the_turns_of_five_months_are_remembered():
    most, _ = found({28: 2.9}, days=260)

    assert TURNS == 5
    assert most[182] == 2.9
    assert most[212] == 1


@pytest.mark.parametrize(("trouble", "minded"), [(2.9 * 4, 2.9 * 4), (3.1 * 4, 4.0)])
def test_a_trouble_at_one_turn_of_four_is_no_months_nature(trouble, minded):
    most, many = found({28: 4.0, 58: 4.0, 89: trouble})

    assert many[120] == 4
    assert most[120] == pytest.approx(minded)


def test_of_three_turns_the_highest_is_minded_however_high():
    most, many = found({1: 0.0, 28: 4.0, 58: 30.0})

    assert many[90] == 3
    assert most[90] == 30


def test_what_lies_below_the_usual_is_no_measure():
    assert found(dict.fromkeys(range(200), -2.0))[0][59] == 0


def test_a_turn_does_not_hang_on_what_follows():
    rng = np.random.default_rng(1)
    worst = rng.gamma(2, 1, (150, 3))
    later = worst.copy()
    later[80:] = 50

    for one, other in zip(
        (turns(worst, MONDAY, First.COUNTS).most, turns(worst, MONDAY, First.COUNTS).many),
        (turns(later, MONDAY, First.COUNTS).most, turns(later, MONDAY, First.COUNTS).many),
        strict=True,
    ):
        np.testing.assert_array_equal(one[:94], other[:94])


def test_without_days_there_is_no_turn_of_a_month():
    seen = turns(np.full((70, 1), 1.0), None, First.COUNTS)

    assert (seen.most == 0).all()
    assert (seen.many == 0).all()


def test_the_first_turn_of_a_series_teaches_and_is_seen_all_the_same():
    high = {0: 9.0, 28: 4.0}
    most, many = found(high, first=First.TEACHES)

    assert found(high)[0][59] == 9
    assert (most[28], many[28]) == (0, 1)
    assert (most[59], many[59]) == (4, 2)


def test_of_a_series_that_begins_late_its_own_first_turn_teaches():
    worst = np.full((200, 2), 1.0)
    worst[:40, 1] = -inf
    worst[58] = 7.0
    seen = turns(worst, MONDAY, First.TEACHES)

    assert seen.most[90].tolist() == [7, 0]
    assert seen.many[90].tolist() == [3, 1]
