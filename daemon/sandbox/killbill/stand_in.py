"""A stand-in for Kill Bill: usage read and recorded, and bundles by the page, traps included."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from daemon.clock import Clock
from daemon.sandbox.faults import CannedAnswers
from daemon.sandbox.killbill.bundles import PATH, bundles, page_asked
from daemon.sandbox.killbill.doors import Doors
from daemon.sandbox.killbill.large import LargeTenant
from daemon.sandbox.killbill.record import (
    Ledger,
    RefusedError,
    Use,
    bad_argument,
    moment,
    uses_posted,
)
from daemon.sandbox.killbill.tenant import Subscription, Tenant, invented

_GROUPS = r"\w+-\w+-\w+-\w+-\w+"
_HOUR = timedelta(hours=1)
_JSON = msgspec.json.Encoder(decimal_format="number")


@dataclass(slots=True)
class Faults(CannedAnswers):
    """What a test may do to the stand-in while it runs."""

    old: bool = False
    """Answer as servers before 0.24: plain dates, whole numbers."""
    lose_replies: int = 0
    """So many of the next POSTs are recorded, and their answers lost on the way."""


class KillBillStandIn:
    def __init__(self, clock: Clock, tenant: Tenant | None = None, doors: Doors | None = None):
        self.clock = clock
        self.tenant = invented(clock.now()) if tenant is None else tenant
        self.doors = Doors() if doors is None else doors
        self.faults = Faults()
        self.gone: set[str] = set()
        """Subscriptions that vanish: nobody lists them, nobody knows them."""
        self.elsewhere: set[str] = set()
        """Subscriptions of other tenants."""
        self._ledger = Ledger()

    @classmethod
    def large(cls, clock: Clock, subscriptions: int = 100_000) -> "KillBillStandIn":
        """With many subscriptions, which take no memory."""
        return cls(clock, LargeTenant(subscriptions, (clock.now() - timedelta(days=120)).date()))

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self.faults.middleware, self._guarded])
        usages = "/1.0/kb/usages"
        app.router.add_get(f"{usages}/{{id:{_GROUPS}}}", self._usage)
        app.router.add_get(f"{usages}/{{id:{_GROUPS}}}/{{unit}}", self._usage)
        app.router.add_post(usages, self._record)
        app.router.add_get(PATH, self._bundles)
        return app

    def used(self, subscription: str, start: datetime, end: datetime) -> Mapping[str, Decimal]:
        """The truth: of every unit that has a record from `start` up to, not including, `end`."""
        known = self._known(subscription)
        hour = self.clock.now().replace(minute=0, second=0, microsecond=0)
        own = self.tenant.used(known, start, min(end, hour))
        posted = self._ledger.used(known.id, start, end)
        units = {*own, *posted}
        return {unit: own.get(unit, Decimal(0)) + posted.get(unit, Decimal(0)) for unit in units}

    def revise(self, subscription: str, unit: str, at: datetime, by: Decimal) -> None:
        """More is recorded for a moment of the past, or less: nothing recorded is ever removed."""
        self._ledger.post(self._known(subscription), None, [Use(unit, at, by)])

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.doors.user(request) is None:
            challenge = {"WWW-Authenticate": 'BASIC realm="application"'}
            return _page(401, "Unauthorized", challenge)
        if not self.doors.open_to_tenant(request):
            return _page(401, "Unauthorized")
        try:
            return await handler(request)
        except RefusedError as refusal:
            return refusal.response()
        except web.HTTPNotFound:
            return _page(404, "Not Found")

    async def _usage(self, request: web.Request) -> web.Response:
        subscription = _uuid(request.match_info["id"])
        dates = [request.query.get(name) for name in ("startDate", "endDate")]
        start, end = (_moment_asked(text) for text in dates)
        sums = self.used(subscription, start, end)
        unit = request.match_info.get("unit")
        kept = {name: sums[name] for name in _shuffled(sums, start) if unit in (None, name)}
        body = {
            "subscriptionId": subscription,
            "startDate": self._told(start),
            "endDate": self._told(end),
            "rolledUpUnits": [
                {"unitType": name, "amount": self._amount(amount)} for name, amount in kept.items()
            ],
        }
        return web.Response(body=_JSON.encode(body), content_type="application/json")

    async def _record(self, request: web.Request) -> web.StreamResponse:
        posted, uses = uses_posted(await request.read())
        if not request.headers.get("X-Killbill-CreatedBy"):
            raise bad_argument("Header X-Killbill-CreatedBy needs to be set")
        if self.doors.user(request) in self.doors.readers:
            kind = "org.killbill.billing.security.SecurityApiException"
            raise RefusedError(401, kind, "User does not have permission [usage:record]")
        subscription = self._find(str(posted.subscription_id))
        if subscription is None:
            said = f"Subscription {posted.subscription_id} does not exist"
            kind = "org.killbill.billing.entitlement.api.EntitlementApiException"
            raise RefusedError(404, kind, said, 1082)
        self._ledger.post(subscription, posted.tracking_id, uses)
        if self.faults.lose_replies and request.transport is not None:
            self.faults.lose_replies -= 1
            request.transport.close()
        return web.Response(status=201, content_type="application/json")

    async def _bundles(self, request: web.Request) -> web.Response:
        page = page_asked(request.query)
        today = self.clock.now().date()
        body = bundles(self.tenant, page, today, self.gone)
        headers = page.headers(len(self.tenant))
        return web.Response(
            body=_JSON.encode(body), content_type="application/json", headers=headers
        )

    def _find(self, subscription: str) -> Subscription | None:
        return None if subscription in self.gone else self.tenant.find(subscription)

    def _known(self, subscription: str) -> Subscription:
        known = self._find(subscription)
        if subscription in self.elsewhere:
            said = f"Object id={subscription} type=SUBSCRIPTION doesn't belong to tenant id=1"
            raise RefusedError(500, "java.lang.IllegalStateException", said)
        if known is None:
            factory = "org.killbill.billing.util.callcontext.InternalCallContextFactory"
            said = f"Object id={subscription} type=SUBSCRIPTION doesn't exist!"
            raise RefusedError(404, f"{factory}$ObjectDoesNotExist", said)
        return known

    def _told(self, at: datetime) -> str:
        if self.faults.old:
            return at.date().isoformat()
        return at.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"

    def _amount(self, amount: Decimal) -> Decimal:
        """Nine decimals, which makes `0E-9` of nothing."""
        places = Decimal(1) if self.faults.old else Decimal("1e-9")
        return amount.quantize(places)


def _moment_asked(text: str | None) -> datetime:
    if text is None:
        raise RefusedError(400)
    return moment(text)


def _uuid(text: str) -> str:
    """Of the right shape, or nothing is there."""
    try:
        return str(UUID(text))
    except ValueError:
        raise web.HTTPNotFound from None


def _shuffled(sums: Mapping[str, Decimal], start: datetime) -> list[str]:
    """In no order that anyone could rely on."""
    return sorted(sums, reverse=start.day % 2 == 0)


def _page(status: int, title: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """The container's own, which knows no JSON."""
    text = f"<html><head><title>HTTP Status {status} – {title}</title></head></html>"
    return web.Response(status=status, text=text, content_type="text/html", headers=headers)
