"""Each kind of rule is turned by what makes it more or less sensitive, if it has such a setting."""

import dataclasses
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pytest

from daemon.tune.dial import dials, turned
from rules.kind import Kind
from rules.kinds.spike import Spike
from rules.kinds.threshold import Threshold
from rules.panel import Panel
from rules.rate import MONTH, YEAR, Rate
from rules.rule import Rule
from rules.verdict import Verdicts

WEEK, DAY = timedelta(days=7), timedelta(days=1)
VALUES = np.arange(1.0, 1001.0)


MONTHLY = Rate(1, MONTH)


@dataclass(frozen=True, slots=True)
class Rare:
    """A kind that asks how often it may be wrong."""

    false_alarms: Rate = MONTHLY

    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Plain:
    """A kind with nothing to turn."""

    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        raise NotImplementedError


def rule(kind: Kind) -> Rule:
    return Rule("busy", "voices", kind)


def test_a_kind_that_may_be_wrong_so_often_is_turned_by_that_alone() -> None:
    [dial] = dials(rule(Rare()), None)

    assert dial.setting == "false_alarms"
    assert dial.values == tuple(Rate(1, per) for per in (DAY, WEEK, MONTH, YEAR / 4, YEAR))


def test_the_present_rate_is_tried_among_the_others() -> None:
    [dial] = dials(rule(Rare(Rate(2, MONTH))), None)

    assert dial.present == Rate(2, MONTH)
    assert dial.values[1:3] == (Rate(1, WEEK), Rate(2, MONTH))


def test_a_rate_written_otherwise_is_tried_once() -> None:
    [dial] = dials(rule(Rare(Rate(12, YEAR))), None)

    assert dial.values[2] == dial.present == Rate(12, YEAR)
    assert len(dial.values) == 5


def test_a_limit_is_tried_at_round_numbers_that_ever_fewer_values_pass() -> None:
    [dial] = dials(rule(Threshold(above=700)), VALUES)

    assert dial.values == (700.0, 1000.0)
    [low] = dials(rule(Threshold(below=150)), VALUES)
    assert low.values == (150.0, 100.0, 50.0, 20.0, 10.0, 5.0, 3.0, 1.5, 1.0)


def test_between_two_heaps_of_values_a_limit_far_from_both_is_tried() -> None:
    heaps = np.array([20.0] * 95 + [3000.0] * 5)
    [dial] = dials(rule(Threshold(above=20)), heaps)

    assert dial.values == (20.0, 250.0, 3000.0)


def test_limits_below_zero_are_tried_too() -> None:
    [dial] = dials(rule(Threshold(below=-10)), -VALUES)

    assert dial.values[0] == -10.0
    assert dial.values[-1] == -1000.0
    assert list(dial.values) == sorted(dial.values, reverse=True)


def test_both_limits_of_a_band_are_turned_each_by_itself() -> None:
    assert [dial.setting for dial in dials(rule(Threshold(above=9, below=1)), VALUES)] == [
        "above",
        "below",
    ]


def test_of_a_limit_that_nobody_knows_the_values_of_shares_are_tried() -> None:
    for unknown in (None, np.full(3, np.nan), np.empty(0)):
        [dial] = dials(rule(Threshold(above=100)), unknown)
        assert dial.values == (25.0, 50.0, 75.0, 100.0, 150.0, 200.0, 400.0)


def test_a_kind_with_nothing_to_turn_has_no_dial() -> None:
    assert dials(rule(Plain()), VALUES) == []


def test_a_turned_rule_differs_in_that_setting_alone() -> None:
    assert turned(rule(Spike()), "min_change", 8.0) == rule(Spike(min_change=8.0))


def test_what_calm_is_moves_along_with_the_limit() -> None:
    assert turned(rule(Threshold(above=10, recover=5)), "above", 40.0) == rule(
        Threshold(above=40, recover=20)
    )
    assert turned(rule(Threshold(below=0, recover=5)), "below", -3.0) == rule(
        Threshold(below=-3, recover=5)
    )


def test_a_value_that_the_kind_refuses_is_left_out() -> None:
    assert turned(rule(Threshold(above=10, below=5)), "above", 3.0) is None


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Spike)])
def test_turning_leaves_the_rule_as_it_was(name: str) -> None:
    before = rule(Spike())
    turned(before, "min_change", 99.0)

    assert getattr(before.kind, name) == getattr(Spike(), name)
