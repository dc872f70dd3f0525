"""The turn of a month is no news where the last turns were like it; what goes wrong at one is."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from rules.kinds.drop import Drop
from rules.kinds.spike import Spike
from rules.ordinary.blocks import Layout
from rules.ordinary.expected import expected_amounts
from rules.series import Measure
from rules.verdict import Outcome
from tests.rules.panels import START, panel

DAYS, SERIES = 160, 24
APRIL, MAY, JUNE, JULY, AUGUST = 29, 59, 90, 120, 151
"""The days on which these months begin."""
TURN = [day for first in (APRIL, MAY, JUNE, JULY, AUGUST) for day in (first - 2, first - 1)]
LIFTED = slice(0, SERIES // 2)
"""These use three times as much on the last two days of a month; the others do not."""
NOON = 12


@cache
def counts():
    """By day, hour and series."""
    means = np.where(np.arange(24) >= 8, 60.0, 6.0)[None, :, None] * np.ones((DAYS, 1, SERIES))
    means[TURN, :, LIFTED] *= 3
    return np.random.default_rng(5).poisson(means).astype(float)


def judged(kind, values, day):
    """Every hour of a day."""
    watched = panel(*values.reshape(-1, SERIES).T)
    return kind.judge(watched, slice(24 * day, 24 * (day + 1)))


def breaches(kind, values, day):
    return judged(kind, values, day).outcome == Outcome.BREACH


@pytest.mark.parametrize("first", [JUNE, JULY, AUGUST])
@pytest.mark.parametrize("kind", [Spike(), Drop()])
def test_a_turn_that_comes_as_it_came_is_no_news(first, kind):
    for day in range(first - 3, first + 2):
        assert not breaches(kind, counts(), day).any()


def test_a_turn_that_comes_a_day_early_is_no_news():
    values = counts().copy()
    values[JULY - 3] = values[JULY - 2]

    assert not breaches(Spike(), values, JULY - 3).any()


@pytest.mark.parametrize("first", [MAY, JULY])
def test_four_times_as_much_as_a_turn_brings_is_told(first):
    """From the second turn on that was seen."""
    values = counts().copy()
    values[first - 1, NOON] *= 4

    assert breaches(Spike(), values, first - 1)[NOON].all()


def test_a_day_of_nothing_at_a_turn_is_told():
    values = counts().copy()
    values[JULY - 1, 8:] = 0

    assert breaches(Drop(), values, JULY - 1).any(axis=0).all()


def test_a_turn_that_does_not_come_is_not_told():
    """Months differ, and so do people's holidays."""
    values = counts().copy()
    values[JULY - 2 : JULY] = values[JULY - 9 : JULY - 7]

    assert not breaches(Drop(), values, JULY - 1).any()


def test_a_turn_lifts_nothing_that_is_expected_of_other_days():
    values = np.ascontiguousarray(counts().swapaxes(0, 1))
    layout = Layout(24, 0, 24 * DAYS, START.date())
    mean = expected_amounts(values, layout).mean.sum(axis=0)

    truth = 16 * 60 + 8 * 6
    assert mean[JULY + 1 : JULY + 14] == pytest.approx(truth, rel=0.1)
    assert mean[JULY - 1, LIFTED] == pytest.approx(3 * truth, rel=0.15)


@pytest.mark.parametrize(
    ("kind", "side", "times"),
    [(Spike(), "high", 1), (Drop(), "low", -1)],
)
def test_what_is_told_lies_beyond_what_is_said_to_be_ordinary(kind, side, times):
    """Far out it is chances that decide, not the distance that the edge is made from."""
    few = np.random.default_rng(6).gamma(1.5, 20 / 1.5, (DAYS, 24, SERIES)).round()
    few[-1, 6:] = 400 if times > 0 else 0
    found = judged(kind, few, DAYS - 1)
    told = found.outcome == Outcome.BREACH

    assert told.any()
    edge = getattr(found, side)[told]
    assert (times * found.observed[told] >= times * edge).all()


def test_a_level_is_held_against_all_turns_that_were_seen():
    """Nobody knows by how much a turn lifts a level."""
    values = counts().copy()
    values[JULY - 1, NOON] *= 1.2
    as_level = panel(*values.reshape(-1, SERIES).T)
    as_level = replace(as_level, metric=replace(as_level.metric, measure=Measure.LEVEL))
    found = Spike().judge(as_level, slice(24 * (JULY - 1), 24 * JULY))

    assert not (found.outcome[NOON, LIFTED] == Outcome.BREACH).any()
