"""How far levels usually stray, by their own past."""

import numpy as np
import pytest

from rules.levels import levels
from rules.yardstick import HISTORY, PRIOR, SLOT, WANDERS, ratio, reaches, yardsticks

STRETCHES = (1, 3, 7, 14)


def made(days, since=None, number=0):
    of = levels(days, 7, STRETCHES)
    return yardsticks(of, 7, number, len(days) - 1 if since is None else since)


def noise(spread, days=200, series=300, seed=1):
    return 1000 * np.exp(np.random.default_rng(seed).normal(0, spread, (days, series)))


@pytest.mark.parametrize(("place", "days"), [(0, 1), (1, 3), (2, 7)])
def test_the_spread_is_that_of_a_mean_around_a_median_of_five(place, days):
    spread = np.median(made(noise(0.1))[place].spread)

    # A median of five strays by 0.54 of what one of them does.
    alone = 0.1**2 / days * (1 + 0.287)
    own = HISTORY / days
    assert spread**2 == pytest.approx(alone + WANDERS**2 * PRIOR / (own + PRIOR), rel=0.2)


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_step_that_stayed_makes_no_yardstick_much_longer(place):
    days, stepped = (noise(0.1, days=160) for _ in range(2))
    stepped[100:] *= 2

    plain, wide = (np.median(made(each)[place].spread) for each in (days, stepped))
    assert wide < 1.35 * plain


@pytest.mark.parametrize(("days", "less"), [(3, 0.75), (7, 0.5)])
def test_a_longer_stretch_is_known_to_stray_less_from_its_few_days(days, less):
    one, *longer = made(noise(0.3, days=50))

    assert np.median(longer[days // 4].spread) < less * np.median(one.spread)
    assert (longer[days // 4].freedom > PRIOR).all()


def test_a_flat_past_strays_by_nothing_and_any_change_is_without_measure():
    stick = made(np.full((100, 1), 5.0))[1]
    usual = np.full((1, 1), 5.0)

    assert stick.spread[0, 0] == 0
    assert np.isinf(stick.surprise(stick.change(usual + 1, usual))[0, 0])
    assert stick.surprise(stick.change(usual, usual))[0, 0] == pytest.approx(0.301, abs=0.001)


def test_counts_stray_at_least_by_chance():
    rare = np.zeros((150, 1))
    rare[::4] = 1
    stick = made(rare)[1]

    assert stick.offset[0, 0] == pytest.approx(2 / 3, rel=0.02)
    assert stick.spread[0, 0] > 0.3


def test_what_was_used_but_once_strays_by_chance_and_one_odd_day_does_not():
    once, odd = np.zeros((2, 150, 1))
    once[80] = 1
    odd += 5
    odd[80] = 6

    assert made(once)[1].spread[0, 0] > 0.5
    assert made(odd)[1].spread[0, 0] == 0


def test_chance_is_as_rare_below_as_it_is_above():
    counts = np.random.default_rng(3).poisson(2, (200, 2000)).astype(float)
    of = levels(counts, 7, STRETCHES)[2]
    stick = made(counts)[2]
    off = stick.change(of.now[-1:], of.usual[-1:]) - stick.middle
    low, high = np.quantile(off / stick.spread, [0.005, 0.995])

    assert -low == pytest.approx(high, rel=0.15)


def test_growth_that_goes_on_as_ever_is_the_middle():
    stick = made(1.01 ** np.arange(200.0)[:, None])[2]

    # The median week lies three weeks back, or ahead.
    assert stick.middle[0, 0] == pytest.approx(3 * (1.01 ** (21 / 3) - 1), abs=0.01)


def test_too_short_a_past_knows_nothing():
    short, enough = made(noise(0.1, days=29)), made(noise(0.1, days=43))

    assert np.isnan(short[1].freedom).all()
    assert np.isfinite(enough[1].freedom).all()
    assert np.isnan(made(noise(0.1, days=3))[1].spread).all()


def test_a_rise_that_passed_is_remembered_and_one_that_stayed_is_not():
    passed, stayed = np.full((2, 120, 1), 10.0)
    passed[60:65] = 20
    stayed[60:] = 20

    assert made(passed)[1].rose[0, 0] == pytest.approx(2 * 3 * (2 ** (1 / 3) - 1), rel=0.05)
    assert made(stayed)[1].rose[0, 0] == 0
    assert made(20 - passed + 1)[1].fell[0, 0] < -1
    assert made(passed)[1].fell[0, 0] == 0


@pytest.mark.parametrize(
    ("ago", "times"),
    [(22, 1), (24, 2), (34, 2), (36, 1), (45, 1), (60, 2), (75, 1), (90, 2)],
)
def test_one_that_passed_whole_months_before_may_come_again_and_larger(ago, times):
    passed = np.full((147, 1), 10.0)
    passed[140 - ago : 142 - ago] = 20
    rose = made(passed)[1].rose[0, 0]

    assert rose == pytest.approx(times * 3 * ((5 / 3) ** (1 / 3) - 1), rel=0.02)


def test_a_single_day_is_no_rise_that_passed():
    spike = np.full((120, 1), 10.0)
    spike[60] = 100

    assert made(spike)[1].rose[0, 0] == 0


def test_what_is_as_surprising_lies_on_either_side():
    stick = made(noise(0.1))[1]
    usual = np.full(stick.middle.shape, 1000.0)
    low, high = stick.at(np.array([[3.0]]), usual)

    assert (low < high).all()
    for level in (low, high):
        found = np.abs(stick.surprise(stick.change(level, usual)))
        assert found == pytest.approx(3, abs=0.02)


def test_a_yardstick_is_the_same_through_its_slot_and_whatever_is_asked_for():
    days = noise(0.2, series=3)
    whole = made(days, since=150, number=4)[1]
    late = made(days, since=180, number=4)[1]

    np.testing.assert_array_equal(whole.spread[30:], late.spread)
    ends = {
        row for row in range(151, 200) if (whole.spread[row - 150] != whole.spread[row - 151]).any()
    }
    assert ends == {row for row in range(151, 200) if (row + 4) % SLOT == 0}


def test_it_reaches_back_as_far_as_it_says():
    assert reaches((3, 14), 7) == HISTORY + SLOT + 42 + 14


def test_a_ratio_below_zero_is_unknown():
    assert np.isnan(ratio(np.array([-1.0]), np.array([1.0]), np.array([0.0])))[0]
    assert ratio(np.array([0.0]), np.array([0.0]), np.array([1.0]))[0] == 0
