"""Two witnesses of one pool of credits: its balance, and a meter of the use that it pays for."""

import numpy as np
import pytest

from rules.pool import Paid, apart, filled, pool
from rules.series import Measure
from rules.spending import spending
from tests.rules.panels import DAY, HOUR, NAN, START, panel


def both(burn, used, price=None, width=HOUR):
    """A pool of such an hourly burn, beside a meter that told such use."""
    balances = 1e6 - np.concatenate([[0.0], np.cumsum(burn)])
    spent = spending(panel(balances, measure=Measure.LEVEL))
    return pool(spent, Paid(panel(*np.atleast_2d(used), width=width), price))


def noisy(days, price=2.0, stray=0.05):
    rng = np.random.default_rng(3)
    used = rng.gamma(2, 5, days * 24)
    return used * price * np.repeat(np.exp(rng.normal(0, stray, days)), 24), used


def prices(found, day):
    return found.prices(np.array([day]), np.array([0])).item()


def test_a_price_is_learnt_from_two_days_on():
    found = both(*noisy(5))

    assert np.isnan(prices(found, 1))
    assert prices(found, 2) == pytest.approx(2, rel=0.1)
    assert prices(found, 5) == pytest.approx(2, rel=0.05)


def test_a_price_that_is_known_is_taken():
    assert prices(both(*noisy(5), price=7.0), 0) == 7


def test_a_day_on_which_hardly_anything_was_used_says_nothing_of_the_price():
    burn, used = noisy(9)
    burn[24:48], used[24:48] = 50, 0.1

    assert prices(both(burn, used), 9) == pytest.approx(2, rel=0.05)


def test_all_series_of_the_meter_are_summed():
    burn, used = noisy(5)

    assert prices(both(burn, [used / 4, 3 * used / 4]), 5) == pytest.approx(
        prices(both(burn, used), 5)
    )


def test_a_day_is_settled_six_hours_after_its_end():
    found = both(*noisy(5))

    assert found.settled(START + DAY + 5.9 * HOUR) == 0
    assert found.settled(START + DAY + 6 * HOUR) == 1


def lately(times, days=40, **changes):
    """How far apart both are when the last three days burnt so many times as much."""
    burn, used = noisy(days, **changes)
    burn[-72:] *= times
    return apart(both(burn, used), START + days * DAY + 6 * HOUR, 0)


def test_someone_else_who_spends_from_the_pool_is_seen():
    assert lately(1.8) == pytest.approx(1.8, rel=0.1)
    assert lately(0.5) == pytest.approx(0.5, rel=0.1)


def test_what_chance_explains_is_not_apart():
    assert lately(1) is None
    assert lately(1.03) is None
    assert lately(1.8, stray=0.4) is None


@pytest.mark.parametrize(("times", "seen"), [(1.09, False), (1.12, True)])
def test_less_than_a_tenth_is_never_apart(times, seen):
    assert (lately(times, stray=0) is not None) == seen


def test_one_day_that_was_off_is_no_proof_against_the_rest():
    burn, used = noisy(40)
    burn[24 * 20 : 24 * 21] *= 9

    assert apart(both(burn, used), START + 41 * DAY, 0) is None


@pytest.mark.parametrize(("days", "seen"), [(9, False), (10, True)])
def test_a_week_before_the_last_three_days_is_needed(days, seen):
    assert (lately(9, days=days) is not None) == seen


def test_with_a_price_that_is_known_what_was_always_apart_is_seen():
    burn, used = noisy(40)

    assert apart(both(burn, used, price=1.0), START + 41 * DAY, 0) == pytest.approx(2, rel=0.1)


def test_nothing_is_apart_where_a_witness_is_missing():
    burn, used = noisy(40)
    silent, idle = used.copy(), used.copy()
    silent[-72:-59], idle[-72:] = NAN, 0

    assert apart(both(9 * burn, silent), START + 41 * DAY, 0) is None
    assert apart(both(9 * burn, idle), START + 41 * DAY, 0) is None
    assert apart(both(np.zeros(960), used), START + 41 * DAY, 0) is None


def test_a_meter_by_the_day_is_a_witness_too_but_of_no_hour():
    burn, used = noisy(40)
    burn[-72:] *= 1.8
    daily = both(burn, used.reshape(40, 24).sum(axis=1), width=DAY)

    assert np.isnan(daily.by_step).all()
    assert apart(daily, START + 41 * DAY, 0) == pytest.approx(1.8, rel=0.1)


def test_a_meter_or_a_balance_that_fits_into_no_day_is_none():
    burn, used = noisy(40)
    odd = spending(panel(1e6 - np.cumsum(burn), measure=Measure.LEVEL, width=5 * HOUR))

    assert np.isnan(both(burn, used, width=5 * HOUR).used).all()
    assert len(pool(odd, Paid(panel(used), None)).burnt) == 0


def test_a_day_counts_by_the_hours_for_which_both_spoke():
    burn, used = noisy(40)
    silent = used.copy()
    silent[-72:-60] = NAN
    burn[-72:-60] *= 50

    assert apart(both(burn, silent), START + 41 * DAY, 0) is None
    assert apart(both(burn, used), START + 41 * DAY, 0) > 5


def test_burn_that_the_balance_does_not_know_is_taken_from_the_meter():
    burn, used = noisy(4)
    burn[:24] = NAN
    found = both(np.nan_to_num(burn), used)
    past = filled(burn[:, None], found, np.array([96]), np.array([0]))[:, 0]

    np.testing.assert_allclose(past[:24], used[:24] * prices(found, 3))
    np.testing.assert_array_equal(past[24:], burn[24:])


def test_the_meter_s_last_six_hours_are_not_settled():
    burn, used = noisy(4)
    found = both(burn, used)
    past = filled(np.full((96, 1), NAN), found, np.array([96]), np.array([0]))[:, 0]

    assert np.isnan(past).tolist() == [False] * 90 + [True] * 6
