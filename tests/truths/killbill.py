"""Kill Bill: days of subscriptions, some of them without use, and records that come late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import ClassVar

from daemon.sandbox.killbill.stand_in import KillBillStandIn
from daemon.sandbox.killbill.tenant import Subscription, invented
from daemon.secret import Secret
from daemon.source import Source
from daemon.sources.killbill import KillBillUsage
from rules.panel import Floats, Panel
from rules.series import Labels
from tests.daemon.sources.stand import NOW
from tests.fakes import HandClock
from tests.truths.truth import DAY, MINUTE, Pace, table

REVISES = 62
UNITS = ("api-calls", "messages", "gigabytes", "late-fees")
"""Those that are used from the start, and one that only comes late."""


@dataclass
class KillBill:
    """A customer who uses little and one who left; late use, corrections below zero and units
    that nobody had before."""

    history: ClassVar[timedelta] = (REVISES + 4) * DAY
    pace: ClassVar[Pace] = Pace(3 * MINUTE)
    over: dict[tuple[str, datetime], Mapping[str, Decimal]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = HandClock(NOW)
        tenant = invented(NOW, customers=["ember", "fjord"])
        self.stand_in = KillBillStandIn(self.clock, tenant)
        self.subscriptions = [each for bundle in tenant.bundles for each in bundle.subscriptions]

    def source(self, url: str) -> Source:
        login = Secret("password"), Secret("key"), Secret("secret")
        return KillBillUsage(url, "reader", *login)

    def everybody(self) -> Sequence[Labels]:
        return [
            (("subscription", each.id), ("unit", unit))
            for each in self.subscriptions
            for unit in UNITS
        ]

    def amounts(self, panel: Panel) -> Floats:
        def column(labels: Mapping[str, str], days: Sequence[datetime]) -> Sequence[float]:
            whose, unit = labels["subscription"], labels["unit"]
            return [float(self._used(whose, day).get(unit, 0)) for day in days]

        return table(panel, column)

    def meddle(self, chance: Random) -> None:
        for _ in range(chance.randint(1, 3)):
            self._record(chance, chance.choice(self.subscriptions))

    def heard(self) -> None:
        """It tells of its past whenever it is asked."""

    def _used(self, subscription: str, day: datetime) -> Mapping[str, Decimal]:
        """Days that are over are looked up once, until something is recorded for them."""
        used = self.over.get((subscription, day))
        if used is None:
            used = self.stand_in.used(subscription, day, day + DAY)
            if day + DAY <= self.clock.now():
                self.over[subscription, day] = used
        return used

    def _record(self, chance: Random, subscription: Subscription) -> None:
        """Something is recorded for a moment within what is read again."""
        at = self.clock.now() - chance.random() * (REVISES - 1) * DAY
        if subscription.end is not None and at.date() >= subscription.end:
            return
        unit = chance.choice(UNITS)
        by = Decimal(chance.randint(-(10**9), 10**10)).scaleb(-9)
        self.stand_in.revise(subscription.id, unit, at, by)
        day = at.replace(hour=0, minute=0, second=0, microsecond=0)
        self.over.pop((subscription.id, day), None)
