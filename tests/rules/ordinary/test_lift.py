"""By how much the turn of a month lifts a series, as its last turns did."""

from datetime import date, timedelta

import numpy as np
import pytest

from rules.ordinary.lift import FURTHEST, Lift, lifts

FIRST = date(2025, 3, 10)
# The turns of the months from April on lie around these days.
APRIL, MAY, JUNE, JULY, AUGUST = 22, 52, 83, 113, 144
DAYS = 160
LAST = (-2, -1)
"""The last two days of a month, from where the next begins."""


def drawn(lifted=(), times=2.0, many=40, mean=40.0, seed=0):
    """Hours by day: busy in the daytime, less so at weekends, and times as much on some days."""
    hours = np.where(np.arange(24) >= 8, 1.0, 0.1)[:, None, None]
    week = np.where((np.arange(DAYS) % 7) < 5, 1.0, 0.4)[None, :, None]
    means = mean * hours * week * np.ones(many)
    means[:, list(lifted)] *= times
    return np.random.default_rng(seed).poisson(means).astype(float)


def days(turns, places):
    return [turn + place for turn in turns for place in places]


def test_days_that_the_last_turns_lifted_are_lifted_again():
    found = lifts(drawn(days([APRIL, MAY, JUNE], LAST)), FIRST)

    for place in LAST:
        assert found.usual[JULY + place] == pytest.approx(2, rel=0.15)
    for place in (-4, 0, 3):
        assert np.median(found.usual[JULY + place]) == 1


def test_a_turn_may_lower_as_well():
    found = lifts(drawn(days([APRIL, MAY, JUNE], LAST), times=0.4), FIRST)

    assert found.usual[JULY - 1] == pytest.approx(0.4, rel=0.2)
    assert (found.least[JULY - 1] <= found.usual[JULY - 1]).all()
    assert (found.most[JULY - 1] >= 1).all()


def test_no_turn_is_bound_to_come():
    whole = range(-4, 4)
    more, less = (drawn(days([APRIL, MAY, JUNE], whole), times=times) for times in (3.0, 0.3))

    assert (lifts(more, FIRST).least[JULY - 1] == 1).all()
    assert (lifts(less, FIRST).most[JULY - 1] == 1).all()


def test_one_turn_is_enough_where_it_was_far_from_chance():
    late = MAY - 20
    found = lifts(drawn(days([MAY], LAST))[:, late:], FIRST + timedelta(days=late))

    assert found.usual[JUNE - 1 - late] == pytest.approx(2, rel=0.2)
    assert (found.usual[: MAY + 4 - late] == 1).all(), "nobody could know"


def test_what_one_of_several_turns_brought_is_expected_in_part_and_may_come_whole():
    found = lifts(drawn(days([MAY], LAST)), FIRST)

    assert found.usual[JUNE - 1] == pytest.approx(1.5, rel=0.1)
    assert found.most[JUNE - 1] == pytest.approx(2, rel=0.2)


def test_a_day_beside_one_that_was_lifted_may_be_this_time():
    """Months are of different lengths."""
    found = lifts(drawn(days([APRIL, MAY, JUNE], LAST)), FIRST)

    for place in (-3, 0):
        assert np.median(found.usual[JULY + place]) == 1
        assert found.most[JULY + place] == pytest.approx(2, rel=0.25)
    assert np.median(found.most[JULY + 2]) == 1


def test_a_turn_that_once_brought_more_is_remembered_for_three_months():
    values = drawn(days([APRIL], LAST), times=3.0)
    found = lifts(values, FIRST)

    assert (found.most[MAY - 1] > 2.5).all()
    assert (found.most[JULY - 1] > 2.5).all()
    assert (found.usual[JULY - 1] < 2.2).all()
    assert np.median(found.most[AUGUST - 1]) == 1


def test_chance_lifts_no_turn():
    found = lifts(drawn(), FIRST)

    assert (found.usual != 1).mean() < 0.01
    assert abs(found.usual - 1).max() < 0.2


def test_a_level_that_moves_at_a_turn_is_none():
    values = drawn()
    values[:, MAY:] *= 3

    assert abs(lifts(values, FIRST).usual[JUNE - 4 : JUNE + 4] - 1).max() < 0.3


def test_ordinary_days_are_never_lifted():
    found = lifts(drawn(days([APRIL, MAY, JUNE, JULY], LAST), times=5.0), FIRST)
    turn = {first + place for first in (APRIL, MAY, JUNE, JULY, AUGUST) for place in range(-4, 4)}

    ordinary = [day for day in range(DAYS) if day not in turn]
    assert (found.most[ordinary] == 1).all()
    assert (found.least[ordinary] == 1).all()
    assert set(found.days) <= turn


def test_no_turn_is_believed_to_lift_without_end():
    found = lifts(drawn(days([APRIL, MAY, JUNE], LAST), times=50.0), FIRST)

    assert found.usual[JULY - 1] == pytest.approx(FURTHEST)


def test_what_was_not_told_teaches_nothing():
    values = drawn(days([APRIL, MAY, JUNE], LAST))
    values[:10, days([APRIL, MAY, JUNE], range(-4, 4))] = np.nan

    found = lifts(values, FIRST)
    assert (found.usual[: JULY + 4] == 1).all()
    assert (found.most[: JULY + 4] == 1).all()


@pytest.mark.parametrize("values", [np.zeros((24, DAYS, 2)), np.full((24, DAYS, 2), np.nan)])
def test_where_nothing_is_used_nothing_is_lifted(values):
    found = lifts(values, FIRST)

    assert (found.usual == 1).all()
    assert len(found.days) == 0


def test_a_constant_series_is_lifted_by_nothing_or_exactly():
    values = np.full((24, DAYS, 1), 7.0)
    assert (lifts(values, FIRST).usual == 1).all()

    values[:, days([APRIL, MAY, JUNE], LAST)] *= 2
    assert lifts(values, FIRST).usual[JULY - 1] == 2


def test_a_lift_does_not_hang_on_its_own_turn_nor_on_what_follows():
    values = drawn(days([APRIL, MAY, JUNE, JULY], LAST))
    other = values.copy()
    other[:, JULY - 4 :] = np.random.default_rng(9).poisson(500, other[:, JULY - 4 :].shape)

    one, two = lifts(values, FIRST), lifts(other, FIRST)
    for each in ("usual", "least", "most"):
        upto = np.s_[: JULY + 4]
        np.testing.assert_array_equal(getattr(one, each)[upto], getattr(two, each)[upto])


def test_every_series_is_lifted_by_itself():
    values = drawn(days([APRIL, MAY, JUNE], LAST), many=3)
    values[..., 1] = drawn(many=1, seed=1)[..., 0]
    whole, alone = lifts(values, FIRST), lifts(values[..., 2:], FIRST)

    assert (whole.usual[JULY - 1] != 1).tolist() == [True, False, True]
    np.testing.assert_array_equal(whole.usual[:, 2], alone.usual[:, 0])


@pytest.mark.parametrize("blocks", [1, 10, 29, 31])
def test_a_short_past_has_no_turns(blocks):
    found = lifts(np.ones((24, blocks, 2)), FIRST + timedelta(days=14))

    assert (found.usual == 1).all()
    assert found.usual.shape == (blocks, 2)


def test_without_days_nothing_is_lifted():
    found = lifts(np.ones((1, 50, 2)), None)

    assert (found.usual == 1).all()
    assert len(found.days) == 0


def test_a_lift_is_taken_off_and_put_on_again():
    lift = Lift(np.array([[1.0], [2.0]]), np.ones((2, 1)), np.ones((2, 1)), np.array([1]))
    amounts = np.array([[[3.0], [8.0]]])

    plain = lift.taken_off(amounts)
    assert plain.tolist() == [[[3], [4]]]
    assert amounts.tolist() == [[[3], [8]]]
    lift.put_on(plain)
    assert plain.tolist() == amounts.tolist()
    assert Lift.none((2, 1)).taken_off(amounts) is amounts
