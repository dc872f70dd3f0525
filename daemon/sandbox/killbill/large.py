"""A tenant of Kill Bill with so many subscriptions that nobody would store them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from daemon.sandbox.killbill.tenant import Bundle, Subscription
from rules.series import EPOCH

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LargeTenant:
    """Each subscription is worked out when it is asked for.

    A bundle is a base plan with a metered add-on; of all subscriptions one in ten is used.
    """

    subscriptions: int
    start: date

    def __len__(self) -> int:
        return self.subscriptions // 2

    def bundle(self, place: int) -> Bundle:
        base, add_on = self._subscription(2 * place), self._subscription(2 * place + 1)
        return Bundle(base.bundle, base.account, base.bundle_key, (base, add_on))

    def find(self, subscription: str) -> Subscription | None:
        number = int(subscription[:8], 16)
        known = number < self.subscriptions and _numbered(number, "a") == subscription
        return self._subscription(number) if known else None

    def used(
        self, subscription: Subscription, start: datetime, end: datetime
    ) -> Mapping[str, Decimal]:
        """A record at every midnight."""
        number = int(subscription.id[:8], 16)
        if number % 10 != 1:
            return {}
        days = range(_days_until(start), _days_until(end))
        calls = sum((number * 2_654_435_761 + day * 40_503) % 997 + 1 for day in days)
        return {"api-calls": Decimal(calls)} if calls else {}

    def _subscription(self, number: int) -> Subscription:
        customer, metered = number // 2, number % 2
        key = f"customer-{customer}"
        return Subscription(
            id=_numbered(number, "a"),
            account=_numbered(customer, "c"),
            bundle=_numbered(customer, "b"),
            key=f"{key}-{'metered' if metered else 'base'}",
            bundle_key=key,
            product="Metered" if metered else "Platform",
            category="ADD_ON" if metered else "BASE",
            start=self.start,
        )


def _numbered(number: int, kind: str) -> str:
    return f"{number:08x}-{kind}b1d-4c0a-8e2f-{number * 7919 % 2**48:012x}"


def _days_until(moment: datetime) -> int:
    """Midnights since the epoch that lie before a moment."""
    return -((EPOCH - moment) // DAY)
