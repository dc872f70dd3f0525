"""The credits left on a Supertone account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from daemon.secret import Secret
from daemon.source import Answer, Ask, Window, whole
from daemon.sources.supertone.wire import Credits, endpoint
from rules.series import Absent, Measure, Metric, Reading


@dataclass(frozen=True, slots=True)
class SupertoneCredits:
    """Credits left on the account at this moment (GET /v1/credits)."""

    key: Secret
    """The API key; any key of the account will do."""
    url: str = "https://supertoneapi.com"
    """Where the API lives."""
    revises: timedelta = timedelta(0)
    """How long a past balance may still change: it has no past."""
    settles: timedelta = timedelta(0)
    """How long a balance may be incomplete: it is true at once."""

    calls_a_minute: int = 20
    """At most so many calls a minute to the account, from all sources with this key together."""
    tells_past: ClassVar[bool] = False

    def metrics(self, name: str) -> Sequence[Metric]:
        minute = timedelta(minutes=1)
        return [Metric(name, "credits", "credits", Measure.LEVEL, minute, Absent.UNKNOWN)]

    async def fetch(self, ask: Ask) -> Sequence[Answer]:
        [metric] = self.metrics(ask.name)
        now = ask.window.end
        told = whole(metric, Window(now, now))
        account = endpoint(ask.name, self.url, "/v1/credits", self.key)
        balance = (await account.ask(ask.http, (), Credits, now)).balance
        readings = [] if balance is None else [Reading((), told.start, balance)]
        return [Answer(metric, told, readings)]
