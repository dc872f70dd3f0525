"""Who hears of an event, and the letter that each of them is owed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import itemgetter
from typing import Protocol

from daemon.letter import Letter
from daemon.notifier import Destination
from daemon.store import Transaction
from daemon.store.database import slices
from daemon.store.outbox import Owed
from daemon.store.told import Pace
from rules.alert import Change, Event
from rules.health import CONDITIONS
from rules.inhibition import Inhibition
from rules.route import Direction, Route, direction_to, directions
from rules.rule import Rule, Severity
from rules.series import Metric, Series
from rules.trace import Trace

_WAIT = (Change.OPENED, Change.RESOLVED, Change.WITHDRAWN)
"""What is told with others of its group; the rest waits for nobody."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who hears of the alerts of somebody, before the tree of routes is asked."""

    named: tuple[str, ...] = ()
    """Destinations that hear of them whatever the tree says."""
    by_tree: bool = field(kw_only=True, default=False)
    """Whether those do as well to whom the tree leads."""


@dataclass(frozen=True, slots=True)
class Hearers:
    """Who hears of what is wrong with a source itself, or with a recorder."""

    routing: "Routing"
    audience: Audience


def audience_of(tells: Iterable[tuple[str, ...] | None]) -> Audience:
    """Whoever any of these tells; None is whom the tree says."""
    told = list(tells)
    named = dict.fromkeys(name for tell in told for name in tell or ())
    return Audience(tuple(named), by_tree=None in told)


@dataclass(frozen=True, slots=True)
class Routing:
    """What a configuration says of who hears of what, and when."""

    tree: Route = field(default_factory=Route)
    inhibitions: tuple[Inhibition, ...] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)
    """By name."""
    destinations: frozenset[str] = frozenset()

    def labels_of(self, rule: str, series: Series) -> dict[str, str]:
        """What an alert is routed by, as its rule is configured now."""
        known = self.rules.get(rule)
        if known is not None:
            return labels_of(series, rule, known.severity, known.labels)
        condition = CONDITIONS.get(rule)
        return labels_of(series, rule, condition.severity if condition else Severity.WARNING)


class _Configured(Protocol):
    """A configuration, as far as it says who hears of what."""

    @property
    def route(self) -> Route: ...
    @property
    def inhibitions(self) -> tuple[Inhibition, ...]: ...
    @property
    def rules(self) -> tuple[Rule, ...]: ...
    @property
    def destinations(self) -> tuple[Destination, ...]: ...


def routing_of(config: _Configured) -> Routing:
    return Routing(
        tree=config.route,
        inhibitions=config.inhibitions,
        rules={rule.name: rule for rule in config.rules},
        destinations=frozenset(destination.name for destination in config.destinations),
    )


def labels_of(
    series: Series, rule: str, severity: Severity, own: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What an alert is routed, silenced and inhibited by. Ours win over a vendor's of that name."""
    ours = {
        "rule": rule,
        "source": series.source,
        "metric": series.metric,
        "severity": severity.value,
    }
    return {**dict(series.labels), **(own or {}), **ours}


@dataclass(frozen=True, slots=True)
class Notice:
    """What every letter about an alert bears besides its event, and who gets one."""

    audience: Audience
    severity: Severity
    unit: str = ""
    summary: str | None = None
    runbook: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    """The rule's own, to route by."""
    trace: Trace | None = None
    """The use around the event, to be drawn."""


def notice_of(rule: Rule, metric: Metric) -> Notice:
    return Notice(
        audience=audience_of([rule.tell]),
        severity=rule.severity,
        unit=metric.unit,
        summary=rule.summary,
        runbook=rule.runbook,
        labels=rule.labels,
    )


@dataclass(frozen=True, slots=True)
class Notable:
    """An event to tell of, and what every letter about it bears."""

    event: Event
    alert: int
    """The alert's number."""
    notice: Notice

    @property
    def follows(self) -> bool:
        return self.event.change is not Change.OPENED

    def labels(self) -> dict[str, str]:
        alert, notice = self.event.alert, self.notice
        return labels_of(alert.series, alert.rule, notice.severity, notice.labels)

    def values(self) -> Iterator[str]:
        """Label values that a letter speaks of, and that may have names."""
        yield from (value for _, value in self.event.alert.series.labels)
        yield from (part.value for part in self.event.verdict.why.parts)


async def owe(
    tx: Transaction, routing: Routing, notice: Notice, event: Event, alert: int, at: datetime
) -> None:
    """Owe one letter to everyone who should hear of an event; `alert` is the alert's number."""
    await owe_all(tx, routing, [Notable(event, alert, notice)], at)


async def owe_all(
    tx: Transaction, routing: Routing, notable: Iterable[Notable], at: datetime
) -> None:
    """Owe one letter to everyone who should hear of each event, in order.

    Of a beginning hear those to whom the rule or the tree leads; of all that follows, those who
    heard of the beginning. A poll may open thousands of alerts: all that may be owed together takes
    a few statements.
    """
    for some in _one_of_each(notable):
        told = await tx.outbox.told_of({each.alert for each in some if each.follows})
        meant = list(_meant(routing.tree, some, told))
        names = await _names(tx, some)
        due = await _due(tx, [(way, one.event.change) for one, way, _ in meant], at)
        letters = [_letter(*each, names, at) for each in meant]
        await tx.outbox.enqueue_all(list(map(Owed, letters, due)))


def _one_of_each(notable: Iterable[Notable]) -> Iterator[Sequence[Notable]]:
    """In order, cut before an alert comes again: who hears of its end depends on its beginning."""
    some: dict[int, Notable] = {}
    for one in notable:
        if one.alert in some:
            yield list(some.values())
            some = {}
        some[one.alert] = one
    yield list(some.values())


_Meant = tuple[Notable, Direction, Mapping[str, str]]
"""An event, who hears of it, and what it is routed by."""


def _meant(
    tree: Route, notable: Sequence[Notable], told: Mapping[int, Sequence[str]]
) -> Iterator[_Meant]:
    for one in notable:
        labels = one.labels()
        if not one.follows:
            ways = first_directions(tree, one.notice.audience, labels)
        else:
            ways = [direction_to(tree, labels, name) for name in told.get(one.alert, ())]
        yield from ((one, way, labels) for way in ways)


async def _names(tx: Transaction, notable: Sequence[Notable]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for some in slices({value for one in notable for value in one.values()}, 5000):
        found |= await tx.names.of(some)
    return found


def _letter(
    one: Notable,
    way: Direction,
    labels: Mapping[str, str],
    names: Mapping[str, str],
    at: datetime,
) -> Letter:
    notice = one.notice
    return Letter(
        key=key_of(one.event, one.alert, way.destination),
        destination=way.destination,
        alert=one.alert,
        event=one.event,
        owed_at=at,
        unit=notice.unit,
        severity=notice.severity,
        labels=labels,
        names={value: names[value] for value in one.values() if value in names},
        summary=notice.summary,
        runbook=notice.runbook,
        group=way.group,
        trace=notice.trace,
    )


async def owe_more(tx: Transaction, some: Mapping[int, Event], at: datetime) -> None:
    """Owe everyone who heard of alerts, here by their numbers, one more letter about each."""
    told = await tx.outbox.told_of(some)
    last = await tx.told.last({(each, name) for each, names in told.items() for name in names})
    await tx.outbox.enqueue_all(
        [
            Owed(replace(more(letter, some[each], key_of(some[each], each, name), at), trace=None))
            for (each, name), letter in sorted(last.items(), key=itemgetter(0))
        ]
    )


def more(last: Letter, event: Event, key: str, at: datetime) -> Letter:
    """As the last one, but for the event, and for the name of its rule, which may be new."""
    labels = {**last.labels, "rule": event.alert.rule}
    return replace(last, key=key, event=event, owed_at=at, labels=labels, by=None, heard=True)


def key_of(event: Event, number: int, destination: str) -> str:
    """By the alert's number as well: two of one series may change in the same bucket."""
    alert, verdict = event.alert, event.verdict
    place = str(number), alert.rule, alert.series.key, verdict.at.isoformat()
    # One bucket may pass one limit after another while it fills.
    step = f" {alert.step}" if event.change is Change.WORSENED else ""
    return "|".join((*place, f"{event.change.value}{step}", destination))


def first_directions(
    tree: Route, audience: Audience, labels: Mapping[str, str]
) -> Sequence[Direction]:
    """Who hears that an alert opened."""
    named = {name: direction_to(tree, labels, name) for name in audience.named}
    led = directions(tree, labels) if audience.by_tree else ()
    return [*named.values(), *(one for one in led if one.destination not in named)]


async def _due(
    tx: Transaction, meant: Sequence[tuple[Direction, Change]], at: datetime
) -> Sequence[datetime]:
    """When each letter goes out.

    The first opening of a group waits for others, which go with it; those that come later, and
    ends, wait until the group may be told again. What got worse waits for nobody.
    """
    groups = {way.group for way, change in meant if way.group and change in _WAIT}
    paces = dict(await tx.told.paces(groups, at))
    due = []
    for way, change in meant:
        place = way.destination, way.group
        pace = paces.get(place, Pace()) if change in _WAIT else Pace()
        due.append(_due_at(way, change, pace, at))
        if change is Change.OPENED and way.group and due[-1] > at:
            paces[place] = replace(pace, waits_until=due[-1])
    return due


def _due_at(way: Direction, change: Change, pace: Pace, at: datetime) -> datetime:
    opens = change is Change.OPENED
    if opens and pace.waits_until is not None:
        return pace.waits_until
    first = at + way.wait if opens else at
    return first if pace.told_at is None else max(first, pace.told_at + way.interval)
