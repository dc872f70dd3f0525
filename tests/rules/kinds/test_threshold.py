"""A limit an operator wrote down."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.kinds.threshold import Threshold
from rules.verdict import Outcome
from tests.rules.panels import NAN, panel

NUMBERS = st.floats(-1e12, 1e12)


def outcomes(kind, *values):
    judged = kind.judge(panel(values), slice(0, len(values)))
    return [Outcome(int(each)).name for each in judged.outcome[:, 0]]


def reason(kind, value):
    return kind.judge(panel([value]), slice(0, 1)).one(panel([value]), 0, 0).why.reason


def test_only_more_than_above_is_a_breach():
    assert outcomes(Threshold(above=10), 9.9, 10, 10.1) == ["NORMAL", "NORMAL", "BREACH"]


def test_only_less_than_below_is_a_breach():
    assert outcomes(Threshold(below=-10), -9.9, -10, -10.1) == ["NORMAL", "NORMAL", "BREACH"]


def test_a_band_is_breached_on_either_side():
    kind = Threshold(above=10, below=0)

    assert outcomes(kind, -0.1, 0, 10, 10.1) == ["BREACH", "NORMAL", "NORMAL", "BREACH"]


def test_between_the_limit_and_the_recovery_nothing_is_decided():
    above = outcomes(Threshold(above=10, recover=8), 8, 8.1, 10, 10.1)
    below = outcomes(Threshold(below=10, recover=12), 12, 11.9, 10, 9.9)

    assert above == below == ["NORMAL", "BETWEEN", "BETWEEN", "BREACH"]


def test_a_recovery_at_the_limit_leaves_nothing_between():
    assert outcomes(Threshold(above=10, recover=10), 10, 10.1) == ["NORMAL", "BREACH"]
    assert outcomes(Threshold(below=10, recover=10), 10, 9.9) == ["NORMAL", "BREACH"]


def test_what_was_not_told_is_unknown():
    assert outcomes(Threshold(above=10, below=5, recover=None), NAN) == ["UNKNOWN"]
    assert outcomes(Threshold(above=10, recover=5), NAN) == ["UNKNOWN"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "give above, below, or both"),
        ({"recover": 3}, "give above, below, or both"),
        ({"above": 1, "below": 1}, "expected less than above"),
        ({"above": 3, "below": 1, "recover": 2}, "write two rules"),
        ({"above": 3, "recover": 3.1}, "at most above"),
        ({"below": 3, "recover": 2.9}, "at least below"),
        ({"above": NAN}, "above: expected a finite number"),
        ({"below": float("-inf")}, "below: expected a finite number"),
    ],
)
def test_fields_that_contradict_each_other_are_refused_with_what_to_do(fields, words):
    with pytest.raises(ValueError, match=words):
        Threshold(**fields)


def test_expected_is_the_limit_a_value_is_nearest_to():
    judged = Threshold(above=10, below=0).judge(panel([-3, 4.9, 5, 12]), slice(0, 4))

    assert judged.expected[:, 0].tolist() == [0, 0, 10, 10]
    assert (judged.low[0, 0], judged.high[0, 0]) == (0, 10)


def test_a_side_without_a_limit_has_no_bound():
    (verdict,) = [Threshold(above=3).judge(panel([4.0]), slice(0, 1)).one(panel([4.0]), 0, 0)]

    assert (verdict.expected, verdict.low, verdict.high) == (3, None, 3)


@settings(max_examples=60, deadline=None)
@given(NUMBERS, st.lists(NUMBERS, min_size=2, max_size=6))
def test_the_score_is_half_at_the_limit_and_only_grows_beyond_it(limit, values):
    values = sorted([limit, *values])
    above = Threshold(above=limit).judge(panel(values), slice(0, len(values))).score[:, 0]
    below = Threshold(below=limit).judge(panel(values), slice(0, len(values))).score[:, 0]

    assert above[values.index(limit)] == below[values.index(limit)] == 0.5
    assert (np.diff(above) >= 0).all()
    assert (np.diff(below) <= 0).all()
    assert ((above >= 0) & (above <= 1)).all()


def test_the_score_knows_a_limit_of_zero_and_values_without_end():
    judged = Threshold(above=0).judge(panel([-1, 0, 1, np.inf, NAN]), slice(0, 5))

    assert judged.score[:, 0].tolist() == [0.25, 0.5, 0.75, 1, 0]


def test_the_score_of_a_band_is_that_of_the_side_that_is_nearer():
    judged = Threshold(above=10, below=-10).judge(panel([-20, 0, 20]), slice(0, 3))

    assert judged.score[:, 0].tolist() == [0.75, 0.25, 0.75]


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (Threshold(above=30), 41.23999, "41.2 minutes, above the limit of 30 minutes"),
        (Threshold(above=30), 30.01, "30.01 minutes, above the limit of 30 minutes"),
        (Threshold(below=30), 1, "1 minute, below the limit of 30 minutes"),
        (Threshold(above=30), 20, "20 minutes, within the limit of 30 minutes"),
        (Threshold(above=9, below=2), 3, "3 minutes, within the limits of 2 minutes and 9 minutes"),
        (Threshold(above=30), NAN, "not told"),
    ],
)
def test_the_reason_is_a_sentence(kind, value, words):
    assert reason(kind, value) == words
