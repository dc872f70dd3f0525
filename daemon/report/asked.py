"""What a report is to tell, of which time, and when: as a configuration says it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from fractions import Fraction

from daemon.planned.zone import zone_of
from daemon.report.term import Per, Term, last_before
from rules.allocation import NOT_ALLOCATED
from rules.cron import Cron, cron_of
from rules.series import Metric

_USUALLY = {"week": "mon 08:00", "month": "1 08:00"}
_PRICE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ([^\s].{0,11})")


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit costs."""

    amount: Decimal
    currency: str

    def of(self, used: Fraction) -> Fraction:
        return used * Fraction(self.amount)


def price_of(text: str) -> Price:
    """
    >>> price_of("0.02 USD")
    Price(amount=Decimal('0.02'), currency='USD')
    """
    found = _PRICE.fullmatch(text)
    if found is None:
        raise ValueError(f"prices: expected what one unit costs, such as 0.02 USD, got {text!r}")
    return Price(Decimal(found[1]), found[2])


@dataclass(frozen=True, slots=True)
class Asked:
    """A week or a month, once it is over: what was used, by whom, and what came of it."""

    per: Per
    """What it tells of: the last week (Monday to Sunday), or the last month."""
    when: str | None = None
    """When it is made: `mon 08:00`, `1 08:00` for the first of a month, or the five fields of cron
    such as `0 8 * * mon`. Default: mon 08:00 for a week, 1 08:00 for a month."""
    zone: str = "UTC"
    """The zone whose weeks, months, days and hours are meant: a name such as Europe/Berlin, or a
    distance from UTC such as +09:00."""
    sources: tuple[str, ...] = ()
    """Names of sources. Default: every one that tells of amounts."""
    by: tuple[str, ...] = ()
    """Names of labels to tell use apart by. Default: every label there is."""
    prices: Mapping[str, str] = field(default_factory=dict)
    """What one unit of a source, or of source/metric, costs: `voices: 0.02 USD`."""
    cost_centres: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Who pays: name to labels and shell patterns, of which all labels must match. `source` and
    `metric` count as labels. The first that matches pays; what matches none is not allocated."""

    def __post_init__(self) -> None:
        zone_of(self.zone)
        try:
            if (
                self.cron.latest(datetime.fromisoformat("2026-01-01T00:00+00:00"), self.place)
                is None
            ):
                raise ValueError(f"expected a day that comes, got {self.when!r}")
        except ValueError as error:
            raise ValueError(f"when: {error}") from None
        for text in self.prices.values():
            price_of(text)
        if NOT_ALLOCATED in self.cost_centres:
            raise ValueError(f"cost_centres: {NOT_ALLOCATED!r} is what no cost centre pays")

    @property
    def cron(self) -> Cron:
        return cron_of(self.when or _USUALLY[self.per])

    @property
    def place(self) -> tzinfo:
        return zone_of(self.zone)

    def price(self, metric: Metric) -> Price | None:
        text = self.prices.get(f"{metric.source}/{metric.name}", self.prices.get(metric.source))
        return None if text is None else price_of(text)

    def due(self, at: datetime) -> Term | None:
        """The last week or month that should have been told of by now.

        It was over when the report was due: whenever that is looked at, however the clock was
        moved, it is the same one until the next is due.
        """
        due_at = self.cron.latest(at, self.place)
        return None if due_at is None else last_before(self.per, due_at, self.place)

    def due_at(self, at: datetime) -> datetime:
        """When it was due last."""
        return self.cron.latest(at, self.place) or at


@dataclass(frozen=True, slots=True)
class Report:
    """A report, and who gets it."""

    name: str
    asked: Asked
    tell: tuple[str, ...] = ()
    """Names of destinations. Default: every destination there is."""
