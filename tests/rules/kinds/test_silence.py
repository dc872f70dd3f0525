"""Nothing where there should be something."""

from dataclasses import replace

import numpy as np
import pytest

from rules.kinds.silence import Silence
from rules.series import Measure
from rules.verdict import Outcome
from tests.rules.ordinary.rhythm import DAY, DAYS, NOON, changed, judged, now, told, usual
from tests.rules.panels import NAN, panel

ROWS = DAYS * 24
OUTAGE = slice(DAY + 9, DAY + 39)


@pytest.fixture(scope="module")
def world():
    return usual()


def nothing(watched, rows, column=0):
    return changed(watched, rows, lambda values: 0 * values, column)


def poisson(rate, seed=4):
    return panel(*np.random.default_rng(seed).poisson(rate, (20, ROWS)).astype(float))


def test_nothing_at_noon_is_a_breach_in_words(world):
    found = judged(Silence(), now(world, 0))

    assert found.outcome is Outcome.BREACH
    assert found.why.reason == "nothing in 1 hour where 77 minutes are usual then"
    assert found.why.rarity == "less than once in 20 years for this series"


@pytest.mark.parametrize(("value", "outcomes"), [(0, {"BREACH"}), (1, {"BETWEEN"})])
def test_the_least_use_is_no_silence(world, value, outcomes):
    assert {judged(Silence(), now(world, value)).outcome.name} == outcomes


def test_an_outage_of_thirty_hours_opens_once_and_is_over_after_it_ended(world):
    (opened, first), (resolved, last) = told(Silence(), nothing(world, OUTAGE))

    assert (opened, resolved) == ("opened", "resolved")
    assert first == 9
    assert 39 <= last <= 50


def test_the_busier_the_time_the_sooner():
    """Of many an hour it takes an hour, of one an hour a good part of a day."""
    first = []
    for rate in (60, 3, 1):
        found = Silence().judge(nothing(poisson(rate), slice(DAY, None)), slice(DAY, ROWS))
        first.append(int((found.outcome[:, 0] == Outcome.BREACH).argmax()) + 1)

    assert first == sorted(first)
    assert first[0] == 1
    assert 2 <= first[1] <= 12
    assert 6 <= first[2] <= 48


def test_where_use_is_so_sparse_no_silence_is_long_enough():
    ended = nothing(poisson(0.02), slice(DAY, None))
    found = Silence().judge(ended, slice(DAY, ROWS)).outcome

    assert not (found == Outcome.BREACH).any()


def test_what_is_constant_is_never_quiet():
    assert judged(Silence(), now(panel([5.0] * ROWS), 0)).outcome is Outcome.BREACH


@pytest.mark.parametrize("past", [0.0, NAN])
def test_after_a_past_of_nothing_it_is_not_told(past):
    found = Silence().judge(panel([past] * ROWS), slice(DAY, ROWS)).outcome

    assert np.isin(found, [Outcome.UNKNOWN, Outcome.NORMAL]).all()


def test_what_is_not_told_is_no_silence(world):
    gap = changed(world, OUTAGE, lambda values: NAN * values)

    assert told(Silence(), gap) == []


def test_zero_must_have_been_said_of_the_whole_window():
    """One hour in three was not told: nobody knows of the others what the three of them held."""
    quiet = nothing(poisson(3), slice(DAY, None))
    holes = changed(quiet, slice(DAY, None, 3), lambda values: NAN * values)

    assert told(Silence(), quiet)[0][0] == "opened"
    assert told(Silence(), holes) == []


def test_the_bucket_that_fills_is_never_silent(world):
    filling = nothing(replace(world, values=world.values[: NOON + 1]), NOON)

    assert told(Silence(), replace(filling, closed=NOON + 1)) == [("opened", 14)]
    assert told(Silence(), replace(filling, closed=NOON)) == []


def test_what_was_planned_raises_no_alarm(world):
    flags = np.zeros(world.values.shape, np.bool_)
    flags[OUTAGE, 0] = True

    assert told(Silence(), replace(nothing(world, OUTAGE), planned=flags)) == []


@pytest.mark.parametrize(("least", "outcome"), [(76.9, "BREACH"), (77.1, "BETWEEN")])
def test_a_lack_must_exceed_the_least_that_is_worth_a_word(world, least, outcome):
    found = judged(Silence(min_change=least), now(world, 0))

    assert found.expected == pytest.approx(77, abs=0.05)
    assert found.outcome.name == outcome


def test_what_is_worth_a_word_is_not_below_zero():
    with pytest.raises(ValueError, match="min_change: expected zero or more, got -1"):
        Silence(min_change=-1)


def test_of_a_level_nothing_is_zero():
    levels = panel(*np.random.default_rng(3).normal(100, 5, (3, ROWS)), measure=Measure.LEVEL)

    assert told(Silence(), now(levels, 0)) == [("opened", 14), ("resolved", 15)]
    assert told(Silence(), now(levels, 1)) == []


def test_while_it_is_learnt_the_verdict_is_unknown(world):
    early = Silence().judge(world, slice(0, 28 * 24)).outcome

    assert (early == Outcome.UNKNOWN).all()


def test_a_world_in_which_nothing_happens_is_quiet(world):
    found = Silence().judge(world, slice(50 * 24, ROWS)).outcome

    assert not (found == Outcome.BREACH).any()
