"""What a vendor without a module may be asked, and which page of the answer that is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from aiohttp import web

from rules.series import EPOCH

USUAL, MOST = 50, 100
"""Rows on a page that nobody asked a size for, and on any other."""


class PageFaults(Protocol):
    @property
    def loop(self) -> bool: ...
    @property
    def same_page(self) -> bool: ...
    @property
    def pages_twice(self) -> bool: ...
    @property
    def lost_cursor(self) -> bool: ...


class BadRequestError(Exception):
    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


@dataclass(frozen=True, slots=True)
class Page:
    rows: slice
    more: bool
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    request: web.Request

    def moment(self, name: str) -> datetime:
        return self._read(name, datetime.fromisoformat, "a moment such as 2025-05-20T10:00:00Z")

    def day(self, name: str) -> datetime:
        return day_of(name, self.request.query.get(name, ""))

    def unix(self, name: str) -> datetime:
        return self._read(name, lambda text: EPOCH + timedelta(seconds=int(text)), "seconds")

    def millis(self, name: str) -> datetime:
        return self._read(
            name, lambda text: EPOCH + timedelta(milliseconds=int(text)), "milliseconds"
        )

    def page(self, count: int, faults: PageFaults) -> Page:
        """The page that the cursor begins; the cursor says from where, and whether again."""
        text = self.request.query.get("cursor", "c-0")
        if faults.lost_cursor and text != "c-0":
            raise BadRequestError("this cursor is no longer known")
        at, again = self._whole(text.removeprefix("c-").removesuffix("-again")), "again" in text
        end = at + self._size()
        if end >= count:
            return Page(slice(at, end), more=False)
        cursor = "c-0" if faults.loop else f"c-{end}"
        if faults.pages_twice and not again:
            cursor = f"c-{at}-again"
        return Page(slice(at, end), more=True, cursor=cursor)

    def numbered(self, count: int, faults: PageFaults) -> Page:
        number = 1 if faults.same_page else self._whole(self.request.query.get("page", "1"))
        at, end = (number - 1) * self._size(), number * self._size()
        return Page(slice(at, end), more=end < count)

    def offset(self, count: int, faults: PageFaults) -> Page:
        at = 0 if faults.same_page else self._whole(self.request.query.get("offset", "0"))
        return Page(slice(at, at + self._size()), more=at + self._size() < count)

    def _size(self) -> int:
        return min(self._whole(self.request.query.get("limit", str(USUAL))), MOST)

    def _whole(self, text: str) -> int:
        if not text.isascii() or not text.isdigit():
            raise BadRequestError("a page is asked for by a whole number")
        return int(text)

    def _read(self, name: str, read: Callable[[str], datetime], what: str) -> datetime:
        return _moment(name, self.request.query.get(name, ""), read, what)


def day_of(name: str, text: str) -> datetime:
    """Midnight of a day, or a refusal that names what was asked."""
    return _moment(
        name, text, lambda day: datetime.combine(date.fromisoformat(day), time(), UTC), "a date"
    )


def _moment(name: str, text: str, read: Callable[[str], datetime], what: str) -> datetime:
    try:
        at = read(text)
    except (ValueError, OverflowError):
        raise BadRequestError(f"{name}: expected {what}") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
