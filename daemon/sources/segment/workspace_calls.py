"""Segment's API calls by day, for the whole workspace at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from daemon.secret import Secret
from daemon.source import Answer, Ask
from daemon.sources.segment.daily import calls, daily
from daemon.sources.segment.months import check_period_day
from daemon.sources.segment.walk import Walk
from daemon.sources.segment.wire import Region, WorkspacePage, endpoint, host
from rules.series import Metric


@dataclass(frozen=True, slots=True)
class SegmentWorkspaceCalls:
    """API calls by UTC day, of a whole workspace (GET /usage/api-calls/daily)."""

    token: Secret
    """The Public API token; it belongs to one workspace, of a Team or Business plan."""
    region: Region = "us"
    """Where the workspace lives; it chooses the address."""
    url: str | None = None
    """Where the API lives; left out, the region's address."""
    period_day: int = 1
    """The day of the month on which the usage period begins, 1 to 28."""
    revises: timedelta = timedelta(days=3)
    """How long a closed day may still change; each poll reads at least that span again."""
    settles: timedelta = timedelta(hours=6)
    """How long after its end a day may still be incomplete."""

    calls_a_minute: int = 60
    """At most so many calls a minute to the account, from all sources with this token together."""
    tells_past: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_period_day(self.period_day)

    def metrics(self, name: str) -> Sequence[Metric]:
        return [calls(name)]

    async def fetch(self, ask: Ask) -> Sequence[Answer]:
        address = host(self.region, self.url)
        usage = endpoint(ask.name, address, "/usage/api-calls/daily", self.token)
        walk = Walk(usage, WorkspacePage, ask.http, ask.window.end)
        return [await daily(ask, walk, self.period_day)]
