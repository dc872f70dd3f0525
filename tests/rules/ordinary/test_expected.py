"""What is expected of a bucket, from the same place of the weeks and the days before."""

from dataclasses import replace

import numpy as np
import pytest

from rules.ordinary.blocks import Layout
from rules.ordinary.expected import expected_amounts, expected_levels
from tests.rules.panels import NAN, START

DAYS = 84
HOURS = np.arange(24)
OFFICE = (5 + 200 * np.exp(-(((HOURS - 14) / 4) ** 2)))[:, None]
WEEKLY = np.where(np.arange(DAYS) % 7 < 5, 1.0, 0.3)[:, None, None] * OFFICE
LAST = slice(DAYS - 7, DAYS)


def drawn(means, seed=0, many=12):
    shape = (*np.broadcast_shapes(np.shape(means), (DAYS, 24, 1))[:2], many)
    return np.random.default_rng(seed).poisson(means, shape).astype(float)


def expected(values, *, daily=True):
    days, places, _ = values.shape
    first = START.date() if daily else None
    found = expected_amounts(turned(values), Layout(places, 0, days * places, first))
    return replace(found, mean=turned(found.mean))


def turned(values):
    """By day and place what is by place and day, and the other way round."""
    return np.ascontiguousarray(values.swapaxes(0, 1))


def off(found, truth):
    """By what share of the truth, on the whole."""
    return np.abs(found - truth).mean() / np.mean(truth)


def test_a_weekly_rhythm_is_recovered():
    found = expected(drawn(WEEKLY)).mean[LAST]
    truth = np.broadcast_to(WEEKLY[LAST], found.shape)

    assert off(found, truth) < 0.05
    assert found.mean() == pytest.approx(truth.mean(), rel=0.01)


def test_one_odd_week_is_hardly_felt():
    values = drawn(WEEKLY)
    odd = values.copy()
    odd[-21:-14] *= 6

    assert off(expected(odd).mean[LAST], expected(values).mean[LAST]) < 0.2
    assert off((odd[-21:-14] + 7 * values[-14:-7]) / 8, values[-14:-7]) > 0.6


def test_growth_is_followed():
    growth = 1.3 ** (np.arange(DAYS) / 30)[:, None, None]
    truth = np.broadcast_to(WEEKLY * growth, (DAYS, 24, 12))

    found = expected(drawn(truth)).mean[LAST]
    assert found.mean() == pytest.approx(truth[LAST].mean(), rel=0.07)


def test_a_series_without_a_rhythm_is_expected_at_its_level():
    """Not where it came by chance before."""
    bursts = np.random.default_rng(3).gamma(0.3, 100, (DAYS, 24, 12))
    found = expected(bursts)
    spread = np.sqrt(found.mean[LAST]).std(axis=1).mean()
    by_chance = np.sqrt(bursts).std() / np.sqrt(8)

    assert spread < by_chance / 3
    assert found.mean[LAST].mean() == pytest.approx(30, rel=0.15)


def test_where_one_hour_is_much_like_the_next_they_tell_of_each_other():
    """Three times as many numbers miss the truth by less than one place could."""
    wave = (20 + 10 * np.cos(HOURS * np.pi / 12))[:, None]
    values = drawn(wave * np.ones((DAYS, 1, 1)), many=60)
    alone = np.stack([values[day - 14 : day].mean(axis=0) for day in range(DAYS - 7, DAYS)])

    assert off(expected(values).mean[LAST], wave) < 0.75 * off(alone, wave)


def test_an_hour_that_is_unlike_those_beside_it_stays_so():
    batch = np.where(HOURS == 3, 200.0, 2.0)[:, None]
    found = expected(drawn(batch * np.ones((DAYS, 1, 1)))).mean[LAST]

    assert found[:, 3].min() > 180
    assert found[:, [2, 4]].max() < 8


@pytest.mark.parametrize("rate", [0.1, 0.5, 2.0])
def test_rare_use_is_expected_at_its_rate_and_not_at_zero(rate):
    found = expected(drawn(rate, many=60)).mean[LAST]

    assert found.mean() == pytest.approx(rate, rel=0.25)
    assert (found > rate / 10).mean() > 0.95


def test_use_that_comes_once_in_two_days_is_expected_too():
    found = expected(drawn(0.02, many=60)).mean[LAST]

    assert (found > 0).mean() > 0.8
    assert found.mean() == pytest.approx(0.02, rel=0.25)


def test_a_quiet_hour_is_not_expected_to_be_as_busy_as_the_noise_of_the_others():
    night = np.where(HOURS < 8, 0.0, 100.0)[:, None]
    found = expected(drawn(night * np.ones((DAYS, 1, 1)))).mean[LAST]

    assert found[:, :8].max() < 1


def test_where_nothing_ever_came_at_some_time_of_the_day_nothing_is_expected():
    """However little of the rhythm of such bursts is believed."""
    bursts = np.random.default_rng(3).gamma(0.3, 100, (DAYS, 24, 12))
    bursts[:, 2:7] = 0
    found = expected(bursts).mean[LAST]

    assert (found[:, 3:6] == 0).all()
    assert (found[:, [2, 6]] > 1).all()


def test_what_is_expected_is_known_to_be_too_much_after_eight_weeks():
    bursts = np.random.default_rng(3).gamma(0.3, 100, (DAYS, 24, 12))
    bursts[:, 2:7] = 0
    bursts[10, 4] = NAN
    found = expected(bursts).mean

    assert (found[55, 3] > 0).all()
    assert (found[56, 3] > 0).all()
    assert (found[66, 3] > 0).all()
    assert (found[67, 3] == 0).all()


def test_levels_are_expected_as_they_are():
    level = -500 + WEEKLY + np.random.default_rng(4).normal(0, 5, (DAYS, 24, 6))
    found = expected_levels(turned(level), Layout(24, 0, DAYS * 24, START.date()))
    truth = np.broadcast_to(-500 + WEEKLY[LAST], (7, 24, 6))

    assert np.abs(turned(found.mean)[LAST] - truth).mean() < 3
    assert (found.unit == 0).all()


def test_without_days_there_is_only_what_lies_before():
    values = np.random.default_rng(5).poisson(50, (DAYS, 1, 40)).astype(float)
    values[::7] *= 3
    found = expected(values, daily=False).mean[LAST]

    assert found.mean() == pytest.approx(values[-14:].mean(), rel=0.1)
    assert found.max() < 100


def test_nothing_is_expected_before_five_days_were_told():
    found = expected(drawn(WEEKLY)).mean

    assert np.isnan(found[:5]).all()
    assert not np.isnan(found[5:]).any()


def test_what_was_not_told_is_not_zero():
    values = drawn(WEEKLY)
    holes = values.copy()
    holes[np.random.default_rng(6).random(values.shape) < 0.2] = NAN

    assert off(expected(holes).mean[LAST], expected(values).mean[LAST]) < 0.05


def test_where_nothing_was_ever_used_nobody_knows():
    assert np.isnan(expected(np.zeros((DAYS, 24, 1))).mean).all()


def test_only_blocks_before_count():
    values = drawn(WEEKLY)
    later = values.copy()
    later[60:] = 7
    found, same = expected(values), expected(later)

    np.testing.assert_array_equal(found.mean[:61], same.mean[:61])
    np.testing.assert_array_equal(found.unit[:61], same.unit[:61])


def test_a_small_amount_is_the_smallest_of_most_days_and_not_that_of_one():
    values = drawn(50.0, many=1)
    values[:, 7] = 20.0
    values[DAYS - 10 : DAYS - 8, 5] = 3.0
    values[DAYS - 5, 5] = 2.0
    small = expected(values).small[:, 0]

    assert np.isnan(small[0])
    assert small[1] == small[DAYS - 5] == 20
    assert small[-1] == 3
    assert np.isnan(expected(0 * values).small).all()


def test_the_unit_is_the_smallest_amount_of_a_series_that_is_often_empty():
    values = np.concatenate([30 * drawn(0.3, many=1), drawn(50.0, many=1)], axis=2)
    unit = expected(values).unit

    assert (unit[20:] == [30.0, 0.0]).all()
    assert (unit[0] == 0).all()


@pytest.mark.parametrize(("empty", "unit"), [(1, 0.0), (2, 40.0)])
def test_more_than_one_in_twenty_must_be_empty_for_a_unit(empty, unit):
    values = np.full((DAYS, 24, 1), 40.0)
    values[:, :empty] = 0
    values[1::2, :] = np.roll(values[1::2], 12, axis=1)

    assert expected(values).unit[-1, 0] == unit
