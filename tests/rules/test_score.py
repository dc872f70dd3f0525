"""How unusual each row of a file is."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.novelty import SHIPPED
from rules.score import MOST, scores
from tests.rules.panels import DAY, HOUR, NAN, START, at

STEPS = st.sampled_from([0, 1, 1, 1, 1, 2, 30, -1, -20, 24 * 400])
VALUES = st.sampled_from([0.0, 1.0, 2.0, 50.0, -7.0, NAN, float("inf"), 1e308, -1e308, 5e-324])
EARLY = replace(SHIPPED, first=2, warm=3)
"""Says something within the few rows that a property can be tried on."""


def hourly(values):
    return [(at(row), float(value)) for row, value in enumerate(values)]


def moved(moves):
    hours = np.cumsum([step for step, _ in moves])
    return [
        (START + int(hour) * HOUR, value) for hour, (_, value) in zip(hours, moves, strict=True)
    ]


def busy(days, seed=0):
    hours = np.arange(days * 24)
    return (
        100 + 50 * np.sin(hours * np.pi / 12) + np.random.default_rng(seed).normal(0, 3, len(hours))
    )


FILES = st.lists(st.tuples(STEPS, VALUES), max_size=120)


@settings(max_examples=60, deadline=None)
@given(FILES, st.integers(0, 120))
def test_the_score_of_a_row_depends_on_no_later_row(moves, cut):
    rows = moved(moves)

    assert scores(rows[:cut], EARLY) == scores(rows, EARLY)[:cut]


@settings(max_examples=60, deadline=None)
@given(FILES)
def test_every_score_lies_between_0_and_1_and_rows_without_a_number_change_none(moves):
    rows = moved(moves)
    found = scores(rows, EARLY)
    told = [row for row, (_, value) in enumerate(rows) if np.isfinite(value)]

    assert len(found) == len(rows)
    assert all(0 <= score <= 1 for score in found)
    assert [found[row] for row in told] == scores([rows[row] for row in told], EARLY)
    assert sum(found) == sum(found[row] for row in told)


def test_the_unit_does_not_matter():
    values = busy(40)
    values[900] = 400

    assert scores(hourly(values / 3600)) == pytest.approx(scores(hourly(values)), abs=1e-6)


def test_the_day_does_not_matter():
    rows = hourly(busy(40))

    assert scores([(at_ + 1000 * DAY, value) for at_, value in rows]) == scores(rows)


def test_a_value_never_seen_scores_over_a_half_and_its_echo_nothing():
    values = busy(40)
    values[900:903] = 400
    found = scores(hourly(values))

    assert found[900] > 0.9
    assert found[901:] == [0] * 59


def test_a_row_seen_before_but_never_at_this_hour_scores_over_a_half():
    values = busy(40)
    values[900:904] = busy(40)[894:898]

    assert max(scores(hourly(values))[900:904]) > 0.5 > max(scores(hourly(busy(40)))[900:904])


@pytest.mark.parametrize("rows", [[], hourly([5.0]), hourly([5.0] * 300), [(START, 1.0)] * 200])
def test_constant_empty_and_timeless_files_are_calm(rows):
    assert scores(rows) == [0.0] * len(rows)


def test_a_gap_of_a_week_twice_the_same_time_and_a_step_back_are_survived():
    rows = hourly(busy(60))
    rows = [*rows[:800], *rows[968:]]
    rows[900], rows[1000] = (rows[899][0], rows[900][1]), (rows[980][0], rows[1000][1])
    found = scores(rows)

    assert sum(score >= 0.5 for score in found[800:]) <= 2


@pytest.mark.parametrize("value", [1e308, -1e308, MOST])
def test_numbers_too_large_to_be_added_are_still_judged(value):
    found = scores(hourly([*busy(30), value, *busy(30)]))

    assert found[720] > 0.99
    assert all(np.isfinite(found))


def test_numbers_too_large_to_be_subtracted_blind_no_view_of_the_rows_after():
    found = scores(hourly([*busy(30), 1e308, -1e308, *busy(30), 1e12]))

    assert all(0 <= score <= 1 for score in found)
    assert found[-1] > 0.65


@pytest.mark.parametrize("value", [NAN, float("inf"), -float("inf")])
def test_what_is_no_number_scores_nothing(value):
    assert scores(hourly([*busy(30), value]))[-1] == 0


def test_a_step_of_a_fraction_of_a_second_is_survived():
    rows = [(START + row * timedelta(milliseconds=20), float(row % 7)) for row in range(2000)]

    assert max(scores(rows)[1000:]) < 0.5
