"""A stand-in for Fastly: its two usage endpoints over an invented account, traps included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np
from aiohttp import web
from aiohttp.typedefs import Handler

from daemon.clock import Clock
from daemon.sandbox.fastly.account import METERS, SERVICES, Meter, Service
from daemon.sandbox.fastly.query import (
    MOST_LIMIT,
    BadRequestError,
    Page,
    Span,
    YearMonth,
    page_asked,
    span_asked,
    span_meant,
)
from daemon.sandbox.faults import CannedAnswers
from daemon.sandbox.world import World, clock_hours
from rules.series import EPOCH

CUSTOMER = "7i6HN3TK9wS159v2gPAZ8A"

Row = dict[str, str | float]
Json = dict[str, object]


@dataclass(slots=True)
class Faults(CannedAnswers):
    """What a test or a script may do to the stand-in while it runs."""

    data: Literal["object", "list", "null"] = "object"
    """As what the services come; null for whoever asks for the account, too."""
    null_details: bool = False
    """Where there is no service, `details` is null and not an empty list."""
    loop: bool = False
    """Every page leads to the second."""
    bare: bool = False
    """Rows of the account lack all that may be missing."""
    repeats: bool = False
    """The first row of every later page is the last of the page before."""
    counts_until: datetime | None = None
    """Since then nothing is counted any more."""
    page: int | None = None
    """So many services are the most of a page, whatever was asked for."""
    calls_left: int | None = None
    """After so many calls the account is over its limit."""


@dataclass(frozen=True, slots=True)
class _Restatement:
    usage_type: str
    month: YearMonth
    at: datetime
    times: float


class FastlyStandIn:
    def __init__(
        self,
        world: World,
        clock: Clock,
        services: Sequence[Service] = SERVICES,
        recalculates: timedelta = timedelta(hours=1),
        keys: frozenset[str] | None = None,
        powerless: frozenset[str] = frozenset(),
    ) -> None:
        """`recalculates`: how often the vendor counts anew. `keys`: those that are good, None for
        any; the `powerless` are of a role that may not see what is billed."""
        self.world = world
        self.clock = clock
        self.services = services
        self.recalculates = recalculates
        self.keys = keys
        self.powerless = powerless
        self.faults = Faults()
        self._restated: list[_Restatement] = []

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self.faults.middleware, self._guarded])
        app.router.add_get("/billing/v3/usage-metrics", self._usage)
        app.router.add_get("/billing/v3/service-usage-metrics", self._service_usage)
        return app

    def restate(self, usage_type: str, month: str, times: float) -> None:
        """From now on, what a month held of a usage type up to this moment is so many times what
        it was. What is used after is counted as ever."""
        year, number = month.split("-")
        now = self._counted_at()
        at = YearMonth(int(year), int(number))
        self._restated.append(_Restatement(usage_type, at, now, times))

    def used(self, service: Service, meter: Meter, start: datetime, end: datetime) -> float:
        """What a service truly used between two moments, as it is billed, restated by nobody."""
        if end <= start:
            return 0.0
        span = np.array([clock_hours(start)]), np.array([clock_hours(end)])
        requests = float(self.world.used(service, *span)[0]) * service.share(meter)
        return requests * meter.each / meter.block

    def total(self, service: Service, meter: Meter, month: YearMonth) -> float:
        """What the vendor says that a service used in a month, as far as it counted."""
        end = min(self._counted_at(), month.next.start)
        total, since = 0.0, month.start
        for one in self._restated:
            if (one.usage_type, one.month) == (meter.usage_type, month):
                until = min(one.at, end)
                total = (total + self.used(service, meter, since, until)) * one.times
                since = max(since, until)
        return round(total + self.used(service, meter, since, end), 6)

    def _counted_at(self) -> datetime:
        """The last moment up to which use is in the numbers."""
        now = min(self.clock.now(), self.faults.counts_until or self.clock.now())
        return now - (now - EPOCH) % self.recalculates

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if (refusal := self._refusal(request.headers.get("Fastly-Key", ""))) is not None:
            return refusal
        try:
            return await handler(request)
        except BadRequestError as refusal:
            return _problem("Bad Request", f"invalid_{refusal}")

    def _refusal(self, key: str) -> web.Response | None:
        """In the vendor's older shapes: only what is wrong with a question comes in the newest."""
        if not key or (self.keys is not None and key not in self.keys | self.powerless):
            said = {"msg": "Provided credentials are missing or invalid"}
            return web.json_response(said, status=401)
        if key in self.powerless:
            said = {"title": "Not authorized", "detail": "Your role does not allow this"}
            return web.json_response({"errors": [{**said, "status": "403"}]}, status=403)
        return self._over_the_limit()

    def _over_the_limit(self) -> web.Response | None:
        """With the vendor's own headers and no `Retry-After`, which it does not promise."""
        if self.faults.calls_left is None:
            return None
        self.faults.calls_left -= 1
        if self.faults.calls_left >= 0:
            return None
        reset = int(self.clock.now().timestamp()) // 60 * 60 + 60
        headers = {"Fastly-RateLimit-Remaining": "0", "Fastly-RateLimit-Reset": str(reset)}
        said = {"msg": "Too Many Requests", "detail": "API rate limit exceeded"}
        return web.json_response(said, status=429, headers=headers)

    async def _usage(self, request: web.Request) -> web.Response:
        span = span_asked(request.query)
        rows = [row for month in span.months() for row in self._account_rows(month)]
        return web.json_response({"data": None if self.faults.data == "null" else rows})

    def _account_rows(self, month: YearMonth) -> Sequence[Row]:
        if month.start >= self._counted_at():
            return []
        totals = [sum(self.total(each, meter, month) for each in self.services) for meter in METERS]
        return [
            self._account_row(month, meter, total)
            for meter, total in zip(METERS, totals, strict=True)
            if total > 0
        ]

    def _account_row(self, month: YearMonth, meter: Meter, total: float) -> Row:
        row: Row = {
            "month": str(month),
            "product_id": meter.product_id,
            "usage_type": meter.usage_type,
            "quantity": round(total, 4),
            "raw_quantity": float(round(total * meter.block)),
        }
        if self.faults.bare:
            return row
        told: Row = {"name": meter.name or meter.usage_type, "unit": meter.unit}
        region: Row = {} if meter.region is None else {"region": meter.region}
        counted_at = self._last_counted(meter, month).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {**row, **told, **region, "last_updated_at": counted_at}

    def _last_counted(self, meter: Meter, month: YearMonth) -> datetime:
        """A month that is over is counted once more, at its end, and when it is restated."""
        end = month.next.start
        last = end + (EPOCH - end) % self.recalculates
        anew = [one.at for one in self._restated if one.month == month]
        return max(min(self._counted_at(), last), *anew, EPOCH)

    async def _service_usage(self, request: web.Request) -> web.Response:
        query = request.query
        span = span_meant(query, self.clock.now())
        page = page_asked(query, self.faults.page or MOST_LIMIT)
        meter = _meter_asked(query.get("product_id"), query.get("usage_type_name"))
        rows = [] if meter is None else self._service_rows(meter, span, query.get("service"))
        data = self._data(rows, span, page)
        if meter is not None:
            data |= {"usage_type": meter.usage_type, "unit": meter.unit}
        told = {"object": data, "list": [data], "null": None}[self.faults.data]
        return web.json_response({"data": told})

    def _data(self, rows: Sequence[Row], span: Span, page: Page) -> Json:
        end = span.last.next.start - timedelta(seconds=1)
        first = max(page.offset - (self.faults.repeats and page.offset > 0), 0)
        details = rows[first : page.offset + page.limit]
        return {
            "customer_id": CUSTOMER,
            "start_time": span.first.start.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "end_time": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "details": None if self.faults.null_details and not details else details,
            "meta": self._meta(len(rows), page),
        }

    def _meta(self, total: int, page: Page) -> Mapping[str, str | int]:
        """The limit that was asked for as a text is told as a number, and the end by an empty
        cursor."""
        following = page.offset + page.limit
        if self.faults.loop:
            following = page.limit
        cursor = page.cursor(following) if following < total else ""
        sort = "billing_start_date"
        return {"next_cursor": cursor, "limit": page.limit, "sort": sort, "total": total}

    def _service_rows(self, meter: Meter, span: Span, only: str | None) -> list[Row]:
        """Of services that were used; the others do not come."""
        sums = [
            (each, sum(self.total(each, meter, month) for month in span.months()))
            for each in self.services
            if only in (None, "", each.id)
        ]
        return [
            {
                "customer_id": CUSTOMER,
                "service_id": each.id,
                "service_name": each.name,
                "usage_units": total,
            }
            for each, total in sums
            if total > 0
        ]


def _meter_asked(product: str | None, usage_type: str | None) -> Meter | None:
    """The first that fits: nobody says what is told to who names no product or no usage type."""
    fits = (
        meter
        for meter in METERS
        if product in (None, "", meter.product_id) and usage_type in (None, "", meter.usage_type)
    )
    return next(fits, None)


def _problem(title: str, code: str) -> web.Response:
    """The documented shape. Its status is a text, too."""
    kind = "https://www.fastly.com/errors/bad-request"
    told = {"type": kind, "title": title, "code": code, "status": "400"}
    return web.json_response(told, status=400)
