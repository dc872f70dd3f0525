"""Who moved it, to the last digit."""

from dataclasses import replace
from fractions import Fraction
from itertools import groupby

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules.parts import MOST, REST, parts_of, split
from rules.series import OTHER, Series, labels_of
from rules.verdict import Outcome, Part
from tests.rules.panels import NAN, at, panel, verdict

WEEK = 168
USE = st.one_of(
    st.just(0.0), st.floats(0, 1e12, allow_subnormal=False), st.integers(0, 400).map(float)
)


def judged(observed, expected, row=0, **fields):
    seen = verdict(Outcome.BREACH, row, value=observed)
    return replace(seen, expected=expected, **fields)


def by(*values, name="voice"):
    """Labels of as many series, one value each; None lacks the label."""
    return [{} if value is None else {name: value} for value in values]


def told(columns, of, **fields):
    """The parts of the last bucket, or of those counted, of the sum of these columns."""
    whole = panel(*columns)
    names = [Series("tts", "usage", labels_of(labels)) for labels in of]
    whole = replace(whole, series=tuple(names), planned=fields.pop("planned", None))
    last = len(whole) - 1
    fields = {"observed": float(np.nansum(whole.values[last])), "row": last} | fields
    return parts_of(whole, np.arange(len(columns)), judged(**fields))


def weekly(usual, now, weeks=5):
    """So much at this hour of every week, nothing in between, and so much now."""
    column = np.zeros(weeks * WEEK + 1)
    column[::WEEK] = usual
    column[-1] = now
    return column


def adds_up(parts, observed, expected):
    for _, label in groupby(parts, key=lambda part: part.label):
        some = list(label)
        seen = sum(Fraction(part.observed) for part in some)
        usual = sum(Fraction(part.expected) for part in some)
        if (seen, usual) != (Fraction(observed), Fraction(expected)):
            return False
    return True


def test_each_part_is_held_against_its_own_usual():
    parts = told([weekly(3, 323), weekly(30, 51)], by("agatha", "ben"), expected=33.0)

    assert parts == (Part("voice", "agatha", 323, 3), Part("voice", "ben", 51, 30))
    assert [part.change for part in parts] == [320, 21]


def test_what_is_usual_of_the_parts_is_scaled_to_what_was_expected_of_the_sum():
    parts = told([weekly(3, 323), weekly(30, 51)], by("agatha", "ben"), expected=330.0)

    assert [part.expected for part in parts] == [30, 300]


def test_where_the_rule_counts_in_other_units_the_parts_do_too():
    parts = told([weekly(3, 30), weekly(3, 10)], by("a", "b"), observed=80.0, expected=12.0)

    assert [(part.observed, part.expected) for part in parts] == [(60, 6), (20, 6)]


def test_series_that_agree_in_a_label_are_one_part_of_it():
    of = [{"voice": v, "model": m} for v, m in (("a", "sona"), ("a", "echo"), ("b", "sona"))]
    parts = told([weekly(1, 10), weekly(1, 20), weekly(1, 3)], of, expected=3.0)

    assert [(part.label, part.value, part.observed) for part in parts] == [
        *(("model", "echo", 20), ("model", "sona", 13)),
        *(("voice", "a", 30), ("voice", "b", 3)),
    ]


def test_a_label_in_which_all_agree_tells_nobody_apart():
    of = [{"model": "sona", "voice": "a"}, {"model": "sona", "voice": "b"}]

    assert {part.label for part in told([[1], [2]], of, expected=1.0)} == {"voice"}


def test_only_those_who_moved_most_are_named_the_one_who_moved_most_first():
    columns = [weekly(10, 10 + number) for number in range(MOST + 3)]
    of = by(*(f"v{number}" for number in range(MOST + 3)))
    parts = told(columns, of, expected=10.0 * (MOST + 3))

    assert [part.value for part in parts] == ["v7", "v6", "v5", "v4", "v3", REST]
    assert (parts[-1].observed, parts[-1].expected) == (33, 30)


def test_a_part_that_fell_moves_as_much_as_one_that_rose():
    parts = told([weekly(9, 0), weekly(1, 5), weekly(1, 2)], by("a", "b", "c"), expected=11.0)

    assert [(part.value, part.change) for part in parts] == [("a", -9), ("b", 4), ("c", 1)]


def test_what_lacks_the_label_or_is_called_other_is_the_rest():
    parts = told([weekly(1, 9), weekly(1, 3), weekly(1, 2)], by("a", None, REST), expected=3.0)

    assert parts == (Part("voice", "a", 9, 1), Part("voice", REST, 5, 2))


def test_the_series_that_stands_for_those_beyond_the_limit_is_the_rest_of_every_label():
    of = [*by("a", "b"), dict(OTHER)]
    parts = told([weekly(1, 9), weekly(1, 3), weekly(1, 2)], of, expected=3.0)

    assert [(part.label, part.value) for part in parts] == [
        *(("voice", "a"), ("voice", "b"), ("voice", REST)),
    ]


def test_whoever_did_nothing_and_usually_does_is_not_named():
    parts = told([weekly(1, 9), weekly(1, 3), weekly(0, 0)], by("a", "b", "c"), expected=2.0)

    assert [part.value for part in parts] == ["a", "b"]


def test_a_part_without_a_usual_moved_all_that_it_did():
    new = np.full(5 * WEEK + 1, NAN)
    new[-1] = 40
    parts = told([weekly(10, 10), new], by("old", "new"), expected=10.0)

    assert parts == (Part("voice", "new", 40, 0), Part("voice", "old", 10, 10))


def test_nobody_is_expected_to_do_less_than_nothing():
    parts = told([weekly(-5, 9), weekly(1, 3)], by("a", "b"), expected=4.0)

    assert [(part.value, part.expected) for part in parts] == [("a", 0), ("b", 4)]


def test_where_nobody_has_a_usual_their_share_of_all_that_is_remembered_stands_for_it():
    parts = told([[30, 30], [10, 30]], by("a", "b"), expected=50.0)

    assert [(part.value, part.expected) for part in parts] == [("b", 20), ("a", 30)]


def test_where_nothing_is_remembered_of_anybody_the_rest_is_expected_to_do_it():
    parts = told([[0.0], [0.0]], by("a", "b"), expected=30.0)

    assert parts == (Part("voice", REST, 0, 30),)


def test_what_was_planned_is_usual_for_nobody():
    columns = [weekly(3, 30, weeks=8), weekly(3, 30, weeks=8)]
    columns[0][: 4 * WEEK : WEEK] = 900
    planned = np.zeros((len(columns[0]), 2), dtype=np.bool_)
    planned[: 4 * WEEK, 0] = True
    parts = told(columns, by("a", "b"), expected=6.0, planned=planned)

    assert [part.expected for part in parts] == [3, 3]


@pytest.mark.parametrize(("hours", "seen"), [(1, 9), (3, 16)])
def test_all_buckets_that_were_counted_count(hours, seen):
    one, two = weekly(1, 9), weekly(1, 1)
    one[-3:-1] = 5, 2
    since = None if hours == 1 else at(len(one) - hours)
    fields = {"observed": seen + 1.0, "expected": 2.0, "counted_from": since}
    parts = told([one, two], by("a", "b"), **fields)

    assert [(part.observed, part.expected) for part in parts] == [(seen, 1), (1, 1)]


def test_what_was_counted_from_before_the_history_is_counted_from_its_start():
    fields = {"observed": 3.0, "expected": 3.0, "counted_from": at(-5)}

    assert [part.observed for part in told([[1.0], [2.0]], by("a", "b"), **fields)] == [1, 2]


@pytest.mark.parametrize(
    ("columns", "numbers"),
    [
        ([[1.0]], {"expected": 1.0}),
        ([[1.0], [2.0]], {"expected": None}),
        ([[1.0], [2.0]], {"expected": float("inf")}),
        ([[1.0], [2.0]], {"expected": 1.0, "observed": NAN}),
        ([[1.0], [float("inf")]], {"expected": 1.0, "observed": 3.0}),
        ([[5.0], [-5.0]], {"expected": 1.0}),
    ],
)
def test_where_nothing_can_be_added_up_nobody_is_named(columns, numbers):
    assert told(columns, by("a", "b")[: len(columns)], **numbers) == ()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(USE, USE), min_size=2, max_size=9), USE, st.booleans())
def test_the_parts_of_every_label_add_up_to_the_very_numbers_of_the_verdict(uses, expected, summed):
    columns = [np.array([before, now]) for before, now in uses]
    of = [{"voice": f"v{n}", "model": f"m{n % 3}"} for n in range(len(uses))]
    observed = float(np.sum([now for _, now in uses])) if summed else 41.24
    parts = told(columns, of, observed=observed, expected=expected)

    assert adds_up(parts, observed, expected)
    assert parts or (observed == 0 and expected == 0)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(USE, USE), min_size=2, max_size=9), st.integers(0, 5), st.randoms())
def test_neither_their_order_nor_those_yet_to_come_change_who_moved_it(uses, more, random):
    columns = [np.array([before, now]) for before, now in uses]
    of = by(*(f"v{number}" for number in range(len(uses))))
    before = told(columns, of, observed=7.0, expected=3.0)
    both = list(zip([*columns, *[[NAN, NAN]] * more], [*of, *by(*"abcde")[:more]], strict=True))
    random.shuffle(both)
    columns, of = zip(*both, strict=True)

    assert told(list(columns), list(of), observed=7.0, expected=3.0) == before


@settings(max_examples=40, deadline=None)
@given(st.lists(USE, min_size=6, max_size=6))
def test_what_comes_later_changes_nothing(later):
    columns = [weekly(3, 323), weekly(30, 51)]
    now = len(columns[0]) - 1
    fields = {"observed": 374.0, "expected": 33.0, "row": now}
    longer = [np.append(column, later) for column in columns]

    assert told(longer, by("a", "b"), **fields) == told(columns, by("a", "b"), **fields)


@settings(max_examples=300, deadline=None)
@given(
    st.floats(-1e300, 1e300), st.lists(st.floats(0, 1e300), min_size=1, max_size=12), st.booleans()
)
def test_what_is_split_adds_up_and_keeps_its_proportions(total, weights, negative):
    weights = [-weight for weight in weights] if negative else weights
    pieces = split(total, weights)
    whole = sum(map(Fraction, weights))

    assert pieces is not None
    assert sum(map(Fraction, pieces)) == Fraction(total)
    assume(whole)
    for piece, weight in zip(pieces, weights, strict=True):
        exact = Fraction(total) * Fraction(weight) / whole
        assert abs(Fraction(piece) - exact) < Fraction(np.spacing(abs(total)))
        assert weight or not piece


@given(st.floats(-1e6, 1e6), st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6))
def test_weights_of_both_signs_add_up_or_are_refused(total, weights):
    pieces = split(total, weights)

    assert pieces is None or sum(map(Fraction, pieces)) == Fraction(total)


def test_what_cancels_out_cannot_be_split():
    assert split(1.0, [5, -5]) is None
    assert split(1.0, [1e9, 1 - 1e9]) is None
    assert split(4.0, [3, -1]) == (6, -2)


def test_equal_losses_are_made_up_in_order():
    first, second, third = split(1.0, [1, 1, 1])

    assert first > second == third
