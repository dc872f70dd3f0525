"""Supertone's daily report: who spoke how long, in which style, language and model."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar

from daemon.endpoint import Endpoint
from daemon.http import Web
from daemon.secret import Secret
from daemon.source import Answer, Ask, Window, whole
from daemon.sources.supertone.wire import VoiceDay, VoiceReport, endpoint
from rules.series import Absent, Labels, Measure, Metric, Reading

DAY = timedelta(days=1)
LONGEST = timedelta(days=30)
"""Of one report, its first and its last day both counted."""


@dataclass(frozen=True, slots=True)
class SupertoneVoiceUsage:
    """Minutes of speech by UTC day, for every voice, style, language and model
    (GET /v1/voice-usage)."""

    key: Secret
    """The API key; any key of the account will do."""
    url: str = "https://supertoneapi.com"
    """Where the API lives."""
    revises: timedelta = timedelta(days=3)
    """How long a closed day may still change; each poll reads that span again."""
    settles: timedelta = timedelta(hours=1)
    """How long after its end a day may still be incomplete."""

    calls_a_minute: int = 20
    """At most so many calls a minute to the account, from all sources with this key together."""
    tells_past: ClassVar[bool] = True

    def metrics(self, name: str) -> Sequence[Metric]:
        return [Metric(name, "minutes", "minutes", Measure.AMOUNT, DAY, Absent.ZERO)]

    async def fetch(self, ask: Ask) -> Sequence[Answer]:
        [metric] = self.metrics(ask.name)
        window = ask.window
        told = whole(metric, Window(window.start.astimezone(UTC), window.end.astimezone(UTC)))
        days = endpoint(ask.name, self.url, "/v1/voice-usage", self.key)
        usages: list[VoiceDay] = []
        for piece in _pieces(told):
            usages += await report(days, ask.http, piece, window.end)
        return [Answer(metric, told, _readings(usages), called(usages))]


async def report(endpoint: Endpoint, http: Web, span: Window, at: datetime) -> Sequence[VoiceDay]:
    """The rows of whole UTC days, at most 30 of them."""
    first, last = span.start.date(), (span.end - DAY).date()
    query = [("start_date", first.isoformat()), ("end_date", last.isoformat())]
    usages = (await endpoint.ask(http, query, VoiceReport, at)).usages
    strays = [row.date for row in usages if not first <= row.date <= last]
    if strays:
        asked = f"{first} to {last}"
        raise endpoint.changed(f"its contract has changed: asked {asked}, told of {strays[0]}")
    return usages


def called(usages: Sequence[VoiceDay]) -> Mapping[str, str]:
    """What people call each voice: the name of its latest day."""
    names = ((row.voice_id, row.name) for row in sorted(usages, key=lambda row: row.date))
    return {voice: name for voice, name in names if isinstance(name, str)}


def _pieces(told: Window) -> Sequence[Window]:
    count = -((told.start - told.end) // LONGEST)
    starts = [told.start + piece * LONGEST for piece in range(count)]
    return [Window(start, min(start + LONGEST, told.end)) for start in starts]


def _readings(usages: Sequence[VoiceDay]) -> Sequence[Reading]:
    """Rows of one key and day are parts of one amount: a voice renamed at noon may have two."""
    rows: defaultdict[tuple[Labels, date], float] = defaultdict(float)
    for row in usages:
        rows[row.labels(), row.date] += row.total_minutes_used
    return [
        Reading(labels, datetime.combine(day, time(), UTC), value)
        for (labels, day), value in rows.items()
    ]
