"""A Supertone to ask in tests: the sandbox's stand-in, or answers as they were recorded."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web

from daemon.http import Http
from daemon.sandbox.incidents import Script
from daemon.sandbox.supertone.stand_in import SupertoneStandIn
from daemon.sandbox.world import World
from daemon.secret import Secret
from daemon.source import Answer, Ask, Source, Window
from tests.daemon.sources.stand import NOW
from tests.fakes import HandClock

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEY = "sk-test-3f9a0c7d1e5b"
AGATHA, BRUNO = "e5f6fb1a53d0add87afb4f", "91c0de7724ab6f1358d2e9"
REPLIES = Path(__file__).parent / "replies"


@dataclass(slots=True)
class Vendor:
    stand_in: SupertoneStandIn
    url: str
    http: Http

    async def ask(self, kind: type[Source], span: timedelta, **fields: object) -> Answer:
        """One source over the latest span of time, as the poller would ask it."""
        source = kind(key=Secret(KEY), url=self.url, **fields)
        [answer] = await source.fetch(Ask("voices", self.http, Window(NOW - span, NOW)))
        return answer


def stand_in() -> SupertoneStandIn:
    return SupertoneStandIn(World(7, NOW), Script(NOW, 50_000), HandClock(NOW))


@dataclass(slots=True)
class Recording:
    """Plays bodies one after the other, and remembers what it was asked."""

    bodies: deque[str]
    status: int = 200
    asked: list[dict[str, list[str]]] = field(default_factory=list)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        query = request.query
        self.asked.append({name: query.getall(name) for name in query})
        body = self.bodies.popleft()
        return web.Response(status=self.status, text=body, content_type="application/json")


def recording(*bodies: str, status: int = 200) -> Recording:
    return Recording(deque(bodies), status)


def recorded(names: Iterable[str]) -> list[str]:
    return [(REPLIES / f"supertone.{name}.json").read_text() for name in names]


def by_start(answer: Answer) -> dict[datetime, float]:
    """Minutes of all series together."""
    sums: dict[datetime, float] = {}
    for reading in answer.readings:
        sums[reading.start] = sums.get(reading.start, 0.0) + reading.value
    return sums
