"""What Supertone may be asked, and how it says that a question is not one."""

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from multidict import MultiMapping

DIMENSIONS = ("voice_id", "voice_name", "api_key", "model")
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Question:
    start: datetime
    end: datetime
    width: timedelta
    dimensions: tuple[str, ...]
    size: int
    token: "Token"

    def starts(self, now: datetime) -> Sequence[datetime]:
        """Of the buckets on the grid of the asked zone, none of them in the future."""
        zone = self.start.tzinfo
        grid = datetime(1970, 1, 1, tzinfo=zone)
        first = self.start - (self.start - grid) % self.width
        count = -((first - min(self.end, now)) // self.width)
        return [first + step * self.width for step in range(count)]


@dataclass(frozen=True, slots=True)
class Token:
    """Where a page begins. Opaque to the caller, as the vendor's own."""

    offset: int = 0
    again: bool = False

    def text(self) -> str:
        words = {"o": self.offset, "a": self.again}
        return base64.b64encode(json.dumps(words, separators=(",", ":")).encode()).decode()


class BadRequestError(Exception):
    """The vendor says what is wrong in a sentence, or in a list of them."""

    def __init__(self, said: str | list[str]) -> None:
        super().__init__(said)
        self.said = said


def usage_asked(query: MultiMapping[str]) -> Question:
    dimensions = tuple(query.getall("breakdown_type", []))
    size = query.get("page_size", "10")
    width = query.get("bucket_width", "day")
    complaints = {
        "start_time must be a valid RFC3339 timestamp": not _is_moment(query.get("start_time", "")),
        "end_time must be a valid RFC3339 timestamp": not _is_moment(query.get("end_time", "")),
        "page_size must be a number from 1 to 20": not re.fullmatch(r"[1-9]|1\d|20", size),
        "bucket_width must be hour or day": width not in ("hour", "day"),
        "breakdown_type is not known": not set(dimensions) <= set(DIMENSIONS),
    }
    if any(complaints.values()):
        raise BadRequestError([said for said, holds in complaints.items() if holds])
    if {"voice_id", "voice_name"} <= set(dimensions):
        raise BadRequestError("voice_id and voice_name cannot be combined")
    start = datetime.fromisoformat(query["start_time"])
    # The vendor ignores the offset of the end where it differs from that of the start.
    end = datetime.fromisoformat(query["end_time"]).replace(tzinfo=start.tzinfo)
    if end <= start:
        raise BadRequestError("end_time must be later than start_time")
    span = timedelta(hours=1) if width == "hour" else timedelta(days=1)
    return Question(start, end, span, dimensions, int(size), _token_asked(query))


def _is_moment(text: str) -> bool:
    try:
        return RFC_3339.fullmatch(text) is not None and bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def _token_asked(query: MultiMapping[str]) -> Token:
    if "next_page_token" not in query:
        return Token()
    try:
        words = json.loads(base64.b64decode(query["next_page_token"], validate=True))
        return Token(max(int(words["o"]), 0), again=bool(words["a"]))
    except (ValueError, KeyError, TypeError):
        raise BadRequestError("next_page_token is not valid") from None


def day_asked(query: MultiMapping[str], name: str) -> date:
    text = query.get(name, "")
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else _no_day(name)
    except ValueError:
        return _no_day(name)


def _no_day(name: str) -> date:
    raise BadRequestError([f"{name} must be a date such as 2025-05-20"])
