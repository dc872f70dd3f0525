"""Who hears of what, as a configuration says it."""

import json
from dataclasses import fields, replace
from datetime import timedelta

import jsonschema
import pytest

from daemon.config import schema
from daemon.config.document import read_document
from daemon.config.models import grammar
from daemon.config.routing import ROUTE
from daemon.planned.weekly import Weekly
from rules.inhibition import Inhibition
from rules.route import Escalation, Route
from tests.daemon.config.plugins import SHELVES, Held, complaints, read

TOP = """\
sources:
  voices: {type: tts, key: '${env:KEY}'}
destinations:
  team: {type: console}
  boss: {type: console}
rules:
  total: {kind: spike, source: voices, labels: {team: speech}}
"""
GOOD = """\
route:
  tell: team
  group_by: [source]
  group_wait: 30s
  group_interval: 5m
  repeat: 4h
  quiet: {every: "mon-fri 22:00-07:00", zone: Europe/Berlin}
  escalate: {after: 1h, to: boss}
  routes:
    - match: {severity: critical}
      continue: true
      repeat: 0s
    - match: {team: speech}
      except: {metric: [x, y*]}
      quiet: []
      routes:
        - {match: {source: voices}, tell: [boss], quiet: [{every: sat}, {every: [sun, mon]}]}
inhibit:
  - {while: {rule: total}, mutes: {rule: blind*}, equal: source}
"""
HOUR = timedelta(hours=1)


def told(text: str) -> list[str]:
    return [line.removeprefix("c.yaml:") for line in complaints(TOP + text)]


def test_a_tree_is_read_as_deep_as_it_goes() -> None:
    config = read(TOP + GOOD)
    inner = Route(
        match={"source": ("voices",)},
        tell=("boss",),
        quiet=(Weekly(("sat",)), Weekly(("sun", "mon"))),
    )

    assert config.route == Route(
        tell=("team",),
        group_by=("source",),
        group_wait=timedelta(seconds=30),
        group_interval=timedelta(minutes=5),
        repeat=4 * HOUR,
        quiet=(Weekly(("mon-fri 22:00-07:00",), "Europe/Berlin"),),
        escalate=Escalation(HOUR, ("boss",)),
        routes=(
            Route(match={"severity": ("critical",)}, continue_=True, repeat=timedelta(0)),
            Route(
                match={"team": ("speech",)},
                except_={"metric": ("x", "y*")},
                quiet=(),
                routes=(inner,),
            ),
        ),
    )
    assert config.inhibitions == (
        Inhibition({"rule": ("total",)}, {"rule": ("blind*",)}, ("source",)),
    )


def test_without_a_tree_everyone_hears_of_everything_at_once() -> None:
    assert read(TOP).route == Route(tell=("team", "boss"))
    assert read(TOP).inhibitions == ()


def test_at_the_top_everyone_is_told_unless_it_says_whom() -> None:
    assert read(TOP + "route: {repeat: 1h}\n").route == Route(tell=("team", "boss"), repeat=HOUR)


def test_one_inhibition_needs_no_list() -> None:
    one = "inhibit: {while: {rule: total}, mutes: {severity: info}}\n"

    assert read(TOP + one).inhibitions == (
        Inhibition({"rule": ("total",)}, {"severity": ("info",)}),
    )


def test_an_editor_accepts_what_we_accept_and_no_other() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(schema(SHELVES)))
    known = read_document(TOP + GOOD, Held()).data
    assert isinstance(known, dict)
    known["sources"] = {"voices": {"type": "tts", "key": "${env:KEY}"}}

    def errors(**said: object) -> int:
        return len([*validator.iter_errors({**known, **said})])

    assert errors() == 0
    assert errors(route={"tel": "x"}) == 1
    assert errors(route={"routes": [{"routes": [{"repeat": 4}]}]}) == 1
    assert errors(inhibit={"while": {"rule": "total"}}) > 0


def test_every_key_of_a_route_has_a_spelling_or_a_block() -> None:
    names = {each.name for each in fields(Route)}
    route = grammar(SHELVES).settings["route"]

    assert names == {*ROUTE, "escalate", "quiet", "routes"}
    assert set(route.model_fields) == names
    assert all(each.description for each in route.model_fields.values())


@pytest.mark.parametrize(
    ("route", "complaint"),
    [
        ("{grup_by: x}", "8:9: route.grup_by: unknown key 'grup_by'; did you mean 'group_by'?"),
        (
            "{routes: [{routes: [{}, {tel: x}]}]}",
            "8:33: route.routes.0.routes.1.tel: unknown key 'tel'; did you mean 'tell'?",
        ),
        (
            "{routes: [{quiet: {evry: sat, every: sun}}]}",
            "8:27: route.routes.0.quiet.evry: unknown key 'evry'; did you mean 'every'?",
        ),
        (
            "{quiet: [{every: sat}, {every: satt}]}",
            (
                "8:39: route.quiet.1.every: expected days and hours such as tue,thu 02:00-04:00, "
                "mon-fri 22:00-02:00, sat,sun or 02:00-04:00, got 'satt'"
            ),
        ),
        ("{quiet: {zone: UTC}}", "8:9: route.quiet: missing key 'every'"),
        (
            "{escalate: {after: 1h, two: team, to: boss}}",
            "8:31: route.escalate.two: unknown key 'two'; did you mean 'to'?",
        ),
        ("{escalate: {after: 1h}}", "8:9: route.escalate: missing key 'to'"),
        (
            "{repeat: 4}",
            "8:17: route.repeat: expected a duration such as 30s, 15m, 1h30m, 7d or 8w, got 4",
        ),
        ("{routes: {tell: x}}", "8:17: route.routes: expected a list, got a block of keys"),
        ("{routes: [7]}", "8:18: route.routes.0: expected a block of keys, got 7"),
        ("7", "8:8: route: expected a block of keys, got 7"),
    ],
)
def test_what_is_misspelt_is_complained_of_where_it_stands(route: str, complaint: str) -> None:
    assert complaint in told(f"route: {route}\n")


def test_an_inhibition_is_complained_of_in_a_list_and_alone() -> None:
    alone = told("inhibit: {while: {rule: total}, muts: {rule: x}}\n")
    listed = told("inhibit: [{while: {rule: total}, muts: {rule: x}}]\n")

    assert alone == [
        "8:1: inhibit: missing key 'mutes'",
        "8:33: inhibit.muts: unknown key 'muts'; did you mean 'mutes'?",
    ]
    assert listed == [
        "8:11: inhibit.0: missing key 'mutes'",
        "8:34: inhibit.0.muts: unknown key 'muts'; did you mean 'mutes'?",
    ]


def test_reading_it_again_makes_the_same() -> None:
    assert replace(read(TOP + GOOD).route) == read(TOP + GOOD).route
