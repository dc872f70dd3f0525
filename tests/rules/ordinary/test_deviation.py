"""Verdicts on what strays further than noise alone does, and their words."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ordinary.deviation import Least, Minds, deviations, rarity
from rules.ordinary.ground import Eye
from rules.ordinary.strays import Look
from rules.rate import MONTHLY, YEAR, Rate
from rules.series import Measure
from rules.verdict import Outcome
from rules.words import times
from tests.rules.ordinary.rhythm import DAY, NOON, changed, now, usual
from tests.rules.panels import NAN, panel

HOURLY = Eye(Look.MORE, (1,))
ALL = Eye(Look.MORE, (1, 3, 6, 24))
NONE = Least(0, 0)


def verdict(watched, eye=HOURLY, least=NONE, often=MONTHLY, row=NOON, column=0):
    minds = Minds(eye, often, least)
    return deviations(watched, slice(row, row + 1), minds).one(watched, row, column)


@pytest.fixture(scope="module")
def world():
    return usual()


@pytest.fixture(scope="module")
def edge(world):
    return verdict(world).high


@pytest.mark.parametrize("of", Measure)
@pytest.mark.parametrize(("look", "side"), [(Look.MORE, 1), (Look.LESS, -1)])
def test_beyond_the_edge_is_a_breach_and_well_before_it_none(of, look, side):
    """Upwards counts are judged by their chances, which makes them a breach a little sooner."""
    watched, eye = usual(measure=of), Eye(look, (1,))
    calm = verdict(watched, eye)
    edge, other = (calm.high, calm.low) if side > 0 else (calm.low, calm.high)
    near = 0.05 if look is Look.MORE and of is Measure.AMOUNT else 1e-6
    beyond, before = (verdict(now(watched, edge * (1 + side * by)), eye) for by in (1e-6, -near))

    assert other is None
    assert calm.outcome is Outcome.NORMAL
    assert (beyond.outcome, before.outcome) == (Outcome.BREACH, Outcome.BETWEEN)
    assert before.score < 0.5 < beyond.score < 0.53
    assert before.expected == beyond.expected == calm.expected


def test_a_breach_scores_above_a_half_and_calm_less_than_nearly_that(world):
    """All numbers from few to far too many, in steps of a thousandth."""
    for value in np.arange(60.0, 140, 0.5):
        found = verdict(now(world, value))
        nearly = 0.6 / 1.6  # three fifths of the limit
        right = Outcome.BREACH if found.score > 0.5 else Outcome.BETWEEN
        assert found.outcome is (Outcome.NORMAL if found.score < nearly else right), value


@pytest.mark.parametrize(("off", "outcome"), [(-0.01, Outcome.BREACH), (0.01, Outcome.BETWEEN)])
def test_a_change_must_exceed_the_least_that_is_worth_a_word(world, off, outcome):
    expected = verdict(world).expected
    change = verdict(now(world, 200), least=Least(200 - expected + off, 0))
    ratio = verdict(now(world, 200), least=Least(0, (200 + off) / expected - 1))

    assert change.outcome is outcome
    assert ratio.outcome is outcome
    assert change.score == ratio.score > 0.5


@pytest.mark.parametrize(("off", "outcome"), [(-0.01, Outcome.BREACH), (0.01, Outcome.BETWEEN)])
def test_a_lack_must_exceed_it_too(world, off, outcome):
    eye, expected = Eye(Look.LESS, (1,)), verdict(world).expected

    assert verdict(now(world, 9), eye, Least(expected - 9 + off, 0)).outcome is outcome
    assert verdict(now(world, 9), eye, Least(0, 1 - (9 - off) / expected)).outcome is outcome


@pytest.mark.parametrize(("value", "outcome"), [(0, "BREACH"), (1, "BETWEEN")])
def test_only_nothing_is_silence(world, value, outcome):
    assert verdict(now(world, value), Eye(Look.NOTHING, (1,))).outcome.name == outcome


def test_fewer_false_alarms_ask_for_more(world, edge):
    often, seldom = (verdict(world, often=Rate(1, per)).high for per in (YEAR / 52, YEAR))

    assert often < edge < seldom


@pytest.mark.parametrize("name", ["min_change", "min_ratio"])
@pytest.mark.parametrize("value", [-0.1, NAN, float("inf")])
def test_what_is_worth_a_word_is_a_number_from_zero_on(name, value):
    numbers = {"change": 0.0, "ratio": 0.0} | {name.removeprefix("min_"): value}
    with pytest.raises(ValueError, match=f"{name}: expected zero or more, got"):
        Least(**numbers)


def test_the_window_that_tells_most_is_told(world):
    """A quarter more in each of six hours: none of them is much by itself."""
    since = NOON - 5
    slow = now(changed(world, slice(since, NOON + 1), lambda values: values + 25), 100)
    found = verdict(slow, ALL)

    assert found.outcome is Outcome.BREACH
    assert found.counted_from == world.at(since)
    assert found.observed == slow.values[since : NOON + 1, 0].sum()
    assert verdict(slow).outcome is not Outcome.BREACH


def test_what_was_odd_this_morning_is_not_told_as_odd_tonight(world):
    """All day long it is beyond the limit, but neither the bucket nor the hours before it are."""
    morning = changed(world, slice(DAY + 6, DAY + 9), lambda values: values + 400)
    found = [verdict(morning, ALL, row=DAY + hour) for hour in (8, 12, 16, 20)]

    assert [each.outcome for each in found] == [Outcome.BREACH, *[Outcome.NORMAL] * 3]
    assert [each.counted_from for each in found[1:]] == [None] * 3
    assert found[1].why.rarity == "nothing rare for this series"


def test_nor_because_tonight_is_a_little_above_the_usual(world):
    """Then it is not calm; but the hours that lead up to it do not go along."""
    morning = changed(world, slice(DAY + 6, DAY + 9), lambda values: values + 400)
    row = DAY + 20
    usual_then = verdict(world, row=row)
    evening = now(morning, usual_then.expected + 0.4 * (usual_then.high - usual_then.expected), row)

    assert verdict(evening, ALL, row=row).outcome is not Outcome.BREACH
    assert verdict(evening, ALL, row=row).score > 0.2
    assert verdict(evening, Eye(Look.MORE, (24,)), row=row).outcome is Outcome.BREACH


def test_a_quiet_night_does_not_show_that_a_drop_ended():
    """Where hardly anything is expected, hardly anything is no news."""
    eye = Eye(Look.LESS, (3, 6, 12, 24))
    night = np.flatnonzero(np.arange(84 * 24) % 24 < 6)
    watched = changed(usual(), night, lambda values: 1.0 * (values > 28), column=slice(None))
    out = changed(watched, slice(DAY + 9, DAY + 34), lambda values: values * 0)
    dark = [verdict(out, eye, row=DAY + hour).outcome for hour in range(24, 31)]
    day_after = [verdict(out, eye, row=DAY + hour).outcome for hour in range(40, 44)]

    assert Outcome.NORMAL not in dark
    assert Outcome.NORMAL in day_after


@pytest.mark.parametrize("eye", [HOURLY, Eye(Look.LESS, (1,)), Eye(Look.NOTHING, (1,))])
def test_what_was_not_told_is_unknown(world, eye):
    found = verdict(now(world, NAN), eye)

    assert found.outcome is Outcome.UNKNOWN
    assert (found.score, found.why.reason, found.why.rarity) == (0, "not told", None)


def test_a_hole_in_a_window_is_no_lack(world):
    eye = Eye(Look.LESS, (3,))

    assert verdict(now(world, NAN, row=NOON - 1), eye).outcome is Outcome.UNKNOWN
    assert verdict(now(world, NAN, row=NOON - 3), eye).outcome is Outcome.NORMAL


def test_what_was_planned_is_neither_judged_nor_usual(world):
    flags = np.zeros(world.values.shape, np.bool_)
    flags[[NOON - 7 * 24, NOON + 1], 0] = True
    loud = now(now(world, 5000, row=NOON - 7 * 24), 5000, row=NOON + 1)
    quiet = now(now(world, NAN, row=NOON - 7 * 24), NAN, row=NOON + 1)
    planned = replace(loud, planned=flags)

    assert repr(verdict(planned)) == repr(verdict(quiet))
    assert verdict(planned, row=NOON + 1).why.reason == "not told"


def test_the_panel_is_left_as_it_was(world):
    before = world.values.copy()
    world.values.flags.writeable = False
    for eye in (ALL, Eye(Look.LESS, (3, 24))):
        deviations(world, slice(DAY, DAY + 30), Minds(eye, MONTHLY, NONE))

    np.testing.assert_array_equal(world.values, before)


@pytest.mark.parametrize("look", Look)
@pytest.mark.parametrize("times_", [1e-3, 7.0])
def test_levels_may_be_told_in_any_unit(look, times_):
    """Also where an alert must find its end."""
    rows, minds = slice(DAY, DAY + 48), Minds(Eye(look, (1,)), MONTHLY, NONE)
    odd = changed(usual(measure=Measure.LEVEL), slice(DAY + 8, DAY + 11), lambda values: values * 9)
    low = changed(odd, slice(DAY + 20, DAY + 23), lambda values: values * 0, column=1)
    scaled = replace(low, values=low.values * times_)
    one, other = (deviations(each, rows, minds) for each in (low, scaled))

    assert (one.outcome == Outcome.BREACH).any()
    np.testing.assert_array_equal(one.outcome, other.outcome)
    np.testing.assert_allclose(one.score, other.score, rtol=1e-6, atol=1e-9)


def test_near_the_first_turn_of_a_month_nothing_is_too_much():
    """Nobody has seen one of this series yet: there is no number at which it would be."""
    later = replace(usual(), start=usual().start + timedelta(days=18))
    row = 70 * 24 + 14
    first = changed(later, slice(0, 30 * 24), lambda values: values * NAN)
    found = [verdict(now(first, 1000, row, each), row=row, column=each) for each in (0, 1)]

    assert later.at(row).day == 30
    assert [each.outcome for each in found] == [Outcome.NORMAL, Outcome.BREACH]
    assert found[0].high is None
    assert found[1].high < 1000


@pytest.mark.parametrize(
    ("eye", "value", "words"),
    [
        (HOURLY, 394, "394 minutes in 1 hour where 77 minutes are usual then, 5.1 times as much"),
        (HOURLY, 80, "80 minutes in 1 hour where 77 minutes are usual then, 4 % more"),
        (HOURLY, 77.0, "77 minutes in 1 hour where 76.99 minutes are usual then"),
        (Eye(Look.LESS, (1,)), 7, "7 minutes in 1 hour where 77 minutes are usual then, 91 % less"),
        (Eye(Look.NOTHING, (1,)), 0, "nothing in 1 hour where 77 minutes are usual then"),
    ],
)
def test_a_sentence_says_what_was_and_what_is_usual(world, eye, value, words):
    assert verdict(now(world, value), eye).why.reason == words


def test_a_level_stands_and_is_not_in_an_hour():
    found = verdict(now(usual(measure=Measure.LEVEL), 394), HOURLY)

    assert found.why.reason == "394 minutes where 77 minutes are usual then, 5.1 times as much"


def test_one_and_nothing_are_singular():
    ones = panel([1.0] * 84 * 24, measure=Measure.LEVEL)
    none = panel([0.0] * 84 * 24, measure=Measure.LEVEL)

    assert verdict(now(ones, 3)).why.reason == (
        "3 minutes where 1 minute is usual then, 3 times as much"
    )
    assert verdict(now(none, 3)).why.reason == "3 minutes where nothing is usual then"


@pytest.mark.parametrize(("value", "side"), [(9.0, Look.MORE), (-1e9, Look.MORE), (9.0, Look.LESS)])
def test_there_are_words_for_what_never_strayed_and_does_now(value, side):
    constant = panel([5.0] * 84 * 24, [5.0] * 84 * 24, measure=Measure.LEVEL)
    found = verdict(now(constant, value), Eye(side, (1,)))
    rare = found.outcome is Outcome.BREACH

    assert rare == (value == 9 and side is Look.MORE)
    assert found.why.rarity == (
        "less than once in 20 years for this series" if rare else "nothing rare for this series"
    )


def test_a_constant_level_that_jumps_is_watched_on():
    """One day endlessly far out leaves the next ones to be judged."""
    jumped = changed(
        panel([5.0] * 84 * 24, measure=Measure.LEVEL), slice(NOON, NOON + 2), lambda _: 9.0
    )
    found = [verdict(jumped, row=NOON + hours).outcome for hours in (0, 1, 2, 24, 48)]

    assert found == [Outcome.BREACH, Outcome.BREACH, *[Outcome.NORMAL] * 3]


def test_learning_says_how_much_is_told(world):
    found = verdict(world, row=5 * 24 - 1)

    assert found.outcome is Outcome.UNKNOWN
    assert found.why.reason.endswith(
        " minutes; learning what is usual: 5 days of about 28 days are told"
    )
    assert found.why.rarity is None


def test_where_nothing_was_ever_used_nobody_says_learning_for_ever():
    zeros = panel([0.0] * 84 * 24)

    assert verdict(zeros).why.reason == (
        "0 minutes; too little was told or used to say what is usual"
    )


def test_before_it_is_known_how_rare_things_are_nothing_is_said_of_it(world):
    found = verdict(world, row=20 * 24)

    assert found.outcome is Outcome.UNKNOWN
    assert "are usual then" in found.why.reason
    assert found.why.rarity is None


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1.9, "nothing rare for this series"),
        (3, "about once in 3 days for this series"),
        (14, "about once in 2 weeks for this series"),
        (70, "about once in 10 weeks for this series"),
        (92, "about once in 3 months for this series"),
        (540, "about once in 18 months for this series"),
        (560, "about once in 2 years for this series"),
        (4 * 365.25, "about once in 4 years for this series"),
        (20 * 365.25, "less than once in 20 years for this series"),
    ],
)
def test_rarity_in_words(days, words):
    assert rarity(timedelta(days=days)) == words


def test_what_is_further_out_is_rarer_in_words(world, edge):
    often = verdict(now(world, edge * 0.94)).why.rarity
    assert often in {f"about once in {n} years for this series" for n in range(2, 12)} | {
        f"about once in {n} months for this series" for n in range(3, 19)
    }
    assert verdict(now(world, edge * 1.3)).why.rarity == (
        "less than once in 20 years for this series"
    )


def test_a_heavy_tail_makes_the_same_score_less_rare(world):
    """What its own series does now and then is told as that."""
    wild = world.values.copy()
    rng = np.random.default_rng(5)
    for day in range(20, 72, 3):
        wild[day * 24 + 12, 0] += 40 + 60 * rng.random()
    wild = replace(world, values=wild)

    assert verdict(wild).high > 1.2 * verdict(world).high


@given(st.floats(0.01, 1e6), st.floats(0.01, 1e6))
def test_times_say_more_or_less_where_it_is_so(observed, expected):
    words = times(observed, expected)

    assert ("more" in words or "times" in words) <= (observed > expected)
    assert ("less" in words) <= (observed < expected)


def test_no_rows_and_no_series_are_fine(world):
    minds = Minds(HOURLY, MONTHLY, NONE)
    bare = replace(world, series=(), values=np.empty((5, 0)))
    none = deviations(world, slice(3, 3), minds)

    assert none.outcome.shape == (0, len(world.series))
    assert none.why(0, 0).reason == "not told"
    assert deviations(bare, slice(0, 5), minds).outcome.shape == (5, 0)
