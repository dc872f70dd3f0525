"""Supertone's bucketed usage: minutes by hour or by day, broken down as asked."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import ClassVar, Literal

from daemon.endpoint import BadRequestError, Endpoint
from daemon.secret import Secret
from daemon.source import Answer, Ask, SourceError, Window, whole
from daemon.sources.supertone.voice_usage import LONGEST, called, report
from daemon.sources.supertone.wire import Bucket, Page, Row, endpoint
from rules.series import Absent, Labels, Measure, Metric, Reading, labels_of

PAGE = 20
"""Buckets on a page, the most the vendor gives; it gives 10 to who does not ask."""


@dataclass(frozen=True, slots=True)
class SupertoneUsage:
    """Minutes of speech by hour or day, for every voice, API key or model (GET /v1/usage)."""

    key: Secret
    """The API key; any key of the account will do."""
    url: str = "https://supertoneapi.com"
    """Where the API lives."""
    bucket: Literal["hour", "day"] = "hour"
    """How finely use is counted."""
    breakdown: tuple[Literal["voice_id", "voice_name", "api_key", "model"], ...] = ("voice_id",)
    """What tells one series from another; a `voice_name` breaks when its voice is renamed."""
    offset: str = "+00:00"
    """The zone whose hours and days are counted, as its distance from UTC."""
    names: bool = True
    """Whether to look up what people call the voices, which is one more call a poll."""
    revises: timedelta = timedelta(days=1)
    """How long a closed bucket may still change; each poll reads that span again."""
    settles: timedelta = timedelta(minutes=10)
    """How long after its end a bucket may still be incomplete."""

    calls_a_minute: int = 20
    """At most so many calls a minute to the account, from all sources with this key together."""
    tells_past: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[+-](0[0-9]|1[0-4]):[0-5][0-9]", self.offset):
            raise ValueError(
                f"offset: expected a distance from UTC such as +09:00, got {self.offset!r}"
                " (not the name of a zone, whose distance changes with the season)"
            )
        if len(set(self.breakdown)) < len(self.breakdown):
            raise ValueError(f"breakdown: expected each name once, got {list(self.breakdown)}")
        if {"voice_id", "voice_name"} <= set(self.breakdown):
            raise ValueError("breakdown: expected voice_id or voice_name, got both: keep voice_id")

    def metrics(self, name: str) -> Sequence[Metric]:
        width = timedelta(hours=1) if self.bucket == "hour" else timedelta(days=1)
        east = self._zone().utcoffset(None)
        return [Metric(name, "minutes", "minutes", Measure.AMOUNT, width, Absent.ZERO, east)]

    async def fetch(self, ask: Ask) -> Sequence[Answer]:
        [metric] = self.metrics(ask.name)
        told = whole(metric, ask.window)
        usage = endpoint(ask.name, self.url, "/v1/usage", self.key)
        most = (told.end - told.start) // metric.width
        rows: dict[tuple[datetime, Labels], float] = {}
        walked = await _Walk(usage, ask).buckets(self._query(told), most)
        for bucket in walked.buckets:
            start = _start(usage, metric, told, bucket)
            for labels, minutes in self._rows(usage, bucket).items():
                # Pages count whole buckets: one that comes twice is told again, not told on.
                rows[start, labels] = minutes
        readings = [
            Reading(labels, start.astimezone(UTC), minutes)
            for (start, labels), minutes in rows.items()
            if start < told.end
        ]
        return [Answer(metric, told, readings, await self._names(ask), walked.notes())]

    def _zone(self) -> timezone:
        distance = timedelta(hours=int(self.offset[1:3]), minutes=int(self.offset[4:]))
        return timezone(-distance if self.offset.startswith("-") else distance)

    def _query(self, told: Window) -> list[tuple[str, str]]:
        zone = self._zone()
        return [
            ("start_time", told.start.astimezone(zone).isoformat(timespec="seconds")),
            ("end_time", told.end.astimezone(zone).isoformat(timespec="seconds")),
            ("bucket_width", self.bucket),
            *(("breakdown_type", dimension) for dimension in self.breakdown),
            ("page_size", str(PAGE)),
        ]

    def _rows(self, endpoint: Endpoint, bucket: Bucket) -> Mapping[Labels, float]:
        """Rows of one bucket with equal labels are parts of one amount: the vendor may split by
        more than it shows."""
        rows: defaultdict[Labels, float] = defaultdict(float)
        for row in bucket.results:
            rows[self._labels(endpoint, row)] += row.minutes_used
        return rows

    def _labels(self, endpoint: Endpoint, row: Row) -> Labels:
        """A row that names no voice is refused: nobody could be asked about it. One without its
        key or its model is a series of its own, since use may be older than either."""
        asked = {dimension: getattr(row, dimension) for dimension in self.breakdown}
        told: dict[str, str] = {key: word for key, word in asked.items() if isinstance(word, str)}
        for dimension in asked:
            if dimension in ("voice_id", "voice_name") and dimension not in told:
                raise endpoint.changed(f"its contract has changed: a row without its {dimension}")
        if "api_key" in told:
            told["api_key"] = _fingerprint(told["api_key"])
        return labels_of(told)

    async def _names(self, ask: Ask) -> Mapping[str, str]:
        if not self.names or "voice_id" not in self.breakdown:
            return {}
        days = endpoint(ask.name, self.url, "/v1/voice-usage", self.key)
        now = ask.window.end
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        end = midnight + timedelta(days=1)
        hasty = replace(days, within=timedelta(seconds=10))
        try:
            return called(await report(hasty, ask.http, Window(end - LONGEST, end), now))
        except SourceError:
            return {}  # an amount without a name is better than no amount


@dataclass(frozen=True, slots=True)
class _Walked:
    """All pages together."""

    buckets: Sequence[Bucket]
    total: object
    """How many buckets the vendor says there are."""

    def notes(self) -> tuple[str, ...]:
        told = len({bucket.starting_at for bucket in self.buckets})
        if not isinstance(self.total, int) or self.total == told:
            return ()
        return (f"GET /v1/usage told {told} buckets and says that they are {self.total}",)


@dataclass(frozen=True, slots=True)
class _Walk:
    """From the first page to the last: whole, or not at all."""

    endpoint: Endpoint
    over: Ask

    async def buckets(self, query: list[tuple[str, str]], most: int) -> _Walked:
        page = await self.endpoint.ask(self.over.http, query, Page, self.over.window.end)
        buckets, seen = list(page.data), set[str]()
        while token := page.next_page_token:
            if token in seen or len(seen) > most:
                count = f"read {len(seen) + 1} for at most {most} buckets"
                raise self.endpoint.refused(f"its pages do not end: {count}, kept none")
            seen.add(token)
            page = await self._further([*query, ("next_page_token", token)])
            buckets += page.data
        return _Walked(buckets, page.total)

    async def _further(self, query: list[tuple[str, str]]) -> Page:
        """The vendor took the same question for the first page, so it is the token that it no
        longer knows: the next poll begins a new walk."""
        try:
            return await self.endpoint.ask(self.over.http, query, Page, self.over.window.end)
        except BadRequestError as error:
            raise SourceError(f"{error}; the pages will be asked for again") from error


def _start(endpoint: Endpoint, metric: Metric, told: Window, bucket: Bucket) -> datetime:
    """Where a bucket starts. Nobody says whether `end_time` is included: one that starts right
    there may come, and is left alone; any other that was not asked for is a breach."""
    start, end = bucket.starting_at, bucket.ending_at
    on_the_grid = metric.bucket(start) == start and end - start == metric.width
    if not on_the_grid or not told.start <= start <= told.end:
        asked = f"{metric.width} from {told.start.isoformat()} to {told.end.isoformat()}"
        found = f"{start.isoformat()} to {end.isoformat()}"
        raise endpoint.changed(f"expected buckets of {asked}, got one of {found}")
    return start


def _fingerprint(key: str) -> str:
    """Tells keys apart without being one: the end that people know a key by, and a digest."""
    digest = sha256(key.encode()).hexdigest()[:6]
    return f"…{key[-4:]}-{digest}" if len(key) >= 12 else f"…{digest}"
