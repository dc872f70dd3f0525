"""Much less than this series has at this time."""

from dataclasses import replace

import numpy as np
import pytest

from rules.kinds.drop import Drop
from rules.series import Measure
from rules.verdict import Outcome
from tests.rules.ordinary.rhythm import DAY, DAYS, NOON, changed, judged, now, told, usual
from tests.rules.panels import NAN, panel

ROWS = DAYS * 24
OUTAGE = slice(DAY + 9, DAY + 39)


@pytest.fixture(scope="module")
def world():
    return usual()


def lower(watched, rows, share):
    return changed(watched, rows, lambda values: np.floor(share * values))


def test_hours_like_the_others_are_normal(world):
    assert judged(Drop(), world).outcome is Outcome.NORMAL


def test_much_less_is_a_breach_in_words(world):
    found = judged(Drop(), lower(world, slice(NOON - 2, NOON + 1), 0.1))

    assert found.outcome is Outcome.BREACH
    assert found.why.reason == ("23 minutes in 3 hours where 214 minutes are usual then, 89 % less")
    assert found.why.rarity == "less than once in 20 years for this series"
    assert found.high is None
    assert found.observed < found.low < found.expected
    assert found.counted_from == world.at(NOON - 2)


def test_too_much_is_not_too_little(world):
    more = changed(world, slice(DAY, None), lambda values: 5 * values)

    assert told(Drop(), more) == []


@pytest.mark.parametrize("column", range(4))
def test_an_outage_of_thirty_hours_opens_once_and_is_over_after_it_ended(world, column):
    """Not again each morning, nor over at night, when hardly anything is expected."""
    out = changed(world, OUTAGE, lambda values: np.floor(0.05 * values), column)
    heard = told(Drop(), out, column=column)
    while_it_lasts = [change for change, hour in heard if hour < 39]

    assert while_it_lasts == ["opened"]
    assert 9 <= heard[0][1] <= 11
    assert heard[-1][0] == "resolved"
    assert 39 <= heard[-1][1] <= 51


def test_an_hour_alone_is_hardly_a_drop(world):
    """The shortest window is an eighth of a day."""
    found = judged(Drop(), now(world, 40))

    assert found.outcome is not Outcome.BREACH


@pytest.mark.parametrize(("share", "outcome"), [(0.71, "BETWEEN"), (0.69, "BREACH")])
def test_a_lack_must_exceed_its_share_of_the_usual(share, outcome):
    less = changed(panel([1000.0] * ROWS), slice(NOON - 2, NOON + 1), lambda v: share * v)

    assert judged(Drop(), less).outcome.name == outcome
    assert judged(Drop(min_ratio=0.2), less).outcome is Outcome.BREACH


@pytest.mark.parametrize(("least", "outcome"), [(1490, "BREACH"), (1510, "BETWEEN")])
def test_a_lack_must_exceed_the_least_that_is_worth_a_word(least, outcome):
    less = changed(panel([1000.0] * ROWS), slice(NOON - 2, NOON + 1), lambda v: 0.5 * v)

    assert judged(Drop(min_change=least), less).outcome.name == outcome


@pytest.mark.parametrize("name", ["min_change", "min_ratio"])
def test_what_is_worth_a_word_is_not_below_zero(name):
    with pytest.raises(ValueError, match=f"{name}: expected zero or more, got -1"):
        Drop(**{name: -1})


def test_what_is_not_told_is_no_drop(world):
    gap = changed(world, OUTAGE, lambda values: NAN * values)

    assert told(Drop(), gap) == []
    assert (Drop().judge(gap, OUTAGE).outcome[:, 0] == Outcome.UNKNOWN).all()


def test_a_window_with_a_hole_in_it_is_unknown(world):
    hole = now(lower(world, slice(NOON - 2, NOON + 1), 0), NAN, row=NOON - 1)

    assert judged(Drop(), hole).outcome is Outcome.UNKNOWN


def test_the_bucket_that_fills_is_never_too_little(world):
    filling = lower(replace(world, values=world.values[: NOON + 1]), slice(NOON - 2, None), 0)

    assert told(Drop(), replace(filling, closed=NOON + 1))[0][0] == "opened"
    assert told(Drop(), replace(filling, closed=NOON - 2)) == []


def test_what_was_planned_raises_no_alarm(world):
    flags = np.zeros(world.values.shape, np.bool_)
    flags[OUTAGE] = True

    assert told(Drop(), replace(lower(world, OUTAGE, 0), planned=flags)) == []


def test_a_level_may_drop_below_zero():
    levels = panel(*np.random.default_rng(3).normal(1, 2, (3, ROWS)), measure=Measure.LEVEL)

    assert told(Drop(), now(levels, -30)) == [("opened", 14), ("resolved", 15)]
    assert told(Drop(), now(levels, 30)) == []


def test_a_change_of_a_constant_is_a_breach():
    less = changed(panel([20.0] * ROWS), slice(NOON - 2, NOON + 1), lambda v: 0.6 * v)

    assert told(Drop(), less)[0][0] == "opened"


@pytest.mark.parametrize("past", [0.0, NAN])
def test_an_empty_past_is_unknown(past):
    found = Drop().judge(panel([past] * ROWS), slice(DAY, ROWS)).outcome

    assert (found == Outcome.UNKNOWN).all()


def test_where_little_is_expected_nothing_can_drop():
    sparse = panel(*np.random.default_rng(4).poisson(0.1, (20, ROWS)).astype(float))
    ended = changed(sparse, slice(DAY, None), lambda values: 0 * values)

    assert told(Drop(), ended) == []


def test_a_long_window_shows_that_sparse_use_ended():
    some = panel(*np.random.default_rng(5).poisson(1.0, (20, ROWS)).astype(float))
    ended = changed(some, slice(DAY, None), lambda values: 0 * values)
    found = Drop().judge(ended, slice(DAY, DAY + 30))
    first = int((found.outcome[:, 0] == Outcome.BREACH).argmax())

    assert found.counted[first, 0] >= 12


def test_a_world_in_which_nothing_happens_is_quiet(world):
    found = Drop().judge(world, slice(50 * 24, ROWS)).outcome == Outcome.BREACH

    assert found.any(axis=0).sum() <= 4
