"""A level that changed for good, or seeps away."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.alert import Change
from rules.engine import News, evaluate
from rules.kinds.shift import Shift
from rules.panel import Panel
from rules.rate import YEAR, Rate
from rules.series import Measure
from rules.verdict import Outcome
from tests.rules.panels import DAY, HOUR, NAN, panel, rule

SEED = st.integers(0, 2**32 - 1)
WEEKDAYS = np.array([10, 12, 12, 11, 9, 3, 2]) * 10.0
FIELDS = ("outcome", "observed", "expected", "low", "high", "score", "counted")


def usual(days=140, seed=0, straying=0.08):
    """A week's rhythm, with some straying, by the day."""
    rng = np.random.default_rng(seed)
    return WEEKDAYS[np.arange(days) % 7] * np.exp(rng.normal(0, straying, days))


def stepped(times, at=100, **how):
    values = usual(**how)
    values[at:] *= times
    return values


def many(seed, days=190, series=4):
    """By the day: steps, leaks, spikes, sparse ones, one late, one empty, and some not told."""
    rng = np.random.default_rng(seed)
    values = np.array([usual(days, rng.integers(1000), 0.3) for _ in range(series + 2)])
    values[0, rng.integers(40, days) :] *= rng.uniform(0.2, 5)
    values[1] = rng.poisson(0.4, days)
    values[1, 120:] *= 10
    values[2, : rng.integers(days)] = NAN
    values[3] *= np.exp(np.maximum(np.arange(days) - 100, 0) * 0.05)
    values[4] = NAN
    values[5] = 7
    values[rng.random(values.shape) < 0.003] = NAN
    values[rng.random(values.shape) < 0.01] *= 10
    return values


def heard(kind, seen: Panel):
    found = evaluate(rule(kind), seen, {}, News(since=seen.start))
    return [(event.change, seen.row(event.verdict.at)) for event in found.events]


def by_day(*columns, **how):
    return panel(*columns, width=DAY, **how)


def verdict(kind, values, row, **how):
    seen = by_day(values, **how)
    return kind.judge(seen, slice(row, row + 1)).one(seen, row, 0)


def test_a_step_is_told_once_and_ends_when_the_new_level_is_usual():
    changes = heard(Shift(), by_day(stepped(2)))

    assert [change for change, _ in changes] == [Change.OPENED, Change.RESOLVED]
    assert 100 <= changes[0][1] <= 103
    assert 113 <= changes[1][1] <= 122


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("times", [0.4, 0.6, 1.6, 3])
def test_no_step_is_told_twice(times, seed):
    assert len(heard(Shift(), by_day(stepped(times, seed=seed)))) == 2


def test_a_slow_leak_is_told_once_while_it_goes_on():
    values = usual(160) * np.exp(np.clip(np.arange(160) - 100, 0, 21) * 0.04)
    changes = heard(Shift(), by_day(values))

    assert [change for change, _ in changes] == [Change.OPENED, Change.RESOLVED]
    assert 105 <= changes[0][1] <= 116


def test_what_returns_within_the_week_ends_the_alert():
    values = stepped(2)
    values[106:] /= 2
    changes = heard(Shift(), by_day(values))

    assert [change for change, _ in changes] == [Change.OPENED, Change.RESOLVED]
    assert changes[1][1] <= 120


def test_it_says_what_it_saw_in_words():
    found = verdict(Shift(), stepped(2, straying=0.02), 106)

    assert found.outcome is Outcome.BREACH
    assert found.why.reason == (
        "168 minutes a day over the last 7 days where 85.1 minutes were usual in the weeks before, "
        "2 times as much"
    )
    assert found.expected < found.high < found.observed
    assert found.low < found.expected
    assert found.score > 0.5
    assert found.counted_from is not None


def test_growth_as_ever_is_no_shift():
    days = np.arange(200)
    values = usual(200) * 1.3 ** (days / 30)

    assert heard(Shift(), by_day(values)) == []
    assert heard(Shift(), by_day(values[::-1])) == []


def test_one_big_day_is_no_shift():
    values = usual()
    values[110] *= 50

    assert heard(Shift(), by_day(values)) == []


def test_peaks_at_the_turn_of_each_month_are_its_nature():
    values = usual(200)
    for day in (20, 50, 80, 110, 140, 170):
        values[day : day + 3] *= 2.5

    assert [row for _, row in heard(Shift(), by_day(values)) if row > 100] == []


def test_days_not_told_are_no_fall():
    values = usual()
    values[110:115] = NAN
    values[120:] = NAN

    assert heard(Shift(), by_day(values)) == []


def test_a_day_with_an_hour_not_told_is_no_fall_either():
    hours = np.repeat(usual(100) / 24, 24)
    hours[24 * 90 :: 24] = NAN

    assert heard(Shift(), panel(hours)) == []


def test_what_was_planned_is_neither_judged_nor_usual():
    seen = by_day(stepped(2))
    planned = np.zeros(seen.values.shape, dtype=np.bool_)
    planned[100:] = True

    assert heard(Shift(), replace(seen, planned=planned)) == []


def test_the_first_weeks_are_for_learning():
    values = stepped(3, at=20)
    found = Shift().judge(by_day(values), slice(0, 45))

    assert (found.outcome[:34] == Outcome.UNKNOWN).all()
    assert (found.outcome[41:] != Outcome.UNKNOWN).all()
    assert found.why(5, 0).reason.startswith("too little history")


def test_hours_are_judged_by_their_days_when_these_are_over():
    hours = np.repeat(stepped(3, straying=0.02) / 24, 24)
    (opened, at), *_ = heard(Shift(), panel(hours))

    assert opened is Change.OPENED
    assert at % 24 == 23


def test_a_day_that_still_fills_says_nothing():
    values = stepped(3, at=137)
    values[139] = 1
    found = Shift().judge(by_day(values, filling=1), slice(138, 140))

    assert found.outcome[:, 0].tolist()[1] == Outcome.UNKNOWN


@pytest.mark.parametrize(("times", "told"), [(1.2, False), (1.3, True)])
def test_a_change_must_exceed_its_share_of_the_usual(times, told):
    flat = np.full(140, 10.0)
    flat[100:] *= times

    assert bool(heard(Shift(), by_day(flat))) == told


@pytest.mark.parametrize(("least", "told"), [(5.1, False), (4.9, True)])
def test_a_change_must_exceed_the_least_that_is_worth_a_word(least, told):
    flat = np.full(140, 10.0)
    flat[100:] += 5

    assert bool(heard(Shift(min_change=least), by_day(flat))) == told


@pytest.mark.parametrize(
    ("direction", "up", "down"), [("up", True, False), ("down", False, True), ("both", True, True)]
)
def test_only_the_direction_minded_is_told(direction, up, down):
    kind = Shift(direction=direction)

    assert bool(heard(kind, by_day(stepped(3)))) == up
    assert bool(heard(kind, by_day(stepped(0.3)))) == down
    found = verdict(kind, usual(), 130)
    assert (found.high is not None, found.low is not None) == (up, down)


def test_rarer_alarms_ask_for_more():
    values = np.array([usual(seed=seed, straying=0.35) for seed in range(40)])
    row = slice(139, 140)
    often = Shift(false_alarms=Rate(1, timedelta(days=7))).judge(by_day(*values), row)
    seldom = Shift(false_alarms=Rate(1, YEAR)).judge(by_day(*values), row)

    assert (often.high < seldom.high).all()


def test_a_past_of_zeros_minds_use_that_lasts():
    values = np.zeros(140)
    values[100] = 50
    assert heard(Shift(), by_day(values)) == []

    values[100:] = 50
    (opened, at), (ended, _) = heard(Shift(), by_day(values))
    assert (opened, ended) == (Change.OPENED, Change.RESOLVED)
    assert at <= 103
    assert verdict(Shift(), values, at).why.reason.endswith(
        "where none were usual in the weeks before"
    )


@pytest.mark.parametrize("value", [0.0, 5.0, NAN])
def test_a_constant_an_empty_and_an_all_zero_past_say_nothing_of_themselves(value):
    assert heard(Shift(), by_day(np.full(150, value))) == []


def test_a_sparse_past_strays_by_chance():
    rng = np.random.default_rng(5)
    values = [rng.poisson(0.1, 200).astype(float) for _ in range(30)]

    assert len(heard(Shift(), by_day(*values))) <= 2


def test_a_level_is_judged_by_its_daily_mean_and_below_zero_not_at_all():
    level = np.repeat(np.r_[np.full(100, 50.0), np.full(40, 90.0)], 4)
    seen = panel(level, width=6 * HOUR, measure=Measure.LEVEL)
    found = Shift().judge(seen, slice(404, 420))

    assert (found.outcome == Outcome.BREACH).any()
    assert " a day" not in found.why(419, 0).reason
    below = Shift().judge(
        panel(np.r_[-level[:500], level[500:]], width=6 * HOUR, measure=Measure.LEVEL),
        slice(504, 520),
    )
    assert (below.outcome == Outcome.UNKNOWN).all()


def test_weeks_are_compared_with_weeks():
    values = np.r_[np.full(60, 10.0), np.full(8, 30.0)]
    seen = panel(values, width=7 * DAY)
    found = Shift().judge(seen, slice(60, 68))

    assert (found.outcome == Outcome.BREACH).any()
    assert "in 7 days over the last 21 days where" in found.why(63, 0).reason


@settings(max_examples=20, deadline=None)
@given(SEED, st.integers(35, 189), st.sampled_from([DAY, 12 * HOUR, 5 * HOUR]))
def test_judging_row_by_row_is_judging_all_at_once(seed, row, width):
    values = many(seed)
    values = np.repeat(values / 2, 2, axis=1) if width < DAY else values
    whole = Shift().judge(panel(*values, width=width), slice(0, values.shape[1]))
    live = panel(*values[:, : row + 1], width=width)
    one = Shift().judge(live, slice(row, row + 1))

    for name in FIELDS:
        np.testing.assert_array_equal(getattr(one, name)[0], getattr(whole, name)[row])
    assert [one.why(row, each) for each in range(6)] == [whole.why(row, each) for each in range(6)]


@settings(max_examples=10, deadline=None)
@given(SEED, st.permutations(range(6)))
def test_the_order_of_the_series_and_quiet_ones_between_change_nothing(seed, order):
    values = many(seed)
    plain = Shift().judge(by_day(*values), slice(0, 190))
    mixed = Shift().judge(by_day(np.zeros(190), *values[list(order)], np.zeros(190)), slice(0, 190))

    for name in FIELDS:
        np.testing.assert_array_equal(
            getattr(plain, name)[:, list(order)], getattr(mixed, name)[:, 1:-1]
        )


@settings(max_examples=10, deadline=None)
@given(SEED, st.integers(-60, 60))
def test_a_world_shifted_by_weeks_and_a_scaled_level_say_the_same(seed, weeks):
    values = many(seed)
    seen = by_day(*values, measure=Measure.LEVEL)
    later = replace(seen, start=seen.start + weeks * timedelta(days=7))
    scaled = by_day(*(values * 1024), measure=Measure.LEVEL)
    plain = Shift().judge(seen, slice(0, 190)).outcome

    np.testing.assert_array_equal(plain, Shift().judge(later, slice(0, 190)).outcome)
    np.testing.assert_array_equal(plain, Shift().judge(scaled, slice(0, 190)).outcome)


@pytest.mark.parametrize("name", ["min_ratio", "min_change"])
@pytest.mark.parametrize("value", [-0.1, NAN, float("inf")])
def test_a_share_or_a_change_below_zero_is_refused(name, value):
    with pytest.raises(ValueError, match=f"{name}: expected zero or more, got {value}"):
        Shift(**{name: value})
