"""What routing says of an alert that somebody asks about."""

from datetime import timedelta

import pytest

from daemon.route import Routing
from daemon.whither import as_lines, filled_in, whither
from rules.health import BLIND
from rules.kinds.threshold import Threshold
from rules.route import Route
from rules.rule import Rule, Severity
from tests import make

RULE = Rule("busy", "voices", Threshold(above=1), "minutes", tell=("boss",), labels={"team": "a"})
MINUTE = timedelta(minutes=1)


def routing(*rules: Rule, **fields: object) -> Routing:
    tree = Route(tell=("ops",), **fields)  # type: ignore[arg-type]
    return Routing(tree, rules={rule.name: rule for rule in rules})


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ({}, {}),
        ({"rule": "gone"}, {"rule": "gone"}),
        ({"rule": BLIND.rule}, {"rule": BLIND.rule, "severity": "critical"}),
        (
            {"rule": "busy", "severity": "info"},
            {
                "rule": "busy",
                "severity": "info",
                "source": "voices",
                "metric": "minutes",
                "team": "a",
            },
        ),
    ],
)
def test_what_follows_from_a_rule_is_filled_in(
    asked: dict[str, str], known: dict[str, str]
) -> None:
    assert filled_in(routing(RULE), asked) == known


async def told(known: Routing, **labels: str) -> list[str]:
    asked = await whither(None, known, labels, make.AT)
    return [each.destination for each in asked.directions]


async def test_whoever_the_rule_tells_or_the_tree_leads_to_is_told() -> None:
    by_tree = Rule("other", "music", Threshold(above=1), severity=Severity.INFO)
    known = routing(RULE, by_tree)

    assert await told(known, rule="busy") == ["boss"]
    assert await told(known, rule="other") == ["ops"]
    assert await told(known, rule="gone") == ["ops"]
    assert await told(known, rule=BLIND.rule, source="voices") == ["boss"]
    assert await told(known, rule=BLIND.rule, source="music") == ["ops"]
    assert await told(known, rule=BLIND.rule) == ["ops"]


async def test_nobody_and_nothing_is_said_too() -> None:
    asked = await whither(None, Routing(), {}, make.AT)

    assert list(as_lines(asked)) == [
        "An alert with no labels,",
        "opening on Fri 20 Nov 14:00 UTC:",
        "  nobody hears of it",
    ]


async def test_what_waits_without_a_group_says_until_when() -> None:
    branch = Route(group_wait=MINUTE)
    known = Routing(Route(tell=("ops",), routes=(branch,)))
    asked = await whither(None, known, {"rule": "busy"}, make.AT)

    assert list(as_lines(asked))[2:] == [
        "  ops, by route.routes.0",
        "    told: at once",
        "    not before: Fri 20 Nov 14:01 UTC",
    ]


async def test_a_group_without_a_wait_is_told_at_once() -> None:
    asked = await whither(None, routing(group_by=()), {}, make.AT)

    assert list(as_lines(asked))[2:] == [
        "  ops, which hears of all that no other route takes",
        "    told: at once",
        "    together with: others of all",
    ]
