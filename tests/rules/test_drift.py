"""How the level of use wanders from day to day, and how far it may be from here on."""

import numpy as np
import pytest

from rules.drift import GRID, MOST, ahead, growth, learn


def lines(values):
    values = np.asarray(values, dtype=float)[None]
    return values, np.ones(values.shape), np.ones(values.shape)


def path(values, days=10):
    return ahead(learn(*lines(values), np.zeros(1)), np.ones((1, 7)), np.zeros(1), days)


def test_the_answers_of_the_grid_are_weighed():
    learnt = learn(*lines(np.random.default_rng(1).normal(1, 0.1, 56)), np.zeros(1))

    assert learnt.weight.shape == (1, len(GRID))
    assert learnt.weight.sum() == pytest.approx(1)
    assert (learnt.weight * learnt.noise).sum() == pytest.approx(0.01, rel=0.3)


def test_a_level_that_strays_is_followed_and_one_with_mere_noise_is_not():
    rng = np.random.default_rng(3)
    noise = rng.normal(0, 0.1, 56)
    noise[-5:] += 0.2
    strays = 1 + np.cumsum(rng.normal(0, 0.1, 56))

    assert abs(path(1 + noise).mean[0, 1] - 1) < 0.15
    assert abs(path(strays).mean[0, 1] - strays[-1]) < 0.15


def test_a_level_that_strays_is_less_sure_the_farther_away_it_is():
    strays = path(1 + np.cumsum(np.random.default_rng(3).normal(0, 0.1, 56)), days=20)
    apart = np.sqrt(strays.wander[0])

    assert apart[20] > 2.2 * apart[10] > 4.4 * apart[5] * 0.9


def test_few_days_leave_fewer_degrees_of_freedom_and_a_level_less_sure():
    values = 1 + np.random.default_rng(4).normal(0, 0.1, 56)

    assert path(values[:8]).free == 9
    assert path(values).free == 57
    assert path(values[:8]).wander[0, 10] > 2 * path(values).wander[0, 10]


def test_what_was_spent_on_the_weekdays_is_not_free():
    values = 1 + np.random.default_rng(4).normal(0, 0.1, 21)
    spent = learn(*lines(values), np.array([6.0]))

    assert spent.free == 16
    assert spent.noise.mean() > 1.2 * learn(*lines(values), np.zeros(1)).noise.mean()


def test_days_that_were_not_told_teach_nothing():
    used, weekday, told = lines(1 + np.random.default_rng(5).normal(0, 0.1, 28))
    gap = np.where(np.arange(28) % 4 == 0, 0.0, told)
    wild = np.where(gap > 0, used, 99.0)

    assert learn(wild * gap, weekday, gap, np.zeros(1)).free == 22
    assert growth(used * gap, weekday, gap) == growth(wild * gap, weekday, gap)
    np.testing.assert_array_equal(
        learn(wild * gap, weekday, gap, np.zeros(1)).state.level,
        learn(used * gap, weekday, gap, np.zeros(1)).state.level,
    )


def test_growth_is_believed_as_far_as_it_is_proven():
    days = np.arange(56.0) - 28
    noise = np.random.default_rng(6).normal(0, 1, 56)

    assert growth(*lines(1 + 0.01 * days)).item() == pytest.approx(0.01, rel=0.01)
    assert 0.003 < growth(*lines(1 + 0.01 * days + 0.3 * noise)).item() < 0.011
    assert abs(growth(*lines(1 + 0.3 * noise)).item()) < 0.004


def test_no_growth_is_believed_beyond_the_most():
    steep = 1 + 0.035 * (np.arange(56) - 28)

    assert growth(*lines(steep)).item() == MOST
    assert growth(*lines(steep[::-1])).item() == -MOST


def test_growth_is_carried_on_and_fades():
    learnt = learn(*lines([1.0] * 56), np.zeros(1))
    mean = ahead(learnt, np.ones((1, 7)), np.array([0.01]), 200).mean[0]

    assert mean[1] == pytest.approx(1.01, rel=0.001)
    assert mean[200] - mean[199] == pytest.approx(np.exp(0.01 * (1 - 0.99**200) / 0.01), rel=0.01)
