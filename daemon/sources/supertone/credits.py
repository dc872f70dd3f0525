"""The credits left on a Supertone account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from daemon.http import Http
from daemon.secret import Secret
from daemon.source import Answer, Window
from daemon.sources.supertone.wire import Credits, Endpoint, whole
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

    def metrics(self, name: str) -> Sequence[Metric]:
        minute = timedelta(minutes=1)
        return [Metric(name, "credits", "credits", Measure.LEVEL, minute, Absent.UNKNOWN)]

    async def fetch(self, name: str, http: Http, window: Window) -> Sequence[Answer]:
        [metric] = self.metrics(name)
        told = whole(metric, Window(window.end, window.end))
        endpoint = Endpoint(name, self.url, "/v1/credits", self.key)
        balance = (await endpoint.ask(http, (), Credits, window.end)).balance
        readings = [] if balance is None else [Reading((), told.start, balance)]
        return [Answer(metric, told, readings)]
