"""What somebody asks of the page, read strictly: what is not understood is refused, in words."""

import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from daemon.config.durations import LONGEST, parse_duration
from daemon.secret import Secret
from daemon.table import parse_moment
from daemon.text import clip, one_line

MOST_BYTES = 16 * 1024
"""No body that anybody means is longer."""
LONGEST_NAME = 60
LONGEST_REASON = 500

Json = Mapping[str, object]


@dataclass(eq=False)
class Wrong(Exception):
    """What was asked cannot be answered."""

    error: str
    expected: str | None = None
    found: str | None = None
    status: int = 400


def check_token(request: web.Request, token: Secret | None) -> None:
    """Only who knows the token may change anything. No cookie is ever looked at: a page of
    somebody else's cannot act in a reader's name."""
    known = "" if token is None else token.reveal()
    if not known:
        raise Wrong(
            "this API only reads: nobody said who may write",
            "page.token in the configuration, a reference such as ${env:PAGE_TOKEN}",
            "none",
            403,
        )
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    good = hmac.compare_digest(given.strip().encode(), known.encode())
    if not (good and scheme.lower() == "bearer"):
        found = "another" if given else "none"
        raise Wrong("the token is wrong", "Authorization: Bearer TOKEN", found, 401)


async def body_of(request: web.Request, known: Collection[str]) -> Json:
    """The object in a request's body, if all its keys are known."""
    if request.content_type != "application/json":
        raise Wrong("not JSON", "Content-Type: application/json", request.content_type, 415)
    try:
        text = (await request.read()).decode("utf-8")
        told = json.loads(text, object_pairs_hook=_once_each)
    except web.HTTPRequestEntityTooLarge:
        raise Wrong("too long", f"at most {MOST_BYTES:,} bytes", "more", 413) from None
    except (ValueError, RecursionError) as error:
        raise Wrong("not JSON", "an object", clip(one_line(str(error)), 120)) from None
    if not isinstance(told, dict):
        raise Wrong("the body is no object", "an object", _spelled(told))
    _check_keys(told, known, "key")
    return told


def query_of(request: web.Request, known: Collection[str]) -> Mapping[str, str]:
    """What stands behind the question mark, if all of it is known."""
    _check_keys(request.query, known, "parameter")
    return {name: request.query[name] for name in request.query}


def text_in(told: Mapping[str, Any], key: str, longest: int = LONGEST_NAME) -> str:
    """A line of text that must be there."""
    value = told.get(key)
    line = one_line(value) if isinstance(value, str) else ""
    if not line or len(line) > longest:
        wanted = f"text of 1 to {longest} characters"
        raise Wrong(f"{key}: not as it should be", wanted, _spelled(value))
    return line


def flag_in(told: Mapping[str, Any], key: str) -> bool:
    """A yes or no that may be left out."""
    value = told.get(key, False)
    if not isinstance(value, bool):
        raise Wrong(f"{key}: not as it should be", "true or false", _spelled(value))
    return value


def span_in(told: Mapping[str, Any], key: str) -> timedelta:
    value = told.get(key)
    span = parse_duration(value) if isinstance(value, str) else None
    if span is None or not timedelta(0) < span <= LONGEST:
        raise Wrong(f"{key}: not as it should be", "a span such as 2h or 1d", _spelled(value))
    return span


def moment_in(told: Mapping[str, Any], key: str) -> datetime:
    value = told.get(key)
    try:
        read = parse_moment(value) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        read = None
    if read is None or not 2000 <= read.year <= 2100:
        wanted = "a time such as 2026-11-20T14:00:00Z"
        raise Wrong(f"{key}: not as it should be", wanted, _spelled(value))
    return read.astimezone(UTC)


def whole_in(told: Mapping[str, str], key: str, default: int, most: int) -> int:
    """A number in a query."""
    value = told.get(key, str(default))
    good = value.isascii() and value.isdigit() and len(value) <= 9
    if not good or not 1 <= int(value) <= most:
        raise Wrong(f"{key}: not as it should be", f"a number from 1 to {most:,}", value[:40])
    return int(value)


def match_in(told: Mapping[str, Any], key: str) -> dict[str, tuple[str, ...]]:
    """Labels and their patterns; a single pattern need not be in a list."""
    value = told.get(key)
    wanted = 'an object such as {"rule": "voice-*", "voice_id": ["a*", "b*"]}'
    if not isinstance(value, dict):
        raise Wrong(f"{key}: not as it should be", wanted, _spelled(value))
    made = {name: one if isinstance(one, list) else [one] for name, one in value.items()}
    for name, patterns in made.items():
        if not (_is_text(name) and patterns and all(map(_is_text, patterns))):
            raise Wrong(f"{key}.{name}: not as it should be", wanted, _spelled(value[name]))
    return {name: tuple(patterns) for name, patterns in made.items()}


def _is_text(value: object) -> bool:
    """Text that says something, and that any database takes."""
    return isinstance(value, str) and bool(value) and value == one_line(value)


def _check_keys(told: Collection[str], known: Collection[str], what: str) -> None:
    others = sorted(set(told) - set(known))
    if others:
        wanted = f"only {', '.join(sorted(known))}" if known else "none"
        raise Wrong(f"unknown {what} {one_line(others[0], 40)!r}", wanted, others[0][:40])


def _once_each(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key is named twice")
    return made


def _spelled(value: object) -> str:
    return "nothing" if value is None else clip(one_line(json.dumps(value)), 120)
