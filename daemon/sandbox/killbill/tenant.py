"""Who subscribes to what in the stand-in for Kill Bill, and how much they use of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Protocol
from uuid import UUID

import numpy as np

from daemon.sandbox.world import ALL_DAY, EVENING, NIGHTLY, OFFICE, Spender, World, clock_hours
from rules.series import EPOCH

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Gauge:
    """One unit type of a subscription, and who uses it; an hour's use is kept in whole steps."""

    unit: str
    who: Spender
    places: int = 0


@dataclass(frozen=True, slots=True)
class Subscription:
    id: str
    account: str
    bundle: str
    key: str
    bundle_key: str
    product: str
    category: str
    start: date
    end: date | None = None
    gauges: tuple[Gauge, ...] = ()

    def state(self, today: date) -> str:
        if self.end is not None and self.end <= today:
            return "CANCELLED"
        return "PENDING" if self.start > today else "ACTIVE"


@dataclass(frozen=True, slots=True)
class Bundle:
    id: str
    account: str
    key: str
    subscriptions: tuple[Subscription, ...] = ()


class Tenant(Protocol):
    def __len__(self) -> int:
        """How many bundles it has."""
        ...

    def bundle(self, place: int) -> Bundle: ...

    def find(self, subscription: str) -> Subscription | None: ...

    def used(
        self, subscription: Subscription, start: datetime, end: datetime
    ) -> Mapping[str, Decimal]:
        """Of each unit that has a record from `start` up to, not including, `end`."""
        ...


@dataclass(frozen=True, slots=True)
class InventedTenant:
    """A handful of customers. Whoever uses something has it recorded when the hour is over, as of
    the moment in which it began."""

    world: World
    bundles: Sequence[Bundle]
    _by_id: dict[str, Subscription] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_id.update(
            {each.id: each for bundle in self.bundles for each in bundle.subscriptions}
        )

    def __len__(self) -> int:
        return len(self.bundles)

    def bundle(self, place: int) -> Bundle:
        return self.bundles[place]

    def find(self, subscription: str) -> Subscription | None:
        return self._by_id.get(subscription)

    def used(
        self, subscription: Subscription, start: datetime, end: datetime
    ) -> Mapping[str, Decimal]:
        first = max(start, _midnight(subscription.start))
        last = end if subscription.end is None else min(end, _midnight(subscription.end))
        hours = np.arange(np.ceil(clock_hours(first)), np.ceil(clock_hours(last)), dtype=np.int64)
        sums: dict[str, Decimal] = {}
        for gauge in subscription.gauges:
            steps = np.rint(self.world.amounts(gauge.who, hours) * 10**gauge.places)
            if steps.any():
                sums[gauge.unit] = Decimal(int(steps.sum())).scaleb(-gauge.places)
        return sums


def invented(now: datetime, seed: int = 1, customers: Sequence[str] = ()) -> InventedTenant:
    """As of a moment: the accounts began 120 days before. Of all customers, or of some."""
    start = (now - 120 * DAY).date()
    bundles = [
        _customer(name, start, now.date())
        for name in _CUSTOMERS
        if not customers or name in customers
    ]
    world = World(seed, now - 120 * DAY, voices=())
    return InventedTenant(world, [*bundles, _empty("acme-old")])


_CUSTOMERS = {
    "acme": (900.0, OFFICE, 0.1),
    "birch": (240.0, EVENING, 1.3),
    "cobalt": (4_000.0, NIGHTLY, 0.0),
    "dune": (60.0, ALL_DAY, 0.8),
    "ember": (0.05, ALL_DAY, 1.0),
    "fjord": (350.0, OFFICE, 0.2),
}
"""What a customer uses in its best hour, when, and what share of it at weekends."""
_LEAVES = "fjord"


def _customer(name: str, start: date, today: date) -> Bundle:
    peak, day, weekend = _CUSTOMERS[name]
    end = today - 20 * DAY if name == _LEAVES else None
    calls = Gauge("api-calls", Spender(f"{name}-calls", name, peak, day, weekend))
    disk = Gauge("gigabytes", Spender(f"{name}-disk", name, peak / 70, ALL_DAY, 1.0), places=6)
    texts = Gauge("messages", Spender(f"{name}-texts", name, peak / 9, day, weekend, 0.5))
    account, bundle = _named(f"account {name}"), _named(f"bundle {name}")

    def subscription(plan: str, category: str, *gauges: Gauge) -> Subscription:
        identity = _named(f"subscription {name} {plan}")
        keys = (f"{name}-{plan}", f"{name}-main")
        product = plan.capitalize()
        return Subscription(identity, account, bundle, *keys, product, category, start, end, gauges)

    return Bundle(
        bundle,
        account,
        f"{name}-main",
        (
            subscription("platform", "BASE"),
            subscription("metered", "ADD_ON", calls, disk),
            subscription("messaging", "ADD_ON", texts),
        ),
    )


def _empty(key: str) -> Bundle:
    return Bundle(_named(f"bundle {key}"), _named("account acme"), key)


def _named(name: str) -> str:
    return str(UUID(bytes=sha256(name.encode()).digest()[:16], version=4))


def _midnight(day: date) -> datetime:
    return EPOCH + (day - EPOCH.date())
