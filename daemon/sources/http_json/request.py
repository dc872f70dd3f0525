"""What is asked: the path and the parameters, with the span and the page filled in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from difflib import get_close_matches
from urllib.parse import quote

from daemon.secret import Secret
from daemon.source import Window

SPANS = (
    *("start", "end", "start_date", "end_date", "last_date"),
    *("start_unix", "end_unix", "start_ms", "end_ms"),
)
PAGES = ("cursor", "page", "offset", "size")

_HOLE = re.compile(r"\{\{|\}\}|\{([a-z_]*)\}|[{}]")
_STARTS = frozenset({"start", "start_date", "start_unix", "start_ms"})

Query = tuple[tuple[str, str | Secret], ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """Which page is asked for."""

    page: int
    offset: int = 0
    cursor: str | None = None
    link: str | None = None
    """The whole address of the next page, where the vendor gave one."""
    read: int = 0
    """How many pages were read before."""

    def filled(self, size: int | None) -> Mapping[str, str]:
        return {
            "page": str(self.page),
            "offset": str(self.offset),
            "cursor": self.cursor or "",
            "size": str(size or ""),
        }


@dataclass(frozen=True, slots=True)
class Request:
    """A path and parameters with holes in them, such as `{start}`."""

    path: str
    query: Query
    size: int | None
    zone: tzinfo

    @property
    def holes(self) -> frozenset[str]:
        texts = (self.path, *(value for _, value in self.query if isinstance(value, str)))
        return frozenset(name for text in texts for name in _holes(text))

    @property
    def asks_a_span(self) -> bool:
        """Whether the vendor is told where to begin, so that the past can be asked for."""
        return bool(self.holes & _STARTS)

    def path_for(self, span: Window) -> str:
        values = {name: quote(text, safe="") for name, text in _spelled(span, self.zone).items()}
        return _fill(self.path, values)

    def query_for(self, span: Window, turn: Turn) -> list[tuple[str, str]]:
        """A parameter that holds the cursor is left out until there is one."""
        values = {**_spelled(span, self.zone), **turn.filled(self.size)}
        return [
            (name, value.reveal() if isinstance(value, Secret) else _fill(value, values))
            for name, value in self.query
            if turn.cursor or not (isinstance(value, str) and "cursor" in _holes(value))
        ]

    def secret_query(self) -> list[tuple[str, Secret]]:
        return [(name, value) for name, value in self.query if isinstance(value, Secret)]

    def check(self) -> None:
        """Raises ValueError, with the key that is wrong."""
        if not self.path.startswith("/") or re.search(r"[?#\s]|/\.{1,2}(/|$)", self.path):
            raise ValueError(
                f"path: expected one such as /v1/usage, got {self.path!r}"
                " (what comes after a ? belongs into query)"
            )
        _check_holes("path", self.path, SPANS)
        for name, value in self.query:
            if isinstance(value, str):
                _check_holes("query", value, (*SPANS, *PAGES), f" of {name}")
        if "size" in self.holes and self.size is None:
            raise ValueError("page_size: expected a number, since query asks for {size}")


def _check_holes(key: str, text: str, known: tuple[str, ...], of: str = "") -> None:
    for match in _HOLE.finditer(text):
        if match[0] in ("{{", "}}") or match[1] in known:
            continue
        near = get_close_matches(match[1] or "", known, 1)
        hint = f"did you mean {{{near[0]}}}?" if near else f"known are {', '.join(known)}"
        raise ValueError(f"{key}: no such placeholder {match[0]}{of}; {hint}")


def _holes(text: str) -> list[str]:
    return [match[1] for match in _HOLE.finditer(text) if match[1]]


def _fill(text: str, values: Mapping[str, str]) -> str:
    return _HOLE.sub(lambda match: values[match[1]] if match[1] else match[0][0], text)


def _spelled(span: Window, zone: tzinfo) -> Mapping[str, str]:
    """Every way to say a span; `end` is not part of it, `last_date` is the last day that is."""
    start, end = span.start.astimezone(zone), span.end.astimezone(zone)
    last = (end - timedelta(microseconds=1)).date()
    return {
        "start": _moment(start),
        "end": _moment(end),
        "start_date": start.date().isoformat(),
        "end_date": (last + timedelta(days=1)).isoformat(),
        "last_date": last.isoformat(),
        "start_unix": str(int(start.timestamp())),
        "end_unix": str(int(end.timestamp())),
        "start_ms": str(int(start.timestamp()) * 1000),
        "end_ms": str(int(end.timestamp()) * 1000),
    }


def _moment(at: datetime) -> str:
    """With the Z that every vendor understands, where it is UTC."""
    if at.utcoffset() == timedelta(0):
        return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return at.isoformat(timespec="seconds")
