"""Fastly: running totals of the month, told only as they stand now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import ClassVar, Literal

import numpy as np

from daemon.sandbox.fastly.account import METERS, SERVICES, Meter, Service
from daemon.sandbox.fastly.query import YearMonth
from daemon.sandbox.fastly.stand_in import FastlyStandIn
from daemon.sandbox.world import World
from daemon.secret import Secret
from daemon.source import Source
from daemon.sources.fastly import FastlyServiceUsage, FastlyUsageMetrics
from rules.panel import Floats, Panel
from rules.series import EPOCH, Labels, labels_of
from tests.fakes import HandClock
from tests.truths.truth import DAY, HOUR, Pace

MAY, JUNE = YearMonth(2025, 5), YearMonth(2025, 6)
START = datetime(2025, 5, 30, tzinfo=UTC)
WAITS = 2 * DAY
"""Nobody says when services were counted; a month that is over is believed after so long."""

Whose = tuple[str, str, str | None]
"""Product, usage type and service; None for the whole account."""


@dataclass
class Heard:
    """One total of one month, as it stood when the vendor was heard."""

    month: YearMonth
    since: float | None
    """What it began at, where that is known."""
    totals: dict[datetime, float] = field(default_factory=dict)

    def note(self, at: datetime, total: float) -> None:
        """A month that is over and is told anew is set right from its first day on."""
        before = self.totals.get(at, 0.0)
        if at == self.month.next.start and before > 0:
            self.totals = {each: told * total / before for each, told in self.totals.items()}
        self.totals[at] = total

    def curve(self) -> tuple[list[datetime], list[float]]:
        """A total that fell was set right: all that came before the fall shrinks with it."""
        told = dict(self.totals)
        if self.since is not None:
            told.setdefault(self.month.start, self.since)
        moments = sorted(told)
        right = [told[moments[-1]]]
        scale = 1.0
        for before, after in reversed(list(pairwise(moments))):
            if told[after] < told[before]:
                scale *= told[after] / told[before]
            right.append(told[before] * scale)
        return moments, right[::-1]


@dataclass
class Fastly:
    """Over a month's turn, while the vendor stops to count, sets either month right, and tells its
    services in pages of any size. Polls fall on whole hours, so of hours every span between two
    of them is made of whole buckets."""

    by: Literal["account", "service"]
    bucket: Literal["hour", "day"] = "hour"
    restates: bool = True
    """Whether it says anything but what was used up to now."""
    history: ClassVar[timedelta] = 20 * DAY
    pace: ClassVar[Pace] = Pace(HOUR, 15, at_last=WAITS + DAY)
    first_at: datetime | None = None
    months: dict[tuple[YearMonth, Whose], Heard] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = HandClock(START)
        self.stand_in = FastlyStandIn(World(7, START), self.clock, SERVICES[1:3])

    def source(self, url: str) -> Source:
        kind = FastlyUsageMetrics if self.by == "account" else FastlyServiceUsage
        return kind(key=Secret("key"), url=url, bucket=self.bucket)

    def everybody(self) -> Sequence[Labels]:
        return [
            labels_of({"product_id": product, "usage_type": usage_type, "service_id": whose or ""})
            for product, usage_type, whose in self._told(MAY)
        ]

    def amounts(self, panel: Panel) -> Floats:
        edges = [panel.at(row) for row in range(len(panel) + 1)]
        columns = [self._column(_whose(dict(each.labels)), edges) for each in panel.series]
        return np.array(columns).reshape(-1, len(panel)).T

    def meddle(self, chance: Random) -> None:
        faults, now = self.stand_in.faults, self.clock.now()
        faults.page, faults.repeats = chance.choice([None, 1]), chance.random() < 0.5
        faults.data, faults.null_details = chance.choice(["object", "list"]), True
        if self.restates:
            faults.counts_until = chance.choice([None, None, now])
            month = MAY if now < JUNE.start + DAY else chance.choice([MAY, JUNE])
            times = chance.choice([0.4, 0.9, 1.25])
            self.stand_in.restate(chance.choice(METERS).usage_type, str(month), times)

    def heard(self) -> None:
        now = self.clock.now()
        self.first_at = self.first_at or now
        for month in (MAY, JUNE):
            at = self._true_at(month, now)
            for whose, told in self._told(month).items() if at else ():
                since = 0.0 if self.first_at < month.start else None
                assert at is not None
                self.months.setdefault((month, whose), Heard(month, since)).note(at, told)

    def moments(self) -> Sequence[datetime]:
        """All that totals were true of, a month's end among them."""
        return sorted({at for heard in self.months.values() for at in heard.totals})

    def used(self, start: datetime, end: datetime) -> float:
        """What all services truly used of everything between two moments."""
        services = self.stand_in.services
        return sum(self.stand_in.used(s, m, start, end) for s in services for m in METERS)

    def _told(self, month: YearMonth) -> Mapping[Whose, float]:
        told: defaultdict[Whose, float] = defaultdict(float)
        for meter in METERS:
            for service in self.stand_in.services:
                told[self._key(meter, service)] += self.stand_in.total(service, meter, month)
        return {whose: round(total, 4 if whose[2] is None else 6) for whose, total in told.items()}

    def _key(self, meter: Meter, service: Service) -> Whose:
        whose = service.id if self.by == "service" else None
        return meter.product_id, meter.usage_type, whose

    def _true_at(self, month: YearMonth, now: datetime) -> datetime | None:
        """What moment the vendor's word is of; None while it is of none."""
        start, end = month.start, month.next.start
        if self.by == "service":
            at = now if start <= now < end else end
            return at if now >= start and (now < end or now >= end + WAITS) else None
        counted = min(now, self.stand_in.faults.counts_until or now)
        counted -= (counted - EPOCH) % HOUR
        at = min(max(counted, now - WAITS), end)
        return at if at > start else None

    def _column(self, whose: Whose, edges: list[datetime]) -> Floats:
        """Between two moments a total grows evenly, since nobody knows better."""
        places = np.array([edge.timestamp() for edge in edges])
        column = np.full(len(edges) - 1, np.nan)
        for month in (MAY, JUNE):
            if (heard := self.months.get((month, whose))) is not None:
                moments, totals = heard.curve()
                times = [moment.timestamp() for moment in moments]
                grown = np.diff(np.interp(places, times, totals))
                mine = [
                    month.start <= edge < month.next.start and edge >= moments[0]
                    for edge in edges[:-1]
                ]
                column[mine] = grown[mine]
        return column


def _whose(labels: Mapping[str, str]) -> Whose:
    return labels["product_id"], labels["usage_type"], labels.get("service_id") or None
