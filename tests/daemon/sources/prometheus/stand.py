"""The source `prometheus`, and the stand-in that answers it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from daemon.http import Http
from daemon.sandbox.prometheus import PrometheusStandIn
from daemon.sandbox.world import World
from daemon.secret import Secret
from daemon.source import Answer, Ask, Source, Window
from daemon.sources.prometheus import Prometheus
from tests.daemon.sources.stand import NOW, Stand
from tests.fakes import HandClock

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEY = "pm-test-77ab04c9d1e2"
VOICES = "sum by (voice) (increase(speech_minutes_total[$bucket]))"
LEFT = "speech_minutes_left"


def stand_in() -> PrometheusStandIn:
    return PrometheusStandIn(World(7, NOW), HandClock(NOW), keys=frozenset({f"Bearer {KEY}"}))


def source(url: str, **options: Any) -> Source:
    defaults: dict[str, Any] = {
        "query": VOICES,
        "measure": "amount",
        "unit": "minutes",
        "token": Secret(KEY),
        "absent": "zero",
    }
    return Prometheus(**{"url": url, **defaults, **options})


STANDS: Mapping[str, Stand] = {
    "prometheus": Stand(stand_in, lambda url: source(url, bucket=DAY), (KEY,), "token")
}


@dataclass(slots=True)
class Server:
    stand_in: PrometheusStandIn
    url: str
    http: Http

    async def ask(self, span: timedelta, **options: Any) -> Answer:
        """Over the latest span of time, as the poller would ask it."""
        now = self.stand_in.clock.now()
        question = Ask("voices", self.http, Window(now - span, now))
        [answer] = await source(self.url, **options).fetch(question)
        return answer

    @property
    def asked(self) -> list[str]:
        return list(self.stand_in.faults.asked)
