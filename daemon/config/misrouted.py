"""What cannot be meant of who hears of what."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

from daemon.config.checks import absent
from daemon.config.complaints import Complaint, Path, shown, unlike
from daemon.config.document import Document
from daemon.config.settings import Config
from rules.health import CONDITIONS
from rules.route import Patterns, every_route, quiet_until, unreachable
from rules.rule import Severity

_OURS = ("rule", "source", "metric", "severity")
_TOP = ("match", "except", "continue")
_MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
_WEEK = timedelta(days=7)


def lost(document: Document) -> Iterator[Complaint]:
    """Routes that lead nowhere. It reads the document, and so speaks where a block is broken."""
    top = document.at(("route",))
    for path, block in _routes(top, ("route",)):
        yield from _to_nobody(document, (*path, "tell"), block.get("tell"))
        yield from _unknown(document, (*path, "tell"), block.get("tell"))
        escalate = block.get("escalate")
        if isinstance(escalate, Mapping):
            yield from _unknown(document, (*path, "escalate", "to"), escalate.get("to"))
    for key in _TOP:
        if isinstance(top, Mapping) and key in top:
            why = "the route at the top takes every alert; write this under routes"
            yield Complaint(document.block(("route", key)), ("route", key), why)


def misrouted(document: Document, config: Config) -> Iterator[Complaint]:
    """Routes no alert ever comes to, words that no alert bears, and hours that never end."""
    for place, first in unreachable(config.route):
        path, before = _path(place), ".".join(map(str, _path(first)))
        why = f"no alert ever comes here: {before} takes them all; put this one before it"
        yield Complaint(document.values[path], path, why)
    for each in every_route(config.route):
        path = _path(each.path)
        yield from _unborne(document, config, (*path, "match"), each.route.match)
        end = quiet_until(each.route.quiet or (), _MONDAY)
        if end is not None and end - _MONDAY >= _WEEK:
            why = "it is never not quiet: nobody would ever be told"
            yield Complaint(document.block((*path, "quiet")), (*path, "quiet"), why)


def misinhibited(document: Document, config: Config) -> Iterator[Complaint]:
    """Inhibitions that would silence everything, or be set off by everything; and words that no
    alert bears."""
    for place, each in enumerate(config.inhibitions):
        for key, patterns in (("while", each.while_), ("mutes", each.mutes)):
            path = document.known(("inhibit", place, key))
            path = path if path[-1] == key else ("inhibit", key)
            if not patterns:
                why = "expected at least one label, such as rule: total-usage"
                yield Complaint(document.block(path), path, why)
            yield from _unborne(document, config, path, patterns)


def mislabelled(document: Document, config: Config) -> Iterator[Complaint]:
    """Labels of a rule's own that every alert bears anyway."""
    for rule in config.rules:
        for name in (each for each in _OURS if each in rule.labels):
            path = ("rules", rule.name, "labels", name)
            why = f"every alert bears its {name} already; choose another word, such as team"
            yield Complaint(document.block(path), path, why)


def _unborne(
    document: Document, config: Config, path: Path, patterns: Patterns
) -> Iterator[Complaint]:
    """Patterns of labels whose values are known beforehand, and none of which they match."""
    sources = [*(each.name for each in config.feeds), *(each.name for each in config.ledgers)]
    known: Mapping[str, list[str]] = {
        "rule": [*(rule.name for rule in config.rules), *CONDITIONS],
        "source": [*sources, *(each.name for each in config.destinations)],
        "severity": [each.value for each in Severity],
    }
    for name, some in patterns.items():
        for index, pattern in enumerate(some if name in known else ()):
            if not any(fnmatchcase(value, pattern) for value in known[name]):
                at = document.known((*path, name, index))
                why = f"no {name} is called {shown(pattern)}{unlike(pattern, known[name])}"
                yield Complaint(document.values[at], at, why)


def _to_nobody(document: Document, path: Path, tell: object) -> Iterator[Complaint]:
    if tell == []:
        why = "expected at least one destination; leave it out to tell those of the route above"
        yield Complaint(document.values[path], path, why)


def _unknown(document: Document, path: Path, names: object) -> Iterator[Complaint]:
    if not isinstance(names, list):
        yield from absent(document, "destination", path, names)
        return
    for index, each in enumerate(names):
        yield from absent(document, "destination", (*path, index), each)


def _routes(block: object, path: Path) -> Iterator[tuple[Path, Mapping[str, object]]]:
    """All routes as they are written, as far as they are blocks."""
    if not isinstance(block, Mapping):
        return
    yield path, block
    below = block.get("routes")
    for index, each in enumerate(below if isinstance(below, list) else ()):
        yield from _routes(each, (*path, "routes", index))


def _path(places: Iterable[int]) -> Path:
    """Where the route at these places stands in the document."""
    return ("route", *(part for place in places for part in ("routes", place)))
