"""A vendor without a module, in three shapes: cursors, offsets, and totals of the month by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, ClassVar

import numpy as np

from daemon.sandbox.http_json.stand_in import HttpJsonStandIn
from daemon.sandbox.world import VOICES, World
from daemon.secret import Secret
from daemon.source import Source
from daemon.sources.http_json import HttpJson
from rules.panel import Floats, Panel
from rules.series import Labels
from tests.daemon.sources.http_json.stand import EVENTS, TOTALS, USAGE
from tests.fakes import HandClock
from tests.truths.truth import DAY, HOUR, LATE_IN_MAY, MINUTE, Pace, spoken, table

_QUERY = {**USAGE["query"], "limit": ("20",)}
CURSOR = {**USAGE, "query": _QUERY, "row_id": ("^.starting_at", "who.id")}
OFFSET = {**EVENTS, "absent": "zero"}
EVENT = 20 * MINUTE
BY_DAY = {**TOTALS, "absent": "zero"}


@dataclass
class HttpJsonHours:
    """An hour of the last day may be revised, and pages come twice where rows have an id."""

    shape: Mapping[str, Any]
    history: ClassVar[timedelta] = 4 * DAY
    pace: ClassVar[Pace] = Pace(most=300)

    def __post_init__(self) -> None:
        self.clock = HandClock(LATE_IN_MAY)
        self.stand_in = HttpJsonStandIn(World(7, LATE_IN_MAY, voices=VOICES[2:5]), self.clock)
        self.voices = {voice.id: voice for voice in self.stand_in.world.voices}

    def source(self, url: str) -> Source:
        return HttpJson(url=url, token=Secret("key"), **self.shape)

    def everybody(self) -> Sequence[Labels]:
        return [(("voice", voice),) for voice in self.voices]

    def amounts(self, panel: Panel) -> Floats:
        width = panel.metric.width
        return table(panel, lambda labels, starts: self._used(labels, starts, width))

    def meddle(self, chance: Random) -> None:
        self.stand_in.faults.pages_twice = chance.random() < 0.5
        hour = self.clock.now() - self._ago(chance) * HOUR
        minutes = chance.choice([0.0, round(chance.random(), 3)])
        self.stand_in.revise(chance.choice(list(self.voices)), hour, minutes)

    def heard(self) -> None:
        """It tells of its past whenever it is asked."""

    def _ago(self, chance: Random) -> int:
        return chance.randint(1, 20)

    def _used(
        self, labels: Mapping[str, str], starts: Sequence[datetime], width: timedelta
    ) -> Floats:
        return spoken(self.stand_in.world, self.voices[labels["voice"]], starts, width)


@dataclass
class HttpJsonEvents(HttpJsonHours):
    """Three events an hour, counted in seconds, each rounded by itself."""

    def _used(
        self, labels: Mapping[str, str], starts: Sequence[datetime], width: timedelta
    ) -> Floats:
        events = [start + step * EVENT for start in starts for step in range(width // EVENT)]
        minutes = [round(used, 6) for used in super()._used(labels, events, EVENT).tolist()]
        return np.asarray(60 * np.array(minutes).reshape(len(starts), -1).sum(axis=1))


@dataclass
class HttpJsonTotals(HttpJsonHours):
    """An hour of this month or of the last day may be revised."""

    history: ClassVar[timedelta] = 10 * DAY
    pace: ClassVar[Pace] = Pace(3 * MINUTE)

    def _ago(self, chance: Random) -> int:
        now = self.clock.now()
        return chance.randint(1, max(20, (now.day - 1) * 24))
