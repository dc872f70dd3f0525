"""When will the credits be gone?"""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.alert import Change, Policy
from rules.kind import Meter
from rules.kinds.runway import Runway
from rules.series import Measure
from rules.verdict import Outcome
from rules.walk import walk
from tests.rules.panels import DAY, HOUR, NAN, panel, rule

SEED = st.integers(0, 2**32 - 1)
QUARTER = 6 * HOUR
PAID = Runway(usage_metric="usage")


def ledger(seed, days=30, width=QUARTER):
    """A balance with a rhythm, top-ups, refunds and gaps, beside a meter of most of its use."""
    rng = np.random.default_rng(seed)
    rows = days * (DAY // width)
    used = rng.poisson(rng.gamma(5, 4, rows) * (1 + np.arange(rows) % 4)).astype(float)
    moved = -used + 3000 * (rng.random(rows) < 0.02) + 5 * (rng.random(rows) < 0.05)
    values = 1500 + np.append(0, np.cumsum(moved))
    values[rng.random(rows + 1) < 0.05] = NAN
    meter = panel(np.where(rng.random(rows) < 0.05, NAN, 0.7 * used), width=width)
    meter = replace(meter, metric=replace(meter.metric, unit="calls"))
    return replace(panel(values, measure=Measure.LEVEL, width=width), beside=(meter,))


def falling(*left, burn=10.0, days=28):
    """Hours of balances, of which so much is left in the end; before that a steady burn."""
    past = [one + burn * np.arange(days * 24, -1, -1.0) for one in left]
    return panel(*past, measure=Measure.LEVEL)


def last(watched, kind=None):
    row = len(watched) - 1
    judged = (kind or Runway()).judge(watched, slice(row, row + 1))
    return [judged.one(watched, row, column) for column in range(len(watched.series))]


def outcomes(watched, kind=None):
    return [verdict.outcome.name for verdict in last(watched, kind)]


def changed(watched, **values):
    """The balance with other values in the rows counted from the end."""
    column = watched.values.copy()
    for row, value in values.items():
        column[-int(row[1:])] = value
    return replace(watched, values=column)


@settings(max_examples=15, deadline=None)
@given(SEED, st.sampled_from([Runway(), PAID]), st.integers(4, 120))
def test_judging_row_by_row_as_they_arrive_is_judging_all_at_once(seed, kind, row):
    watched = ledger(seed)
    meter = watched.beside[0]
    so_far = replace(meter, values=meter.values[:row], closed=row)
    live = replace(watched, values=watched.values[: row + 1], beside=(so_far,))
    whole, alone = kind.judge(watched, slice(0, 121)), kind.judge(live, slice(row, row + 1))

    assert repr(whole.one(watched, row, 0)) == repr(alone.one(live, row, 0))


@settings(max_examples=6, deadline=None)
@given(SEED, st.integers(1, 10))
def test_shifting_by_whole_weeks_shifts_the_moments(seed, weeks):
    watched = ledger(seed)
    later = replace(watched, start=watched.start + weeks * 7 * DAY, beside=())
    one, other = (Runway().judge(each, slice(60, 121)) for each in (watched, later))

    np.testing.assert_array_equal(one.outcome, other.outcome)
    np.testing.assert_array_equal(one.score, other.score)


@settings(max_examples=6, deadline=None)
@given(SEED, st.integers(-20, 20))
def test_scaling_balance_and_use_by_a_constant_leaves_the_moments_equal(seed, power):
    watched = ledger(seed)
    times = replace(watched, values=watched.values * 2.0**power)
    one, other = (Runway().judge(each, slice(60, 121)) for each in (watched, times))

    np.testing.assert_array_equal(one.outcome, other.outcome)
    np.testing.assert_array_equal(one.score, other.score)
    np.testing.assert_array_equal(one.expected * 2.0**power, other.expected)


@settings(max_examples=4, deadline=None)
@given(SEED)
def test_a_series_is_judged_as_if_it_were_alone(seed):
    many = [ledger(seed + more).values[:, 0] for more in range(3)]
    together = Runway().judge(panel(*many, measure=Measure.LEVEL, width=QUARTER), slice(60, 121))

    for column, values in enumerate(many):
        alone = Runway().judge(panel(values, measure=Measure.LEVEL, width=QUARTER), slice(60, 121))
        np.testing.assert_array_equal(alone.score[:, 0], together.score[:, column])
        np.testing.assert_array_equal(alone.expected[:, 0], together.expected[:, column])


@pytest.mark.parametrize(
    ("left", "outcome", "step"),
    [
        (14 * 240 * 1.21, "NORMAL", 1),
        (14 * 240 * 1.19, "BETWEEN", 1),
        (14 * 240 + 5, "BETWEEN", 1),
        (14 * 240 - 5, "BREACH", 1),
        (7 * 240 + 5, "BREACH", 1),
        (7 * 240 - 5, "BREACH", 2),
        (2 * 240 - 5, "BREACH", 3),
        (0, "BREACH", 3),
    ],
)
def test_time_left_is_held_against_the_limits(left, outcome, step):
    (verdict,) = last(falling(left))

    assert (verdict.outcome.name, verdict.step) == (outcome, step)
    assert verdict.observed == left


def test_the_limit_is_what_it_takes_to_last_as_long_as_the_first_limit():
    (verdict,) = last(falling(900))

    assert verdict.expected == verdict.low == pytest.approx(14 * 240, rel=0.001)
    assert verdict.high is None


def test_the_score_is_a_half_at_the_first_limit_and_one_when_gone():
    scores = [verdict.score for verdict in last(falling(28 * 240, 14 * 240, 7 * 240, 0))]

    assert scores == pytest.approx([0.25, 0.5, 0.75, 1], rel=0.001)


def test_seven_days_of_burn_are_needed_unless_the_balance_is_gone():
    assert outcomes(falling(100, 0, days=6)) == ["UNKNOWN", "BREACH"]
    assert outcomes(falling(100, 0, days=7)) == ["BREACH", "BREACH"]
    assert last(falling(0, days=1))[0].expected is None


def test_the_meter_s_past_stands_in_for_a_balance_that_has_none():
    values = 100 + 10 * np.arange(72.0, -1, -1)
    late = panel(np.append(np.full(24 * 20, NAN), values), measure=Measure.LEVEL)
    meter = panel(np.full(24 * 23, 5.0))
    meter = replace(meter, metric=replace(meter.metric, unit="calls"))
    with_meter = replace(late, beside=(meter,))

    assert outcomes(late, PAID) == outcomes(with_meter) == ["UNKNOWN"]
    assert outcomes(with_meter, PAID) == ["BREACH"]
    assert last(with_meter, PAID)[0].expected == pytest.approx(14 * 240, rel=0.01)


@pytest.mark.parametrize(("bought", "outcome"), [(1500, "NORMAL"), (245, "BREACH")])
def test_a_top_up_that_leads_out_of_a_limit_ends_it_and_a_smaller_one_does_not(bought, outcome):
    watched = falling(300)

    assert outcomes(changed(watched, r1=300 + bought)) == [outcome]


def test_after_a_top_up_the_limits_are_told_anew():
    values = np.concatenate(
        [falling(250).values[:, 0], 2500 - 10 * np.arange(210.0), 9000 - 10 * np.arange(9.0)]
    )
    watched = panel(values, measure=Measure.LEVEL)
    begin = np.array([24 * 7], dtype=np.intp)
    story = walk(rule(Runway(), Policy()), watched, begin, {})[0]

    assert [(event.change, event.verdict.step) for event in story.events] == [
        (Change.OPENED, 1),
        (Change.WORSENED, 2),
        (Change.WORSENED, 3),
        (Change.RESOLVED, 1),
        (Change.OPENED, 1),
        (Change.WORSENED, 2),
        (Change.WORSENED, 3),
        (Change.RESOLVED, 1),
    ]


def test_a_flat_balance_and_one_of_which_nothing_was_ever_burnt_are_normal():
    flat = panel(np.full(24 * 28, 5.0), measure=Measure.LEVEL)
    (verdict,) = last(flat)

    assert (verdict.outcome, verdict.score, verdict.expected) == (Outcome.NORMAL, 0, 0)


def test_an_empty_balance_that_stays_empty_is_a_breach_of_the_last_limit():
    (verdict,) = last(panel(np.zeros(24 * 28), measure=Measure.LEVEL))

    assert (verdict.outcome, verdict.score, verdict.step) == (Outcome.BREACH, 1, 3)


def test_a_balance_that_is_not_told_is_unknown():
    assert outcomes(changed(falling(100), r1=NAN)) == ["UNKNOWN"]


def test_a_sparse_burn_is_judged_by_its_middle():
    steps = np.repeat(np.arange(28.0, -1, -1) * 24, 24)
    burnt = 7 * steps
    verdicts = last(panel(4000 + burnt, 300 + burnt, measure=Measure.LEVEL))

    assert [verdict.outcome.name for verdict in verdicts] == ["NORMAL", "BREACH"]


def test_growing_burn_is_carried_on():
    burn = np.repeat(10 * 1.01 ** np.arange(56), 24)
    values = 14 * 24 * 17 + np.append(np.cumsum(burn[::-1])[::-1], 0)

    assert outcomes(panel(values, measure=Measure.LEVEL)) == ["BREACH"]


def test_a_planned_moment_is_judged_though_its_burn_is_not_usual():
    watched = falling(100)
    planned = np.zeros(watched.values.shape, dtype=np.bool_)
    planned[-30:] = True

    assert outcomes(replace(watched, planned=planned)) == ["BREACH"]


def test_a_unit_of_the_meter_that_is_the_balance_s_own_costs_one():
    assert PAID.reads() == (Meter(None, "usage"),)
    assert Runway().reads() == ()
    watched = ledger(1)
    watched = replace(watched, values=watched.values + 9000)
    own = replace(watched.beside[0], metric=replace(watched.beside[0].metric, unit="minutes"))
    same = PAID.judge(replace(watched, beside=(own,)), slice(120, 121))
    dear = replace(PAID, credits_per_unit=1.0).judge(watched, slice(120, 121))

    assert same.why(120, 0) == dear.why(120, 0)
    assert "explains: someone else" in same.why(120, 0).reason


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"within": ()}, "at least one time left"),
        ({"within": (DAY, timedelta(0))}, "more than nothing"),
        ({"within": (91 * DAY,)}, "at most 90 days"),
        ({"within": (DAY, 2 * DAY)}, "longest first, got 1 day, 2 days"),
        ({"within": (DAY, DAY)}, "each time once"),
        ({"interval": 0.49}, "interval: expected 0.5 to 0.99"),
        ({"interval": 1.0}, "interval: expected 0.5 to 0.99"),
        ({"credits_per_unit": 0.0, "usage_source": "v"}, "more than zero"),
        ({"credits_per_unit": float("inf"), "usage_source": "v"}, "more than zero"),
        ({"credits_per_unit": 1.0}, "usage_source or usage_metric beside it"),
    ],
)
def test_fields_that_make_no_sense_are_refused_with_what_to_do(fields, words):
    with pytest.raises(ValueError, match=words):
        Runway(**fields)


def test_a_surer_interval_is_wider():
    watched = ledger(3)
    watched = replace(watched, values=watched.values - watched.values[120] + 3000)
    unsure, sure = (
        Runway(interval=interval).judge(watched, slice(120, 121)).why(120, 0).reason
        for interval in (0.5, 0.95)
    )

    assert unsure.endswith("until Wednesday 16 Apr, between 14 Apr and 17 Apr")
    assert sure.endswith("until Wednesday 16 Apr, between 12 Apr and 22 Apr")
