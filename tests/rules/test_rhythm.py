"""How use is spread over the hours of a day and the days of a week."""

import numpy as np
import pytest

from rules.rhythm import alone, cut, rhythm
from tests.rules.panels import DAY, HOUR, NAN


def of(values, width=DAY):
    weeks = cut(np.asarray(values, dtype=float)[:, None], width, 8)
    return weeks, rhythm(weeks)


def test_the_first_weekday_is_that_of_the_day_to_come():
    _, form = of([7.0, 0, 0, 0, 0, 0, 0] * 8)

    np.testing.assert_allclose(form.weekday[0], [7, 0, 0, 0, 0, 0, 0])


def test_a_week_that_is_not_whole_is_filled_with_what_is_not_told():
    weeks, form = of([1.0] * 9)

    assert weeks.use.shape == (1, 2, 7, 1)
    assert np.isnan(weeks.use).sum() == 5
    np.testing.assert_allclose(form.weekday, 1)


def test_an_hour_of_few_weeks_is_drawn_to_that_hour_of_every_day():
    day = np.array([1.0, 3.0])
    values = np.concatenate([np.tile(day, 6), [4.0, 0.0]])
    _, form = of(values, 12 * HOUR)

    assert 0.25 < form.share[0, 0, 0] < form.share[0, 6, 0] < 0.6


def test_shares_of_a_day_add_up_to_one_and_are_even_where_nothing_was_used():
    _, form = of([0.0] * 28, 12 * HOUR)

    np.testing.assert_array_equal(form.share, 0.5)
    np.testing.assert_array_equal(form.weekday, 1)


def test_weekdays_that_differ_by_chance_are_not_told_apart():
    chance = np.random.default_rng(1).normal(10, 2, 56)
    _, form = of(chance)
    _, real = of(np.tile([10.0] * 5 + [2.0] * 2, 8) + chance / 20)

    assert form.learnt < 3
    assert real.learnt > 5.5


@pytest.mark.parametrize(("days", "learnt"), [(13, 3), (14, 6)])
def test_one_week_alone_is_believed_by_half(days, learnt):
    _, form = of(([9.0] * 5 + [1.0] * 2) * 2)
    assert form.learnt == 6

    _, form = of([NAN] * (14 - days) + (([9.0] * 5 + [1.0] * 2) * 2)[-days:])
    assert form.learnt == learnt


def test_a_weekday_known_from_few_weeks_is_unsure():
    _, form = of([NAN] * 7 + [1.0] * 21)

    np.testing.assert_allclose(form.unsure, 4 / 3)


def test_noise_of_single_buckets_is_told_from_that_of_days():
    rng = np.random.default_rng(2)
    hours, days = rng.gamma(2, 1, 56 * 24), np.repeat(rng.gamma(9, 1, 56), 24)
    for values, low, high in ((hours, 0.7, 1.0), (days, 0.0, 0.05)):
        weeks, form = of(values, HOUR)
        noise = np.array([weeks.totals.var()])
        assert low <= alone(weeks, form, noise) <= high


def test_where_there_is_no_noise_all_of_it_is_that_of_buckets():
    weeks, form = of([2.0] * 28)

    assert alone(weeks, form, np.zeros(1)) == 1
