"""A replay tells what the daemon would have told, and tells nobody."""

import io
import json
from datetime import UTC, datetime, timedelta

from daemon.replay import Span, as_json, as_text, replay
from daemon.table import read_table
from rules.alert import Change, Policy
from rules.kinds.threshold import Threshold
from rules.panel import Panel
from rules.rule import Rule

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULE = Rule("busy", "voices", Threshold(above=10), policy=Policy(patience=timedelta(0)))
ALL = Span()


def panel(*values: float) -> Panel:
    rows = "".join(
        f"voices,minutes,{(NOON + hour * HOUR).isoformat()},{value},agatha\n"
        for hour, value in enumerate(values)
    )
    text = f"source,metric,timestamp,value,voice_id\n{rows}"
    return read_table(io.StringIO(text), "usage.csv", {})[0]


def changes(*values: float, span: Span = ALL, rule: Rule = RULE) -> list[tuple[str, int]]:
    events = replay([rule], [panel(*values)], span)
    return [(event.change.value, (event.verdict.at - NOON) // HOUR) for event in events]


def test_every_change_is_told_at_the_bucket_that_decided_it() -> None:
    assert changes(1, 11, 12, 1, 1, 20, 1) == [
        ("opened", 1),
        ("resolved", 3),
        ("opened", 5),
        ("resolved", 6),
    ]


def test_only_buckets_inside_the_span_are_judged() -> None:
    values = (1, 11, 1, 11, 1, 11, 1)

    assert changes(*values, span=Span(start=NOON + 3 * HOUR)) == [
        ("opened", 3),
        ("resolved", 4),
        ("opened", 5),
        ("resolved", 6),
    ]
    assert changes(*values, span=Span(end=NOON + 3 * HOUR)) == [("opened", 1), ("resolved", 2)]
    assert changes(*values, span=Span(NOON + timedelta(minutes=150), NOON + 4 * HOUR)) == [
        ("opened", 3)
    ]
    assert changes(*values, span=Span(start=NOON + 99 * HOUR)) == []
    assert changes(*values, span=Span(end=NOON - HOUR)) == []


def test_a_rule_speaks_only_of_its_own_source_and_metric() -> None:
    assert changes(1, 11, rule=Rule("busy", "credits", Threshold(above=10))) == []
    assert changes(1, 11, rule=Rule("busy", "voices", Threshold(above=10), metric="calls")) == []
    assert changes(1, 11, rule=Rule("busy", "voices", Threshold(above=10), metric="minutes")) == [
        ("opened", 1)
    ]


def test_events_of_several_rules_come_in_the_order_of_their_buckets() -> None:
    low = Rule("low", "voices", Threshold(below=5))
    events = replay([RULE, low], [panel(7, 11, 1, 7)], Span())

    assert [(event.alert.rule, event.change) for event in events] == [
        ("busy", Change.OPENED),
        ("busy", Change.RESOLVED),
        ("low", Change.OPENED),
        ("low", Change.RESOLVED),
    ]


def test_a_machine_gets_one_object_a_line() -> None:
    (event,) = replay([RULE], [panel(1, 11)], Span())
    line = json.loads(as_json(event))

    assert line.pop("reason").startswith("11 minutes")
    assert 0.5 < line.pop("score") < 1
    assert line == {
        "rule": "busy",
        "series": {"voice_id": "agatha"},
        "change": "opened",
        "at": "2026-11-20T13:00:00Z",
        "observed": 11.0,
        "expected": 10.0,
    }


def test_a_person_gets_a_sentence() -> None:
    (event,) = replay([RULE], [panel(1, 11)], Span())

    assert as_text(event).startswith(
        "2026-11-20T13:00:00Z  opened     busy  voice_id=agatha  11 minutes"
    )
