"""A series that was never seen before."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.alert import Change
from rules.engine import News, evaluate
from rules.kinds.newcomer import Newcomer
from rules.series import OTHER, Measure, Series
from rules.verdict import Outcome
from tests.rules.panels import DAY, HOUR, NAN, at, panel, rule

QUIET = 28 * 24
ROWS = 40 * 24
FIRST = 35 * 24
SEED = st.integers(0, 2**32 - 1)


def old(rows=ROWS):
    return np.ones(rows)


def new(first=FIRST, rows=ROWS, before=NAN, use=5.0):
    values = np.full(rows, before)
    values[first:] = 0
    values[first] = use
    return values


def heard(kind, seen, **news):
    found = evaluate(rule(kind), seen, {}, News(**{"since": seen.start} | news))
    return [(it.change, it.alert.series, seen.row(it.verdict.at)) for it in found.events]


@pytest.mark.parametrize("before", [NAN, 0.0])
def test_the_first_use_is_told_once_and_over_after_a_day(before):
    seen = panel(old(), new(before=before))

    assert heard(Newcomer(), seen) == [
        (Change.OPENED, seen.series[1], FIRST),
        (Change.RESOLVED, seen.series[1], FIRST + 24),
    ]


@pytest.mark.parametrize(("first", "told"), [(QUIET - 1, False), (QUIET, True)])
def test_at_first_everything_is_new_and_nothing_is_told(first, told):
    seen = panel(old(), new(first))
    found = Newcomer().judge(seen, slice(0, ROWS))

    assert bool(heard(Newcomer(), seen)) == told
    assert (found.outcome[:QUIET] == Outcome.UNKNOWN).all()
    assert found.outcome[QUIET, 0] == Outcome.NORMAL


def test_only_what_was_told_counts_towards_what_is_known_of_the_others():
    late = old()
    late[:100] = NAN

    assert heard(Newcomer(), panel(late, new(QUIET + 99))) == []
    assert heard(Newcomer(), panel(late, new(QUIET + 100))) != []


@pytest.mark.parametrize(
    ("least", "row"), [(4, FIRST), (5, FIRST + 3), (11.9, FIRST + 3), (12, None)]
)
def test_use_is_summed_until_there_is_more_than_the_least(least, row):
    values = new()
    values[FIRST + 3] = 7
    found = heard(Newcomer(min_amount=least), panel(old(), values))

    assert (found[0][2] if found else None) == row


def test_use_is_summed_no_longer_than_within():
    values = new()
    values[FIRST + 6 :] = 100
    kind = Newcomer(min_amount=20, within=6 * HOUR)

    assert heard(kind, panel(old(), values)) == []
    values[FIRST + 5] = 16
    assert len(heard(kind, panel(old(), values))) == 2


def test_a_span_shorter_than_a_bucket_is_one_bucket():
    seen = panel(old(60), new(40, 60), width=DAY)

    assert [row for *_, row in heard(Newcomer(within=HOUR), seen)] == [40, 41]


def test_it_says_how_much_and_since_when():
    values = new()
    values[FIRST + 1] = 7
    seen = panel(old(), values)
    verdict = Newcomer().judge(seen, slice(FIRST + 1, FIRST + 2)).one(seen, FIRST + 1, 1)

    assert verdict.why.reason == (
        "12 minutes within 2 hours of its first use, and none in the 35 days before"
    )
    assert verdict.observed == 12
    assert verdict.counted_from == at(FIRST)
    assert verdict.score == 1


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (FIRST - 1, 2, "not used yet"),
        (FIRST - 1, 1, "not told"),
        (FIRST + 30, 1, "first used 1 day 6 hours ago"),
        (3, 0, "too little is known of the others to say what is new"),
    ],
)
def test_it_says_why_not(row, column, reason):
    found = Newcomer().judge(panel(old(), new(), new(before=0.0)), slice(row, row + 1))

    assert found.why(row, column).reason == reason
    assert found.score[0, column] == 0


def test_the_score_rises_with_the_use_from_a_half_at_the_least():
    seen = panel(old(), new(use=10.0), new(use=1000.0))
    score = Newcomer(min_amount=9.99).judge(seen, slice(FIRST, FIRST + 1)).score[0]

    assert score[1] == pytest.approx(0.5, abs=0.001)
    assert score[2] > 0.99


def test_what_is_heard_of_first_now_is_summed_from_its_first_bucket():
    values = new()[: FIRST + 3]
    values[FIRST + 2] = 1
    seen = panel(old(FIRST + 3), values)
    late = heard(Newcomer(min_amount=5.5), seen, since=at(FIRST + 2), newcomers=(1,))

    assert [row for *_, row in late] == [FIRST + 2]


def test_a_bucket_that_still_fills_is_enough():
    seen = panel(old(FIRST + 1), new(rows=FIRST + 1), filling=1)

    assert [row for *_, row in heard(Newcomer(), seen)] == [FIRST]


@pytest.mark.parametrize("labels", [OTHER, ()])
def test_the_crowd_and_the_whole_are_never_new(labels):
    seen = panel(old(), new())
    crowd = replace(seen, series=(seen.series[0], Series("tts", "usage", labels)))

    assert heard(Newcomer(), crowd) == []


def test_what_began_as_planned_is_known_from_then_on():
    values = new()
    values[FIRST:] = 5
    seen = panel(old(), values)
    planned = np.zeros(seen.values.shape, dtype=np.bool_)
    planned[FIRST : FIRST + 3, 1] = True

    assert heard(Newcomer(), replace(seen, planned=planned)) == []
    planned[:] = False
    assert len(heard(Newcomer(), replace(seen, planned=planned))) == 2


@pytest.mark.parametrize("value", [0.0, 5.0, NAN])
def test_a_flat_an_empty_and_an_all_zero_past_have_no_newcomer(value):
    seen = panel(old(), np.full(ROWS, value))
    found = Newcomer().judge(seen, slice(0, ROWS))

    assert not (found.outcome == Outcome.BREACH).any()
    assert (found.outcome[:, 1] == Outcome.UNKNOWN).all() == np.isnan(value)


def test_a_sparse_series_is_new_once():
    values = np.zeros(ROWS)
    values[FIRST::50] = 1

    assert len(heard(Newcomer(), panel(old(), values))) == 2


def test_levels_are_not_judged():
    found = Newcomer().judge(panel(old(), new(), measure=Measure.LEVEL), slice(0, ROWS))

    assert (found.outcome == Outcome.UNKNOWN).all()


def many(seed, rows=300):
    """Beginning at different times, sparse, with some not told."""
    rng = np.random.default_rng(seed)
    values = rng.poisson(0.3, (5, rows)) * rng.random((5, rows))
    for column, first in enumerate(rng.integers(0, rows, 5)):
        values[column, :first] = rng.choice([0.0, NAN])
    values[rng.random(values.shape) < 0.1] = NAN
    return values


KINDS = st.sampled_from(
    [
        Newcomer(quiet=50 * HOUR),
        Newcomer(min_amount=1.5, within=20 * HOUR, quiet=20 * HOUR),
        Newcomer(quiet=timedelta(0)),
    ]
)


@settings(max_examples=40, deadline=None)
@given(KINDS, SEED, st.integers(0, 299))
def test_judging_row_by_row_is_judging_all_at_once(kind, seed, row):
    values = many(seed)
    whole = kind.judge(panel(*values), slice(0, 300))
    one = kind.judge(panel(*values[:, : row + 1]), slice(row, row + 1))

    for name in ("outcome", "observed", "score", "counted"):
        np.testing.assert_array_equal(getattr(one, name)[0], getattr(whole, name)[row])
    assert [one.why(row, each) for each in range(5)] == [whole.why(row, each) for each in range(5)]


@settings(max_examples=20, deadline=None)
@given(KINDS, SEED, st.permutations(range(5)))
def test_the_order_of_the_series_changes_nothing(kind, seed, order):
    values = many(seed)
    plain = kind.judge(panel(*values), slice(0, 300)).outcome
    mixed = kind.judge(panel(*values[list(order)]), slice(0, 300)).outcome

    np.testing.assert_array_equal(plain[:, list(order)], mixed)


def test_no_rows_are_fine():
    assert Newcomer().judge(panel([1.0]), slice(0, 0)).outcome.shape == (0, 1)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("min_amount", -1, "expected zero or more"),
        ("min_amount", NAN, "expected zero or more"),
        ("within", timedelta(0), "expected a span above zero"),
        ("quiet", timedelta(days=-1), "expected zero or more"),
    ],
)
def test_what_makes_no_sense_is_refused(name, value, expected):
    with pytest.raises(ValueError, match=f"{name}: {expected}"):
        Newcomer(**{name: value})
