"""Means over the last days, and what is usual for them."""

import numpy as np
import pytest

from rules.levels import back, forth, levels, means, middle, pick, usual_of
from tests.rules.panels import NAN


def column(values):
    return np.array(values, dtype=np.float64)[:, None]


def test_a_mean_is_told_where_all_its_days_are():
    found = means(column([1, 2, 3, NAN, 5, 6, 7]), 3)[:, 0]

    np.testing.assert_array_equal(found, [NAN, NAN, 2, NAN, NAN, NAN, 6])


def test_usual_is_the_median_of_the_same_days_of_five_weeks():
    days = column([1, 9, 9, 9, 9, 9, 9] * 5 + [50])
    days[0] = 100

    assert usual_of(days, 7, 1)[35, 0] == 1


def test_three_weeks_must_have_been_told():
    days = column(np.arange(22.0))
    assert usual_of(days, 7, 1)[21, 0] == 7

    days[0] = NAN
    assert np.isnan(usual_of(days, 7, 1)[21, 0])


def test_a_new_level_settles_in_two_weeks_or_in_two_stretches():
    days = column(np.arange(60.0))
    short, long = levels(days, 7, (3, 14))

    assert (short.settles, long.settles) == (14, 14)
    assert short.then[40, 0] == short.now[26, 0]
    assert levels(days, 1, (3,))[0].settles == 6


def test_the_largest_day_of_a_change_is_told_by_its_share():
    days = column([1.0] * 40 + [1, 1, 7])
    level = levels(days, 7, (3,))[0]

    assert level.largest[42, 0] == 1
    assert not level.lasting(0.9)[42, 0]


def test_of_a_lasting_change_every_day_brings_its_share_up_or_down():
    for new in (4.0, 0.0):
        level = levels(column([1.0] * 40 + [new] * 3), 7, (3,))[0]
        assert level.largest[42, 0] * 3 == 1
        assert level.lasting(0.34)[42, 0]


@pytest.mark.parametrize(
    ("days", "beside", "passing"),
    [
        ([1, 4, 4, 4], 0.0, True),
        ([1.6, 4, 4, 4], 0.6 / 9, True),
        ([4, 4, 4, 4], 1 / 3, False),
        ([0, 4, 4, 4], -1 / 9, True),
        ([-2, -2, -2, -2], 1 / 3, False),
    ],
)
def test_a_change_may_pass_until_a_fourth_day_bears_it_out(days, beside, passing):
    level = levels(column([1.0] * 40 + days), 7, (3,))[0]

    assert level.beside[43, 0] == pytest.approx(beside)
    assert level.may_pass()[43, 0] == passing


def test_a_peak_may_lie_anywhere_in_a_longer_stretch():
    for before in range(6):
        days = [1.0] * 40 + [1.0] * before + [5.0] * 3 + [1.0] * (5 - before)
        level = levels(column(days), 7, (7,))[0]
        assert level.beside[47, 0] == 0
        assert level.may_pass()[47, 0]


def test_cutting_keeps_the_days_from_a_row_on():
    level = levels(column(np.arange(50.0)), 7, (3,))[0]
    cut = level.since(45)

    assert (
        len(cut.now) == len(cut.usual) == len(cut.then) == len(cut.largest) == len(cut.beside) == 5
    )
    assert cut.now[0, 0] == level.now[45, 0]


def test_what_lies_before_the_first_or_past_the_last_is_not_told():
    assert np.isnan(back(column([1, 2]), 5)).all()
    np.testing.assert_array_equal(forth(column([1, 2, 3]), 2)[:, 0], [3, NAN, NAN])
    assert middle([column([1]), column([NAN]), column([4])], 2)[0, 0] == 2.5
    assert np.isnan(middle([column([1]), column([NAN])], 2)[0, 0])
    assert pick(column([1, 2, 3]), np.array([9]))[0] == 3
