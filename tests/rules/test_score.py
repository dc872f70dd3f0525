"""How unusual each row of a file is."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.kinds.spike import Spike
from rules.score import FIRST, scores
from tests.rules.panels import HOUR, NAN, START, at

STEPS = st.sampled_from([0, 1, 1, 1, 1, 2, 30, -1, -20, 24 * 400])
VALUES = st.sampled_from([0.0, 1.0, 2.0, 50.0, -7.0, NAN, float("inf"), 1e308, -1e308])


def hourly(values):
    return [(at(row), float(value)) for row, value in enumerate(values)]


def rhythm(days):
    return np.tile(np.r_[np.zeros(8), np.full(10, 50.0), np.zeros(6)], days)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(STEPS, VALUES), max_size=120), st.integers(0, 120))
def test_the_score_of_a_row_depends_on_no_later_row(moves, cut):
    hours = np.cumsum([step for step, _ in moves])
    rows = [
        (START + int(hour) * HOUR, value) for hour, (_, value) in zip(hours, moves, strict=True)
    ]

    assert scores(rows[:cut]) == scores(rows)[:cut]


@settings(max_examples=25, deadline=None)
@given(st.lists(VALUES, max_size=100))
def test_every_score_lies_between_0_and_1(values):
    found = scores(hourly(values))

    assert len(found) == len(values)
    assert all(0 <= score <= 1 for score in found)


def test_the_first_rows_are_judged_by_those_before_them_whatever_their_times():
    together = [(START, value) for _, value in hourly(rhythm(3)[8 : 8 + FIRST])]

    assert scores(together) == scores(hourly(rhythm(3)[8 : 8 + FIRST]))


def test_later_rows_are_judged_by_their_time_of_day():
    found = scores(hourly(rhythm(20)))

    assert max(found[8 * 24 :]) == 0
    assert max(found[FIRST : 7 * 24]) > 0


def test_a_peak_at_the_wrong_hour_stands_out():
    values = rhythm(20)
    values[-3] = 50

    assert scores(hourly(values))[-3] == 1


def test_a_later_row_for_the_same_time_overwrites_only_for_the_rows_after_it():
    rows = hourly(rhythm(40))
    again = [*rows[:-1], (rows[-25][0], 900.0), rows[-1]]

    assert scores(again)[:-2] == scores(rows)[:-1]
    assert scores(again)[-2] == 1
    assert scores(again)[-1] == scores(rows)[-1]


@pytest.mark.parametrize("rows", [[], hourly([5.0]), hourly([5.0] * 300), [(START, 1.0)] * 200])
def test_constant_empty_and_timeless_files_are_calm(rows):
    assert scores(rows) == [0.0] * len(rows)


def test_a_row_without_a_number_scores_nothing_and_overwrites_nothing():
    rows = hourly(rhythm(40))
    broken = [*rows[:-1], (rows[-25][0], NAN), rows[-1]]

    assert scores(broken)[-2:] == [0.0, scores(rows)[-1]]


def test_a_gap_of_years_costs_nothing_and_forgets_the_past():
    early, late = hourly(rhythm(20)), [(at(row + 10**6), 70.0) for row in range(40)]
    found = scores([*early, *late])

    assert found[len(early) :] == [0.0] * 40


def test_another_kind_can_be_asked():
    values = np.random.default_rng(0).normal(100, 1, 400)
    values[-1] = 110
    strict, lenient = (scores(hourly(values), Spike(sigmas=sigmas))[-1] for sigmas in (3, 12))

    assert lenient < 0.5 < strict


@pytest.mark.parametrize("step", [timedelta(minutes=5), timedelta(minutes=4, seconds=50)])
def test_the_width_is_learned_from_the_steps(step):
    many = 9 * 288
    values = 50.0 * ((np.arange(many) // 72) % 4 == 2)
    rows = [(START + number * step, value) for number, value in enumerate(values)]
    found = scores([(at_, float(value)) for at_, value in rows])

    assert (max(found[8 * 288 :]) == 0) == (step == timedelta(minutes=5))
