"""A Segment to ask in tests: the sandbox's stand-in, or answers made up for the occasion."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from daemon.http import Http
from daemon.sandbox.loopback import serve
from daemon.sandbox.segment.stand_in import SegmentStandIn
from daemon.sandbox.world import World
from daemon.secret import Secret
from daemon.source import Answer, Ask, Source, Window
from daemon.sources.segment import SegmentSourceCalls
from rules.series import Reading
from tests.daemon.sources.stand import NOW
from tests.daemon.sources.vendor import Recording
from tests.fakes import HandClock

DAY = timedelta(days=1)
TODAY = NOW.replace(hour=0, minute=0)
TOKEN = "sgp_token-5c81e07fb2d9"
WEBSITE, APP = "8wQ3vLrT5mNcX7bKfZpY2d", "hT6yBn4RkWqG9sJxCvMa3E"
REPLIES = Path(__file__).parents[1] / "replies"
SOURCES_PATH, WORKSPACE_PATH = "/usage/api-calls/sources/daily", "/usage/api-calls/daily"

Days = dict[tuple[str, datetime], float]


@dataclass(slots=True)
class Segment:
    stand_in: SegmentStandIn
    url: str
    http: Http

    async def ask(
        self, span: timedelta = DAY, kind: type[Source] = SegmentSourceCalls, **fields: object
    ) -> Answer:
        """One source over the latest span of time, as the poller would ask it."""
        return await self.over(Window(NOW - span, NOW), kind, **fields)

    async def over(
        self, window: Window, kind: type[Source] = SegmentSourceCalls, **fields: object
    ) -> Answer:
        source = kind(token=Secret(TOKEN), url=self.url, **fields)
        [answer] = await source.fetch(Ask("voices", self.http, window, at=NOW))
        return answer


def stand_in(**settings: Any) -> SegmentStandIn:
    return SegmentStandIn(World(7, NOW), HandClock(NOW), **settings)


def may(day: int) -> datetime:
    return datetime(2025, 5, day, tzinfo=UTC)


def row(total: object, day: object, source: object = WEBSITE) -> dict[str, object]:
    stamp = f"2025-05-{day:02}T00:00:00.000Z" if isinstance(day, int) else day
    return {"sourceId": source, "apiCalls": total, "timestamp": stamp}


def page(*rows: object, **pagination: object) -> str:
    paging = {"current": "MA==", **pagination}
    return json.dumps({"data": {"dailyPerSourceAPICallsUsage": rows, "pagination": paging}})


def recorded(*names: str) -> list[str]:
    return [(REPLIES / f"segment.{name}.json").read_text() for name in names]


async def told(http: Http, recorder: Recording, span: timedelta = DAY, **fields: Any) -> Answer:
    """What a source makes of answers that were made up, asked on the 22nd of May 2025."""
    async with serve(recorder.app()) as url:
        return await Segment(stand_in(), url, http).ask(span, **fields)


def days(answer: Answer) -> Days:
    return {(_source(reading), reading.start): reading.value for reading in answer.readings}


def amounts(answer: Answer, source: str = WEBSITE) -> dict[int, float]:
    """Of one source, by the day of the month."""
    return {start.day: value for (who, start), value in days(answer).items() if who == source}


def _source(reading: Reading) -> str:
    return dict(reading.labels).get("source_id", "")
