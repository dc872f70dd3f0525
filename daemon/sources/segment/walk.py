"""All pages of one usage month, from the first to the last."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Generic, TypeVar

from daemon.endpoint import Endpoint
from daemon.http import Web
from daemon.source import SourceChanged, SourceError, SourceRefused, Window
from daemon.sources.segment.wire import Page
from rules.series import Labels

PAGE = 200
"""Rows on a page. Newer pages of the vendor allow 1000, older ones 200 at most; it gives 200 to who
does not ask. So this is what every word of it allows."""
MOST_IDLE = 10
"""Pages in a row that tell nothing new, before the walk is taken for one without an end."""
MOST_PAGES = 2000
"""Of one usage month: 30 days of more sources than a daemon is willing to tell apart."""

Snapshots = dict[tuple[Labels, datetime], int]
"""Running totals, by whose they are and the moment they are stamped with."""

Shape = TypeVar("Shape", bound=Page)


@dataclass(frozen=True, slots=True)
class Walk(Generic[Shape]):
    """Whole, or not at all."""

    endpoint: Endpoint
    shape: type[Shape]
    http: Web
    at: datetime

    async def snapshots(self, month: Window) -> Snapshots:
        """What a usage month holds. Of a row that comes on two pages the later one stands: rows
        move while pages are read, and today's still grow."""
        query = [("period", month.start.date().isoformat()), ("pagination.count", str(PAGE))]
        page: Page = await self.endpoint.ask(self.http, query, self.shape, self.at)
        told, seen, idle = self._told(page, month), set[str](), 0
        while cursor := page.data.pagination.next:
            if cursor in seen or idle == MOST_IDLE or len(seen) == MOST_PAGES:
                count = f"read {len(seen) + 1}, the last {idle + 1} with nothing new"
                raise self.endpoint.refused(f"its pages do not end: {count}, kept none")
            seen.add(cursor)
            page = await self._further([*query, ("pagination.cursor", cursor)])
            before = len(told)
            told |= self._told(page, month)
            idle = 0 if len(told) > before else idle + 1
        return told

    async def _further(self, query: list[tuple[str, str]]) -> Page:
        """The vendor took the same question for the first page, so it is the cursor that it no
        longer knows: the next poll begins a new walk, and hears it if it is something else."""
        try:
            return await self.endpoint.ask(self.http, query, self.shape, self.at)
        except SourceChanged:
            raise
        except SourceRefused as error:
            raise SourceError(f"{error}; the pages will be asked for again") from error

    def _told(self, page: Page, month: Window) -> Snapshots:
        told: Snapshots = {}
        for row in page.data.rows:
            key = row.labels(), self._moment(row.timestamp, month)
            total = int(row.api_calls)
            if told.setdefault(key, total) != total:
                whose = "".join(f" of {value}" for _, value in key[0])
                found = f"{row.timestamp}{whose}: {told[key]} and {total}"
                raise self.endpoint.changed(f"one page tells two totals for {found}")
        return told

    def _moment(self, text: str, month: Window) -> datetime:
        """A day, or a moment of it; inside the month that was asked for."""
        moment = _read(text)
        if moment is None:
            found = self.endpoint.shown(text)
            what = f"expected an ISO 8601 date or time as `timestamp`, got {found!r}"
            raise self.endpoint.changed(f"its contract has changed: {what}")
        if not month.start <= day_of(moment) < month.end:
            span = f"{month.start.date()} up to {month.end.date()}"
            what = f"asked for {span}, told of {self.endpoint.shown(text)}"
            raise self.endpoint.changed(f"its contract has changed: {what}")
        return moment


_ISO = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII)


def _read(text: str) -> datetime | None:
    """An aware moment; midnight UTC for a date alone. None where it is none."""
    if not _ISO.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def day_of(moment: datetime) -> datetime:
    """The day that a snapshot is of: its date as the vendor writes it, counted as one of UTC."""
    return datetime.combine(moment.date(), time(), UTC)
