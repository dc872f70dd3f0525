"""Numbers from a Prometheus, or from any server that answers like one."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from daemon.endpoint import Endpoint
from daemon.login import Login
from daemon.secret import Secret
from daemon.source import Answer, Ask, SourceError, Window, whole
from daemon.sources.prometheus.promql import BUCKET, filled, other_range
from daemon.sources.prometheus.wire import Line, Matrix, Reply, endpoint, number
from rules.series import EPOCH, Absent, Labels, Measure, Metric, Reading, labels_of

MOST_POINTS = 11_000
"""Of one series in one answer: https://prometheus.io/docs/prometheus/latest/querying/api/"""

_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
_NAME = "__name__"


@dataclass(frozen=True, slots=True)
class Prometheus:
    """What a PromQL query tells, bucket by bucket (GET /api/v1/query_range)."""

    url: str
    """The server's address, with the prefix it lives under, if any."""
    query: str
    """PromQL; $bucket stands for the width of a bucket."""
    measure: Literal["amount", "level"]
    """What its numbers are: an amount used inside the bucket, as increase(x[$bucket]) gives it, or
    a level that stood where the bucket begins."""
    unit: str
    """As it stands behind a number: requests, gigabytes."""
    metric: str = "usage"
    """What rules call these numbers."""
    bucket: timedelta = _HOUR
    """How finely they are counted: the step of the query."""
    labels: tuple[str, ...] | None = None
    """Which labels tell series apart. Left out: all that the query leaves."""
    token: Secret | None = None
    """Sent as Authorization: Bearer."""
    username: str | None = None
    """Sent with the password, as Authorization: Basic."""
    password: Secret | None = None
    """What belongs to the username."""
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    """Headers beside the usual ones, such as X-Scope-OrgID; secrets by reference."""
    absent: Literal["zero", "unknown"] = "unknown"
    """What it means that a series has no sample."""
    revises: timedelta = _HOUR
    """How long a closed bucket may still change; each poll reads that span again."""
    settles: timedelta = timedelta(minutes=2)
    """How long after its end a bucket may still lack samples."""
    calls_a_minute: int = 60
    """At most so many calls a minute to the server, from all sources that ask it together."""
    tells_past: ClassVar[bool] = True

    def __post_init__(self) -> None:
        self._login().check()
        if not re.fullmatch(r"(https?://)?(?!\w+://)[^\s/?#@{}][^\s?#@{}]*", self.url):
            raise ValueError("url: expected an address such as http://prometheus:9090")
        if not re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]{0,62}", self.metric):
            raise ValueError("metric: expected a name of letters, digits and _")
        if not _MINUTE <= self.bucket <= _DAY or _DAY % self.bucket:
            raise ValueError("bucket: expected a part of a day, from 1m to 1d")
        if self.calls_a_minute < 1:
            raise ValueError(f"calls_a_minute: expected at least 1, got {self.calls_a_minute}")
        other = other_range(self.query, self.bucket)
        if self.measure == "amount" and other is not None:
            raise ValueError(
                f"query: an amount is counted over its bucket: write [{BUCKET}], not [{other}]"
            )

    def metrics(self, name: str) -> Sequence[Metric]:
        measure, absent = Measure(self.measure), Absent(self.absent)
        return [Metric(name, self.metric, self.unit, measure, self.bucket, absent)]

    async def fetch(self, ask: Ask) -> Sequence[Answer]:
        [metric] = self.metrics(ask.name)
        told = whole(metric, ask.window)
        server = endpoint(ask.name, self.url, self._login())
        table = _Table(server, self._shift(), self.labels, {})
        notes: dict[str, None] = {}
        for piece in _pieces(told, self.bucket):
            reply = await server.ask(ask.http, self._asked(piece), Reply, ask.window.end)
            for line in _lines(server, reply):
                table.lay(line, piece, self.bucket)
            notes |= dict.fromkeys(server.shown(warning) for warning in reply.warnings or ())
        return [Answer(metric, told, table.readings(metric), notes=(*notes, *table.notes()))]

    def _login(self) -> Login:
        return Login(self.token, self.username, self.password, self.headers)

    def _shift(self) -> timedelta:
        """From where a bucket starts to the moment that speaks of it: what a range looks back
        over lies before that moment."""
        return self.bucket if self.measure == "amount" else timedelta(0)

    def _asked(self, piece: Window) -> list[tuple[str, str]]:
        first, last = piece.start + self._shift(), piece.end - self.bucket + self._shift()
        return [
            ("query", filled(self.query, self.bucket)),
            ("start", str(_seconds(first))),
            ("end", str(_seconds(last))),
            ("step", str(int(self.bucket.total_seconds()))),
            # Whole or not at all: what some servers have in time is not the answer.
            ("partial_response", "false"),
            ("deny_partial_response", "1"),
        ]


@dataclass(frozen=True, slots=True)
class _Table:
    """The samples of all pieces, by series and bucket."""

    server: Endpoint
    shift: timedelta
    kept: tuple[str, ...] | None
    held: dict[tuple[Labels, datetime], float]

    def lay(self, line: Line, piece: Window, width: timedelta) -> None:
        labels = self._labels(line)
        for seconds, text in line.values:
            start = self._start(seconds, piece, width)
            if (labels, start) in self.held:
                raise self.server.refused(
                    f"several lines of the answer are {_spelled(labels)}; sum them in the query,"
                    f" or keep more labels, check sources.{self.server.source}.labels"
                )
            self.held[labels, start] = self._value(labels, text)

    def readings(self, metric: Metric) -> Sequence[Reading]:
        """What is no number is not told; as NaN where silence would mean zero."""
        silent = metric.absent is Absent.ZERO
        return [
            Reading(labels, start, value)
            for (labels, start), value in self.held.items()
            if silent or not math.isnan(value)
        ]

    def notes(self) -> Sequence[str]:
        count = sum(map(math.isnan, self.held.values()))
        return [f"{count} samples are NaN or infinite, and are not told."] if count else []

    def _labels(self, line: Line) -> Labels:
        """An empty label is none: so says the server's own data model."""
        told = {name: value for name, value in line.metric.items() if value and name != _NAME}
        if self.kept is not None:
            told = {name: value for name, value in told.items() if name in self.kept}
        return labels_of(told)

    def _start(self, seconds: float, piece: Window, width: timedelta) -> datetime:
        try:
            start = EPOCH + timedelta(seconds=seconds) - self.shift
        except OverflowError:
            start = EPOCH
        if not piece.start <= start < piece.end or (start - piece.start) % width:
            asked = f"every {width} from {piece.start.isoformat()} to {piece.end.isoformat()}"
            raise self.server.changed(f"expected samples {asked}, got one at {seconds:f}")
        return start

    def _value(self, labels: Labels, text: str) -> float:
        value = number(text)
        if value is None:
            shown = self.server.shown(text)
            raise self.server.changed(f"its contract has changed: a sample is {shown!r}")
        if value < 0 and self.shift:
            raise self.server.refused(
                f"{_spelled(labels)} used {text}, and nobody uses less than nothing;"
                f" check sources.{self.server.source}.query"
            )
        return value


def _lines(server: Endpoint, reply: Reply) -> Iterator[Line]:
    """Of an answer that is whole, and a matrix."""
    if reply.status != "success":
        words = server.shown(f"{reply.error_type}: {reply.error}")
        if reply.passes:
            raise SourceError(f"{server.source}: GET {server.path} answered 200: {words}")
        raise server.refused(f"{words}; check sources.{server.source}.query")
    if reply.is_partial:
        what = "a part of the answer is missing, since a part of the servers is"
        raise SourceError(f"{server.source}: GET {server.path} answered 200: {what}")
    data: Matrix | None = reply.data
    if data is None:
        raise server.changed("its contract has changed: `data` is gone")
    if data.result_type != "matrix":
        found = server.shown(data.result_type)
        raise server.changed(f"its contract has changed: expected a matrix, got a {found}")
    yield from data.result


def _pieces(told: Window, width: timedelta) -> Sequence[Window]:
    step = MOST_POINTS * width
    count = -((told.start - told.end) // step)
    starts = [told.start + piece * step for piece in range(count)]
    return [Window(start, min(start + step, told.end)) for start in starts]


def _seconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(seconds=1)


def _spelled(labels: Labels) -> str:
    return "{" + ", ".join(f"{name}={value}" for name, value in labels)[:80] + "}"
