"""What Fastly may be asked, and how it says that a question is not one."""

import base64
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from multidict import MultiMapping

DEFAULT_LIMIT, MOST_LIMIT, MOST_MONTHS = 1_000, 10_000, 3


class BadRequestError(Exception):
    """The parameter that is not good."""


@dataclass(frozen=True, slots=True, order=True)
class YearMonth:
    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def start(self) -> datetime:
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def next(self) -> "YearMonth":
        return YearMonth(self.year + self.month // 12, self.month % 12 + 1)


@dataclass(frozen=True, slots=True)
class Span:
    """Whole months, the first and the last both counted."""

    first: YearMonth
    last: YearMonth

    def months(self) -> list[YearMonth]:
        months = [self.first]
        while months[-1] < self.last:
            months.append(months[-1].next)
        return months


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows of an answer are asked for. A cursor is good for the question it came with."""

    offset: int
    limit: int
    question: str

    def cursor(self, offset: int) -> str:
        words = json.dumps({"o": offset, "q": self.question}, separators=(",", ":"))
        return base64.b64encode(words.encode()).decode()


def span_asked(query: MultiMapping[str]) -> Span:
    """As the older of the two endpoints wants it: both months, and three at most."""
    span = _span(_month(query, "start_month"), _month(query, "end_month"))
    if len(span.months()) > MOST_MONTHS:
        raise BadRequestError("end_month")
    return span


def span_meant(query: MultiMapping[str], now: datetime) -> Span:
    """As the other wants it: the current month unless something else is asked for."""
    this = YearMonth(now.year, now.month)
    first = _month(query, "start_month") if "start_month" in query else None
    last = _month(query, "end_month") if "end_month" in query else None
    return _span(first or min(last or this, this), last or max(first or this, this))


def page_asked(query: MultiMapping[str], most: int = MOST_LIMIT) -> Page:
    """At `most` so many rows, whatever was asked for."""
    limit = query.get("limit", str(DEFAULT_LIMIT))
    if not re.fullmatch(r"[1-9]\d{0,4}", limit) or int(limit) > MOST_LIMIT:
        raise BadRequestError("limit")
    asked = sorted((key, value) for key, value in query.items() if key != "cursor")
    page = Page(0, min(int(limit), most), sha256(repr(asked).encode()).hexdigest()[:12])
    cursor = query.get("cursor", "")
    return Page(_offset(cursor, page), page.limit, page.question) if cursor else page


def _offset(cursor: str, page: Page) -> int:
    try:
        words = json.loads(base64.b64decode(cursor, validate=True))
        offset, question = int(words["o"]), words["q"]
    except (ValueError, KeyError, TypeError):
        raise BadRequestError("cursor") from None
    if question != page.question or offset < 0:
        raise BadRequestError("cursor")
    return offset


def _month(query: MultiMapping[str], name: str) -> YearMonth:
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", query.get(name, ""))
    if found is None or int(found[1]) < 1:
        raise BadRequestError(name)
    return YearMonth(int(found[1]), int(found[2]))


def _span(first: YearMonth, last: YearMonth) -> Span:
    if last < first:
        raise BadRequestError("end_month")
    return Span(first, last)
