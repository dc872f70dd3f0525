"""Where alerts go: every one to somebody, by the first route that takes it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.route import (
    Escalation,
    Route,
    branches,
    direction_to,
    directions,
    every_route,
    group_of,
    matches,
    quiet_until,
    unreachable,
)

AT = datetime(2026, 11, 20, 22, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
LABELS = {"rule": "spike", "source": "voices", "severity": "critical", "team": "speech"}

NAMES = st.sampled_from(["rule", "source", "severity", "team"])
VALUES = st.sampled_from(["a", "b", "spike", "voices", "critical"])
PLACES = st.sampled_from(["team", "boss", "ops"])
PATTERNS = st.dictionaries(
    NAMES, st.lists(VALUES | st.just("*"), max_size=2).map(tuple), max_size=2
)
LABELLED = st.dictionaries(NAMES, VALUES)


@dataclass(frozen=True, slots=True)
class Stretch:
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Hours:
    stretches: tuple[Stretch, ...]

    def spans(self, start: datetime, end: datetime) -> Iterable[Stretch]:
        return [one for one in self.stretches if one.start < end and start < one.end]


def hours(*begins_and_ends: tuple[int, int]) -> Hours:
    return Hours(tuple(Stretch(AT + b * HOUR, AT + e * HOUR) for b, e in begins_and_ends))


def routes(below: st.SearchStrategy[tuple[Route, ...]]) -> st.SearchStrategy[Route]:
    return st.builds(
        Route,
        match=PATTERNS,
        except_=PATTERNS,
        tell=st.lists(PLACES, max_size=2).map(tuple),
        group_by=st.none() | st.lists(NAMES, max_size=2).map(tuple),
        repeat=st.none() | st.just(HOUR),
        continue_=st.booleans(),
        routes=below,
    )


LEAVES = routes(st.just(()))
MIDDLE = routes(st.lists(LEAVES, max_size=2).map(tuple))
TREES = routes(st.lists(MIDDLE, max_size=2).map(tuple))
ROOTS = st.builds(replace, TREES, tell=st.just(("root",)))


def told(tree: Route, **labels: str) -> list[str]:
    return [each.destination for each in directions(tree, {**LABELS, **labels})]


@given(ROOTS, LABELLED)
def test_every_alert_reaches_somebody_where_the_top_tells_somebody(
    tree: Route, labels: dict[str, str]
) -> None:
    reached = [each.destination for each in directions(tree, labels)]

    assert reached
    assert len(set(reached)) == len(reached)


@given(TREES, LABELLED)
def test_the_order_of_labels_does_not_matter(tree: Route, labels: dict[str, str]) -> None:
    turned = dict(reversed(labels.items()))

    assert directions(tree, turned) == directions(tree, labels)


@given(ROOTS, LABELLED)
def test_what_a_route_leaves_out_it_has_from_above(tree: Route, labels: dict[str, str]) -> None:
    for branch in branches(tree, labels):
        chain = [tree]
        for place in branch.path:
            chain.append(chain[-1].routes[place])
        for name in ("group_by", "repeat"):
            said = [getattr(each, name) for each in chain if getattr(each, name) is not None]
            assert getattr(branch.route, name) == (said[-1] if said else None)
        assert branch.route.tell == [each.tell for each in chain if each.tell][-1]


@given(ROOTS, LABELLED, LABELLED)
def test_to_what_is_unreachable_no_alert_comes(
    tree: Route, labels: dict[str, str], more: dict[str, str]
) -> None:
    always = {"rule": "a", "source": "a", "metric": "a", "severity": "a"}
    dead = {path for path, _ in unreachable(tree)}
    taken = [each.path for some in (labels, more) for each in branches(tree, {**always, **some})]

    assert not [path for path in taken for end in range(len(path)) if path[: end + 1] in dead]


@given(ROOTS, LABELLED, st.sampled_from(["root", "team", "elsewhere"]))
def test_who_is_named_is_told_as_the_tree_would_tell_it(
    tree: Route, labels: dict[str, str], name: str
) -> None:
    found = direction_to(tree, labels, name)
    led = {each.destination: each for each in directions(tree, labels)}

    assert found.destination == name
    assert found == led.get(name, found)


def test_the_first_route_that_takes_an_alert_has_it() -> None:
    tree = Route(
        tell=("ops",),
        routes=(
            Route(match={"severity": ("critical",)}, tell=("boss",)),
            Route(match={"team": ("speech",)}, tell=("team",)),
        ),
    )

    assert told(tree) == ["boss"]
    assert told(tree, severity="info") == ["team"]
    assert told(tree, severity="info", team="other") == ["ops"]


def test_a_route_that_continues_leaves_the_alert_to_those_after_it_too() -> None:
    first = Route(match={"severity": ("critical",)}, tell=("boss",), continue_=True)
    tree = Route(tell=("ops",), routes=(first, Route(tell=("team", "boss"))))

    assert told(tree) == ["boss", "team"]
    assert [each.branch.path for each in directions(tree, LABELS)] == [(0,), (1,)]


def test_where_only_a_route_that_continues_takes_it_the_one_above_does_not() -> None:
    tree = Route(tell=("ops",), routes=(Route(tell=("boss",), continue_=True),))

    assert told(tree) == ["boss"]


def test_a_route_inside_a_route_takes_only_what_came_there() -> None:
    inner = Route(match={"severity": ("critical",)}, tell=("boss",))
    tree = Route(tell=("ops",), routes=(Route(match={"team": ("speech",)}, routes=(inner,)),))

    assert told(tree) == ["boss"]
    assert told(tree, severity="info") == ["ops"]
    assert told(tree, team="other") == ["ops"]
    assert [each.path for each in every_route(tree)] == [(), (0,), (0, 0)]


def test_what_is_excepted_is_not_taken_whichever_label_matches() -> None:
    tree = Route(
        tell=("ops",), routes=(Route(except_={"team": ("s*",), "x": ("*",)}, tell=("t",)),)
    )

    assert told(tree) == ["ops"]
    assert told(tree, team="other", x="1") == ["ops"]
    assert told(tree, team="other") == ["t"]


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        ({}, True),
        ({"team": ("sp*",)}, True),
        ({"team": ("other", "speech")}, True),
        ({"team": ()}, False),
        ({"team": ("Speech",)}, False),
        ({"team": ("*",), "key": ("*",)}, False),
    ],
)
def test_a_label_must_be_there_and_match(
    patterns: dict[str, tuple[str, ...]], *, found: bool
) -> None:
    assert matches(patterns, LABELS) is found


def test_what_is_not_said_is_not_done() -> None:
    (one,) = directions(Route(tell=("team",)), LABELS)

    assert (one.group, one.wait, one.interval) == ("", timedelta(0), timedelta(0))
    assert (one.repeat, one.escalation, one.quiet) == (None, None, ())


def test_what_is_said_above_can_be_unsaid_below() -> None:
    quiet = hours((0, 9))
    above = Route(
        tell=("team",),
        group_by=("source",),
        group_wait=MINUTE,
        group_interval=MINUTE,
        repeat=HOUR,
        escalate=Escalation(HOUR, ("boss",)),
        quiet=(quiet,),
    )
    same = replace(above, routes=(Route(),))
    zero = timedelta(0)
    plain = Route(
        group_by=("...",),
        group_wait=zero,
        group_interval=zero,
        repeat=zero,
        escalate=Escalation(zero, ()),
        quiet=(),
    )
    (inherited,) = directions(same, LABELS)
    (unsaid,) = directions(replace(above, routes=(plain,)), LABELS)

    assert (inherited.group, inherited.wait, inherited.interval) == (
        "source=voices",
        MINUTE,
        MINUTE,
    )
    assert (inherited.repeat, inherited.escalation) == (HOUR, Escalation(HOUR, ("boss",)))
    assert inherited.quiet == (quiet,)
    assert (unsaid.group, unsaid.wait, unsaid.interval) == ("", zero, zero)
    assert (unsaid.repeat, unsaid.escalation, unsaid.quiet) == (None, None, ())


def test_a_group_reads_the_same_however_its_labels_are_listed() -> None:
    assert group_of(("team", "source"), LABELS) == "source=voices, team=speech"
    assert group_of(("source", "team", "team"), LABELS) == "source=voices, team=speech"


@pytest.mark.parametrize(
    ("first", "later", "dead"),
    [
        (Route(), Route(match={"team": ("x",)}), True),
        (Route(continue_=True), Route(), False),
        (Route(except_={"team": ("x",)}), Route(), False),
        (Route(match={"rule": ("*",)}), Route(), True),
        (Route(match={"team": ("*",)}), Route(), False),
        (Route(match={"team": ("*",)}), Route(match={"team": ("x",)}), True),
        (Route(match={"rule": ("a",)}), Route(), False),
        (Route(match={"rule": ("a", "b")}), Route(match={"rule": ("b",)}), True),
        (Route(match={"rule": ("b",)}), Route(match={"rule": ("a", "b")}), False),
    ],
)
def test_a_route_is_unreachable_behind_one_that_takes_all_it_would(
    first: Route, later: Route, *, dead: bool
) -> None:
    tree = Route(routes=(Route(match={"team": ("x",)}, routes=(first, later)),))

    assert list(unreachable(tree)) == ([((0, 1), (0, 0))] if dead else [])


@pytest.mark.parametrize(
    ("at", "until"),
    [(-1, None), (0, 9), (8, 9), (9, None), (10, 14), (12, 14), (13, 14), (14, None)],
)
def test_quiet_lasts_to_the_end_of_hours_that_join(at: int, until: int | None) -> None:
    """Ten to twelve, and eleven to fourteen: by another list, and listed in another order."""
    quiet = [hours((11, 14)), hours((0, 9), (10, 12))]
    found = quiet_until(quiet, AT + at * HOUR)

    assert found == (None if until is None else AT + until * HOUR)
