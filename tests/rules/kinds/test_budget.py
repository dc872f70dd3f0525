"""A quota for a day, a week, a month or any other period."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.alert import Change
from rules.engine import News, evaluate
from rules.kinds.budget import Budget
from rules.period import turns
from rules.series import Measure
from rules.verdict import Outcome
from tests.rules.panels import DAY, HOUR, NAN, START, panel, rule

WEEKLY = Budget(100, "week", mind="used")
SEED = st.integers(0, 2**32 - 1)
SPANS = st.sampled_from(["day", "week", "month"])
MIND = st.sampled_from(["used", "projected", "both"])


def judged(kind, *values, first=0, width=DAY, **fields):
    watched = panel(values, width=width, **fields)
    return kind.judge(watched, slice(first, len(values)))


def outcomes(kind, *values, **fields):
    return [Outcome(each).name for each in judged(kind, *values, **fields).outcome[:, 0].tolist()]


def verdict(kind, *values, width=DAY, **fields):
    """Of the last of these days."""
    watched = panel(values, width=width, **fields)
    row = len(values) - 1
    return kind.judge(watched, slice(row, row + 1)).one(watched, row, 0)


def office(rng, weeks, size=4.0):
    days = np.arange(7 * weeks) % 7 < 5
    return rng.poisson(size, 7 * weeks) * days * 1.0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"amount": 0}, "amount: expected a number above zero, got 0"),
        ({"amount": NAN}, "amount: expected a number above zero, got nan"),
        ({"price": -1}, "price: expected a number above zero, got -1"),
        ({"price": float("inf")}, "price: expected a number above zero"),
        ({"currency": "USD"}, "currency: only for money; give price as well"),
        ({"at": ()}, "at: expected shares above zero, such as 0.8, got none"),
        ({"at": (0.5, 0)}, "at: expected shares above zero, such as 0.8, got 0.5, 0"),
        ({"at": (0.5, 0.5)}, "at: expected rising shares, got 0.5, 0.5"),
        ({"begins": 8}, "begins: expected 1 to 7 for a week"),
    ],
)
def test_fields_that_make_no_budget_are_refused_with_what_to_do(fields, words):
    with pytest.raises(ValueError, match=words):
        Budget(**{"amount": 100, "per": "week", **fields})


def test_each_share_is_a_step_from_where_it_is_used():
    found = judged(WEEKLY, 49, 1, 29, 1, 19.5, 0.5, 0, 49)

    assert found.step[:, 0].tolist() == [1, 1, 1, 2, 2, 3, 3, 1]
    assert found.outcome[:, 0].tolist() == [1, 3, 3, 3, 3, 3, 3, 1]
    assert found.observed[:, 0].tolist() == [49, 50, 79, 80, 99.5, 100, 100, 49]
    assert found.high[:, 0].tolist() == [50, 80, 80, 100, 100, 100, 100, 50]
    assert found.score[1, 0] == 0.5
    assert (np.diff(found.score[:6, 0]) > 0).all()


def test_money_is_counted_as_money():
    dollars = Budget(50, "week", price=0.5, currency="USD", mind="used", at=(0.8, 1))
    found = verdict(dollars, 40, 39.9), verdict(dollars, 40, 40)

    assert [each.outcome for each in found] == [Outcome.NORMAL, Outcome.BREACH]
    assert (found[1].observed, found[1].high, found[1].counted_from) == (40, 50, START)
    assert found[1].why.reason.startswith("40 of 50 USD used (80 %) with 5 days to go")
    bare = replace(dollars, currency=None)
    assert verdict(bare, 40, 40).why.reason.startswith("40 of 50 used (80 %)")
    assert [verdict(each, 40).unit for each in (dollars, bare, WEEKLY)] == ["USD", "", None]
    assert found[1].why.headline == "40 of 50 USD used (80 %) with 5 days to go"


def test_what_was_given_back_unsays_no_step():
    assert outcomes(WEEKLY, 60, -20, 0) == ["BREACH"] * 3
    assert judged(WEEKLY, 60, 30, -50).step[:, 0].tolist() == [1, 2, 2]


def test_what_was_told_is_a_floor():
    """A day that was not told may have been as large as the largest, 20."""
    assert outcomes(WEEKLY, 20, NAN, 9) == ["NORMAL", "UNKNOWN", "NORMAL"]
    assert outcomes(WEEKLY, 20, NAN, 10) == ["NORMAL", "UNKNOWN", "UNKNOWN"]
    assert outcomes(WEEKLY, 20, NAN, 20, 10) == ["NORMAL", "UNKNOWN", "UNKNOWN", "BREACH"]
    assert outcomes(WEEKLY, NAN, NAN) == ["UNKNOWN"] * 2


def test_a_period_that_began_before_the_history_is_told_from_where_it_is_known():
    month = Budget(100, "month", mind="used")
    found = verdict(month, 10, 10)

    assert (found.outcome, found.counted_from) == (Outcome.NORMAL, START)
    assert found.why.reason == (
        "at least 20 of 100 minutes used (20 %) with 27 days to go, counted from 3 Mar on; "
        "too little history to say more"
    )
    assert verdict(month, 20, 10).outcome is Outcome.UNKNOWN
    assert verdict(month, 20, 30).outcome is Outcome.BREACH


def test_a_level_is_unknown_and_says_why():
    found = verdict(WEEKLY, 60, 60, measure=Measure.LEVEL)

    assert found.outcome is Outcome.UNKNOWN
    assert (found.expected, found.low, found.high, found.score) == (None, None, None, 0)
    assert found.why.reason == "usage is a level, and levels are not added up"


PAST = np.tile([20.0, 20, 20, 20, 20, 0, 0], 9)


def test_it_says_what_is_usual_by_now_and_where_it_lands():
    week = Budget(200, "week", at=(0.2, 1))
    found = verdict(week, *PAST, 30, 30)

    assert found.expected == pytest.approx(80, rel=0.05)
    assert (found.observed, found.counted_from) == (60, START + 63 * DAY)
    assert found.why.reason.startswith(
        "60 of 200 minutes used (30 %) with 5 days to go; "
        "by now 40 % of a week's use is usual; expected to end at 1"
    )
    assert "will be" not in found.why.reason


def test_a_quota_that_will_be_passed_is_a_breach_before_it_is_used():
    kind = Budget(85, "week", at=(0.5, 1))
    found = judged(kind, *PAST, *PAST[:5], first=63)
    first = verdict(kind, *PAST, 20)

    assert found.outcome[:, 0].tolist() == [3] * 5
    assert found.step[:, 0].tolist() == [1, 1, 2, 2, 3]
    assert (first.outcome, first.score) == (Outcome.BREACH, 0.5)
    assert "; will be passed on 9 May" in first.why.reason
    assert "%) with 6 days to go, will be passed on 9 May" in first.why.headline


def test_what_was_foreseen_and_is_no_longer_is_neither_calm_nor_told_again():
    kind = Budget(110, "week", at=(0.9, 1))
    found = judged(kind, *PAST, 40, 40, 0, 0, 0, 0, 0, *PAST[:2], first=63)

    assert found.outcome[:2, 0].tolist() == [3, 3]
    assert found.outcome[6, 0] == Outcome.BETWEEN
    assert found.outcome[7, 0] == Outcome.NORMAL
    assert (found.step[:7, 0] == 1).all()


def test_only_what_is_minded_is_told():
    days = (*PAST, *PAST[:5])
    used = judged(Budget(85, "week", mind="used", at=(0.5, 1)), *days, first=63)
    projected = judged(Budget(85, "week", mind="projected"), *days, first=63)

    assert used.outcome[:, 0].tolist() == [1, 1, 3, 3, 3]
    assert used.step[:, 0].tolist() == [1, 1, 1, 1, 2]
    assert projected.outcome[:, 0].tolist() == [3] * 5
    assert projected.step[:, 0].tolist() == [1, 1, 1, 1, 2]
    assert projected.high[:, 0].tolist() == [85] * 5


@pytest.mark.parametrize(
    ("past", "expected", "words"),
    [
        (np.zeros(63), None, "expected to end at 5 minutes (5 %), between 5 and "),
        (np.full(63, NAN), None, "too little history to say more"),
        (np.full(63, 5.0), 14.3, "expected to end at 35 minutes"),
        (np.where(np.arange(63) % 20 == 0, 5.0, 0.0), None, "expected to end at "),
        (np.empty(0), None, "too little history to say more"),
    ],
)
def test_flat_empty_sparse_and_zero_pasts_are_no_reason_to_fail(past, expected, words):
    found = verdict(WEEKLY, *past, 5)

    assert found.outcome is Outcome.NORMAL
    assert words in found.why.reason
    if expected is not None:
        assert found.expected == pytest.approx(expected, abs=0.1)


def test_what_was_planned_is_used_but_is_not_usual():
    odd = PAST.copy()
    odd[56:60] = 500.0
    watched = panel((*odd, 60.0), width=DAY)
    planned = np.zeros(watched.values.shape, dtype=np.bool_)
    planned[56:60] = planned[63:] = True
    found = WEEKLY.judge(replace(watched, planned=planned), slice(63, 64))
    plain = WEEKLY.judge(panel((*PAST, 60.0), width=DAY), slice(63, 64))

    assert found.outcome[0, 0] == Outcome.BREACH
    assert found.expected[0, 0] == pytest.approx(plain.expected[0, 0], rel=0.1)


def test_a_bucket_that_fills_may_pass_a_share_and_foresees_nothing_by_itself():
    kind = Budget(85, "week", at=(0.5, 1))
    before = (*PAST, 20)

    assert verdict(kind, *before, filling=1).outcome is Outcome.NORMAL
    assert verdict(kind, *PAST, 50, filling=1).outcome is Outcome.BREACH
    assert "expected to end at 1" in verdict(kind, *before, filling=1).why.reason


class Daemon:
    """What the daemon keeps between polls."""

    def __init__(self, kind):
        self.rule = rule(kind)
        self.alerts, self.since, self.events = {}, START, []

    def poll(self, watched):
        said = evaluate(self.rule, watched, self.alerts, News(self.since))
        for series in said.dropped:
            del self.alerts[series]
        self.alerts |= {alert.series: alert for alert in said.alerts}
        self.since = said.since
        self.events += said.events


def steps_told(daemon, period, watched):
    """How often each step was told in each period of each series."""
    told, heard = Counter(), {}
    for event in daemon.events:
        if event.change not in {Change.OPENED, Change.WORSENED}:
            continue
        row = watched.row(event.verdict.at)
        begin = int(turns(watched, slice(row, row + 1), period).begin[0])
        key = event.alert.series, event.alert.since
        for step in range(heard.get(key, 0) + 1, event.alert.step + 1):
            told[event.alert.series, begin, step] += 1
        heard[key] = event.alert.step
    return told


def steps_passed(kind, watched):
    """Every step that was passed in each period of each series."""
    judged = kind.judge(watched, slice(0, len(watched)))
    begin = turns(watched, slice(0, len(watched)), kind.period).begin.tolist()
    return {
        (watched.series[column], begin[row], step)
        for row, column in zip(*np.nonzero(judged.outcome == Outcome.BREACH), strict=True)
        for step in range(1, int(judged.step[row, column]) + 1)
    }


@settings(max_examples=4, deadline=None)
@given(SEED, SPANS, MIND, st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_each_step_is_told_once_a_period_however_often_one_looks(seed, per, mind, polls):
    rng = np.random.default_rng(seed)
    values = rng.gamma(0.5, 4, (2, 84))
    values[rng.random(values.shape) < 0.02] = NAN
    quota = {"day": 5.0, "week": 30.0, "month": 120.0}[per]
    kind = Budget(quota, per, mind=mind, at=(0.3, 0.6, 1.0))
    live, once = Daemon(kind), Daemon(kind)
    for end in [*np.unique(np.minimum(np.cumsum(polls), 84)).tolist(), 84]:
        part = values[:, :end].copy()
        part[:, -1] *= 0.5
        live.poll(panel(*part, width=6 * HOUR, filling=1))
    whole = panel(*values, width=6 * HOUR)
    live.poll(whole)
    once.poll(whole)

    for daemon in (live, once):
        told = steps_told(daemon, kind.period, whole)
        assert set(told.values()) <= {1}
        assert told.keys() == steps_passed(kind, whole)
    assert live.alerts == once.alerts


@settings(max_examples=4, deadline=None)
@given(SEED, MIND, st.integers(-8, 8))
def test_a_quota_and_its_use_in_another_measure_come_to_the_same(seed, mind, power):
    values = office(np.random.default_rng(seed), 12)
    kind, scale = Budget(75.0, "week", mind=mind), 2.0**power
    one, other = judged(kind, *values), judged(replace(kind, amount=75.0 * scale), *values * scale)

    np.testing.assert_array_equal(one.outcome, other.outcome)
    np.testing.assert_array_equal(one.step, other.step)
    np.testing.assert_array_equal(one.score, other.score)


@settings(max_examples=4, deadline=None)
@given(SEED, MIND, st.integers(1, 60))
def test_moved_by_whole_weeks_it_says_the_same(seed, mind, weeks):
    watched = panel(office(np.random.default_rng(seed), 12), width=DAY)
    moved = replace(watched, start=watched.start + 7 * weeks * DAY)
    kind, rows = Budget(75.0, "week", mind=mind), slice(63, 84)
    one, other = kind.judge(watched, rows), kind.judge(moved, rows)

    for name in ("outcome", "step", "score", "observed", "expected", "counted"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@settings(max_examples=5, deadline=None)
@given(SEED, SPANS, MIND, st.integers(200, 259))
def test_live_equals_replay_bit_for_bit(seed, per, mind, row):
    rng = np.random.default_rng(seed)
    values = rng.poisson(1 + np.arange(260) % 4, (3, 260)) * 1.0
    values[1] *= rng.random(260) < 0.1
    values[rng.random(values.shape) < 0.03] = NAN
    kind = Budget(60.0, per, mind=mind)
    whole = kind.judge(panel(*values, width=6 * HOUR), slice(200, 260))
    live = kind.judge(panel(*values[:, : row + 1], width=6 * HOUR), slice(row, row + 1))

    for name in ("outcome", "step", "score", "observed", "expected", "counted", "high"):
        np.testing.assert_array_equal(getattr(live, name)[0], getattr(whole, name)[row - 200])
    for column in range(3):
        assert live.why(row, column) == whole.why(row, column)
    alone = kind.judge(panel(values[1], width=6 * HOUR), slice(200, 260))
    np.testing.assert_array_equal(alone.outcome[:, 0], whole.outcome[:, 1])
    np.testing.assert_array_equal(alone.expected[:, 0], whole.expected[:, 1])


def test_no_rows_and_no_series_are_fine():
    watched = panel([1.0, 2.0, 3.0])
    empty = replace(watched, series=(), values=np.empty((3, 0)))

    assert Budget(9, "day").judge(watched, slice(3, 3)).outcome.shape == (0, 1)
    assert Budget(9, "day").judge(empty, slice(0, 3)).outcome.shape == (3, 0)
