"""A source whose use is billed on, a Kill Bill that bills it, and a recorder between the two."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from daemon.clock import Clock
from daemon.http import Call, Http, HttpError, Reply, Web
from daemon.letter import Letter
from daemon.recorder import Ledger
from daemon.recording.record import Recording, Round
from daemon.sandbox.killbill.stand_in import Doors, KillBillStandIn
from daemon.sandbox.killbill.tenant import Bundle, InventedTenant, Subscription
from daemon.sandbox.loopback import serve
from daemon.sandbox.world import World
from daemon.secret import Secret
from daemon.source import Answer, Feed, Window
from daemon.sources.killbill.recorder import KillBillRecorder
from daemon.store import Store, open_store
from daemon.store.frame import Frame
from daemon.store.recordings import Entry, EntryState
from rules.alert import Event
from rules.recorded import DAY, midnight
from rules.series import Absent, Measure, Metric, Reading, labels_of
from tests.fakes import HOUR, HandClock, Meter

TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SUBSCRIPTION = "f3a4c2d0-8f5e-4a0b-9a63-0d8a2f0c1b11"
USER, PASSWORD = "clerk", "pw-51d7c09aa3"
KEY, SECRET = "kb-tenant-9e02c7", "kb-secret-3bd85f11a0"
MINUTES = Metric("tts", "minutes", "minutes", Measure.AMOUNT, HOUR, Absent.ZERO)


def kill_bill(clock: Clock, end: date | None = None) -> KillBillStandIn:
    """One subscription that uses nothing by itself."""
    names = ("account", "bundle", "acme", "acme-main", "Metered", "ADD_ON")
    own = Subscription(SUBSCRIPTION, *names, start=TODAY - 100 * DAY, end=end)
    bundle = Bundle("bundle", "account", "acme-main", (own,))
    tenant = InventedTenant(World(1, NOON - 100 * DAY, voices=()), [bundle])
    return KillBillStandIn(clock, tenant, Doors({USER: PASSWORD}, {KEY: SECRET}))


def recorder(url: str, **fields: str) -> KillBillRecorder:
    secrets = {"password": Secret(PASSWORD), "api_key": Secret(KEY), "api_secret": Secret(SECRET)}
    plain = {"username": USER, "subscription": SUBSCRIPTION, "unit": "minutes", **fields}
    return KillBillRecorder(url, **plain, **secrets)  # type: ignore[arg-type]


@dataclass
class Billing:
    """Tells hours to a store, and records its days."""

    stand_in: KillBillStandIn
    url: str
    store: Store
    http: Web
    clock: HandClock
    metric: Metric = MINUTES
    history: timedelta = 60 * DAY
    used: dict[tuple[str, datetime], float] = field(default_factory=dict)
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger("acme", recorder(self.url), "tts", wait=HOUR, tell=("team",))

    @property
    def recording(self) -> Recording:
        feed = Feed("tts", Meter(), history=self.history)
        return Recording(self.ledger, feed, self.store, self.http, self.clock)

    async def tell(self, at: datetime | None = None) -> None:
        """The vendor tells of all that was used by a moment: now, if none is given."""
        now = at or self.clock.at
        told = Window(self.metric.bucket(NOON - 3 * DAY), self.metric.bucket(now) + HOUR)
        readings = [
            Reading(labels_of({"voice": voice}), moment, minutes)
            for (voice, moment), minutes in self.used.items()
            if told.start <= moment < told.end
        ]
        async with self.store.transaction() as tx:
            frame = Frame(now, timedelta(0), 60 * DAY)
            await tx.usage.record(Answer(self.metric, told, readings), frame)

    async def use(self, minutes: float, day: date = TODAY, voice: str = "a") -> None:
        """So much was used at noon of a day, and is told when the day is over."""
        self.used[voice, midnight(day) + 12 * HOUR] = minutes
        await self.tell(max(midnight(day + DAY) + timedelta(minutes=5), self.clock.at))

    async def begin(self) -> None:
        """The recorder is run for the first time, today."""
        await self.recording.record(self.clock.at)

    async def record(self, later: timedelta = timedelta(0)) -> Round:
        self.clock.at += later
        return await self.recording.record(self.clock.at)

    def billed(self, day: date = TODAY, unit: str = "minutes") -> Decimal:
        used = self.stand_in.used(SUBSCRIPTION, midnight(day), midnight(day + DAY))
        return used.get(unit, Decimal(0))

    async def entry(self, day: date = TODAY) -> Entry | None:
        async with self.store.transaction() as tx:
            return await tx.recordings.entry("acme", day)

    async def state(self, day: date = TODAY) -> EntryState | None:
        entry = await self.entry(day)
        return entry and entry.state

    async def heard(self) -> list[Event]:
        """What the team is going to hear, in order, and then has heard."""
        async with self.store.transaction() as tx:
            due = await tx.bag.due("team", self.clock.at)
            await tx.bag.sent([one.id for one in due], self.clock.at, None)
        return [one.content.event for one in due if isinstance(one.content, Letter)]

    async def letters(self) -> list[str]:
        """The same in words."""
        return [
            f"{event.alert.rule} {event.change}: {event.verdict.why.reason}"
            for event in await self.heard()
        ]


@asynccontextmanager
async def open_billing(store_url: str, http: Http) -> AsyncIterator[Billing]:
    """At noon of today, with nothing told yet."""
    clock = HandClock(NOON)
    stand_in = kill_bill(clock)
    async with serve(stand_in.app()) as url, open_store(store_url) as store:
        yield Billing(stand_in, url, store, http, clock)


@dataclass
class RacyKillBill:
    """Looks a key up, and inserts some turns of the loop later: two that come at once both land,
    as they may with the vendor, who has no unique index."""

    landed: list[tuple[str, date, Decimal]] = field(default_factory=list)
    """What was recorded under which key, as it came."""
    keys: set[str] = field(default_factory=set)
    fates: Callable[[], str] = lambda: "answered"
    """What becomes of the next call: answered, lost, reply lost, or late: it arrives, but only
    after whoever sent it has given up."""
    on_their_way: list[bytes] = field(default_factory=list)

    async def send(self, call: Call) -> Reply:
        body = call.body or b""
        fate = self.fates()
        if fate == "late":
            self.on_their_way.append(body)
        if fate in ("lost", "late"):
            raise HttpError("no whole answer within 30 s")
        reply = await self._take(body)
        if fate == "reply lost":
            raise HttpError("closed the connection without an answer")
        return reply

    async def arrive(self) -> None:
        """What was on its way is there."""
        while self.on_their_way:
            await self._take(self.on_their_way.pop())

    async def _take(self, body: bytes) -> Reply:
        told = json.loads(body, parse_float=Decimal, parse_int=Decimal)
        known = told["trackingId"] in self.keys
        for _ in range(5):
            await asyncio.sleep(0)
        if known:
            return Reply(400, {}, b'{"className": "U", "code": 50000, "message": "exists"}')
        (record,) = told["unitUsageRecords"][0]["usageRecords"]
        self.keys.add(told["trackingId"])
        day = date.fromisoformat(record["recordDate"])
        self.landed.append((told["trackingId"], day, record["amount"]))
        return Reply(201, {}, b"")
