"""How much will be used from now on, carried forward from the past: never a point, an interval."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.forecast import forecast
from tests.rules.panels import DAY, HOUR, NAN

SEED = st.integers(0, 2**32 - 1)
QUARTER = 6 * HOUR


def used(seed, days=40, series=3):
    """Quarters of days with a rhythm, by chance; the last series is sparse, and there are gaps."""
    rng = np.random.default_rng(seed)
    week = np.tile([1.0, 4.0, 6.0, 2.0], 7) * np.repeat([1, 1, 1, 1, 1, 0.3, 0.2], 4)
    mean = 10 * np.resize(week, days * 4)
    values = rng.poisson(mean[:, None] * rng.gamma(5, 0.2, (days * 4, series))).astype(float)
    values[:, -1] *= rng.random(days * 4) < 0.1
    values[rng.random(values.shape) < 0.03] = NAN
    return values


def curves(outlook):
    return np.stack([outlook.low, outlook.middle, outlook.high, outlook.expected])


def ahead(values, steps=56, interval=0.8):
    values = np.asarray(values, dtype=float)
    lines = values if values.ndim == 2 else values[:, None]
    return forecast(lines, DAY, steps, interval)


def wide(outlook, days=7):
    found = outlook.by(days)
    return (found.high - found.low)[0]


@settings(max_examples=8, deadline=None)
@given(SEED, st.integers(-40, 40))
def test_use_scaled_by_a_constant_leaves_the_moments_equal(seed, power):
    values = used(seed)
    amounts = np.nansum(values, axis=0) / 3
    one = forecast(values, QUARTER, 200).until(amounts)
    doubled = forecast(values * 2.0**power, QUARTER, 200).until(amounts * 2.0**power)
    tripled = forecast(values * 3, QUARTER, 200).until(amounts * 3)

    np.testing.assert_array_equal(one.ends, doubled.ends)
    np.testing.assert_allclose(one.ends, tripled.ends, rtol=1e-6)


@settings(max_examples=8, deadline=None)
@given(SEED)
def test_a_series_is_carried_forward_as_if_it_were_alone(seed):
    values = used(seed)
    together = curves(forecast(values, QUARTER, 99))

    for column in range(3):
        alone = curves(forecast(values[:, [column]], QUARTER, 99))
        np.testing.assert_array_equal(alone[:, 0], together[:, column])


@settings(max_examples=8, deadline=None)
@given(SEED)
def test_cumulative_use_only_rises_and_its_ends_lie_about_its_middle(seed):
    outlook = forecast(used(seed), QUARTER, 99)

    assert (np.diff(curves(outlook), axis=-1) >= 0).all()
    assert (outlook.low <= outlook.middle).all()
    assert (outlook.middle <= outlook.high).all()


@settings(max_examples=10, deadline=None)
@given(SEED)
def test_only_the_last_eight_weeks_count(seed):
    values = used(seed, days=70)

    np.testing.assert_array_equal(
        curves(forecast(values, QUARTER, 9)), curves(forecast(values[-56 * 4 :], QUARTER, 9))
    )


def test_by_and_until_are_each_other_s_inverse():
    outlook = forecast(used(1), QUARTER, 99)
    amounts = outlook.by(12.5).middle

    np.testing.assert_allclose(outlook.until(amounts).middle, 12.5)
    np.testing.assert_allclose(
        outlook.until(amounts - outlook.by(3).middle, 3.0).middle, 9.5, rtol=1e-6
    )


def test_beyond_the_last_step_use_is_what_it_is_there_and_an_amount_out_of_sight():
    outlook = ahead([4.0] * 28, steps=10)

    assert outlook.by(99).middle == outlook.by(10).middle
    assert outlook.until(40.5).ends == (np.inf, np.inf, np.inf)
    assert outlook.until(0).ends == (0, 0, 0)


def test_a_constant_past_goes_on_without_an_interval_worth_the_name():
    outlook = ahead([4.0] * 28)

    np.testing.assert_allclose(outlook.until(28).ends, 7, rtol=0.01)
    assert outlook.told == 28


def test_where_all_the_past_is_zero_nothing_is_expected():
    outlook = ahead([0.0] * 28)

    assert not curves(outlook).any()
    assert np.isinf(outlook.until(1e-9).ends).all()


@pytest.mark.parametrize("values", [[NAN] * 28, [5.0] * 6, [NAN] * 50 + [5.0] * 6, []])
def test_with_fewer_than_seven_days_told_there_is_no_outlook(values):
    outlook = ahead(values)

    assert np.isnan(curves(outlook)).all()
    assert np.isnan(outlook.until(1).middle)


def test_seven_days_make_one():
    assert not np.isnan(curves(ahead([NAN] * 50 + [5.0] * 7))).any()


def test_weekends_without_use_are_passed_over():
    outlook = ahead([4.0, 4.0, 4.0, 4.0, 4.0, 0.0, 0.0] * 8)

    np.testing.assert_allclose(outlook.until(21).middle, 7.25, rtol=0.01)
    np.testing.assert_allclose(outlook.until(19.9).middle, 5, rtol=0.01)


def test_hours_of_the_day_are_carried_forward():
    office = np.tile([0.0, 8.0, 8.0, 0.0], 56)[:, None]
    outlook = forecast(office, QUARTER, 40)

    np.testing.assert_allclose(outlook.until(8).middle, 2, rtol=0.01)
    np.testing.assert_allclose(outlook.until(20).middle, 5.5, rtol=0.01)


def test_lately_counts_more_than_long_ago():
    outlook = ahead([10.0, 11.0] * 21 + [20.0, 21.0] * 7)

    assert 135 < outlook.by(7).middle < 165


def test_growth_is_carried_on_as_far_as_it_is_proven():
    grown = ahead(100 * 1.01 ** np.arange(56.0))

    assert 28 * 100 * 1.01**56 * 1.05 < grown.by(28).middle < 28 * 100 * 1.01**56 * 1.25


def test_a_sparse_past_has_a_wide_interval_which_may_begin_at_nothing():
    outlook = ahead([0.0, 0.0, 0.0, 9.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 9.0] * 5)

    assert outlook.by(1).low == 0
    assert outlook.by(1).high > 1
    assert outlook.expected[0, 1] > outlook.middle[0, 1]


def test_fewer_weeks_more_noise_and_a_surer_interval_make_it_wider():
    noise = np.random.default_rng(1).normal(0, 1, 56)
    much, little = ahead(20 + 4 * noise), ahead(20 + noise)

    assert wide(ahead((20 + 4 * noise)[-10:])) > 1.2 * wide(much) > 2 * wide(little)
    assert wide(ahead(20 + 4 * noise, interval=0.95)) > 1.3 * wide(much)


def test_days_that_are_half_told_count_for_half_a_day():
    values = np.full((28, 4), 3.0)
    values[::2, 2:] = NAN

    outlook = forecast(values.reshape(-1, 1), QUARTER, 40)

    assert outlook.told == 21
    np.testing.assert_allclose(outlook.by(4).middle, 12, rtol=0.02)


@pytest.mark.parametrize("width", [5 * HOUR, 7 * DAY, timedelta(minutes=700)])
def test_buckets_that_do_not_fit_into_a_day_have_an_outlook_without_a_rhythm(width):
    outlook = forecast(np.full((80, 1), 3.0), width, 10)

    np.testing.assert_allclose(outlook.until(12).middle, 4, rtol=0.02)


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_numbers_of_any_size_have_one(size):
    outlook = ahead(size * np.array([1.0, 2.0, 3.0] * 10))

    assert 4 < outlook.until(10 * size).middle < 6


def test_those_of_some_series_are_taken_as_often_as_asked_for():
    outlook = forecast(used(1), QUARTER, 9)

    np.testing.assert_array_equal(outlook.of(np.array([1, 1])).low, outlook.low[[1, 1]])


def test_no_series_is_fine():
    assert forecast(np.empty((60, 0)), DAY, 9).by(3).low.shape == (0,)


def test_the_truth_lies_in_the_interval_about_as_often_as_it_says():
    rng = np.random.default_rng(5)
    level = np.exp(np.cumsum(rng.normal(0, 0.03, (63, 400)), axis=0))
    use = rng.poisson(30 * level * rng.gamma(8, 1 / 8, level.shape)).astype(float)
    found, truth = ahead(use[:56].reshape(56, 400), steps=7).by(7), use[56:].sum(axis=0)

    assert 0.74 < np.mean((found.low <= truth) & (truth <= found.high)) < 0.86
