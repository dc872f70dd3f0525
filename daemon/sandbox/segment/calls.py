"""The calls of an invented workspace: whole numbers, source by source and day by day."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate

import numpy as np

from daemon.sandbox.world import (
    ALL_DAY,
    EVENING,
    NIGHTLY,
    OFFICE,
    Hours,
    Spender,
    World,
    clock_hours,
)
from rules.panel import Flags

DAY = timedelta(days=1)

SOURCES = (
    Spender("8wQ3vLrT5mNcX7bKfZpY2d", "Website", 9_000, EVENING, 1.3, least=900),
    Spender("hT6yBn4RkWqG9sJxCvMa3E", "App", 14_000, EVENING, 1.6, growth=0.004, least=900),
    Spender("2FzKp8DuQeVtHr5YwLjN7c", "Back office", 1_800, OFFICE, 0.05, least=90),
    Spender("Xn7mVb3AqSg5EkTdPyR9hU", "Nightly import", 60_000, NIGHTLY, 1, 0.1, least=900),
    Spender("c5JrWxZ2GfLh8QvNtBy6Ks", "Partner feed", 700, ALL_DAY, 0.9, 0.5, least=90),
    Spender("uD9pEaM4TzRk3HnYqXwC7g", "Old forum", 3, ALL_DAY, 1, 0.6, least=40),
)


class Workspace:
    """Who called how often. Counts are exact whole numbers of any size."""

    def __init__(self, world: World, sources: Sequence[Spender] = SOURCES) -> None:
        self.world = world
        self.sources = {source.id: source for source in sources}
        self._began: dict[str, datetime] = {}
        self._ended: dict[str, datetime] = {}
        self._restated: dict[tuple[str, datetime], int] = {}

    def create(self, source: str, at: datetime) -> None:
        """It was not there before."""
        self._began[source] = at

    def delete(self, source: str, at: datetime) -> None:
        self._ended[source] = at

    def deleted(self, now: datetime) -> frozenset[str]:
        return frozenset(source for source, at in self._ended.items() if at <= now)

    def restate(self, source: str, day: datetime, calls: int) -> None:
        self._restated[source, day] = calls

    def calls(self, source: str, days: Sequence[datetime], now: datetime) -> Sequence[int]:
        """What a source called on each of these neighbouring UTC days, up to now."""
        if not days:
            return []
        hours = np.arange(len(days) * 24) + int(clock_hours(days[0]))
        shares = np.clip(clock_hours(now) - hours, 0, 1)
        used = np.rint(self.world.amounts(self.sources[source], hours))
        sums = np.floor(used * shares * self._alive(source, hours)).reshape(-1, 24).sum(axis=1)
        told = zip(days, sums, strict=True)
        return [self._restated.get((source, day), int(calls)) for day, calls in told]

    def totals(self, days: Sequence[datetime], now: datetime) -> Mapping[str, Sequence[int]]:
        """What every source had called by each of these days, since the first of them."""
        return {source: list(accumulate(self.calls(source, days, now))) for source in self.sources}

    def _alive(self, source: str, hours: Hours) -> Flags:
        low, high = self._began.get(source), self._ended.get(source)
        alive = np.ones(len(hours), dtype=bool)
        alive &= low is None or hours >= clock_hours(low)
        alive &= high is None or hours < clock_hours(high)
        return alive
