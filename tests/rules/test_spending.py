"""What balances lost, hour by hour: every fall is burn, and a rise hides what was burnt with it."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from rules.series import Measure
from rules.spending import last_known, spending, step_of
from tests.rules.panels import DAY, HOUR, NAN, START, panel

MINUTE = timedelta(minutes=1)


def burnt(*values, width=HOUR, **changes):
    watched = replace(panel(values, measure=Measure.LEVEL, width=width), **changes)
    return spending(watched).burn[:, 0].tolist()


def test_every_fall_is_burn_of_the_hour_before_it():
    assert burnt(100, 90, 90, 50) == [10, 0, 40]


def test_a_rise_is_never_burn_below_zero_and_hides_what_was_burnt_with_it():
    assert burnt(100, 90, 590, 550) == pytest.approx([10, NAN, 40], nan_ok=True)


def test_a_fall_is_spread_over_the_time_between_two_looks():
    assert burnt(100, NAN, NAN, 70, 60) == [10, 10, 10, 10]


def test_a_gap_of_more_than_a_day_says_nothing():
    assert burnt(100, *[NAN] * 23, 76) == [1] * 24
    assert np.isnan(burnt(100, *[NAN] * 24, 75)).all()
    assert burnt(100, 70, width=7 * DAY) == [30]


def test_before_the_first_look_and_after_the_last_nothing_is_known():
    assert burnt(NAN, 90, 80, NAN) == pytest.approx([NAN, 10, NAN], nan_ok=True)


def test_what_was_planned_is_not_usual():
    planned = np.array([[False], [True], [False], [False]])

    assert burnt(9, 8, 7, 6, planned=planned) == pytest.approx([1, NAN, 1], nan_ok=True)


@pytest.mark.parametrize(("bought", "burn"), [(30, 60), (31, NAN)])
def test_an_hour_known_by_half_stands_for_all_of_it(bought, burn):
    minutes = 200.0 - np.arange(61)
    minutes[bought:] += 500
    minutes[:bought] = [200.0] + [NAN] * (bought - 1)
    assert burnt(*minutes, width=MINUTE) == pytest.approx([burn], nan_ok=True)


def test_steps_are_whole_hours_wherever_the_panel_begins():
    found = spending(
        replace(
            panel(200 - np.arange(130.0), measure=Measure.LEVEL, width=MINUTE),
            start=START + 58 * MINUTE,
        )
    )

    assert found.start == START + HOUR
    assert found.burn[:, 0].tolist() == [60, 60]
    assert [found.ended(START + minutes * MINUTE) for minutes in (60, 119, 120)] == [0, 0, 1]


@pytest.mark.parametrize(
    ("width", "step"), [(MINUTE, HOUR), (7 * MINUTE, 7 * MINUTE), (HOUR, HOUR), (DAY, DAY)]
)
def test_a_step_is_an_hour_or_a_bucket(width, step):
    assert step_of(width) == step


def test_the_steps_before_a_moment_are_not_told_where_there_are_none():
    found = spending(panel([9, 8, 6, 3], [9, 9, 9, 9], measure=Measure.LEVEL))
    before = found.before(np.array([2, 1, 7]), np.array([0, 1, 0]), 3)

    expected = [[NAN, 1, 2], [NAN, NAN, 0], [NAN, NAN, NAN]]
    np.testing.assert_array_equal(before.T, expected)


def test_the_last_look_before_each_row():
    assert last_known(np.array([[1.0], [NAN], [2.0], [3.0]]))[:, 0].tolist() == [-1, 0, 0, 2]


def test_a_panel_of_one_row_has_no_burn():
    assert burnt(5) == []
