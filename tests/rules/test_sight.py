"""What a rule sees of a panel."""

from dataclasses import replace
from math import fsum

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.alert import Change
from rules.engine import News, evaluate
from rules.kinds.threshold import Threshold
from rules.rule import Rule
from rules.series import Series, labels_of
from rules.sight import BLOCK, sight
from tests.rules.panels import NAN, at, panel

PARTS = (
    {"voice": "agatha", "model": "sona"},
    {"voice": "agatha", "model": "echo"},
    {"voice": "ben", "model": "sona"},
    {"voice": "ben"},
)
VALUES = st.one_of(
    st.just(NAN), st.floats(0, 1e9), st.integers(0, 50).map(float), st.floats(-1e3, 1e3)
)
COLUMN = st.lists(VALUES, min_size=5, max_size=5)


def labelled(*columns, of=PARTS, **fields):
    """A panel whose series bear these labels."""
    seen = panel(*columns, **fields)
    names = [Series("tts", "usage", labels_of(labels)) for labels in of[: len(columns)]]
    return replace(seen, series=tuple(names))


def asking(by=None, above=10, **where):
    return Rule("loud", "tts", Threshold(above=above), where=where, by=by)


def summed(*columns, by=(), **fields):
    return sight(asking(by), labelled(*columns, **fields)).panel.values


def same(one, other):
    return np.array_equal(one, other, equal_nan=True)


def test_a_rule_that_asks_for_nothing_sees_the_panel_itself():
    whole = labelled([1.0], [2.0])
    seen = sight(asking(), whole)

    assert seen.panel is whole
    assert (seen.column(1), seen.parts(1).tolist()) == (1, [1])
    assert seen.cells([(0, 1), (0, 1)]) == [(0, 1)]
    assert seen.newcomers([1]) == [1]


def test_where_every_series_is_wanted_the_panel_is_not_copied():
    whole = labelled([1.0], [2.0])

    assert sight(asking(voice=("*",)), whole).panel is whole


def test_what_is_not_wanted_is_not_seen():
    whole = labelled([1, 2], [3, 4], [5, 6])
    seen = sight(asking(model=("sona",)), whole)

    assert seen.panel.values.tolist() == [[1, 5], [2, 6]]
    assert seen.panel.series == (whole.series[0], whole.series[2])
    assert [seen.column(column) for column in range(3)] == [0, None, 1]
    assert seen.parts(1).tolist() == [2]
    assert seen.cells([(1, 1), (0, 2)]) == [(0, 1)]
    assert seen.newcomers([1, 2]) == [1]


@pytest.mark.parametrize("by", [None, (), ("voice",)])
def test_where_nothing_is_wanted_nothing_is_seen(by):
    whole = labelled([1, 2], [3, 4])
    planned = replace(whole, planned=np.zeros((2, 2), dtype=np.bool_))
    for each in (whole, planned):
        seen = sight(asking(by, voice=("nobody",)), each)

        assert (seen.panel.series, seen.panel.values.shape) == ((), (2, 0))
        assert (seen.column(0), seen.cells([(0, 0)]), seen.newcomers([0])) == (None, [], [])
        assert seen.panel.planned is None or seen.panel.planned.shape == (2, 0)


def test_series_that_agree_in_a_label_are_summed():
    whole = labelled([1, 2], [10, 20], [100, 200], [1000, 2000])
    seen = sight(asking(("voice",)), whole)

    assert [one.labels for one in seen.panel.series] == [
        (("voice", "agatha"),),
        (("voice", "ben"),),
    ]
    assert seen.panel.values.tolist() == [[11, 1100], [22, 2200]]
    assert [seen.column(column) for column in range(4)] == [0, 0, 1, 1]
    assert (seen.parts(0).tolist(), seen.parts(1).tolist()) == ([0, 1], [2, 3])


def test_those_that_lack_the_label_are_a_group_of_their_own():
    seen = sight(asking(("model",)), labelled([1.0], [2.0], [4.0], [8.0]))

    assert [one.labels for one in seen.panel.series] == [
        (("model", "sona"),),
        (("model", "echo"),),
        (),
    ]
    assert seen.panel.values.tolist() == [[5, 2, 8]]


def test_by_no_label_all_series_are_one():
    seen = sight(asking(()), labelled([1.0], [2.0], [4.0]))

    assert seen.panel.series == (Series("tts", "usage", ()),)
    assert seen.panel.values.tolist() == [[7]]
    assert seen.panel.values.flags["C_CONTIGUOUS"]


def test_only_what_is_wanted_is_summed():
    seen = sight(asking((), voice=("ben",)), labelled([1.0], [2.0], [4.0], [8.0]))

    assert seen.panel.values.tolist() == [[12]]
    assert seen.parts(0).tolist() == [2, 3]
    assert seen.column(0) is None


def test_a_sum_is_told_where_every_part_is_that_was_ever_told():
    assert same(summed([1, NAN, 1], [2, 2, 2]), [[3], [NAN], [3]])


def test_a_part_that_is_yet_to_come_is_nothing():
    assert summed([1, 1, 1], [NAN, NAN, 2]).tolist() == [[1], [1], [3]]


def test_a_sum_of_which_nothing_was_told_yet_is_not_told():
    assert same(summed([NAN, 1], [NAN, NAN]), [[NAN], [1]])


def test_what_was_told_is_remembered_from_one_piece_of_a_long_panel_to_the_next():
    rows = BLOCK
    gone = np.full(rows, NAN)
    gone[0] = 5.0
    found = summed(np.ones(rows), gone)

    assert found[0] == 6
    assert np.isnan(found[1:]).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(COLUMN, min_size=1, max_size=12))
def test_a_sum_is_as_near_to_its_parts_as_a_number_can_be(columns):
    of = [{"voice": str(number)} for number in range(len(columns))]
    for row, total in enumerate(summed(*columns, of=of)[:, 0]):
        parts = [column[row] for column in columns if not np.isnan(column[row])]
        assert np.isnan(total) or total == pytest.approx(fsum(parts), rel=1e-15, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(COLUMN, min_size=2, max_size=12), st.integers(0, 9), st.randoms())
def test_neither_the_order_of_the_parts_nor_those_yet_to_come_change_a_digit(columns, more, random):
    before = summed(*columns, of=[{"voice": str(each)} for each in range(len(columns))])
    columns = [*columns, *[[NAN] * 5] * more]
    random.shuffle(columns)

    assert same(before, summed(*columns, of=[{"voice": str(x)} for x in range(len(columns))]))


def test_thousands_of_parts_add_up_to_the_same_digit_in_any_order():
    rng = np.random.default_rng(4)
    parts = rng.random(3000)
    of = [{"voice": str(number)} for number in range(len(parts))]
    totals = {summed(*rng.permutation(parts)[:, None], of=of)[0, 0] for _ in range(9)}

    assert totals == {fsum(parts)}


def test_a_single_part_is_its_own_sum_to_the_digit():
    odd = [0.1, 1 / 3, 1e-300, 123456789.123456789, 5e-324]

    assert summed(odd)[:, 0].tolist() == odd


def test_what_no_number_can_hold_is_not_told_rather_than_wrong():
    assert np.isnan(summed([1e308], [1e308])).all()


def test_what_is_planned_for_a_part_is_planned_for_the_sum_and_for_no_other():
    flags = np.array([[True, False, False], [False, False, False]])
    whole = replace(labelled([1, 1], [2, 2], [4, 4]), planned=flags)

    assert sight(asking(("voice",)), whole).panel.planned.tolist() == [
        [True, False],
        [False, False],
    ]
    assert sight(asking(model=("sona",)), whole).panel.planned.tolist() == [
        [True, False],
        [False, False],
    ]


def test_a_group_is_new_only_where_all_of_it_is():
    seen = sight(asking(("voice",)), labelled([1.0], [2.0], [4.0], [8.0]))

    assert seen.newcomers([1]) == []
    assert seen.newcomers([2]) == []
    assert seen.newcomers([2, 3]) == [1]
    assert seen.newcomers([0, 1, 2, 3]) == [0, 1]


def test_a_bucket_of_which_two_parts_were_revised_is_one_bucket():
    seen = sight(asking(("voice",)), labelled([1.0], [2.0], [4.0]))

    assert seen.cells([(0, 0), (0, 1), (0, 2)]) == [(0, 0), (0, 1)]


def test_parts_that_are_each_in_order_may_be_too_much_together():
    whole = labelled([6.0], [6.0], [6.0])

    assert evaluate(asking(), whole, {}, News(at(0))).events == ()
    [event] = evaluate(asking(()), whole, {}, News(at(0))).events
    assert (event.change, event.verdict.observed) == (Change.OPENED, 18)
    assert event.alert.series == Series("tts", "usage", ())


def test_a_group_has_one_alert_through_its_life():
    rule = asking(("voice",))
    opened = evaluate(rule, labelled([6], [6]), {}, News(at(0)))
    kept = {alert.series: alert for alert in opened.alerts}
    over = evaluate(rule, labelled([6, 1], [6, 1]), kept, News(opened.since))

    assert [event.change for event in (*opened.events, *over.events)] == [
        Change.OPENED,
        Change.RESOLVED,
    ]
    assert over.events[0].alert.since == at(0)


def test_a_revised_part_is_judged_again_in_its_group():
    rule = asking(())
    opened = evaluate(rule, labelled([6], [6]), {}, News(at(0)))
    kept = {alert.series: alert for alert in opened.alerts}
    news = News(opened.since, revised=[(0, 1)])

    assert [e.change for e in evaluate(rule, labelled([6], [1]), kept, news).events] == [
        Change.WITHDRAWN
    ]
