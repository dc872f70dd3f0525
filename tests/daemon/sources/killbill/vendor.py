"""A Kill Bill to ask in tests: the sandbox's stand-in, or answers as they were recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from daemon.http import Web
from daemon.sandbox.faults import Canned
from daemon.sandbox.killbill.stand_in import KillBillStandIn
from daemon.secret import Secret
from daemon.source import Answer, Ask, Window
from daemon.sources.killbill import KillBillUsage
from rules.panel import Panel
from tests.daemon.sources.killbill.stand import KEY, PASSWORD, SECRET, USER
from tests.daemon.sources.stand import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = NOW.replace(hour=0, minute=0)
RECORDED = "f3a4c2d0-8f5e-4a0b-9a63-0d8a2f0c1b11"
"""The subscription that the recorded answers speak of."""
REPLIES = Path(__file__).parents[1] / "replies"


@dataclass(slots=True)
class Vendor:
    stand_in: KillBillStandIn
    url: str
    http: Web

    async def ask(self, span: timedelta, past: Sequence[Panel] = (), **fields: object) -> Answer:
        """The latest span of time, as the poller would ask for it."""
        words = {"url": self.url, "username": USER, "password": Secret(PASSWORD)}
        words |= {"api_key": Secret(KEY), "api_secret": Secret(SECRET)}
        source = KillBillUsage(**(words | fields))
        [answer] = await source.fetch(Ask("voices", self.http, Window(NOW - span, NOW), past))
        return answer

    def play(
        self, *names: str, headers: Mapping[str, str] | None = None, status: int = 200
    ) -> None:
        """Answer the next questions with what was recorded."""
        for name in names:
            body = (REPLIES / f"killbill.{name}.json").read_text(encoding="utf-8")
            self.stand_in.faults.canned.append(Canned(status, body, headers or {}))

    def say(self, body: str, status: int = 200) -> None:
        self.stand_in.faults.canned.append(Canned(status, body))

    def asked(self) -> list[tuple[str, dict[str, list[str]]]]:
        """Path and query of every call so far."""
        calls = [urlsplit(call) for call in self.stand_in.faults.asked]
        return [(call.path, parse_qs(call.query)) for call in calls]

    def id(self, key: str) -> str:
        """Of a subscription, by what people call it."""
        tenant = self.stand_in.tenant
        bundles = [tenant.bundle(place) for place in range(len(tenant))]
        [found] = [one.id for bundle in bundles for one in bundle.subscriptions if one.key == key]
        return found


def by_day(answer: Answer, subscription: str, unit: str) -> dict[int, float]:
    """Amounts of one series, by how many days ago they were used."""
    labels = (("subscription", subscription), ("unit", unit))
    mine = [reading for reading in answer.readings if reading.labels == labels]
    return {(TODAY - reading.start).days: reading.value for reading in mine}
