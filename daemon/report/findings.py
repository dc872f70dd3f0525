"""What a week or a month came to, before a word of it is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import isnan

from daemon.report.asked import Price
from daemon.report.term import Term
from rules.allocation import exact, rounded
from rules.series import Series
from rules.sheet import Line, Sheet


@dataclass(frozen=True, slots=True)
class Used:
    """What one metric came to."""

    sheet: Sheet
    price: Price | None
    labels: tuple[str, ...]
    """Those it is told apart by."""
    untold: str | None = None
    """What of it is not known, in words."""
    untold_before: str | None = None
    """What of the time before is not known, though some of it is, in words."""

    @property
    def notes(self) -> Sequence[str]:
        return [each for each in (self.untold, self.untold_before) if each]

    @property
    def cost(self) -> Fraction | None:
        """None: there is no price, or nothing was told."""
        if self.price is None or self.sheet.total is None:
            return None
        return self.price.of(added(self.sheet.used.tolist()))

    @property
    def cost_before(self) -> Fraction | None:
        if self.price is None or self.sheet.total_before is None:
            return None
        return self.price.of(added(self.sheet.before.tolist()))

    def lines(self, label: str) -> Sequence[Line]:
        return self.sheet.by(label)


def added(values: Sequence[float]) -> Fraction:
    """What was told, without rounding."""
    return exact(value for value in values if not isnan(value))


@dataclass(frozen=True, slots=True)
class Money:
    """What all metrics with a price in one currency cost together."""

    currency: str
    cost: Decimal
    before: Decimal | None


@dataclass(frozen=True, slots=True)
class Share:
    """What one cost centre pays."""

    centre: str
    amount: Decimal
    part: float
    """Of the whole, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """A whole, split."""

    of: str
    """What is split: a currency, or a metric of a source."""
    unit: str
    total: Decimal
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a series stands to a budget, or how long a balance lasts."""

    rule: str
    series: Series
    words: str
    breached: bool


@dataclass(frozen=True, slots=True)
class Told:
    """An alert of that time."""

    number: int
    rule: str
    since: datetime
    ended_at: datetime | None
    phase: str
    story: str
    done: tuple[str, ...]
    """What people did about it, a sentence each."""


@dataclass(frozen=True, slots=True)
class Findings:
    report: str
    term: Term
    used: tuple[Used, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    budgets: tuple[Outlook, ...] = ()
    runways: tuple[Outlook, ...] = ()
    alerts: tuple[Told, ...] = ()
    notes: tuple[str, ...] = ()
    """What is not known, a sentence each."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Label values to what people call them."""

    def money(self) -> Sequence[Money]:
        """By currency, in the order of their first use; of what was not told there is none."""
        told = [one.price.currency for one in self.used if one.price and one.cost is not None]
        return [self._money(currency) for currency in dict.fromkeys(told)]

    @property
    def is_whole(self) -> bool:
        """Whether all of the time was told."""
        return not any(one.untold for one in self.used)

    @property
    def is_comparable(self) -> bool:
        """Whether all of both times was told, so that what changed is use."""
        return not any(one.notes for one in self.used)

    def _money(self, currency: str) -> Money:
        mine = [one for one in self.used if one.price and one.price.currency == currency]
        before = [one.cost_before for one in mine]
        known = [each for each in before if each is not None]
        return Money(
            currency,
            rounded(sum((one.cost or Fraction(0) for one in mine), Fraction(0))),
            rounded(sum(known, Fraction(0))) if known and len(known) == len(before) else None,
        )
