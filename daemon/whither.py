"""Where an alert would go, and when, and why: the routing, asked beforehand."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from daemon.hold import inhibitors
from daemon.route import Audience, Routing, audience_of, first_directions
from daemon.store import Transaction
from daemon.table import moment as stamp
from daemon.text import moment
from rules.health import CONDITIONS
from rules.inhibition import Firing
from rules.route import Branch, Direction, quiet_until
from rules.silence import Silence
from rules.words import span

_ASKED = 0
"""No alert has this number."""


@dataclass(frozen=True, slots=True)
class Whither:
    """All that a configuration, and what goes on, say of an alert that opens at a moment."""

    labels: Mapping[str, str]
    at: datetime
    directions: Sequence[Direction]
    silences: Sequence[Silence]
    inhibitor: int | None
    """The number of an alert because of which this one would not be told."""


def filled_in(routing: Routing, labels: Mapping[str, str]) -> dict[str, str]:
    """With the labels that follow from the rule, where one is named."""
    rule = routing.rules.get(labels.get("rule", ""))
    if rule is not None:
        ours = {"source": rule.source, "severity": rule.severity.value}
        if rule.metric is not None:
            ours["metric"] = rule.metric
        return {**rule.labels, **ours, **labels}
    condition = CONDITIONS.get(labels.get("rule", ""))
    return {**labels} if condition is None else {"severity": condition.severity.value, **labels}


async def whither(
    tx: Transaction | None, routing: Routing, labels: Mapping[str, str], at: datetime
) -> Whither:
    """None: there is no store yet, so there are no silences, and nothing goes on."""
    labels = filled_in(routing, labels)
    directions = first_directions(routing.tree, _audience(routing, labels), labels)
    if tx is None:
        return Whither(labels, at, directions, (), None)
    silences = [one for one in await tx.silences.active(at) if one.matches(labels)]
    inhibited = await inhibitors(tx, routing, [Firing(_ASKED, labels)])
    return Whither(labels, at, directions, silences, inhibited.get(_ASKED))


def as_lines(known: Whither) -> Iterator[str]:
    labels = ", ".join(f"{name}={value}" for name, value in sorted(known.labels.items()))
    yield f"An alert with {labels or 'no labels'},"
    yield f"opening on {moment(known.at)}:"
    for one in known.silences:
        yield f"  silenced: silence {one.number} by {one.author} until {moment(one.end)}: " + (
            one.reason
        )
    if known.inhibitor is not None:
        yield f"  inhibited: not told while alert {known.inhibitor} goes on"
    if not known.directions:
        yield "  nobody hears of it"
    for each in known.directions:
        yield f"  {each.destination}, {_because(known, each)}"
        yield from (f"    {what}: {how}" for what, how in _facts(known, each))


def as_json(known: Whither) -> str:
    told = [
        {
            "destination": each.destination,
            "route": _place(each.branch),
            "match": {name: list(some) for name, some in each.branch.route.match.items()},
            **{what.replace(" ", "_"): how for what, how in _facts(known, each)},
        }
        for each in known.directions
    ]
    said: dict[str, Any] = {
        "labels": dict(known.labels),
        "at": stamp(known.at),
        "destinations": told,
        "silences": [one.number for one in known.silences],
        "inhibited_by": known.inhibitor,
    }
    return json.dumps(said, ensure_ascii=False)


def _audience(routing: Routing, labels: Mapping[str, str]) -> Audience:
    """Whom its rule tells; of what is wrong with a source, whom the rules of that source tell."""
    rule = routing.rules.get(labels.get("rule", ""))
    if rule is not None:
        return audience_of([rule.tell])
    if labels.get("rule") in CONDITIONS:
        source = labels.get("source")
        tells = [rule.tell for rule in routing.rules.values() if rule.source == source]
        return audience_of(tells or [None])
    return Audience(by_tree=True)


def _because(known: Whither, each: Direction) -> str:
    branch = each.branch
    if each.destination not in branch.route.tell:
        return f"because its rule tells it; in all else as {_place(branch)} says"
    if not branch.path:
        return "which hears of all that no other route takes"
    said = "; ".join(f"{name}: {', '.join(some)}" for name, some in branch.route.match.items())
    return f"by {_place(branch)} ({said})" if said else f"by {_place(branch)}"


def _place(branch: Branch) -> str:
    """
    >>> from rules.route import Route
    >>> _place(Branch((1, 0), Route()))
    'route.routes.1.routes.0'
    """
    return ".".join(("route", *(f"routes.{place}" for place in branch.path)))


def _facts(known: Whither, each: Direction) -> Iterator[tuple[str, str]]:
    quiet = quiet_until(each.quiet, known.at)
    yield "told", "at once" if quiet is None else f"after quiet hours, on {moment(quiet)}"
    if each.group:
        wait = f", {span(each.wait)} after the first of them" if each.wait else ""
        yield "together with", f"others of {each.group}{wait}"
        if each.interval:
            yield "and again", f"{span(each.interval)} later at the earliest"
    elif each.wait and quiet is None:
        yield "not before", moment(known.at + each.wait)
    if each.repeat is not None:
        yield "reminded", f"every {span(each.repeat)} until somebody acknowledges it"
    if each.escalation is not None:
        to = ", ".join(each.escalation.to)
        yield "escalated", f"after {span(each.escalation.after)} to {to}, if nobody does"
