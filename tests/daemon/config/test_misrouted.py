"""What cannot be meant of who hears of what is refused, each where it stands."""

import pytest

from tests.daemon.config.plugins import complaints

TOP = """\
sources:
  voices: {type: tts, key: '${env:KEY}'}
destinations:
  team: {type: console}
  boss: {type: console}
rules:
  total: {kind: spike, source: voices}
"""


def told(text: str) -> list[str]:
    return [line.removeprefix("c.yaml:") for line in complaints(TOP + text)]


@pytest.mark.parametrize(
    "text",
    [
        "route: {tell: [team, boss], escalate: {after: 1h, to: []}, routes: [{escalate: null}]}",
        "route: {routes: [{match: {rule: '*'}, continue: true}, {match: {rule: tot*}}]}",
        "route: {routes: [{match: {rule: blind source, severity: [info, c*], source: team}}]}",
        "route: {routes: [{match: {whatever: x, metric: y}, except: {rule: nobody}}]}",
        "route: {quiet: {every: [mon-sat, 'sun 00:00-23:59']}, routes: [{quiet: []}]}",
        "inhibit: {while: {team: x}, mutes: {source: voices}}",
        "route: null",
        "inhibit: []",
    ],
)
def test_what_can_be_meant_is_fine(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("route: {tell: tem}", "8:15: route.tell: no such destination 'tem'; did you mean 'team'?"),
        (
            "route: {routes: [{routes: [{tell: [team, bos]}]}]}",
            "8:42: route.routes.0.routes.0.tell.1: no such destination 'bos'; did you mean 'boss'?",
        ),
        (
            "route: {routes: [{escalate: {after: 1h, to: bos}}]}",
            "8:45: route.routes.0.escalate.to: no such destination 'bos'; did you mean 'boss'?",
        ),
        (
            "route: {routes: [{tell: []}]}",
            (
                "8:25: route.routes.0.tell: expected at least one destination; "
                "leave it out to tell those of the route above"
            ),
        ),
        (
            "route: {match: {rule: total}}",
            "8:9: route.match: the route at the top takes every alert; write this under routes",
        ),
        (
            "route: {continue: true}",
            "8:9: route.continue: the route at the top takes every alert; write this under routes",
        ),
        (
            "route: {routes: [{}, {match: {rule: total}}]}",
            (
                "8:22: route.routes.1: no alert ever comes here: route.routes.0 takes them all; "
                "put this one before it"
            ),
        ),
        (
            "route: {routes: [{routes: [{match: {x: [a, b]}}, {match: {x: b, y: z}}]}]}",
            (
                "8:50: route.routes.0.routes.1: no alert ever comes here: route.routes.0.routes.0 "
                "takes them all; put this one before it"
            ),
        ),
        (
            "route: {routes: [{match: {severity: critcal}}]}",
            (
                "8:37: route.routes.0.match.severity: no severity is called 'critcal'; "
                "did you mean 'critical'?"
            ),
        ),
        (
            "route: {routes: [{match: {rule: [total, totl]}}]}",
            "8:41: route.routes.0.match.rule.1: no rule is called 'totl'; did you mean 'total'?",
        ),
        (
            "route: {routes: [{match: {source: tts}}]}",
            (
                "8:35: route.routes.0.match.source: no source is called 'tts'; "
                "expected 'boss', 'team' or 'voices'"
            ),
        ),
        (
            "route: {quiet: [{every: mon-fri}, {every: 'sat,sun'}]}",
            "8:9: route.quiet: it is never not quiet: nobody would ever be told",
        ),
        (
            "inhibit: [{while: {rule: total}, mutes: {}}]",
            "8:34: inhibit.0.mutes: expected at least one label, such as rule: total-usage",
        ),
        (
            "inhibit: {while: {}, mutes: {rule: total}}",
            "8:11: inhibit.while: expected at least one label, such as rule: total-usage",
        ),
        (
            "inhibit: {while: {rule: totl}, mutes: {rule: total}}",
            "8:25: inhibit.while.rule: no rule is called 'totl'; did you mean 'total'?",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_where_it_stands(text: str, found: str) -> None:
    assert told(text) == [found]


def test_a_rule_cannot_call_itself_what_it_is_not() -> None:
    text = TOP.replace("source: voices}", "source: voices, labels: {severity: low, team: a}}")

    assert complaints(text) == [
        (
            "c.yaml:7:49: rules.total.labels.severity: every alert bears its severity already; "
            "choose another word, such as team"
        )
    ]


def test_destinations_are_looked_up_where_other_blocks_are_broken() -> None:
    found = told("route: {tell: tem, routes: [7, {escalate: 8}], repeat: 4}\nlog: {level: loud}")

    assert "8:15: route.tell: no such destination 'tem'; did you mean 'team'?" in found
    assert len(found) == 5
