"""Parts that move against each other while the total stands still."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.alert import Change
from rules.engine import News, evaluate
from rules.kinds.mix import Mix
from rules.rate import YEAR, Rate
from rules.series import Measure, Series
from rules.verdict import Outcome
from tests.rules.panels import DAY, HOUR, NAN, panel, rule

SEED = st.integers(0, 2**32 - 1)
FIELDS = ("outcome", "observed", "expected", "score", "counted")
RHYTHM = np.array([10, 12, 12, 11, 9, 3, 2]) * 10.0


def usual(days=140, series=4, seed=0, straying=0.1):
    """A column a series, all of the same rhythm and of sizes 1, 2, 3, ..."""
    rng = np.random.default_rng(seed)
    noise = np.exp(rng.normal(0, straying, (series, days)))
    return RHYTHM[np.arange(days) % 7] * np.arange(1, series + 1)[:, None] * noise


def moved(share=0.6, of=3, to=1, at=100, until=None, **how):
    values = usual(**how)
    here = slice(at, until)
    values[to, here] += share * values[of, here]
    values[of, here] *= 1 - share
    return values


def by_day(values, **how):
    seen = panel(*values, width=DAY, **how)
    names = ("haiku", "opus", "sonnet", "sonata", "v4", "v5", "v6", "v7")
    series = [Series("tts", "usage", (("voice_id", name),)) for name in names[: len(values)]]
    return replace(seen, series=tuple(series))


def heard(kind, seen):
    found = evaluate(rule(kind), seen, {}, News(since=seen.start))
    return [(it.change, dict(it.alert.series.labels)["voice_id"]) for it in found.events]


def judged(kind, values, row, **how):
    return kind.judge(by_day(values, **how), slice(row, row + 1))


def test_a_move_is_told_once_at_the_part_that_gained_and_ends_when_it_is_usual():
    assert heard(Mix(), by_day(moved())) == [
        (Change.OPENED, "opus"),
        (Change.RESOLVED, "opus"),
    ]


def test_a_move_that_returns_is_told_once():
    assert len(heard(Mix(), by_day(moved(until=105)))) == 2


def test_it_names_who_took_how_much_from_whom():
    seen = by_day(moved(straying=0.02))
    found = Mix().judge(seen, slice(102, 103))
    verdict = found.one(seen, 102, 1)

    assert found.outcome[0].tolist() == [
        Outcome.NORMAL,
        Outcome.BREACH,
        Outcome.NORMAL,
        Outcome.NORMAL,
    ]
    assert verdict.why.reason == (
        "opus took 24 points of share from sonata: 44 % of all minutes over the last 3 days "
        "where 20 % is usual, while the total stands still"
    )
    assert verdict.observed == pytest.approx(seen.values[100:103, 1].mean())
    assert verdict.expected == pytest.approx(0.2 * seen.values[100:103].sum() / 3, rel=0.05)


def test_from_several_it_names_the_one_that_lost_most():
    values = usual(straying=0.02)
    for loser in (0, 2, 3):
        values[1, 100:] += 0.4 * values[loser, 100:]
        values[loser, 100:] *= 0.6
    found = judged(Mix(), values, 102)

    assert "opus took 32 points of share from sonata, among others: " in found.why(102, 1).reason


def test_of_several_that_gain_only_the_first_is_told_of():
    values = usual(straying=0.02)
    values[0, 100:] += 0.2 * values[3, 100:]
    values[1, 100:] += 0.5 * values[3, 100:]
    values[3, 100:] *= 0.3
    found = judged(Mix(), values, 102)

    assert found.outcome[0, :2].tolist() == [Outcome.BETWEEN, Outcome.BREACH]


def test_a_part_that_grows_by_itself_is_no_mix():
    values = usual()
    values[1, 100:] *= 4

    assert heard(Mix(), by_day(values)) == []


def test_a_small_part_that_grows_while_nobody_loses_is_no_mix_though_the_total_stands_still():
    values = usual(straying=0)
    values[0] = 0.05 * usual()[0]
    values[3] = usual()[3]
    values[0, 100:] *= 4
    values[3, 100:] = RHYTHM[np.arange(100, 140) % 7] * 4

    assert heard(Mix(), by_day(values)) == []


def test_parts_that_gain_share_because_another_falls_are_no_mix():
    values = usual()
    values[3, 100:] *= 0.1

    assert heard(Mix(), by_day(values)) == []


def test_all_growing_together_is_no_mix():
    values = usual()
    values[:, 100:] *= 3

    assert heard(Mix(), by_day(values)) == []


@pytest.mark.parametrize(("least", "told"), [(0.3, False), (0.2, True)])
def test_a_gain_must_exceed_its_share_of_the_whole(least, told):
    assert bool(heard(Mix(min_share=least), by_day(moved(straying=0.02)))) == told


@pytest.mark.parametrize(("ratio", "told"), [(1.4, False), (1.0, True)])
def test_a_gain_must_exceed_its_share_of_the_usual_share(ratio, told):
    assert bool(heard(Mix(min_ratio=ratio), by_day(moved(straying=0.02)))) == told


def test_rarer_alarms_ask_for_more():
    values = moved(straying=0.3)
    often = judged(Mix(false_alarms=Rate(1, timedelta(days=7))), values, 106)
    seldom = judged(Mix(false_alarms=Rate(1e-7, YEAR)), values, 106)

    assert (often.outcome[0, 1], seldom.outcome[0, 1]) == (Outcome.BREACH, Outcome.BETWEEN)
    assert often.score[0, 1] > 0.5 > seldom.score[0, 1] > 0


def test_one_series_alone_has_no_share():
    found = judged(Mix(), usual(series=1), 120)
    beside_zero = judged(Mix(), np.vstack([usual(series=1), np.zeros(140)]), 120)

    assert found.outcome[0, 0] == Outcome.UNKNOWN
    assert (beside_zero.outcome == Outcome.UNKNOWN).all()
    assert found.why(120, 0).reason == (
        "too few parts, or too little of them told, to say which share is usual"
    )


def test_a_day_on_which_one_is_not_told_is_unknown_for_all():
    values = usual()
    values[2, 120] = NAN

    found = Mix().judge(by_day(values), slice(119, 121))
    assert (found.outcome[1] == Outcome.UNKNOWN).all()
    assert (found.outcome[0] != Outcome.UNKNOWN).all()
    assert found.why(120, 2).reason == "not told"


def test_one_that_is_not_told_any_more_does_not_silence_the_others():
    values = usual()
    values[0, 90:] = NAN

    assert (judged(Mix(), values, 97).outcome == Outcome.UNKNOWN).all()
    assert (judged(Mix(), values, 120).outcome[0, 1:] != Outcome.UNKNOWN).all()


def test_what_was_planned_is_neither_judged_nor_usual():
    seen = by_day(moved())
    planned = np.zeros(seen.values.shape, dtype=np.bool_)
    planned[100:] = True

    assert heard(Mix(), replace(seen, planned=planned)) == []


def test_a_level_has_no_share():
    found = judged(Mix(), moved(), 104, measure=Measure.LEVEL)

    assert (found.outcome == Outcome.UNKNOWN).all()
    assert (found.score == 0).all()
    assert found.why(104, 0).reason == "a level has no share of a whole"


def test_a_quiet_day_says_what_share_is_usual():
    reason = judged(Mix(), usual(straying=0.01), 120).why(120, 1).reason

    assert reason == "20 % of all minutes over the last 3 days where 20 % is usual"


def test_a_flat_past_minds_any_move_worth_a_word():
    flat = np.full((2, 140), 10.0)
    flat[:, 100:] = [[13], [7]]

    assert heard(Mix(), by_day(flat)) == [(Change.OPENED, "haiku"), (Change.RESOLVED, "haiku")]
    assert heard(Mix(min_ratio=0.31), by_day(flat)) == []


def test_a_past_of_zeros_may_take_from_others():
    values = usual(straying=0.02)
    values[0] = 0
    values[0, 100:] = 0.6 * values[3, 100:]
    values[3, 100:] *= 0.4

    assert heard(Mix(), by_day(values))[0] == (Change.OPENED, "haiku")


@pytest.mark.parametrize("value", [0.0, NAN])
def test_an_empty_and_an_all_zero_past_are_unknown(value):
    found = Mix().judge(by_day(np.full((3, 140), value)), slice(0, 140))

    assert (found.outcome == Outcome.UNKNOWN).all()


def test_sparse_parts_stray_by_chance():
    values = np.random.default_rng(5).poisson(0.3, (8, 250)).astype(float)

    assert len(heard(Mix(), by_day(values))) <= 2


def test_hours_are_judged_by_their_days():
    hours = np.repeat(moved(straying=0.02) / 24, 24, axis=1)
    found = Mix().judge(panel(*hours, width=HOUR), slice(0, hours.shape[1]))
    breaches = np.flatnonzero((found.outcome == Outcome.BREACH).any(axis=1))

    assert breaches[0] % 24 == 23


def many(seed, days=190):
    rng = np.random.default_rng(seed)
    values = moved(rng.uniform(0, 1), 3, 1, int(rng.integers(50, days)), days=days, seed=seed)
    values = np.vstack([values, rng.poisson(0.5, days), np.full(days, NAN)])
    values[2, : rng.integers(1, days)] = NAN
    values[rng.random(values.shape) < 0.002] = NAN
    values[rng.random(values.shape) < 0.01] *= 8
    return values


@settings(max_examples=15, deadline=None)
@given(SEED, st.integers(35, 189))
def test_judging_row_by_row_is_judging_all_at_once(seed, row):
    values = many(seed)
    whole = Mix().judge(by_day(values), slice(0, 190))
    one = Mix().judge(by_day(values[:, : row + 1]), slice(row, row + 1))

    for name in FIELDS:
        np.testing.assert_array_equal(getattr(one, name)[0], getattr(whole, name)[row])
    assert [one.why(row, each) for each in range(6)] == [whole.why(row, each) for each in range(6)]


@settings(max_examples=10, deadline=None)
@given(SEED, st.permutations(range(6)))
def test_the_order_of_the_series_and_quiet_ones_between_change_nothing(seed, order):
    values = many(seed)
    rows = slice(0, 190)
    plain = Mix().judge(by_day(values), rows)
    quiet = np.zeros((1, 190))
    mixed = Mix().judge(by_day(np.vstack([quiet, values[list(order)], quiet])), rows)

    for name in FIELDS:
        mine, theirs = getattr(plain, name)[:, list(order)], getattr(mixed, name)[:, 1:-1]
        np.testing.assert_array_equal(mine, theirs)


@settings(max_examples=5, deadline=None)
@given(SEED, st.integers(-60, 60))
def test_a_world_shifted_by_weeks_says_the_same(seed, weeks):
    seen = by_day(many(seed))
    later = replace(seen, start=seen.start + weeks * timedelta(days=7))

    one, other = (Mix().judge(it, slice(0, 190)).outcome for it in (seen, later))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("min_share", -0.1),
        ("min_share", 1.0),
        ("min_share", NAN),
        ("min_ratio", -0.1),
        ("min_ratio", float("inf")),
    ],
)
def test_a_share_that_makes_no_sense_is_refused(name, value):
    with pytest.raises(ValueError, match=f"{name}: expected"):
        Mix(**{name: value})
