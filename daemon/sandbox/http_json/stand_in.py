"""A stand-in for a vendor without a module: one invented account, told in many shapes."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from aiohttp import web
from aiohttp.typedefs import Handler

from daemon.clock import Clock
from daemon.sandbox.faults import CannedAnswers
from daemon.sandbox.http_json.pages import Asked, BadRequestError, Page, day_of
from daemon.sandbox.world import Voice, World, clock_hours
from rules.series import EPOCH

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_EVENT = timedelta(minutes=20)


@dataclass(slots=True)
class Faults(CannedAnswers):
    """What a test may do to the stand-in while it runs."""

    loop: bool = False
    """Every page but the last leads back to the first."""
    same_page: bool = False
    """Page numbers and offsets are not read: every page is the first."""
    pages_twice: bool = False
    """Every page but the last comes two times."""
    lost_cursor: bool = False
    """Cursors are no longer known."""
    elsewhere: str | None = None
    """Another host, to which the next page is said to have moved."""
    null_balance: bool = False


class HttpJsonStandIn:
    """Paging by cursor (/v1/usage), page (/v1/days), offset (/v1/events) and link (/v1/links,
    /v1/next); an amount for one day (/v1/day), a level (/v1/balance) and running totals
    (/v1/totals, /v1/month)."""

    def __init__(
        self,
        world: World,
        clock: Clock,
        keys: frozenset[str] | None = None,
        powerless: frozenset[str] = frozenset(),
    ) -> None:
        """`keys`: those that are good, None for any; the `powerless` may ask nothing."""
        self.world = world
        self.clock = clock
        self.keys = keys
        self.powerless = powerless
        self.faults = Faults()

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self.faults.middleware, self._guarded])
        app.router.add_get("/v1/usage", self._usage)
        app.router.add_get("/v1/days", self._days)
        app.router.add_get("/v1/events", self._events)
        app.router.add_get("/v1/links", self._links)
        app.router.add_get("/v1/next", self._links)
        app.router.add_get("/v1/day/{day}", self._one_day)
        app.router.add_get("/v1/balance", self._balance)
        app.router.add_get("/v1/totals", self._totals)
        app.router.add_get("/v1/month", self._month)
        return app

    def used(self, voice: Voice, start: datetime, end: datetime) -> float:
        """The truth: what a voice used between two moments, as far as they are past."""
        return self._used(voice, [start], [end])[0]

    def revise(self, voice: str, hour: datetime, minutes: float) -> None:
        """From now on the vendor says something else about an hour of the past."""
        key = (voice, int(clock_hours(hour)))
        self.world = replace(self.world, revised={**self.world.revised, key: minutes})

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        key = key or request.headers.get("X-Api-Key", "") or request.query.get("api_key", "")
        if self.keys is not None and key not in self.keys | self.powerless:
            return _error(401, "this key is not known")
        if key in self.powerless:
            return _error(403, "this key may not read usage")
        try:
            return await handler(request)
        except BadRequestError as refusal:
            return _error(400, refusal.said)

    async def _usage(self, request: web.Request) -> web.Response:
        """Buckets of an hour, each with its voices inside; a cursor while there is more."""
        asked = Asked(request)
        starts = self._starts(asked.moment("start"), asked.moment("end"), _HOUR)
        page = asked.page(len(starts), self.faults)
        buckets = [
            {
                "starting_at": _iso(start),
                "results": [
                    {"who": {"id": voice.id, "name": voice.name}, "minutes": used}
                    for voice, used in row
                ],
            }
            for start, row in self._table(starts[page.rows], _HOUR)
        ]
        meta = {"next_cursor": page.cursor, "total": len(starts)}
        return web.json_response({"data": buckets, "meta": meta})

    async def _days(self, request: web.Request) -> web.Response:
        """Rows of a voice and a day, by page number; amounts come as text."""
        asked = Asked(request)
        rows = [
            {"day": start.date().isoformat(), "voice": voice.name, "minutes": str(used)}
            for start, row in self._table(self._days_asked(asked), _DAY)
            for voice, used in row
        ]
        page = asked.numbered(len(rows), self.faults)
        return web.json_response({"usages": rows[page.rows], "has_more": page.more})

    async def _events(self, request: web.Request) -> web.Response:
        """What was used every twenty minutes, each an event with its id, by offset; at most a
        hundred on a page, however many are asked for."""
        asked = Asked(request)
        starts = self._starts(asked.millis("from"), asked.millis("to"), _EVENT)
        events = [
            {"id": f"{voice.id}-{start.timestamp():.0f}", "voice": voice.id}
            | {"at": int(start.timestamp() * 1000), "seconds": round(60 * used, 6)}
            for start, row in self._table(starts, _EVENT)
            for voice, used in row
        ]
        page = asked.offset(len(events), self.faults)
        return web.json_response({"events": events[page.rows]})

    async def _links(self, request: web.Request) -> web.Response:
        """Pairs of a moment and an amount, keyed by voice; the next page is an address."""
        asked = Asked(request)
        starts = self._starts(asked.unix("since"), asked.unix("until"), _HOUR)
        page = asked.page(len(starts), self.faults)
        told: defaultdict[str, list[object]] = defaultdict(list)
        for start, row in self._table(starts[page.rows], _HOUR):
            for voice, used in row:
                told[voice.id].append([int(start.timestamp()), used])
        return self._linked(request, told, page)

    def _linked(self, request: web.Request, told: Mapping[str, object], page: Page) -> web.Response:
        url = request.url.update_query(cursor=page.cursor) if page.cursor else None
        if url and self.faults.elsewhere:
            url = url.with_host(self.faults.elsewhere)
        if request.path == "/v1/next":
            following = url and str(url if self.faults.elsewhere else url.relative())
            return web.json_response({"voices": told, "next": following})
        first = f'<{request.url.without_query_params("cursor")}>; rel="first"'
        links = f'{first}, <{url}>; rel="next"' if url else first
        return web.json_response({"voices": told}, headers={"Link": links})

    async def _one_day(self, request: web.Request) -> web.Response:
        """One day's use by voice, which says nowhere what day it is."""
        day = day_of("day", request.match_info["day"])
        told = {voice.id: self.used(voice, day, day + _DAY) for voice in self.world.voices}
        return web.json_response({"minutes": told})

    async def _balance(self, _request: web.Request) -> web.Response:
        spent = self._spent(self.clock.now())
        balance = None if self.faults.null_balance else round(50_000 - spent, 6)
        return web.json_response({"account": {"balance": balance}})

    async def _totals(self, request: web.Request) -> web.Response:
        """What was used since the month began, by day."""
        starts = self._days_asked(Asked(request))
        began, ends = [day.replace(day=1) for day in starts], [day + _DAY for day in starts]
        rows = [
            {"day": start.date().isoformat(), "voice": voice.id, "month_to_date": total}
            for voice in self.world.voices
            for start, total in zip(starts, self._used(voice, began, ends), strict=True)
            if total > 0
        ]
        return web.json_response({"totals": rows})

    async def _month(self, _request: web.Request) -> web.Response:
        now = self.clock.now()
        rows = [
            {"voice": voice.id, "minutes": self.used(voice, _midnight(now.replace(day=1)), now)}
            for voice in self.world.voices
        ]
        return web.json_response({"month_to_date": rows})

    def _starts(self, start: datetime, end: datetime, step: timedelta) -> Sequence[datetime]:
        """Of the spans of this length that are asked for and have begun."""
        first = start - (start - EPOCH) % step
        count = -((first - min(end, self.clock.now())) // step)
        return [first + at * step for at in range(max(count, 0))]

    def _days_asked(self, asked: Asked) -> Sequence[datetime]:
        return self._starts(asked.day("first"), asked.day("last") + _DAY, _DAY)

    def _table(
        self, starts: Sequence[datetime], width: timedelta
    ) -> Iterator[tuple[datetime, Sequence[tuple[Voice, float]]]]:
        """Every span with the voices that were heard in it."""
        ends = [start + width for start in starts]
        voices = self.world.voices
        columns = [self._used(voice, starts, ends) for voice in voices]
        for at, start in enumerate(starts):
            row = [(voice, told[at]) for voice, told in zip(voices, columns, strict=True)]
            yield start, [(voice, used) for voice, used in row if used > 0]

    def _used(
        self, voice: Voice, starts: Sequence[datetime], ends: Sequence[datetime]
    ) -> list[float]:
        """Nothing is used in the future."""
        lows = np.array([clock_hours(start) for start in starts])
        highs = np.array([clock_hours(end) for end in ends])
        until = np.maximum(np.minimum(highs, clock_hours(self.clock.now())), lows)
        return [round(used, 6) for used in self.world.used(voice, lows, until).tolist()]

    def _spent(self, now: datetime) -> float:
        month = _midnight(now.replace(day=1))
        return sum(self.used(voice, month, now) for voice in self.world.voices)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _error(status: int, said: str) -> web.Response:
    body = {"error": {"code": status, "message": said}}
    return web.Response(status=status, text=json.dumps(body), content_type="application/json")
