"""When a vendor says to come back, in all the ways that vendors say it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated

import msgspec

from daemon.http import Reply

LONGEST_WAIT = timedelta(hours=1)
"""A vendor that asks for more is asked again after this: its clock or ours may be wrong."""

RESETS = ("x-ratelimit-reset", "ratelimit-reset", "fastly-ratelimit-reset")
"""When the vendor counts anew. They come with good answers too, and mean a wait with a 429 only:
after a 503 nobody need wait for the end of an hour."""

_AGES = 1_000_000_000
"""A number from here on is no span but a moment, in seconds since 1970: it would be 32 years."""


def retry_after(reply: Reply, at: datetime) -> timedelta | None:
    """The vendor's word on when to come back, at least now and at most in an hour.

    None: it gave no word, or none that can be read.
    """
    headers = {name.lower(): value for name, value in reply.headers.items()}
    wait = _wait(headers.get("retry-after", ""), at)
    if wait is None and reply.status == 429:
        wait = _points(reply.body)
        wait = _reset(headers, at) if wait is None else wait
    return None if wait is None else min(max(wait, timedelta(0)), LONGEST_WAIT)


def _reset(headers: Mapping[str, str], at: datetime) -> timedelta | None:
    waits = (_wait(headers.get(name, ""), at) for name in RESETS)
    return next((wait for wait in waits if wait is not None), None)


def _wait(text: str, at: datetime) -> timedelta | None:
    """Seconds, a moment as seconds since 1970, or a date as in a mail; what is past is negative."""
    text = text.strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        number = float(text)
        seconds = number - at.timestamp() if number >= _AGES else number
        return timedelta(seconds=min(seconds, LONGEST_WAIT.total_seconds()))
    try:
        until = parsedate_to_datetime(text)
        # A date without a zone is meant as HTTP's are.
        return (until if until.tzinfo else until.replace(tzinfo=UTC)) - at
    except (ValueError, OverflowError):
        return None


class _Points(msgspec.Struct, frozen=True, rename="camel"):
    ms_before_next: Annotated[float, msgspec.Meta(ge=0)]


class _Busy(msgspec.Struct, frozen=True):
    data: _Points


class _TooMany(msgspec.Struct, frozen=True):
    errors: Annotated[list[_Busy], msgspec.Meta(min_length=1)]


def _points(body: bytes) -> timedelta | None:
    """Segment's: the header comes where the token asked too often; where the address did, only
    the body's first error says for how long (https://docs.segmentapis.com/tag/Rate-Limits)."""
    try:
        first, *_ = msgspec.json.decode(body, type=_TooMany).errors
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return min(timedelta(milliseconds=min(first.data.ms_before_next, 1e9)), LONGEST_WAIT)
