"""How far a series strays by itself, read off its residuals."""

import numpy as np
import pytest

from rules.ordinary.noise import LEAST, MEMORY, Strayed, noise_of, noises_of
from tests.rules.panels import NAN

SHAPE = (MEMORY + 1, 24, 40)
RHYTHM = np.where(np.arange(24) % 24 < 12, 40.0, 400.0)[:, None]


def noise(values, means, **how):
    """What is known after all of these blocks but the last, by column."""
    means = np.broadcast_to(means, values.shape)
    residual, means = turned(np.sqrt(values) - np.sqrt(means)), turned(means)
    found = noise_of(Strayed(residual, means, means > 0), **how)
    return found.still[-1], found.grows[-1]


def turned(values):
    """By block and place what is by place and block, and the other way round."""
    return np.ascontiguousarray(values.swapaxes(0, 1))


def gamma(means, share, seed=0):
    """Numbers that stray by such a share of what is expected."""
    rng = np.random.default_rng(seed)
    return rng.gamma(1 / share**2, means * share**2, SHAPE)


def test_counts_stray_by_a_quarter_on_the_scale_of_roots_and_no_more_when_there_are_more():
    poisson = np.random.default_rng(1).poisson(100, SHAPE).astype(float)
    still, grows = noise(poisson, 100.0)

    assert np.abs(still / 0.25 - 1).max() < 0.2
    assert (grows == 0).all()


def test_counts_with_a_rhythm_do_not_stray_more_where_there_are_more():
    still, grows = noise(np.random.default_rng(2).poisson(RHYTHM, SHAPE).astype(float), RHYTHM)

    assert still.mean() == pytest.approx(0.25, rel=0.2)
    assert grows.mean() * 400 < 0.05


@pytest.mark.parametrize("share", [0.2, 0.4])
def test_what_strays_by_a_share_of_itself_strays_more_where_there_is_more(share):
    still, grows = noise(gamma(RHYTHM, share), RHYTHM)

    assert grows.mean() == pytest.approx(share**2 / 4, rel=0.15)
    assert still.mean() < 0.25 * grows.mean() * 400


def test_noise_never_falls_nor_begins_below_a_tenth():
    values = np.where(RHYTHM > 100, RHYTHM, gamma(RHYTHM, 0.5))
    still, grows = noise(values, RHYTHM)
    means = np.broadcast_to(RHYTHM, SHAPE)
    square = ((np.sqrt(values) - np.sqrt(means)) ** 2)[:-1].mean(axis=(0, 1))

    assert (grows == 0).all()
    assert still == pytest.approx(square, rel=0.2)
    still, grows = noise(np.where(RHYTHM > 100, gamma(RHYTHM, 0.5), RHYTHM), RHYTHM)
    assert (still > 0).all()
    assert still == pytest.approx(grows * 220 / 9, rel=0.2)


def test_where_all_buckets_are_alike_noise_is_said_to_grow_unless_use_is_sparse():
    values, columns = gamma(100.0, 0.3), SHAPE[2]
    sparse = np.arange(SHAPE[0] * columns).reshape(-1, columns) % columns < 20
    still, grows = noise(values, 100.0, sparse=sparse)
    plain, _ = noise(values, 100.0)

    assert (grows[:20] == 0).all()
    assert (grows[20:] > 0).all()
    np.testing.assert_allclose(still + grows * 100, plain)
    np.testing.assert_allclose(still[20:], plain[20:] / 10)


def test_a_quarter_of_odd_days_hardly_moves_it():
    values = gamma(100.0, 0.1)
    odd = np.sqrt(values)
    odd[2:-1:4] += 6 * (odd[2:-1:4] - 10)
    before, after = noise(values, 100.0)[0], noise(odd**2, 100.0)[0]

    assert np.sqrt(after / before).max() < 1.6
    assert np.sqrt(np.mean((odd[:-1] - 10) ** 2) / before).min() > 3


def test_only_the_blocks_before_count():
    values = gamma(100.0, 0.1)
    after = values.copy()
    after[-1] *= 9
    longer = np.concatenate([1e6 * values[:3], values])

    np.testing.assert_array_equal(noise(after, 100.0), noise(values, 100.0))
    np.testing.assert_allclose(noise(longer, 100.0)[0], noise(values, 100.0)[0])


@pytest.mark.parametrize(("told", "known"), [(LEAST - 1, False), (LEAST, True)])
def test_of_too_few_buckets_nothing_is_known(told, known):
    values = np.full((MEMORY + 1, 1, 1), NAN)
    values[3 : 3 + told] = [[[90.0]]]

    assert np.isnan(noise(values, 100.0)[0][0]) != known


def test_where_nothing_counts_nothing_is_known():
    found = noise_of(
        Strayed(np.ones((4, 20, 1)), np.ones((4, 20, 1)), np.zeros((4, 20, 1), np.bool_))
    )

    assert np.isnan(found.still).all()


def test_sigma_is_one_standard_deviation_around_an_expected_root():
    values = np.random.default_rng(3).poisson(RHYTHM, SHAPE) + gamma(RHYTHM, 0.2) - RHYTHM
    values = np.maximum(values, 0)
    expected = np.sqrt(np.broadcast_to(RHYTHM, SHAPE))
    residual = np.sqrt(values) - expected
    power = turned(expected**2)
    sigma = turned(noise_of(Strayed(turned(residual), power, power > 0)).sigma(power))

    assert np.std(residual[:-1] / sigma[-1]) == pytest.approx(1, abs=0.05)


def test_of_several_each_is_known_as_if_it_were_alone():
    rng = np.random.default_rng(4)
    several = [
        Strayed(rng.normal(0, 1 + each, (24, 40, 3)), rng.gamma(4, 9, (24, 40, 3)), flags)
        for each, flags in enumerate(rng.random((3, 24, 40, 3)) < 0.9)
    ]
    for found, strayed in zip(noises_of(several), several, strict=True):
        alone = noise_of(strayed)
        np.testing.assert_array_equal(found.still, alone.still)
        np.testing.assert_array_equal(found.grows, alone.grows)
