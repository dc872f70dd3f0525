"""Usage from any JSON API that somebody can describe: a vendor without a module."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Literal

from daemon.login import Login
from daemon.secret import Secret
from daemon.source import Answer, Ask, Standing, Window
from daemon.sources.http_json.fields import FieldPath, Misfit, parse, parse_one
from daemon.sources.http_json.ledger import Keep, Ledger
from daemon.sources.http_json.pages import Paging, Walk
from daemon.sources.http_json.request import Request
from daemon.sources.http_json.rows import Columns
from daemon.sources.http_json.spans import Spans
from daemon.sources.http_json.totals import Period, amounts
from daemon.sources.http_json.values import Times, zone_of
from daemon.sources.http_json.wire import endpoint
from rules.series import Absent, Measure, Metric

_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
_WORD = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]{0,62}")
_KEEP = {"amount": Keep.ALL, "level": Keep.FIRST, "total": Keep.LAST}


@dataclass(frozen=True, slots=True)
class HttpJson:
    """Numbers from any API that answers a GET with JSON, by a description of its answer."""

    url: str
    """The vendor's address: https://api.example.com. Keys are sent there and nowhere else."""
    path: str
    """What is asked for there, such as /v1/usage; it may hold the placeholders of a span."""
    measure: Literal["amount", "level", "total"]
    """What the numbers are: used in that time, standing at that moment, or used since the
    `period` began."""
    unit: str
    """As it stands behind a number: minutes, credits."""
    value: str
    """Field path of the number in a row."""
    query: Mapping[str, tuple[str | Secret, ...]] = field(default_factory=dict)
    """Parameters, in quotes where they begin with a placeholder: {start}, {end} (not included),
    {start_date}, {end_date} (not included), {last_date} (included), {start_unix}, {end_unix},
    {start_ms}, {end_ms}; {cursor}, {page}, {offset}, {size}."""
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    """Headers beside the usual ones; secrets by reference, as in Bearer ${env:TOKEN}."""
    token: Secret | None = None
    """Sent as Authorization: Bearer."""
    username: str | None = None
    """Sent with the password, as Authorization: Basic."""
    password: Secret | None = None
    """What belongs to the username."""
    rows: str = "."
    """Field path of the rows: data.usages[]. The whole answer is one row if left out."""
    time: str | None = None
    """Field path of a row's moment, its start. Left out: a level or a total is of now, and an
    amount is asked for bucket by bucket."""
    times: Literal["iso", "date", "unix", "unix_ms"] = "iso"
    """How a moment is written; those without a zone are of `offset`."""
    numeric_text: bool = False
    """Whether numbers may come as text."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What tells one series from another: the name of a label to its field path."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What people call a label's values: the name of the label to a field path."""
    row_id: tuple[str, ...] = ()
    """Field paths that tell rows apart: one that comes twice counts once. Left out: all count."""
    paging: Literal["none", "cursor", "offset", "page", "link"] = "none"
    """How one page leads to the next: a cursor or token, an offset, a number, or an address."""
    page_size: int | None = None
    """How many rows to ask for on a page, as {size}."""
    first_page: int = 1
    """The number of the first page."""
    next: str | None = None
    """Field path of the next cursor, or of the next page's address; without it, link reads the
    header Link."""
    more: str | None = None
    """Field path of a true or false that says whether there is another page."""
    metric: str = "usage"
    """What rules call these numbers."""
    bucket: timedelta | None = None
    """How finely they are counted. Left out: 1h, and 1m for a level of now."""
    offset: str = "+00:00"
    """The zone whose hours and days are counted, as its distance from UTC."""
    period: Literal["day", "week", "month"] = "month"
    """What a total runs over."""
    period_begins: int = 1
    """The day of the week (1 is Monday) or of the month that a period begins on."""
    absent: Literal["zero", "unknown"] | None = None
    """What it means that a series has no row. Left out: unknown, and zero for a total of now."""
    span: timedelta | None = None
    """The longest span of one request; more is asked for in pieces. Left out: no limit."""
    reach: timedelta | None = None
    """How far back an answer tells, where the request cannot say from when."""
    revises: timedelta = _DAY
    """How long the vendor may still change a closed bucket; each poll reads that span again."""
    settles: timedelta = timedelta(minutes=10)
    """How long after its end a bucket may still be incomplete."""
    calls_a_minute: int = 60
    """At most so many calls a minute to the account, from all sources of this account together."""

    def __post_init__(self) -> None:
        self._login().check()
        self._request().check()
        self._paging().check(self._request().holes)
        self._columns()
        self._period().check()
        self._spans().check(self._width())
        self._check_words()
        self._check_numbers()

    @property
    def tells_past(self) -> bool:
        """Whether it can be asked for what was: not without a placeholder for where to begin."""
        return self._spans().asked and not self._spans().of_now

    def metrics(self, name: str) -> Sequence[Metric]:
        absent = self.absent or ("zero" if self._is_standing() else "unknown")
        measure = Measure.LEVEL if self.measure == "level" else Measure.AMOUNT
        width, east = self._width(), zone_of(self.offset).utcoffset(None)
        return [Metric(name, self.metric, self.unit, measure, width, Absent(absent), east)]

    async def fetch(self, ask: Ask) -> Sequence[Answer | Standing]:
        [metric] = self.metrics(ask.name)
        spans = self._spans()
        ledger = Ledger(metric, _KEEP[self.measure], spans.told(metric, ask.window))
        await self._read(ask, ledger)
        told, names, notes = ledger.told, ledger.names, ledger.notes()
        if self.measure != "total":
            return [Answer(metric, told, ledger.readings(), names, notes)]
        if self._is_standing():
            now = ask.window.end
            period = self._period().holding(now)
            return [Standing(metric, period, now, ledger.totals(), names, notes)]
        periods = self._period().whole_ones(told)
        return [Answer(metric, told, amounts(metric, ledger.by_series(), periods), names, notes)]

    async def _read(self, ask: Ask, ledger: Ledger) -> None:
        request, columns = self._request(), self._columns()
        secrets = [secret for _, secret in request.secret_query()]
        for piece in self._spans().pieces(ledger.metric, ledger.told):
            path = request.path_for(piece)
            vendor = endpoint(ask.name, self.url, path, self._login(), secrets)
            walk = Walk(vendor, request, self._paging(), ask)
            await walk.read(piece, partial(_take, ledger, columns, piece))
            try:
                ledger.check()
            except Misfit as misfit:
                raise vendor.changed(f"its contract has changed: {misfit}") from misfit

    def _is_standing(self) -> bool:
        return self.measure == "total" and self.time is None

    def _width(self) -> timedelta:
        if self.bucket is not None:
            return self.bucket
        if self.times == "date" and self.time is not None:
            return _DAY
        return _MINUTE if self.measure == "level" and self.time is None else _HOUR

    def _check_words(self) -> None:
        if not re.fullmatch(r"(https?://)?(?!\w+://)[^\s/?#@{}][^\s?#@{}]*", self.url):
            raise ValueError(
                "url: expected an address such as https://api.example.com, without a login;"
                " what is asked for there goes into path and query"
            )
        for key, name in (("metric", self.metric), *(("labels", name) for name in self.labels)):
            if not _WORD.fullmatch(name):
                raise ValueError(f"{key}: expected a name of letters, digits and _, got {name!r}")
        if strange := [name for name in self.names if name not in self.labels]:
            raise ValueError(f"names: expected the name of a label, got {strange[0]!r}")

    def _check_numbers(self) -> None:
        if self._is_standing() and self.absent == "unknown":
            raise ValueError("absent: a total of now that is not told did not grow; leave it out")
        if self.times == "date" and self.time is not None and self._width() != _DAY:
            raise ValueError("bucket: expected 1d where times is date")
        for key in ("page_size", "calls_a_minute"):
            number = getattr(self, key)
            if number is not None and number < 1:
                raise ValueError(f"{key}: expected at least 1, got {number}")

    def _login(self) -> Login:
        return Login(self.token, self.username, self.password, self.headers)

    def _request(self) -> Request:
        query = tuple((name, value) for name, many in self.query.items() for value in many)
        return Request(self.path, query, self.page_size, zone_of(self.offset))

    def _columns(self) -> Columns:
        rows = parse("rows", self.rows)
        return Columns(
            rows=rows,
            value=parse_one("value", self.value, rows),
            time=None if self.time is None else parse_one("time", self.time, rows),
            times=Times(self.times, zone_of(self.offset)),
            labels={name: parse_one("labels", path, rows) for name, path in self.labels.items()},
            names={name: parse_one("names", path, rows) for name, path in self.names.items()},
            row_id=tuple(parse_one("row_id", path, rows) for path in self.row_id),
            numeric_text=self.numeric_text,
            below_zero=self.measure == "level",
        )

    def _paging(self) -> Paging:
        return Paging(
            style=self.paging,
            rows=parse("rows", self.rows),
            first_page=self.first_page,
            next=None if self.next is None else parse_one("next", self.next, FieldPath()),
            more=None if self.more is None else parse_one("more", self.more, FieldPath()),
            overlaps=bool(self.row_id),
        )

    def _period(self) -> Period:
        return Period(self.period, self.period_begins, zone_of(self.offset))

    def _spans(self) -> Spans:
        asked, timed = self._request().asks_a_span, self.time is not None
        return Spans(self.measure, timed, asked, self._period(), self.span, self.reach)


def _take(ledger: Ledger, columns: Columns, piece: Window, body: object) -> None:
    ledger.take(columns.read(body), piece)
