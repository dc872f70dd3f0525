"""How far buckets and their sums lie from what was expected."""

from dataclasses import replace
from math import exp, lgamma, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ordinary.blocks import Layout
from rules.ordinary.expected import Expected, expected_amounts
from rules.ordinary.strays import (
    CAME,
    FAR,
    Held,
    Look,
    amount_score,
    amount_yardsticks,
    level_score,
    level_yardstick,
    windows,
)
from rules.ordinary.sums import sums
from tests.rules.panels import NAN, START

DAYS = 60
SHAPE = (DAYS, 24, 30)


@pytest.mark.parametrize(
    ("per_block", "shares", "found"),
    [
        (24, (1, 3, 6, 24), (1, 3, 6, 24)),
        (24, (1, 48), (1, 48)),
        (3, (1, 3, 6, 24), (1, 3)),
        (1, (3, 6, 12, 24), (1,)),
        (1, (24, 48), (1, 2)),
        (48, (1, 3), (2, 6)),
    ],
)
def test_windows_are_shares_of_a_block_and_a_bucket_at_least(per_block, shares, found):
    assert windows(per_block, shares) == found


def turned(values):
    """By day and place what is by place and day, and the other way round."""
    return np.ascontiguousarray(values.swapaxes(0, 1))


def summed(values, buckets):
    return turned(sums(turned(values), [buckets])[0])


def log_upper(seen, mean):
    """The logarithm of the chance that a Poisson count is at least so high."""
    terms = [k * log(mean) - mean - lgamma(k + 1) for k in range(seen, seen + 300)]
    return terms[0] + log(sum(exp(term - terms[0]) for term in terms))


SCORES = np.linspace(1.8, 40, 40_000)
NORMAL = -(SCORES**2) / 2 - np.log(SCORES * (2 * np.pi) ** 0.5 * (1 + 1 / SCORES**2))
"""The logarithm of the chance that a normal number lies so far out, nearly."""


def true_score(seen, mean):
    """How many sigmas out a normal number is that is as rare; counts are whole, so that the
    middle between this and the next is meant."""
    wanted = (log_upper(seen, mean) + log_upper(seen + 1, mean)) / 2
    return float(SCORES[np.abs(NORMAL - wanted).argmin()])


def held(observed, expected, sigma, grows=0.0):
    return Held(*(np.full((1, 1), float(each)) for each in (observed, expected, sigma, grows)))


@pytest.mark.parametrize("mean", [0.5, 2, 10, 100])
def test_far_out_scores_of_counts_are_as_rare_as_they_say(mean):
    for seen in range(int(mean + 4 * mean**0.5 + 2), int(mean + 9 * mean**0.5 + 4), 2):
        score = amount_score(held(seen, mean, 0.5), Look.MORE)[0, 0]

        assert score == pytest.approx(true_score(seen, mean), abs=0.5), seen


def test_on_the_scale_of_roots_alone_small_counts_would_look_less_rare():
    assert true_score(8, 0.5) > 0.7 + 2 * (8**0.5 - 0.5**0.5)


def test_counts_in_another_unit_are_as_rare():
    plain = amount_score(held(9, 2, 0.5), Look.MORE)
    thirties = amount_score(held(270, 60, 0.5 * 30**0.5), Look.MORE)

    assert thirties == pytest.approx(plain)


def test_what_strays_by_a_share_of_itself_is_less_rare():
    grows = 0.01
    sigma = (0.25 + grows * 100) ** 0.5

    assert amount_score(held(180, 100, sigma, grows), Look.MORE) < amount_score(
        held(180, 100, 0.5), Look.MORE
    )


@given(st.floats(0, 200), st.floats(0.2, 100), st.floats(0.3, 2), st.floats(0, 0.05))
def test_more_is_never_scored_lower(observed, expected, sigma, grows):
    sigma = (sigma**2 + grows * expected) ** 0.5
    one, other = (held(each, expected, sigma, grows) for each in (observed, observed + 5))

    assert amount_score(one, Look.MORE) <= amount_score(other, Look.MORE) + 1e-9


def test_only_beyond_some_sigmas_chances_are_looked_at():
    near = (10**0.5 + 0.5 * (FAR - 0.01)) ** 2
    far = (10**0.5 + 0.5 * (FAR + 0.6)) ** 2

    assert amount_score(held(near, 10, 0.5), Look.MORE) == pytest.approx(FAR - 0.01)
    assert amount_score(held(far, 10, 0.5), Look.MORE)[0, 0] > FAR
    assert amount_score(held(far, 10, 0.5), Look.MORE) != pytest.approx(FAR + 0.6, abs=1e-3)


@pytest.mark.parametrize("look", [Look.LESS, Look.NOTHING])
def test_the_side_of_less_is_measured_on_the_scale_of_roots(look):
    assert amount_score(held(4, 100, 0.5), look) == 16
    assert amount_score(held(100, 4, 0.5), look) == -16
    assert level_score(held(4, 100, 8), look) == 12


def test_levels_are_measured_as_they_are():
    assert level_score(held(-50, -100, 5), Look.MORE) == 10


def test_nothing_is_no_standard_deviation_also_where_there_is_none():
    assert level_score(held(5, 5, 0), Look.MORE) == 0
    assert level_score(held(6, 5, 0), Look.MORE) == np.inf
    assert level_score(held(6, 5, 0), Look.LESS) == -np.inf
    assert np.isnan(level_score(held(NAN, 5, 1), Look.MORE))


def test_how_the_numbers_lie_in_memory_changes_no_score():
    rng = np.random.default_rng(0)
    rows = [rng.poisson(9, (50, 4)).astype(float), np.full((50, 4), 3.0), np.full((50, 4), 0.5)]
    across = [np.asfortranarray(each) for each in rows]
    grows = np.zeros((50, 4))

    np.testing.assert_array_equal(
        amount_score(Held(*across, grows), Look.MORE), amount_score(Held(*rows, grows), Look.MORE)
    )


@pytest.fixture(scope="module")
def counts():
    return np.random.default_rng(1).poisson(50, SHAPE).astype(float)


def yardstick(values, buckets, look=Look.MORE):
    values = turned(values)
    usual = expected_amounts(values, Layout(len(values), 0, values.size, START.date()))
    return by_day(amount_yardsticks(values, usual, [buckets], look)[0])


def by_day(found):
    return replace(found, expected=turned(found.expected), sigma=turned(found.sigma))


@pytest.mark.parametrize(("buckets", "look"), [(1, Look.MORE), (6, Look.MORE), (24, Look.LESS)])
def test_a_window_of_counts_strays_by_a_half(counts, buckets, look):
    found = yardstick(counts, buckets, look)

    assert found.buckets == buckets
    assert found.expected[-1].mean() == pytest.approx(50 * buckets, rel=0.02)
    assert np.median(found.sigma[-1]) == pytest.approx(0.55 if buckets < 24 else 0.7, abs=0.1)


@pytest.mark.parametrize(
    ("buckets", "more"), [(1, 1.05), (3, 1.05), (6, 1.05), (8, 1.05), (12, 1.1), (24, 1.35)]
)
def test_by_chance_hardly_any_day_is_worse_than_another(counts, buckets, more):
    """The worst of an ordinary day is what it is for normal noise: the yardstick stays about as it
    is; of whole days, of which there are few, least so."""
    found = yardstick(counts, buckets)
    root = np.sqrt(np.maximum(found.expected, 0))
    residual = np.sqrt(np.maximum(summed(counts, buckets), 0)) - root

    assert found.sigma[-1].mean() / np.nanstd(residual[-28:]) == pytest.approx(more, abs=0.12)


def test_a_series_with_worse_days_has_the_yardstick_to_go_with_them(counts):
    bursts = counts.copy()
    for day in range(3, DAYS, 4):
        bursts[day, 5 * day % 24] += 60
    plain, wild = yardstick(counts, 1), yardstick(bursts, 1)

    assert (wild.sigma[-1] > 1.5 * plain.sigma[-1]).all()
    assert np.nanmedian(wild.worst[-28:]) < np.nanmedian(plain.worst[-28:])
    assert np.nanmax(wild.worst[-28:]) < 8


def night(many=12):
    """By day it strays as much as it is busy; at night next to nothing comes."""
    rng = np.random.default_rng(7)
    busy = np.arange(24) >= 8
    means = np.where(busy, 500.0, 0.05)[None, :, None] * rng.gamma(2, 0.5, (DAYS, 24, many))
    return np.tile(rng.poisson(means).astype(float), (2, 1, 1))


def test_however_the_busy_hours_stray_the_quiet_ones_do_not():
    found = yardstick(night(), 1)

    assert found.sigma[-1, 12].min() > 5
    assert found.sigma[-1, 3].max() < 1.5
    assert yardstick(night(), 1, Look.LESS).sigma[-1, 3].min() > 1.5


def test_where_nothing_comes_at_night_a_single_use_is_a_quarter():
    values = night()
    values[:, :8] = 0
    values[values < 4] = 4
    values[:, :8] = 0

    assert (yardstick(values, 1).sigma[-1, 3] >= (4 / 4) ** 0.5).all()


def test_what_came_at_this_time_of_the_week_is_nothing_new(counts):
    """Nor at the hour beside it; at other hours it is, and after eight weeks."""
    odd = counts.copy()
    odd[-15, 10] += 400
    plain, found = yardstick(counts, 1), yardstick(odd, 1)
    far = (np.sqrt(odd[-15, 10]) - np.sqrt(found.expected[-1, 10])) / CAME

    assert (found.sigma[-1, 9:12] >= 0.9 * far).all()
    assert (found.sigma[-1, 13] < 2 * plain.sigma[-1, 13]).all()
    assert (found.sigma[-2, 10] < 2 * plain.sigma[-2, 10]).all()


def test_the_worst_of_a_day_is_about_the_highest_score_by_the_final_yardstick():
    growing = np.random.default_rng(3).gamma(9, 50 / 9, (DAYS, 24, 4))
    found = yardstick(growing, 1, Look.LESS)
    score = amount_score(Held(growing, found.expected, found.sigma, found.sigma), Look.LESS)

    np.testing.assert_allclose(found.worst[-1], score[-1].max(axis=0), rtol=0.1)


@pytest.mark.parametrize("look", [Look.LESS, Look.NOTHING])
def test_nothing_is_as_rare_as_its_chance_where_the_scale_of_roots_ends(look):
    """Of 600 where the noise is half of it: four sigmas by roots, five by chance."""
    held = Held(*(np.array([[[each]]]) for each in (0.0, 600.0, 6.2)), np.array([[1 / 16]]))
    by_roots = np.sqrt(600) / 6.2

    assert by_roots == pytest.approx(4, abs=0.1)
    assert amount_score(held, look)[0, 0, 0] == pytest.approx(4.9, abs=0.1)


def test_nothing_where_few_are_expected_is_no_less_rare_than_by_roots():
    held = Held(*(np.array([[[each]]]) for each in (0.0, 9.0, 0.5)), np.array([[1e-9]]))

    assert amount_score(held, Look.LESS)[0, 0, 0] == pytest.approx(6)


def test_counts_in_units_cannot_stray_by_less_than_their_unit():
    values = 30.0 * np.random.default_rng(4).poisson(0.3, (DAYS, 24, 3))

    assert (yardstick(values, 1).sigma[-1] >= (30 / 6) ** 0.5).all()


def test_what_is_constant_strays_by_two_in_a_hundred_all_the_same():
    found = yardstick(np.full((DAYS, 24, 1), 100.0), 1)

    assert found.sigma[-1] == pytest.approx(np.full((24, 1), 0.2))
    assert found.worst[-1] == pytest.approx(0, abs=1e-9)


def test_where_nothing_was_ever_used_there_is_no_yardstick():
    found = yardstick(np.zeros((DAYS, 24, 1)), 3)

    assert np.isnan(found.sigma).all()
    assert np.isnan(found.worst).all()


def level(values):
    values = turned(values)
    usual = np.full_like(values, values.mean())
    nothing = np.zeros(values.shape[1:])
    known = Expected(usual, usual, nothing, nothing)
    return by_day(level_yardstick(values, known, Look.MORE))


def test_a_level_strays_the_same_wherever_it_stands():
    noise = np.random.default_rng(5).normal(0, 3, (DAYS, 24, 5))
    found, high = level(noise - 10), level(noise + 1e6)

    assert found.buckets == 1
    assert found.sigma[-1].mean() == pytest.approx(3, rel=0.15)
    np.testing.assert_allclose(high.sigma, found.sigma, rtol=1e-6)
    np.testing.assert_allclose(high.worst[-1], found.worst[-1], rtol=1e-4)


def test_a_day_is_measured_by_the_days_before_it(counts):
    later = counts.copy()
    later[40:] *= 3
    one, other = yardstick(counts, 6), yardstick(later, 6)

    np.testing.assert_array_equal(one.expected[:41], other.expected[:41])
    np.testing.assert_array_equal(one.sigma[:41], other.sigma[:41])
    np.testing.assert_array_equal(one.grows[:41], other.grows[:41])
    np.testing.assert_array_equal(one.worst[:40], other.worst[:40])
