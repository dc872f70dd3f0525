"""What Segment may be asked, and how it says that a question is not one."""

import base64
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from multidict import MultiMapping

MOST = 1000
USUAL = 200


class InvalidError(Exception):
    """The vendor names the parameter at fault."""

    def __init__(self, said: str, field: str) -> None:
        super().__init__(said)
        self.said = said
        self.field = field


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins. Opaque to the caller."""

    offset: int = 0
    empty: bool = False
    """Whether it leads to a page without rows, and from there to the one that it names."""

    def text(self) -> str:
        """Zeros in front see to it that it always ends in `=`, which callers like to send bare.

        >>> Cursor(0).text(), Cursor(2).text(), Cursor(200).text()
        ('MA==', 'Mg==', 'MDIwMA==')
        """
        words = f"{self.offset}{'-' if self.empty else ''}"
        padded = words if len(words) % 3 else f"0{words}"
        return base64.b64encode(padded.encode()).decode()


@dataclass(frozen=True, slots=True)
class Question:
    period: datetime
    count: int
    cursor: Cursor


def asked(query: MultiMapping[str], period_day: int) -> Question:
    """A question about the usage month that begins on a day of the month."""
    period = _period(query)
    if period.day != period_day:
        # What the vendor does here is not stated; this much a person can act on.
        raise InvalidError('"period" must be the start of a usage month', "period")
    count, cursor = _paging(query)
    if not re.fullmatch(r"[0-9]{1,4}", count) or not 1 <= int(count) <= MOST:
        said = f'"pagination.count" must be a number from 1 to {MOST}'
        raise InvalidError(said, "pagination.count")
    return Question(period, int(count), Cursor() if cursor is None else _cursor(cursor))


def _period(query: MultiMapping[str]) -> datetime:
    text = query.get("period", "")
    if not text:
        raise InvalidError('"period" is required', "period")
    try:
        return datetime.combine(date.fromisoformat(text[:10]), time(), UTC)
    except ValueError:
        raise InvalidError('"period" must be an ISO 8601 date', "period") from None


def _paging(query: MultiMapping[str]) -> tuple[str, str | None]:
    """Count and cursor, in any of the three ways that the vendor's own clients write them: with
    dots, with brackets, or as one JSON object."""
    told = _object(query["pagination"]) if "pagination" in query else {}
    for name in ("count", "cursor"):
        for key in (f"pagination.{name}", f"pagination[{name}]"):
            if key in query:
                told[name] = query[key]
    return told.get("count", str(USUAL)), told.get("cursor")


def _object(text: str) -> dict[str, str]:
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise InvalidError('"pagination" must be of type object', "pagination")
    return {name: str(told[name]) for name in ("count", "cursor") if name in told}


def _cursor(text: str) -> Cursor:
    try:
        words = base64.b64decode(text, validate=True).decode()
        return Cursor(int(words.removesuffix("-")), words.endswith("-"))
    except ValueError:
        raise InvalidError('"pagination.cursor" is not valid', "pagination.cursor") from None
