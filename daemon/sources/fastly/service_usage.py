"""Fastly's usage by service: each month's running totals, for every product and usage type."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar, Literal

from daemon.secret import Secret
from daemon.source import Ask, Standing
from daemon.sources.fastly.ledger import Ledger
from daemon.sources.fastly.months import WIDTHS, Month, asked, true_at
from daemon.sources.fastly.usage_metrics import nothing_told, rows
from daemon.sources.fastly.walk import Question, Walk
from daemon.sources.fastly.wire import SERVICE_USAGE, USAGE, Metrics, Row, endpoint
from rules.series import Absent, Measure, Metric


@dataclass(frozen=True, slots=True)
class FastlyServiceUsage:
    """What every service used, by product and usage type
    (GET /billing/v3/service-usage-metrics)."""

    key: Secret
    """The API token of a superuser or of the billing role, with the scope `global:read`."""
    url: str = "https://api.fastly.com"
    """Where the API lives."""
    usage: tuple[str, ...] = ()
    """What to ask for, as product and usage type: `cdn_usage/North America Requests`. Left out:
    all that the account used in the month, which is one more call a poll."""
    services: tuple[str, ...] = ()
    """The ids of the services to ask for, each by itself. Left out: all of them at once."""
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

    def __post_init__(self) -> None:
        for pair in self.usage:
            product, _, usage_type = pair.partition("/")
            if not product or not usage_type:
                example = "'cdn_usage/North America Requests'"
                raise ValueError(
                    f"usage: expected product/usage type such as {example}, got {pair!r}"
                )
        for name, given in (("usage", self.usage), ("services", self.services)):
            if len(set(given)) < len(given) or "" in given:
                raise ValueError(f"{name}: expected each name once, got {list(given)}")

    def metrics(self, name: str) -> Sequence[Metric]:
        span = WIDTHS[self.bucket]
        return [Metric(name, "usage_units", "units", Measure.AMOUNT, span, Absent.ZERO)]

    async def fetch(self, ask: Ask) -> Sequence[Standing]:
        [metric] = self.metrics(ask.name)
        now, ledger, months = ask.window.end, Ledger(), asked(ask.window, self.revises)
        at = {month: true_at(month, None, now) for month in months}
        moments = {month: when for month, when in at.items() if when is not None}
        services = endpoint(ask.name, self.url, SERVICE_USAGE, self.key)
        for pair in await self._pairs(ask, months, ledger):
            for service in self.services or (None,):
                if pair.month in moments:
                    await Walk(services, ask, replace(pair, service=service)).into(ledger)
        if not ledger.totals:
            ledger.note(nothing_told("service's use", list(moments)))
        return ledger.standings(metric, moments)

    async def _pairs(self, ask: Ask, months: Sequence[Month], ledger: Ledger) -> Sequence[Question]:
        """What to ask of each month: what is configured, or else what the account used in it.
        Nobody publishes a list of what there is."""
        if self.usage:
            return [Question(month, *pair.split("/", 1)) for month in months for pair in self.usage]
        account = endpoint(ask.name, self.url, USAGE, self.key)
        pairs: dict[Question, None] = {}
        for row in await rows(account, ask, months, Metrics[Row]):
            ledger.call(row.usage_type, row.name)
            if row.product_id:
                pairs[Question(Month.named(row.month), row.product_id, row.usage_type)] = None
            else:
                ledger.note(f"{row.usage_type} has no product, so no service was asked for it.")
        return list(pairs)
