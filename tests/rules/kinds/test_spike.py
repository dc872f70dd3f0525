"""Too much, or too little, against the series' own past."""

from datetime import timedelta

import numpy as np
import pytest

from rules.kinds.spike import Spike
from rules.series import Measure
from rules.verdict import Outcome
from tests.rules.panels import DAY, HOUR, NAN, panel

WEEK = 168
NOW = 16 * WEEK
"""Eight weeks to look back on, and eight that those were judged by."""


def noisy(seed=0, hours=NOW + 1, level=10.0):
    """Some weeks around a level, within one of it, and the present hour at the level."""
    values = np.random.default_rng(seed).uniform(level - 1, level + 1, hours)
    values[-1] = level
    return values


def judged(kind, values, **how):
    seen = panel(values, **how)
    row = len(values) - 1
    return kind.judge(seen, slice(row, row + 1)).one(seen, row, 0)


def with_now(value, past=None):
    values = noisy() if past is None else past.copy()
    values[-1] = value
    return values


def test_an_hour_like_the_others_is_normal():
    assert judged(Spike(), noisy()).outcome is Outcome.NORMAL


def test_an_hour_far_above_is_a_breach_in_words():
    verdict = judged(Spike(), with_now(130))

    assert verdict.outcome is Outcome.BREACH
    assert verdict.why.reason == (
        "130 minutes where 9.87 minutes are usual at this hour of the week, 13 times as much"
    )
    assert verdict.why.rarity == "nothing like it in the 56 days before"


def test_more_than_sigmas_is_a_breach_and_less_is_not():
    kind = Spike(min_ratio=0)
    calm = judged(kind, noisy())
    edge = calm.high

    assert calm.expected < edge
    assert judged(kind, with_now(edge * 1.0001)).outcome is Outcome.BREACH
    assert judged(kind, with_now(edge * 0.9999)).outcome is Outcome.NORMAL
    assert judged(kind, with_now(edge)).score == pytest.approx(0.5)


@pytest.mark.parametrize(("value", "outcome"), [(14.9, "NORMAL"), (15.1, "BREACH")])
def test_a_change_must_exceed_its_share_of_the_usual(value, outcome):
    flat = np.full(NOW + 1, 10.0)

    assert judged(Spike(), with_now(value, flat)).outcome.name == outcome


@pytest.mark.parametrize(("value", "outcome"), [(29.9, "NORMAL"), (30.1, "BREACH")])
def test_a_change_must_exceed_the_least_that_is_worth_a_word(value, outcome):
    flat = np.full(NOW + 1, 10.0)

    assert judged(Spike(min_change=20), with_now(value, flat)).outcome.name == outcome


def test_the_score_does_not_depend_on_what_is_worth_a_word():
    values = with_now(30)

    assert judged(Spike(min_change=500), values).score == judged(Spike(), values).score


@pytest.mark.parametrize(("min_change", "outcome"), [(0, "BREACH"), (2.9, "BREACH"), (3, "NORMAL")])
def test_after_a_past_of_zeros_any_use_beyond_the_least_is_a_breach(min_change, outcome):
    values = with_now(3, np.zeros(NOW + 1))
    verdict = judged(Spike(min_change=min_change), values)

    assert verdict.outcome.name == outcome
    assert verdict.score == 1
    assert verdict.why.reason == "3 minutes where none are usual at this hour of the week"


@pytest.mark.parametrize(
    ("measure", "direction", "up", "down"),
    [
        (Measure.AMOUNT, None, "BREACH", "NORMAL"),
        (Measure.AMOUNT, "down", "NORMAL", "BREACH"),
        (Measure.AMOUNT, "both", "BREACH", "BREACH"),
        (Measure.LEVEL, None, "BREACH", "BREACH"),
        (Measure.LEVEL, "up", "BREACH", "NORMAL"),
    ],
)
def test_only_the_direction_minded_is_a_breach(measure, direction, up, down):
    kind = Spike(direction=direction)
    high = judged(kind, with_now(100), measure=measure)
    low = judged(kind, with_now(0), measure=measure)

    assert (high.outcome.name, low.outcome.name) == (up, down)
    assert (high.score > 0.5, low.score > 0.5) == (up == "BREACH", down == "BREACH")


def test_the_band_is_bounded_where_a_breach_can_be():
    up, both = judged(Spike(), noisy()), judged(Spike(direction="both"), noisy())
    level = judged(Spike(sigmas=50), noisy(), measure=Measure.LEVEL)

    assert up.low is None
    assert both.low is not None
    assert both.low < up.expected < up.high == both.high
    assert level.low < 0
    assert judged(Spike(sigmas=50, direction="both"), noisy()).low == 0


def test_too_little_history_is_unknown_and_says_so():
    verdict = judged(Spike(), np.full(12, 5.0))

    assert verdict.outcome is Outcome.UNKNOWN
    assert (verdict.expected, verdict.score) == (None, 0)
    assert verdict.why.reason == "5 minutes, with too little history to say what is usual"


def test_a_bucket_that_was_not_told_is_unknown_and_says_so():
    verdict = judged(Spike(), with_now(NAN))

    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.why.reason == "not told"


@pytest.mark.parametrize(
    ("hours", "season"),
    [
        (24, "too little history"),
        (25, "over the last 7 days"),
        (7 * 24, "over the last 7 days"),
        (7 * 24 + 1, "at this hour of the day"),
        (4 * WEEK, "at this hour of the day"),
        (4 * WEEK + 1, "at this hour of the week"),
    ],
)
def test_the_baseline_grows_with_the_history(hours, season):
    assert season in judged(Spike(), np.full(hours, 5.0)).why.reason


def test_one_kind_of_baseline_can_be_asked_for():
    young, old = np.full(100, 5.0), noisy()

    assert judged(Spike(baseline="seasonal"), young).outcome is Outcome.UNKNOWN
    assert "over the last 7 days" in judged(Spike(baseline="rolling"), old).why.reason
    assert judged(Spike(baseline="seasonal"), old, width=5 * HOUR).outcome is Outcome.UNKNOWN


def test_a_daily_rhythm_is_usual_and_its_peak_at_night_is_not():
    rhythm = np.tile(np.r_[np.zeros(8), np.full(10, 50.0), np.zeros(6)], 57)
    noon, night = rhythm[: 56 * 24 + 13], rhythm[: 56 * 24 + 3].copy()
    night[-1] = 50

    assert judged(Spike(), noon).outcome is Outcome.NORMAL
    assert judged(Spike(), night).outcome is Outcome.BREACH


def bursts(days_apart, hours=NOW + 1, size=40.0):
    """An idle voice with a busy hour now and then, never at the same time, and one now."""
    values = np.zeros(hours)
    for number, day in enumerate(range(1, 56, days_apart)):
        values[hours - 1 - day * 24 - 1 - 5 * number % 22] = size
    values[-1] = size
    return values


def test_a_voice_whose_busy_hours_always_look_like_this_is_no_news():
    assert judged(Spike(), bursts(2)).outcome is Outcome.NORMAL
    assert judged(Spike(once_in=timedelta(0)), bursts(2)).outcome is Outcome.BREACH


def test_a_jump_seen_about_once_in_the_span_asked_for_is_news_and_says_how_often():
    verdict = judged(Spike(), bursts(14))

    assert verdict.outcome is Outcome.BREACH
    assert verdict.why.rarity == "as much on 4 of the 56 days before, about once in 14 days"
    assert judged(Spike(once_in=15 * DAY), bursts(14)).outcome is Outcome.NORMAL


@pytest.mark.parametrize(("before", "outcome"), [([30], "BREACH"), ([30, 52], "NORMAL")])
def test_a_past_too_short_for_the_span_may_hold_one_such_day(before, outcome):
    values = np.zeros(10 * 24)
    values[-1] = 40
    values[[-1 - hours for hours in before]] = 40

    assert judged(Spike(), values).outcome.name == outcome


@pytest.mark.parametrize(("value", "outcome"), [(-14.9, "NORMAL"), (-15.1, "BREACH")])
def test_the_share_is_of_the_size_of_the_usual_whatever_its_sign(value, outcome):
    flat = np.full(NOW + 1, -10.0)

    assert judged(Spike(), with_now(value, flat), measure=Measure.LEVEL).outcome.name == outcome


def test_twice_as_much_as_a_bursty_voice_ever_used_is_news():
    values = bursts(2)
    values[-1] *= 2

    assert judged(Spike(), values).outcome is Outcome.BREACH


def test_what_has_been_going_on_for_a_day_is_still_news_and_after_a_week_is_not():
    for hours, outcome in ((3, Outcome.BREACH), (30, Outcome.BREACH), (24 * 7, Outcome.NORMAL)):
        values = noisy()
        values[-hours:] = 200

        assert judged(Spike(), values).outcome is outcome


def test_a_drop_is_as_rare_as_the_drops_before_it():
    values = noisy(level=100)
    values[-1] = 10
    values[[-30, -80, -130, -180, -230]] = 5
    kind = Spike(direction="down")

    assert judged(kind, values).outcome is Outcome.NORMAL
    values[-30] = values[-80] = 100
    assert judged(kind, values).why.rarity == (
        "as much on 3 of the 56 days before, about once in 19 days"
    )


def test_the_verdicts_need_no_more_of_the_past_than_twice_the_weeks():
    rng = np.random.default_rng(5)
    values = rng.poisson(2, 20 * WEEK) * (rng.random(20 * WEEK) < 0.3) * 5.0
    whole, part = panel(values), panel(values[3 * WEEK :])
    rows = slice(19 * WEEK, 20 * WEEK)
    kind = Spike()
    one = kind.judge(whole, rows)
    other = kind.judge(part, slice(16 * WEEK, 17 * WEEK))

    np.testing.assert_array_equal(one.outcome, other.outcome)
    assert [one.why(19 * WEEK + row, 0) for row in range(WEEK)] == [
        other.why(16 * WEEK + row, 0) for row in range(WEEK)
    ]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"weeks": 3}, "weeks: expected 4 to 52"),
        ({"weeks": 53}, "weeks: expected 4 to 52"),
        ({"sigmas": 0}, "sigmas: expected a number above zero"),
        ({"sigmas": float("inf")}, "sigmas"),
        ({"min_change": -1}, "min_change: expected zero or more"),
        ({"min_ratio": NAN}, "min_ratio: expected zero or more"),
        ({"once_in": timedelta(hours=23)}, "once_in: expected at least a day"),
    ],
)
def test_fields_out_of_range_are_refused_with_what_was_expected(fields, words):
    with pytest.raises(ValueError, match=words):
        Spike(**fields)


@pytest.mark.parametrize("fields", [{"weeks": 4}, {"weeks": 52}, {"once_in": DAY}])
def test_fields_at_the_edge_are_fine(fields):
    assert judged(Spike(**fields), with_now(130)).outcome is Outcome.BREACH


@pytest.mark.parametrize(
    ("value", "usual", "ending"),
    [
        (16, 10, ", 60 % more"),
        (25, 10, ", 2.5 times as much"),
        (4, 10, ", 60 % less"),
        (10.01, 10, ""),
        (-5, 10, ""),
        (5, -10, ""),
        (1, 1, "where 1 minute is usual over the last 7 days"),
    ],
)
def test_the_reason_ends_in_how_many_times_as_much(value, usual, ending):
    past = np.full(100, float(usual))
    reason = judged(Spike(), with_now(value, past), measure=Measure.LEVEL).why.reason

    assert reason.endswith(ending or "over the last 7 days")


def test_infinite_values_are_unknown_and_raise_nothing():
    verdict = judged(Spike(), with_now(np.inf), measure=Measure.LEVEL)

    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.score == 0
