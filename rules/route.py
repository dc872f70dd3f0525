"""Where an alert goes: a tree of routes, and which of them its labels lead to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Protocol

Patterns = Mapping[str, tuple[str, ...]]
"""Label to shell patterns, any of which may match."""

ALONE = "..."
"""As the only label to group by: every alert by itself."""
_ALWAYS = frozenset({"rule", "source", "metric", "severity"})
"""Labels that every alert bears."""


class Stretch(Protocol):
    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...


class Quiet(Protocol):
    """Hours in which nobody wants to be told."""

    def spans(self, start: datetime, end: datetime) -> Iterable[Stretch]:
        """Every span of them that touches [start, end), oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who hears of an alert as well, when nobody acknowledges it."""

    after: timedelta
    """How long people have to acknowledge it, from when the first of them was told."""
    to: tuple[str, ...]
    """Names of destinations. An empty list: nobody, whatever the route above says."""


@dataclass(frozen=True, slots=True)
class Route:
    """Which alerts go where, and when. What a route leaves out it has from the one above it."""

    match: Patterns = field(default_factory=dict)
    """Which alerts it takes: label name to shell patterns, any of which may match; an alert that
    lacks a label is not taken. Alerts bear the labels of their series and of their rule; and rule,
    source, metric and severity. Left out: all that come to it."""
    except_: Patterns = field(default_factory=dict)
    """Which of these it does not take: those of which any of these labels matches."""
    tell: tuple[str, ...] = ()
    """Names of destinations."""
    group_by: tuple[str, ...] | None = None
    """Names of labels: alerts that agree in them are told in one message. An empty list: all
    alerts of one destination together. "...": every alert by itself."""
    group_wait: timedelta | None = None
    """How long the first alert of a group waits for others."""
    group_interval: timedelta | None = None
    """How long after a message of a group the next one follows at the earliest."""
    repeat: timedelta | None = None
    """How often those who were told are reminded while it goes on and nobody acknowledged it.
    0s: never."""
    escalate: Escalation | None = None
    """Who hears of it as well, when nobody acknowledges it."""
    quiet: tuple[Quiet, ...] | None = None
    """Hours in which nothing is told; it is, once they are over. An empty list: none."""
    continue_: bool = False
    """Whether the routes after it may take the same alert as well."""
    routes: tuple["Route", ...] = ()
    """The first of these that takes an alert has it; where none does, this one has it."""

    def takes(self, labels: Mapping[str, str]) -> bool:
        return all(matches({name: some}, labels) for name, some in self.match.items()) and not any(
            matches({name: some}, labels) for name, some in self.except_.items()
        )

    def covers(self, later: "Route") -> bool:
        """Whether all that a later sibling would take stops here, as far as can be seen."""
        if self.continue_ or self.except_:
            return False
        return all(_wider(name, some, later.match.get(name)) for name, some in self.match.items())


@dataclass(frozen=True, slots=True)
class Branch:
    """A route that took an alert, with all it has from the routes above it."""

    path: tuple[int, ...]
    """The places of the routes on the way to it, counted from 0; none: the top."""
    route: Route


@dataclass(frozen=True, slots=True)
class Direction:
    """How one destination is told of an alert."""

    destination: str
    branch: Branch
    """What took it there."""
    group: str
    """Alerts of one destination that agree in it are told in one message; empty: by itself."""

    @property
    def wait(self) -> timedelta:
        return self.branch.route.group_wait or timedelta(0)

    @property
    def interval(self) -> timedelta:
        return self.branch.route.group_interval or timedelta(0)

    @property
    def repeat(self) -> timedelta | None:
        """None: it is told once."""
        return self.branch.route.repeat or None

    @property
    def escalation(self) -> Escalation | None:
        found = self.branch.route.escalate
        return found if found is not None and found.to else None

    @property
    def quiet(self) -> tuple[Quiet, ...]:
        return self.branch.route.quiet or ()


def matches(patterns: Patterns, labels: Mapping[str, str]) -> bool:
    """Whether every label is there and matches one of its patterns.

    >>> matches({"source": ("voi*",)}, {"source": "voices"}), matches({"team": ("*",)}, {})
    (True, False)
    """
    return all(
        name in labels and any(fnmatchcase(labels[name], pattern) for pattern in some)
        for name, some in patterns.items()
    )


def branches(tree: Route, labels: Mapping[str, str]) -> tuple[Branch, ...]:
    """All that take an alert, in the order of the tree: one, unless a route says `continue`."""
    return tuple(_taken(Branch((), tree), labels))


def directions(tree: Route, labels: Mapping[str, str]) -> tuple[Direction, ...]:
    """One for each destination; where several branches lead to it, the first of them."""
    found: dict[str, Direction] = {}
    for branch in branches(tree, labels):
        for name in branch.route.tell:
            found.setdefault(name, _direction(name, branch, labels))
    return tuple(found.values())


def direction_to(tree: Route, labels: Mapping[str, str], destination: str) -> Direction:
    """How a destination is told that was named otherwise, by a rule say: as the tree would tell
    it, or else as the first branch tells others."""
    taken = branches(tree, labels)
    leading = (branch for branch in taken if destination in branch.route.tell)
    return _direction(destination, next(leading, taken[0]), labels)


def group_of(by: tuple[str, ...] | None, labels: Mapping[str, str]) -> str:
    """
    >>> group_of(("source", "team"), {"source": "voices"})
    'source=voices, team='
    >>> group_of((), {}), group_of(None, {}), group_of(("...",), {})
    ('all', '', '')
    """
    if by is None or ALONE in by:
        return ""
    return ", ".join(f"{name}={labels.get(name, '')}" for name in sorted(set(by))) or "all"


_AHEAD = timedelta(days=8)
"""What is quiet for longer than a week is quiet for good."""


def quiet_until(quiet: Iterable[Quiet], at: datetime) -> datetime | None:
    """Where the quiet ends that lasts at a moment, one stretch after the other; None: it is not
    quiet."""
    spans = [span for each in quiet for span in each.spans(at, at + _AHEAD)]
    end = at
    for span in sorted(spans, key=lambda one: one.start):
        if span.start <= end < span.end:
            end = span.end
    return None if end == at else end


def every_route(tree: Route, path: tuple[int, ...] = ()) -> Iterator[Branch]:
    """All of them as they are written, from the top, each before those below it."""
    yield Branch(path, tree)
    for place, child in enumerate(tree.routes):
        yield from every_route(child, (*path, place))


def unreachable(tree: Route) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Routes that no alert ever comes to, each with the one before it that takes them all."""
    for each in every_route(tree):
        siblings = each.route.routes
        for place, later in enumerate(siblings):
            before = (i for i in range(place) if siblings[i].covers(later))
            if (first := next(before, None)) is not None:
                yield (*each.path, place), (*each.path, first)


def _taken(branch: Branch, labels: Mapping[str, str]) -> list[Branch]:
    found: list[Branch] = []
    for place, child in enumerate(branch.route.routes):
        if child.takes(labels):
            found += _taken(Branch((*branch.path, place), _under(branch.route, child)), labels)
            if not child.continue_:
                break
    return found or [branch]


def _wider(name: str, some: tuple[str, ...], later: tuple[str, ...] | None) -> bool:
    """Whether patterns of a label let all through that later ones do."""
    if later is None:
        return "*" in some and name in _ALWAYS
    return "*" in some or set(later) <= set(some)


_OWN = ("match", "except_", "continue_", "routes")
_INHERITED = tuple(each.name for each in fields(Route) if each.name not in _OWN)


def _under(parent: Route, child: Route) -> Route:
    """A route with what it left out from the one above it."""
    left_out = [name for name in _INHERITED if getattr(child, name) is None]
    if not child.tell:
        left_out.append("tell")
    return replace(child, **{name: getattr(parent, name) for name in left_out})


def _direction(name: str, branch: Branch, labels: Mapping[str, str]) -> Direction:
    return Direction(name, branch, group_of(branch.route.group_by, labels))
