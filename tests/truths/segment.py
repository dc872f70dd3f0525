"""Segment: calls by day, of running totals over a month's turn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import ClassVar

import numpy as np

from daemon.sandbox.segment.stand_in import SegmentStandIn
from daemon.sandbox.world import World
from daemon.secret import Secret
from daemon.source import Source
from daemon.sources.segment import SegmentSourceCalls, SegmentWorkspaceCalls
from rules.panel import Floats, Panel
from rules.series import Labels
from tests.fakes import HandClock
from tests.truths.truth import DAY, LATE_IN_MAY, MINUTE, Pace, table


@dataclass
class Segment:
    """A day of this month or of the last three days may be restated, sources come and go, and
    rows come in any order, on two pages, or on pages after empty ones."""

    kind: type[SegmentSourceCalls | SegmentWorkspaceCalls]
    page: int
    """Rows on a page that makes many of a month."""
    history: ClassVar[timedelta] = 16 * DAY
    """More than is read in one go."""
    pace: ClassVar[Pace] = Pace(3 * MINUTE)

    def __post_init__(self) -> None:
        self.clock = HandClock(LATE_IN_MAY)
        self.stand_in = SegmentStandIn(World(7, LATE_IN_MAY), self.clock)

    def source(self, url: str) -> Source:
        return self.kind(token=Secret("token"), url=url)

    def everybody(self) -> Sequence[Labels]:
        return [(("source_id", source),) for source in self.stand_in.workspace.sources]

    def amounts(self, panel: Panel) -> Floats:
        def column(labels: Mapping[str, str], days: Sequence[datetime]) -> Floats:
            workspace, now = self.stand_in.workspace, self.clock.now()
            who = [labels["source_id"]] if "source_id" in labels else list(workspace.sources)
            told = [workspace.calls(each, days, now) for each in who]
            return np.asarray(np.array(told, dtype=np.float64).sum(axis=0))

        return table(panel, column)

    def meddle(self, chance: Random) -> None:
        faults, workspace = self.stand_in.faults, self.stand_in.workspace
        faults.shuffled, faults.empty_pages = chance.random() < 0.5, chance.random() < 0.3
        faults.most, faults.overlap = chance.choice([1000, self.page]), chance.randint(0, 3)
        source = chance.choice(list(workspace.sources))
        if chance.random() < 0.1:
            workspace.delete(source, self.clock.now())
        self.stand_in.restate(source, self._day(chance), chance.choice([0, 7, 250_000]))

    def heard(self) -> None:
        """It tells of its past whenever it is asked."""

    def _day(self, chance: Random) -> datetime:
        """One that is read again."""
        today = self.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        return today - chance.randint(0, max(3, today.day - 1)) * DAY
