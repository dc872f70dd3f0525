"""A limit an operator wrote down."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.kind import Meter
from rules.kinds.threshold import Threshold
from rules.series import Measure
from rules.verdict import Outcome
from tests.rules.panels import DAY, HOUR, NAN, START, panel

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


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"begins": 1}, "begins: says where a period begins; give per as well"),
        ({"from_": "2026-01-05"}, "from: says where a period begins; give per as well"),
        ({"per": "day", "begins": 1}, "begins: only a week or a month"),
        ({"per": DAY}, "from: needed with a span"),
        ({"per": "day", "above": None, "below": 1}, "below: of a period too little is used"),
        ({"over_source": "web"}, "over_source: only for a ratio; give over"),
        ({"at_least": 1}, "at_least: only for a ratio; give over"),
        ({"over": "calls", "at_least": -1}, "at_least: expected zero or more"),
        ({"over": "calls", "at_least": NAN}, "at_least: expected a finite number"),
    ],
)
def test_options_that_mean_nothing_together_are_refused_with_what_to_do(fields, words):
    with pytest.raises(ValueError, match=words):
        Threshold(**{"above": 3, **fields})


def test_a_limit_for_a_day_is_held_against_what_was_used_since_it_began():
    values = np.ones(50)
    judged = Threshold(above=20, per="day").judge(panel(values), slice(0, 50))
    verdict = judged.one(panel(values), 20, 0)

    assert np.flatnonzero(judged.outcome[:, 0] == Outcome.BREACH).tolist() == [
        *(20, 21, 22, 23),
        *(44, 45, 46, 47),
    ]
    assert (verdict.observed, verdict.expected, verdict.counted_from) == (21, 20, START)
    assert verdict.why.reason == "21 minutes since 3 Mar, above the limit of 20 minutes"
    assert judged.one(panel(values), 24, 0).counted_from is None


def test_a_week_begins_on_its_day_and_a_span_on_its_date():
    values = np.ones(10)
    week = Threshold(above=2, per="week", begins=3).judge(panel(values, width=DAY), slice(2, 10))
    span = Threshold(above=2, per=3 * DAY, from_="2025-03-04")
    span = span.judge(panel(values, width=DAY), slice(1, 10))

    assert (week.observed[:, 0].tolist(), week.counted[0, 0]) == ([1, 2, 3, 4, 5, 6, 7, 1], 1)
    assert span.observed[:, 0].tolist() == [1, 2, 3] * 3


def test_what_was_told_of_a_period_is_a_floor():
    """Of the hours not told each may have been as large as the largest, 5."""
    per = Threshold(above=20, recover=15, per="day")

    assert outcomes(per, 5, 5, NAN, 0) == ["NORMAL", "NORMAL", "UNKNOWN", "NORMAL"]
    assert outcomes(per, 5, 5, NAN, 1) == ["NORMAL", "NORMAL", "UNKNOWN", "UNKNOWN"]
    assert outcomes(per, 5, 5, NAN, 5, 1)[3:] == ["UNKNOWN", "BETWEEN"]
    assert outcomes(per, 5, 5, NAN, 5, 5, 1)[5:] == ["BREACH"]
    assert outcomes(Threshold(above=20, per="day"), 5, 5, 5, NAN, 0)[4:] == ["NORMAL"]
    assert outcomes(Threshold(above=20, per="day"), 5, 5, 5, NAN, 1)[4:] == ["UNKNOWN"]


def test_a_level_by_period_is_unknown_and_says_why():
    level = panel([1, 2], measure=Measure.LEVEL)
    judged = Threshold(above=1, per="day").judge(level, slice(0, 2))

    assert not judged.outcome.any()
    assert judged.one(level, 1, 0).why.reason == "usage is a level, and levels are not added up"


def calls(*columns):
    made = panel(*columns)
    return replace(made, metric=replace(made.metric, name="calls", unit="calls"))


def test_a_ratio_is_judged_where_there_is_enough_to_divide_by():
    watched = replace(panel([1, 3, 3, 1]), beside=(calls([10, 10, 9, 0]),))
    kind = Threshold(above=0.2, over="calls", at_least=10)
    judged = kind.judge(watched, slice(0, 4))
    verdict = judged.one(watched, 1, 0)

    assert kind.reads() == (Meter(None, "calls", awaited=True),)
    assert [Outcome(each).name for each in judged.outcome[:, 0].tolist()] == [
        *("NORMAL", "BREACH", "UNKNOWN", "UNKNOWN")
    ]
    assert (verdict.observed, verdict.expected, verdict.counted_from) == (0.3, 0.2, None)
    assert verdict.unit == "minutes per call"
    assert verdict.why.reason == (
        "0.3 minutes per call (3 minutes over 10 calls), above the limit of 0.2 minutes per call"
    )


def test_a_ratio_may_fall_too_low_and_be_that_of_a_day():
    watched = replace(panel([1, 3, 0]), beside=(calls([10, 10, 20]),))
    judged = Threshold(below=0.15, over="calls", per="day").judge(watched, slice(0, 3))

    assert [Outcome(each).name for each in judged.outcome[:, 0].tolist()] == [
        *("BREACH", "NORMAL", "BREACH")
    ]


def test_a_threshold_without_a_ratio_reads_nothing_else():
    assert Threshold(above=1).reads() == ()
    elsewhere = Threshold(above=1, over="calls", over_source="web")
    assert elsewhere.reads() == (Meter("web", "calls", awaited=True),)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 199), st.sampled_from(["day", "week", "month"]))
def test_live_equals_replay_by_period_and_as_a_ratio(seed, row, per):
    rng = np.random.default_rng(seed)
    mine, other = (np.where(rng.random(200) < 0.05, NAN, rng.lognormal(0, 2, 200)) for _ in "ab")

    def upto(rows):
        return replace(panel(mine[:rows], width=6 * HOUR), beside=(others(rows),))

    def others(rows):
        made = calls(other[:rows])
        return replace(made, metric=replace(made.metric, width=6 * HOUR))

    for kind in (Threshold(above=40, per=per), Threshold(above=1, over="calls", per=per)):
        whole = kind.judge(upto(200), slice(0, 200))
        live = kind.judge(upto(row + 1), slice(row, row + 1))
        np.testing.assert_array_equal(live.observed[0], whole.observed[row])
        assert live.outcome[0] == whole.outcome[row]
        assert live.why(row, 0) == whole.why(row, 0)
