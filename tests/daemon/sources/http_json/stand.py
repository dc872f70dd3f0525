"""The source `http_json`, described for each shape that its stand-in speaks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from daemon.http import Http
from daemon.sandbox.http_json.stand_in import HttpJsonStandIn
from daemon.sandbox.world import World
from daemon.secret import Secret
from daemon.source import Answer, Ask, Source, Standing, Window
from daemon.sources.http_json import HttpJson
from tests.daemon.sources.stand import NOW, Stand
from tests.fakes import HandClock

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEY = "hj-test-5c1d80e2b7aa"

USAGE: Mapping[str, Any] = {
    "path": "/v1/usage",
    "query": {"start": ("{start}",), "end": ("{end}",), "cursor": ("{cursor}",), "limit": ("100",)},
    "measure": "amount",
    "unit": "minutes",
    "rows": "data[].results[]",
    "time": "^.starting_at",
    "value": "minutes",
    "labels": {"voice": "who.id"},
    "names": {"voice": "who.name"},
    "paging": "cursor",
    "next": "meta.next_cursor",
    "absent": "zero",
}
DAYS: Mapping[str, Any] = {
    "path": "/v1/days",
    "query": {"first": ("{start_date}",), "last": ("{last_date}",), "page": ("{page}",)},
    "measure": "amount",
    "unit": "minutes",
    "rows": "usages[]",
    "time": "day",
    "times": "date",
    "value": "minutes",
    "numeric_text": True,
    "labels": {"voice": "voice"},
    "paging": "page",
    "more": "has_more",
}
EVENTS: Mapping[str, Any] = {
    "path": "/v1/events",
    "query": {
        "from": ("{start_ms}",),
        "to": ("{end_ms}",),
        "offset": ("{offset}",),
        "limit": ("{size}",),
    },
    "measure": "amount",
    "unit": "seconds",
    "rows": "events[]",
    "time": "at",
    "times": "unix_ms",
    "value": "seconds",
    "labels": {"voice": "voice"},
    "row_id": ("id",),
    "paging": "offset",
    "page_size": 500,
}
LINKS: Mapping[str, Any] = {
    "path": "/v1/links",
    "query": {"since": ("{start_unix}",), "until": ("{end_unix}",)},
    "measure": "amount",
    "unit": "minutes",
    "rows": "voices{}[]",
    "time": "[0]",
    "times": "unix",
    "value": "[1]",
    "labels": {"voice": "^.key()"},
    "paging": "link",
}
NEXT: Mapping[str, Any] = {**LINKS, "path": "/v1/next", "next": "next"}
ONE_DAY: Mapping[str, Any] = {
    "path": "/v1/day/{start_date}",
    "measure": "amount",
    "unit": "minutes",
    "rows": "minutes{}",
    "value": ".",
    "labels": {"voice": "key()"},
    "bucket": DAY,
}
BALANCE: Mapping[str, Any] = {
    "path": "/v1/balance",
    "measure": "level",
    "unit": "minutes",
    "value": "account.balance?",
}
TOTALS: Mapping[str, Any] = {
    "path": "/v1/totals",
    "query": {"first": ("{start_date}",), "last": ("{last_date}",)},
    "measure": "total",
    "unit": "minutes",
    "rows": "totals[]",
    "time": "day",
    "times": "date",
    "value": "month_to_date",
    "labels": {"voice": "voice"},
}
MONTH: Mapping[str, Any] = {
    "path": "/v1/month",
    "measure": "total",
    "unit": "minutes",
    "rows": "month_to_date[]",
    "value": "minutes",
    "labels": {"voice": "voice"},
}
SHAPES: Mapping[str, Mapping[str, Any]] = {
    "usage": USAGE,
    "days": DAYS,
    "events": EVENTS,
    "links": LINKS,
    "next": NEXT,
    "one_day": ONE_DAY,
    "balance": BALANCE,
    "totals": TOTALS,
    "month": MONTH,
}


def stand_in() -> HttpJsonStandIn:
    return HttpJsonStandIn(World(7, NOW), HandClock(NOW), keys=frozenset({KEY}))


def source(url: str) -> Source:
    return HttpJson(url=url, token=Secret(KEY), **DAYS)


STANDS: Mapping[str, Stand] = {"http_json": Stand(stand_in, source, (KEY,), "token")}


@dataclass(slots=True)
class Vendor:
    stand_in: HttpJsonStandIn
    url: str
    http: Http

    async def ask(
        self, shape: Mapping[str, Any], back: timedelta, **options: Any
    ) -> Answer | Standing:
        """One description over the latest span of time, as the poller would ask it."""
        source = HttpJson(**{"url": self.url, "token": Secret(KEY), **shape, **options})
        now = self.stand_in.clock.now()
        [answer] = await source.fetch(Ask("voices", self.http, Window(now - back, now)))
        return answer

    @property
    def asked(self) -> list[str]:
        return list(self.stand_in.faults.asked)
