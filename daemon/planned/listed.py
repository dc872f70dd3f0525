"""What is planned as a list: a table for people, an object a line for machines."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from daemon.table import moment
from daemon.text import aligned, one_line
from rules.planned import Planned


@dataclass(frozen=True, slots=True)
class Listed:
    """Something planned: by the configuration, or by a person's mark."""

    planned: Planned
    when: str | None = None
    """When, in words; None of a mark."""
    number: int | None = None
    """By which a mark is removed; None of what the configuration says."""
    by: str | None = None
    at: datetime | None = None
    """With `by`: who marked it, and when."""


_HEAD = ("number", "from", "until", "source", "series", "planned")


def as_lines(listed: Sequence[Listed]) -> Iterator[str]:
    """A table, a line for each. Of what recurs it shows the span that is now, or the next."""
    yield from aligned([_HEAD, *(_cells(each) for each in listed)])


def as_json(each: Listed) -> str:
    """One object, on one line."""
    planned = each.planned
    line = {
        "number": each.number,
        "name": planned.name,
        "from": moment(planned.start),
        "until": moment(planned.end),
        "source": planned.source,
        "where": {name: list(patterns) for name, patterns in planned.where.items()},
        "when": each.when,
        "marked_by": each.by,
        "marked_at": None if each.at is None else moment(each.at),
    }
    return json.dumps(line, ensure_ascii=False)


def _cells(each: Listed) -> tuple[str, ...]:
    planned = each.planned
    said = each.when or f"marked by {each.by}"
    return (
        "-" if each.number is None else str(each.number),
        moment(planned.start),
        moment(planned.end),
        planned.source or "all",
        _series(planned.where) or "all",
        one_line(f"{planned.name}, {said}"),
    )


def _series(where: Mapping[str, tuple[str, ...]]) -> str:
    """As they are written on the command line."""
    return one_line(" ".join(f"{name}={each}" for name, many in where.items() for each in many))
