"""Fastly's usage of a whole account: each month's running totals, by product, type and region."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from daemon.endpoint import Endpoint
from daemon.secret import Secret
from daemon.source import Ask, Standing
from daemon.sources.fastly.ledger import Ledger
from daemon.sources.fastly.months import LATE, WIDTHS, Month, asked, moment, spans, true_at
from daemon.sources.fastly.wire import (
    USAGE,
    AnyRow,
    Metrics,
    Quantity,
    RawQuantity,
    Row,
    endpoint,
)
from rules.series import Absent, Measure, Metric


@dataclass(frozen=True, slots=True)
class FastlyUsageMetrics:
    """What an account used, by product, usage type and region
    (GET /billing/v3/usage-metrics)."""

    key: Secret
    """The API token of a superuser or of the billing role, with the scope `global:read`."""
    url: str = "https://api.fastly.com"
    """Where the API lives."""
    amount: Literal["quantity", "raw_quantity"] = "quantity"
    """Which number is read: what is billed, in the invoice's unit, or what was measured before it
    was converted. It is the name of the metric, so the two are never mixed."""
    bucket: Literal["hour", "day"] = "day"
    """How finely use is told apart. The vendor counts by month, so an hour is no finer than how
    often it counts and how often it is asked."""
    revises: timedelta = timedelta(days=5)
    """How long after its end a month may still be restated; until then it is read again."""
    settles: timedelta = timedelta(0)
    """How long after its end a bucket may still be incomplete; what is counted later than that is
    told as used later."""

    calls_a_minute: int = 600
    """At most so many calls a minute to the account, from all sources with this key together."""
    tells_past: ClassVar[bool] = False

    def metrics(self, name: str) -> Sequence[Metric]:
        span = WIDTHS[self.bucket]
        return [Metric(name, self.amount, "units", Measure.AMOUNT, span, Absent.ZERO)]

    async def fetch(self, ask: Ask) -> Sequence[Standing]:
        [metric] = self.metrics(ask.name)
        account = endpoint(ask.name, self.url, USAGE, self.key)
        months, now = asked(ask.window, self.revises), ask.window.end
        ledger, told = Ledger(), await self._rows(account, ask, months)
        for row in told:
            ledger.add(Month.named(row.month), row.labels(), row.amount)
            ledger.call(row.usage_type, row.name)
        ledger.notes.extend(_oddities(told, months, now))
        at = {month: true_at(month, _counted_at(told, now), now) for month in months}
        return ledger.standings(metric, {month: when for month, when in at.items() if when})

    async def _rows(
        self, account: Endpoint, ask: Ask, months: Sequence[Month]
    ) -> Sequence[Quantity] | Sequence[RawQuantity]:
        if self.amount == "quantity":
            return await rows(account, ask, months, Metrics[Quantity])
        return await rows(account, ask, months, Metrics[RawQuantity])


async def rows(
    endpoint: Endpoint, ask: Ask, months: Sequence[Month], shape: type[Metrics[AnyRow]]
) -> Sequence[AnyRow]:
    """All rows of some months in a row, oldest first; three months are the most of one question."""
    found: list[AnyRow] = []
    for span in spans(months):
        query = [("start_month", str(span[0])), ("end_month", str(span[-1]))]
        told = (await endpoint.ask(ask.http, query, shape, ask.window.end)).rows()
        strays = [row.month for row in told if Month.named(row.month) not in span]
        if strays:
            what = f"asked {span[0]} to {span[-1]}, told of {strays[0]}"
            raise endpoint.changed(f"its contract has changed: {what}")
        found += told
    return found


def nothing_told(what: str, months: Sequence[Month]) -> str:
    span = f"{months[0]} to {months[-1]}" if len(months) > 1 else str(months[0])
    return (
        f"Fastly told of no {what} in {span}. It tells nothing here to an account that gets"
        " invoices, whatever that used."
    )


def _counted_at(told: Sequence[Row], now: datetime) -> datetime | None:
    """When the vendor counted last. Its rows may tell of different moments: one that was told
    earlier has not grown since, or it would have been counted again."""
    moments = [moment(row.last_updated_at) for row in told]
    return max((min(at, now) for at in moments if at is not None), default=None)


def _oddities(told: Sequence[Row], months: Sequence[Month], now: datetime) -> Iterator[str]:
    if not told:
        yield nothing_told("use", months)
    counted_at = _counted_at(told, now)
    if counted_at is not None and counted_at < now - LATE:
        when = counted_at.strftime("%d %b %Y %H:%M UTC")
        yield f"Fastly counted last on {when}: what was used since may be missing."
    for row in told:
        if row.last_updated_at and moment(row.last_updated_at) is None:
            yield f"`last_updated_at` is no time that can be read: {row.last_updated_at[:40]!r}."
            return
