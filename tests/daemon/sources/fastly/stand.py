"""Fastly's sources, and the stand-in that answers them."""

from collections.abc import Mapping

from daemon.sandbox.fastly.stand_in import FastlyStandIn
from daemon.sandbox.world import World
from daemon.secret import Secret
from daemon.source import Source
from daemon.sources.fastly import FastlyServiceUsage, FastlyUsageMetrics
from tests.daemon.sources.stand import NOW, Stand
from tests.fakes import HandClock

KEY = "fastly-test-6b1f0e94c7d2"


def stand_in() -> FastlyStandIn:
    return FastlyStandIn(World(7, NOW), HandClock(NOW))


def _stand(kind: type[FastlyServiceUsage | FastlyUsageMetrics]) -> Stand:
    def source(url: str) -> Source:
        return kind(key=Secret(KEY), url=url)

    return Stand(stand_in, source, (KEY,))


STANDS: Mapping[str, Stand] = {
    "fastly.usage_metrics": _stand(FastlyUsageMetrics),
    "fastly.service_usage": _stand(FastlyServiceUsage),
}
