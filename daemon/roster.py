"""The sources as a list: a table for people, an object a line for machines."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from daemon import table
from daemon.overview import Seen, State
from daemon.text import moment, one_line
from rules.words import span

NOT_KNOWN = "-"


def as_json(seen: Seen) -> str:
    """One object, on one line, for machines."""
    poll, lag = seen.poll, seen.lag
    line = {
        "source": seen.name,
        "type": seen.type,
        "state": seen.state.value,
        "polled_at": _exact(poll.polled_at if poll else None),
        "good_at": _exact(poll.good_at if poll else None),
        "failing_since": _exact(poll.failing_since if poll else None),
        "failure": poll.failure if poll else None,
        "newest_bucket": _exact(seen.newest_at),
        "lag_seconds": None if lag is None else lag.total_seconds(),
        "series": seen.series,
        "calls_left": seen.calls_left,
        "rests_until": _exact(seen.rests_until),
        "notes": list(poll.notes) if poll else [],
    }
    return json.dumps(line, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: of a source, or of what is to say about it."""

    text: str
    state: State | None = None
    """None: it says more about the source above."""


_HEAD = (
    *("source", "type", "state", "last good poll", "newest bucket", "lag"),
    *("series", "calls left"),
)
_NUMBERS = {"series", "calls left"}


def as_lines(many: Sequence[Seen]) -> Iterator[Line]:
    """A table, a line a source; what is wrong with one, or odd, stands in full below it."""
    rows = [_HEAD, *(_cells(seen) for seen in many)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    head, *lines = (_aligned(row, widths) for row in rows)
    yield Line(head)
    for seen, line in zip(many, lines, strict=True):
        yield Line(line, seen.state)
        yield from (Line(f"  {one_line(more)}") for more in _more(seen))


def _cells(seen: Seen) -> tuple[str, ...]:
    left = seen.calls_left
    return (
        *(seen.name, seen.type, seen.state.value),
        _said(seen.poll.good_at if seen.poll else None),
        *(_said(seen.newest_at), NOT_KNOWN if seen.lag is None else span(seen.lag)),
        *(f"{seen.series:,}", NOT_KNOWN if left is None else f"{left:,}"),
    )


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = zip(_HEAD, row, widths, strict=True)
    padded = (c.rjust(width) if name in _NUMBERS else c.ljust(width) for name, c, width in cells)
    return "  ".join(padded).rstrip()


def _more(seen: Seen) -> Iterator[str]:
    poll = seen.poll
    if poll is not None and poll.failing_since is not None:
        yield f"since {moment(poll.failing_since)}: {poll.failure}"
    if seen.outlook and seen.rests_until:
        why = f", since {seen.outlook.reason}" if seen.outlook.reason else ""
        yield f"nobody calls before {moment(seen.rests_until)}{why}"
    if poll is not None:
        yield from (f"note: {note}" for note in poll.notes)


def _said(at: datetime | None) -> str:
    return NOT_KNOWN if at is None else moment(at)


def _exact(at: datetime | None) -> str | None:
    return None if at is None else table.moment(at)
