"""A stand-in for Segment: API calls of an invented workspace as running totals, traps included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Handler

from daemon.clock import Clock
from daemon.sandbox.faults import CannedAnswers
from daemon.sandbox.segment.calls import DAY, Workspace
from daemon.sandbox.segment.limit import Points
from daemon.sandbox.segment.query import Cursor, InvalidError, Question, asked
from daemon.sandbox.world import World

Row = dict[str, str]
Region = Literal["us", "eu"]


@dataclass(slots=True)
class Faults(CannedAnswers):
    """What a test or a script may do to the stand-in while it runs."""

    shuffled: bool = False
    """Rows come in no order that means anything."""
    most: int = 1000
    """Rows on a page, whatever is asked for; older words of the vendor say 200."""
    overlap: int = 0
    """So many rows of each page come again on the next."""
    empty_pages: bool = False
    """Every second page holds nothing, and leads on."""
    loop: bool = False
    """Every page leads back to the first."""
    plain_dates: bool = False
    """Days are stamped with their date alone."""
    forgets_deleted: bool = False
    """A source that was deleted takes its rows with it."""
    reach: timedelta | None = None
    """Of usage months that began longer ago there are no rows."""
    limit: int = 1000
    """Calls that are answered in a minute."""
    limited_by: Literal["token", "address"] = "token"
    """Whether a header or only the body of a 429 says when to come back."""


class SegmentStandIn:
    def __init__(
        self,
        world: World,
        clock: Clock,
        tokens: Mapping[str, Region] | None = None,
        powerless: frozenset[str] = frozenset(),
        region: Region = "us",
        period_day: int = 1,
    ) -> None:
        """`tokens`: those that are good, each in its region, None for any; the `powerless` may
        ask nothing. It answers for one `region`, and its usage months begin on `period_day`."""
        self.workspace = Workspace(world)
        self.clock = clock
        self.tokens = tokens
        self.powerless = powerless
        self.region = region
        self.period_day = period_day
        self.faults = Faults()
        self._points = Points()

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self.faults.middleware, self._guarded])
        app.router.add_get("/usage/api-calls/daily", self._workspace_daily)
        app.router.add_get("/usage/api-calls/sources/daily", self._sources_daily)
        return app

    def restate(self, source: str, day: datetime, calls: int) -> None:
        """From now on the vendor says something else of a day; less than nothing makes its running
        total fall."""
        self.workspace.restate(source, day, calls)

    def used(self, source: str | None, day: datetime) -> int:
        """The truth: calls of that day so far, of one source or of all."""
        who = self.workspace.sources if source is None else [source]
        return sum(self.workspace.calls(each, [day], self.clock.now())[0] for each in who)

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        known = self.tokens is None or self.tokens.get(token) == self.region
        if scheme != "Bearer" or not token or not known or token in self.powerless:
            error = {"type": "unauthorized", "message": "Unauthorized", "status": 401}
            return _error(401, error)
        if self._points.spend(self.clock.now()) > self.faults.limit:
            return self._too_many()
        try:
            response = await handler(request)
        except InvalidError as wrong:
            wrongly = {"type": "input-validation", "message": wrong.said, "field": wrong.field}
            return _error(422, wrongly)
        except web.HTTPNotFound:
            return _error(404, {"type": "not-found", "message": "Resource not found"})
        response.headers.update(self._points.headers(self.faults.limit))
        return response

    def _too_many(self) -> web.Response:
        left = self._points.left(self.clock.now())
        points = {
            "remainingPoints": 0,
            "msBeforeNext": left // timedelta(milliseconds=1),
            "consumedPoints": self._points.spent,
        }
        error = {"type": "RequestError", "message": "Too many requests", "data": points}
        response = _error(429, error)
        if self.faults.limited_by == "token":
            response.headers["Retry-After"] = str(-(-left // timedelta(seconds=1)))
        return response

    async def _workspace_daily(self, request: web.Request) -> web.Response:
        question = asked(request.query, self.period_day)
        days = self._days(question)
        totals = self.workspace.totals(days, self.clock.now()).values()
        told = [
            {"apiCalls": str(total), "timestamp": self._stamp(day)}
            for day, total in zip(days, map(sum, zip(*totals, strict=True)), strict=True)
            if total > 0
        ]
        return self._page("dailyWorkspaceAPICallsUsage", told, question)

    async def _sources_daily(self, request: web.Request) -> web.Response:
        """From the day on which a source was first used. A day that adds nothing has a row of it
        or not: nobody says which."""
        question, now = asked(request.query, self.period_day), self.clock.now()
        days = self._days(question)
        totals = self.workspace.totals(days, now)
        gone = self.workspace.deleted(now) if self.faults.forgets_deleted else frozenset()
        told = [
            {"sourceId": source, "apiCalls": str(total), "timestamp": self._stamp(day)}
            for place, day in enumerate(days)
            for source, (before, total) in _steps(totals, place)
            if total > 0 and source not in gone and (total != before or place % 2)
        ]
        return self._page("dailyPerSourceAPICallsUsage", told, question)

    def _days(self, question: Question) -> Sequence[datetime]:
        """Of a usage month, up to today."""
        now, start = self.clock.now(), question.period
        if self.faults.reach is not None and start < now - self.faults.reach:
            return []
        end = min((start.replace(day=1) + 31 * DAY).replace(day=start.day), now)
        return [start + step * DAY for step in range(-((start - end) // DAY))]

    def _stamp(self, day: datetime) -> str:
        text = day.date().isoformat()
        return text if self.faults.plain_dates else f"{text}T00:00:00.000Z"

    def _page(self, name: str, rows: Sequence[Row], question: Question) -> web.Response:
        told = sorted(rows, key=_salted) if self.faults.shuffled else rows
        cursor, count = question.cursor, min(question.count, self.faults.most)
        pagination = {"current": cursor.text(), **self._further(cursor, count, len(told))}
        if cursor.offset > 0:
            pagination["previous"] = Cursor(max(cursor.offset - count, 0)).text()
        here = [] if cursor.empty else list(told[cursor.offset :][:count])
        return web.json_response({"data": {name: here, "pagination": pagination}})

    def _further(self, cursor: Cursor, count: int, total: int) -> dict[str, str | int | None]:
        """After the last page null or nothing, by turns; and how many rows there are, mostly: all
        of it is the vendor's way."""
        end = cursor.offset + count
        entries: dict[str, str | int | None] = {"totalEntries": total} if total % 3 else {}
        if cursor.empty:
            return {**entries, "next": Cursor(cursor.offset).text()}
        if end >= total:
            return entries if total % 2 else {**entries, "next": None}
        if self.faults.loop:
            return {**entries, "next": Cursor().text()}
        further = max(end - self.faults.overlap, cursor.offset + 1)
        return {**entries, "next": Cursor(further, self.faults.empty_pages).text()}


def _error(status: int, error: Mapping[str, object]) -> web.Response:
    return web.json_response({"errors": [error]}, status=status)


def _steps(
    totals: Mapping[str, Sequence[int]], place: int
) -> Sequence[tuple[str, tuple[int, int]]]:
    """For every source its total before a day and at its end."""
    return [
        (source, (told[place - 1] if place else 0, told[place])) for source, told in totals.items()
    ]


def _salted(row: Row) -> bytes:
    return sha256(repr(sorted(row.items())).encode()).digest()
