"""Too much for this series at this time."""

from dataclasses import replace

import numpy as np
import pytest

from rules.kinds.spike import Spike
from rules.rate import YEAR, Rate
from rules.series import Measure
from rules.verdict import Outcome
from tests.rules.ordinary.rhythm import DAY, DAYS, NOON, changed, judged, now, told, usual
from tests.rules.panels import NAN, panel

ROWS = DAYS * 24


@pytest.fixture(scope="module")
def world():
    return usual()


def outcomes(kind, watched, rows=slice(DAY, DAY + 96)):
    return kind.judge(watched, rows).outcome[:, 0]


def test_an_hour_like_the_others_is_normal(world):
    assert judged(Spike(), world).outcome is Outcome.NORMAL


def test_an_hour_far_above_is_a_breach_in_words(world):
    found = judged(Spike(), now(world, 394))

    assert found.outcome is Outcome.BREACH
    assert found.why.reason == (
        "394 minutes in 1 hour where 77 minutes are usual then, 5.1 times as much"
    )
    assert found.why.rarity == "less than once in 20 years for this series"
    assert (found.low, found.counted_from) == (None, None)


def test_what_is_usual_at_noon_is_too_much_at_night_and_on_sunday(world):
    value = world.values[NOON, 0]
    sunday = NOON + 4 * 24

    assert judged(Spike(), now(world, value, row=DAY + 2), DAY + 2).outcome is Outcome.BREACH
    assert judged(Spike(), now(world, value, row=sunday), sunday).outcome is Outcome.BREACH


def test_too_little_is_not_too_much(world):
    assert (outcomes(Spike(), changed(world, slice(DAY, None), lambda v: 0 * v)) == 1).all()


@pytest.mark.parametrize(("value", "outcome"), [(149, "BETWEEN"), (151, "BREACH")])
def test_a_change_must_exceed_its_share_of_the_usual(value, outcome):
    constant = panel([100.0] * ROWS)

    assert judged(Spike(), now(constant, value)).outcome.name == outcome
    assert judged(Spike(min_ratio=0.4), now(constant, value)).outcome is Outcome.BREACH


@pytest.mark.parametrize(("value", "outcome"), [(169, "BETWEEN"), (171, "BREACH")])
def test_a_change_must_exceed_the_least_that_is_worth_a_word(value, outcome):
    constant = panel([100.0] * ROWS)

    assert judged(Spike(min_change=70), now(constant, value)).outcome.name == outcome


@pytest.mark.parametrize("name", ["min_change", "min_ratio"])
def test_what_is_worth_a_word_is_not_below_zero(name):
    with pytest.raises(ValueError, match=f"{name}: expected zero or more, got -1"):
        Spike(**{name: -1})


def test_fewer_false_alarms_ask_for_more(world):
    yearly = judged(Spike(false_alarms=Rate(1, YEAR)), world)

    assert yearly.high > judged(Spike(), world).high


def test_one_odd_hour_opens_once_and_is_over_soon(world):
    assert told(Spike(), now(world, 394)) == [("opened", 14), ("resolved", 17)]


def test_three_odd_days_open_once(world):
    odd = changed(world, slice(DAY, DAY + 72), lambda values: 3 * values)
    (opened, first), (resolved, last) = told(Spike(), odd)

    assert (opened, resolved) == ("opened", "resolved")
    assert first <= 8
    assert 72 < last <= 78


def test_a_world_in_which_nothing_happens_is_quiet(world):
    found = Spike().judge(world, slice(50 * 24, ROWS)).outcome

    assert (found == Outcome.BREACH).sum() <= 2
    assert (found == Outcome.NORMAL).mean() > 0.9


def test_the_bucket_that_fills_is_judged_already(world):
    """It only grows: what is too much is too much now, what is not yet says nothing."""
    filling = replace(world, values=world.values[: NOON + 1], closed=NOON)

    assert told(Spike(), now(filling, 394)) == [("opened", 14)]
    assert told(Spike(), now(filling, 5)) == []


def test_an_alert_is_not_over_before_the_bucket_is_whole(world):
    odd = now(world, 394)
    whole, filling = (
        replace(odd, values=odd.values[: DAY + 18], closed=DAY + 18 - open_) for open_ in (0, 1)
    )

    assert told(Spike(), whole) == [("opened", 14), ("resolved", 17)]
    assert told(Spike(), filling) == [("opened", 14)]


def test_what_was_planned_raises_no_alarm(world):
    launch = changed(world, slice(NOON, NOON + 6), lambda values: 6 * values)
    flags = np.zeros(world.values.shape, np.bool_)
    flags[NOON : NOON + 6] = True

    assert told(Spike(), launch)[0] == ("opened", 14)
    assert told(Spike(), replace(launch, planned=flags)) == []


def test_what_was_planned_does_not_become_usual(world):
    weeks = slice(DAY - 14 * 24, DAY)
    launch = changed(world, weeks, lambda values: 6 * values)
    flags = np.zeros(world.values.shape, np.bool_)
    flags[weeks, 0] = True
    known, unknown = judged(Spike(), replace(launch, planned=flags)), judged(Spike(), launch)
    never = judged(Spike(), world)

    assert known.high == pytest.approx(never.high, rel=0.1)
    assert unknown.expected > 1.2 * known.expected


def test_a_level_is_judged_as_it_stands():
    levels = panel(*np.random.default_rng(3).normal(-50, 2, (3, ROWS)), measure=Measure.LEVEL)
    high = now(levels, -20)

    assert told(Spike(), high) == [("opened", 14), ("resolved", 15)]
    assert told(Spike(), now(levels, -80)) == []
    assert judged(Spike(), high).why.reason.startswith("-20 minutes where -")


def test_a_change_of_a_constant_is_a_breach_from_the_least_on():
    constant = panel([20.0] * ROWS)

    assert told(Spike(), now(constant, 31)) == [("opened", 14), ("resolved", 17)]
    assert told(Spike(), now(constant, 29)) == []


@pytest.mark.parametrize("past", [0.0, NAN])
def test_after_a_past_of_nothing_nobody_knows(past):
    none = now(panel([past] * ROWS), 50)

    assert (outcomes(Spike(), none) == Outcome.UNKNOWN).all()
    assert told(Spike(), none) == []


def test_while_it_is_learnt_the_verdict_is_unknown():
    early = Spike().judge(usual(), slice(0, ROWS)).outcome
    known = (early != Outcome.UNKNOWN).any(axis=1)

    assert not known[: 28 * 24].any()
    assert known[46 * 24 :].all()


def test_a_series_that_comes_later_is_learnt_for_a_month():
    first = 45 * 24
    late = changed(usual(), slice(0, first), lambda values: NAN * values)
    known = Spike().judge(late, slice(0, ROWS)).outcome[:, 0] != Outcome.UNKNOWN

    assert 27 <= (int(known.argmax()) - first) / 24 <= 33


@pytest.fixture(scope="module")
def sparse():
    """A call in ten hours, of thirty series for four months."""
    return panel(*np.random.default_rng(4).poisson(0.1, (30, 120 * 24)).astype(float))


def test_a_call_now_and_then_is_no_news():
    """No more of them are than twice the seven that were asked for in seven months."""
    alarms = 0
    for seed in range(3):
        calls = panel(*np.random.default_rng(seed).poisson(0.1, (30, 120 * 24)).astype(float))
        found = Spike().judge(calls, slice(50 * 24, 120 * 24)).outcome
        breach = found == Outcome.BREACH
        alarms += int((breach[1:] & ~breach[:-1]).sum())

        assert (found != Outcome.UNKNOWN).mean() > 0.95
    assert alarms <= 14


@pytest.mark.parametrize(("value", "outcome"), [(1, "NORMAL"), (8, "BREACH")])
def test_eight_calls_where_one_comes_now_and_then_are_news(sparse, value, outcome):
    row = 100 * 24 + 3
    found = [judged(Spike(), now(sparse, value, row, each), row, each) for each in range(5)]

    assert [each.outcome.name for each in found] == [outcome] * 5


def test_bursts_by_nature_are_no_news():
    """Most hours are empty, some hold hundreds."""
    rng = np.random.default_rng(5)
    bursts = rng.gamma(0.5, 400, (20, ROWS)) * (rng.random((20, ROWS)) < 0.1)
    found = Spike().judge(panel(*np.round(bursts)), slice(50 * 24, ROWS)).outcome

    assert (found == Outcome.BREACH).any(axis=0).sum() <= 4
