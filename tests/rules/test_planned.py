"""What was planned is flagged, and nothing beside it."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.alert import Alert, Change, Event, Phase
from rules.engine import News, evaluate
from rules.kinds.threshold import Threshold
from rules.planned import Planned, named, over, overtaken
from rules.series import Series, labels_of
from rules.verdict import Outcome, Why
from tests.rules.panels import DAY, HOUR, NAN, VOICE, at, panel, rule, verdict

ROWS = 6
MINUTE = HOUR / 60
MOMENTS = st.integers(-90, (ROWS + 1) * 60 + 30).map(lambda minutes: at(0) + minutes * MINUTE)
WHERE = st.sampled_from([{}, {"voice_id": ("v0",)}, {"voice_id": ("v1", "x*")}, {"model": ("*",)}])
SOURCES = st.sampled_from([None, "tts", "other"])
SPANS = st.builds(Planned, st.just("launch"), MOMENTS, MOMENTS, SOURCES, WHERE)


def usage(rows=ROWS, **fields):
    return panel(list(range(rows)), list(range(rows)), **fields)


def launch(first=1, last=3, **fields):
    """From the beginning of one row up to that of another."""
    return Planned("launch", at(first), at(last), **fields)


def flagged(seen):
    """The rows of each series that are planned."""
    if seen.planned is None:
        return None
    return [np.flatnonzero(column).tolist() for column in seen.planned.T]


def test_the_buckets_of_a_span_are_planned_for_every_series():
    assert flagged(over(usage(), [launch(1, 3)])) == [[1, 2], [1, 2]]


@pytest.mark.parametrize(
    ("before", "after", "rows"),
    [
        (0 * HOUR, 0 * HOUR, [1, 2]),
        (MINUTE, 0 * HOUR, [0, 1, 2]),
        (-MINUTE, 0 * HOUR, [1, 2]),
        (0 * HOUR, MINUTE, [1, 2, 3]),
        (0 * HOUR, -MINUTE, [1, 2]),
        (-59 * MINUTE, -59 * MINUTE, [1, 2]),
        (-HOUR, -HOUR, []),
        (9 * DAY, 9 * DAY, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_a_bucket_that_a_span_touches_is_planned(before, after, rows):
    seen = over(usage(), [Planned("launch", at(1) - before, at(3) + after)])

    assert (flagged(seen) or [[]])[0] == rows


def test_a_span_without_length_plans_nothing():
    assert over(usage(), [launch(2, 2), launch(3, 2)]).planned is None


def test_a_panel_that_no_span_touches_is_the_very_same():
    whole = usage()
    strangers = [
        launch(-5, 0),
        launch(ROWS, 99),
        launch(source="other"),
        launch(where={"voice_id": ("zoe",)}),
        launch(where={"model": ("*",)}),
    ]

    assert over(whole, []) is whole
    assert over(whole, strangers) is whole


def test_a_span_speaks_only_of_its_source_and_of_series_with_its_labels():
    several = [launch(0, 1, source="tts"), launch(2, 3, where={"voice_id": ("x", "v1")})]

    assert flagged(over(usage(), several)) == [[0], [0, 2]]


def test_what_was_planned_before_stays_planned_and_the_panel_as_it_was():
    first = over(usage(), [launch(0, 1)])
    second = over(first, [launch(4, 5, where={"voice_id": ("v0",)})])

    assert flagged(first) == [[0], [0]]
    assert flagged(second) == [[0, 4], [0]]


@given(st.lists(SPANS, max_size=4), st.lists(SPANS, max_size=4))
def test_spans_together_are_the_union_of_each(some, others):
    """However they are ordered, and whether they are laid over one by one or all at once."""
    together = over(usage(), [*some, *others])
    union = np.zeros((ROWS, 2), np.bool_)
    for each in (*some, *others):
        alone = over(usage(), [each]).planned
        union |= False if alone is None else alone

    assert np.array_equal(union if together.planned is None else together.planned, union)
    assert flagged(over(over(usage(), others), some)) == flagged(together)


@given(SPANS)
def test_a_bucket_is_planned_when_it_shares_a_moment_with_a_span_that_speaks_of_it(span):
    whole = usage()
    planned = over(whole, [span]).planned
    for column, series in enumerate(whole.series):
        for row in range(ROWS):
            shares = max(span.start, at(row)) < min(span.end, at(row + 1))
            flag = planned is not None and planned[row, column]
            assert flag == (shares and span.covers(series))


def test_what_is_planned_is_neither_judged_nor_usual():
    values = over(usage(), [launch(1, 3)]).ordinary().values[:, 0].tolist()

    assert values[0] == 0
    assert np.isnan(values[1:3]).all()
    assert values[3:] == [3, 4, 5]


@dataclass(frozen=True)
class Minding:
    """More than a limit, out of what is ordinary."""

    limit: Threshold

    def judge(self, seen, rows):
        return self.limit.judge(seen.ordinary(), rows)


def firing(row=1, column=0, phase=Phase.FIRING):
    series = Series("tts", "usage", labels_of({"voice_id": f"v{column}"}))
    breach = replace(verdict(Outcome.BREACH, row, value=41.0), expected=3.0)
    return Alert("loud", series, phase, at(row), at(row), breach, breach, at(row))


def test_an_alert_that_began_where_it_is_planned_by_now_is_judged_anew():
    seen = over(panel([1.0, 41, 1], [1, 41, 1]), [launch(1, 2, where={"voice_id": ("v0",)})])
    live = {0: firing(column=0), 1: firing(column=1)}

    assert overtaken(Minding(Threshold(above=10)), seen, live) == [(1, 0)]


def test_an_alert_whose_number_is_merely_not_told_any_more_is_left_alone():
    seen = over(panel([1.0, NAN, 1]), [launch(2, 3)])

    assert overtaken(Minding(Threshold(above=10)), seen, {0: firing()}) == []


def test_a_kind_that_minds_what_is_really_used_keeps_its_alert():
    seen = over(panel([1.0, 41, 1]), [launch(1, 2)])

    assert overtaken(Threshold(above=10), seen, {0: firing()}) == []


def test_an_alert_from_before_the_panel_or_after_it_is_left_alone():
    seen = over(panel([1.0, 41, 1]), [launch(-9, 9)])
    kind = Minding(Threshold(above=10))

    assert overtaken(kind, seen, {0: firing(-1)}) == []
    assert overtaken(kind, seen, {0: firing(3)}) == []


def test_where_nothing_is_planned_no_alert_is_looked_at():
    assert overtaken(Minding(Threshold(above=10)), panel([1.0, 41, 1]), {0: firing()}) == []


def withdrawn(alert, outcome=Outcome.UNKNOWN):
    now = replace(verdict(outcome, 1, value=NAN), why=Why("not told"))
    return Event(Change.WITHDRAWN, replace(alert, phase=Phase.WITHDRAWN), now)


def test_a_withdrawal_names_what_was_planned_and_keeps_the_numbers_people_know():
    spans = [launch(1, 2), launch(0, 9, source="tts"), replace(launch(1, 2), name="load test")]
    said = named(withdrawn(firing()), usage(), spans).verdict

    assert said.why.reason == "it was planned: launch, load test"
    assert (said.observed, said.expected, said.outcome) == (41.0, 3.0, Outcome.UNKNOWN)


def test_only_what_may_speak_of_the_alert_is_named():
    strangers = [
        launch(2, 4),
        launch(1, 2, source="other"),
        launch(1, 2, where={"voice_id": ("v1",)}),
    ]
    event = withdrawn(firing())

    assert named(event, usage(), strangers) is event
    part = launch(1, 2, where={"model": ("sona",)})
    assert named(event, usage(), [*strangers, part]).verdict.why.reason.endswith(": launch")


@pytest.mark.parametrize(
    "event",
    [
        Event(Change.OPENED, firing(), verdict(Outcome.BREACH, 1)),
        Event(Change.RESOLVED, firing(), verdict(Outcome.UNKNOWN, 1)),
        withdrawn(firing(), Outcome.NORMAL),
    ],
)
def test_any_other_event_stays_as_it_is(event):
    assert named(event, usage(), [launch(1, 2)]) is event


def test_a_rule_and_a_span_mean_the_same_series_by_the_same_patterns():
    where = {"voice_id": ("v*",)}

    assert Planned("x", at(0), at(1), "tts", where).covers(VOICE)
    assert rule(Threshold(above=1), voice_id=("v*",)).wants(VOICE)


def told_of(kind, values, spans):
    """What people hear after they heard of a breach in row 1, once these spans are planned."""
    asked = rule(kind)
    before = evaluate(asked, panel(values[:2]), {}, News(at(0)))
    alerts = {alert.series: alert for alert in before.alerts}
    seen = over(panel(values), [Planned("launch", at(a), at(b)) for a, b in spans])
    after = evaluate(asked, seen, alerts, News(before.since))
    return [(event.change, event.verdict.at) for event in after.events]


def test_an_alert_that_was_planned_after_all_is_withdrawn():
    kind = Minding(Threshold(above=10))

    assert told_of(kind, [1, 41, 41, 41], []) == []
    assert told_of(kind, [1, 41, 41, 41], [(1, 4)]) == [(Change.WITHDRAWN, at(1))]
    assert told_of(kind, [1, 41, 1, 1], [(1, 2)]) == [(Change.WITHDRAWN, at(1))]
    assert told_of(kind, [1, 41, 41, 41], [(1, 3)]) == []
    assert told_of(kind, [1, 41, 41, 1], [(1, 2)]) == [(Change.RESOLVED, at(3))]
    assert told_of(kind, [1, 41, 41, 1], [(2, 3)]) == [(Change.RESOLVED, at(3))]


def test_an_alert_about_what_is_really_used_stays_whatever_was_planned():
    assert told_of(Threshold(above=10), [1, 41, 41, 41], [(1, 4)]) == []
    assert told_of(Threshold(above=10), [1, 41, 1, 1], [(1, 4)]) == [(Change.RESOLVED, at(2))]
