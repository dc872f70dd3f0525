"""Supertone: hours and days of voices, and the credits that stood at a moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import ClassVar

import numpy as np

from daemon.sandbox.incidents import Script
from daemon.sandbox.supertone.stand_in import SupertoneStandIn
from daemon.sandbox.world import Part, World, clock_hours
from daemon.secret import Secret
from daemon.source import Source
from daemon.sources.supertone import SupertoneCredits, SupertoneUsage, SupertoneVoiceUsage
from rules.panel import Floats, Panel
from rules.series import Labels
from tests.daemon.sources.stand import NOW
from tests.fakes import HandClock
from tests.truths.truth import DAY, HOUR, Pace, table


@dataclass
class Supertone:
    """An hour of the last day may be revised, and pages come twice."""

    days: bool = False
    history: ClassVar[timedelta] = 10 * DAY
    pace: ClassVar[Pace] = Pace()

    def __post_init__(self) -> None:
        self.clock = HandClock(NOW)
        self.stand_in = SupertoneStandIn(World(7, NOW), Script(NOW, 50_000), self.clock)

    def source(self, url: str) -> Source:
        if self.days:
            return SupertoneVoiceUsage(Secret("key"), url)
        return SupertoneUsage(Secret("key"), url, names=False)

    def everybody(self) -> Sequence[Labels]:
        return [(("voice_id", voice.id),) for voice in self.stand_in.world.voices]

    def amounts(self, panel: Panel) -> Floats:
        width = panel.metric.width / HOUR
        lows = np.array([clock_hours(panel.at(row)) for row in range(len(panel))])
        highs = np.maximum(np.minimum(lows + width, clock_hours(self.clock.now())), lows)
        world = self.stand_in.world
        voices = {voice.id: voice for voice in world.voices}
        columns = []
        for labels in (dict(series.labels) for series in panel.series):
            voice = voices[labels["voice_id"]]
            parts = [part for part in voice.parts if not self.days or _is(part, labels)]
            used = world.used(voice, lows, highs)
            columns.append(used * sum(part.share for part in parts))
        return np.array(columns).reshape(-1, len(panel)).T

    def meddle(self, chance: Random) -> None:
        self.stand_in.faults.pages_twice = chance.random() < 0.5
        voice = chance.choice(self.stand_in.world.voices)
        # Within what the source reads again: a day, or three.
        ago = chance.randint(1, 20)
        self.stand_in.revise(voice.id, self.clock.now() - ago * HOUR, round(chance.random(), 3))

    def heard(self) -> None:
        """It tells of its past whenever it is asked."""


def _is(part: Part, labels: Mapping[str, str]) -> bool:
    """By the day a voice is told in its parts; what a part lacks is no label."""
    told = {"model": part.model, "style": part.style, "language": part.language}
    return all(labels.get(name) == value for name, value in told.items())


@dataclass
class Credits:
    """A level: what was told first of a minute stood in it, and of the others nobody knows."""

    history: ClassVar[timedelta] = 10 * DAY
    pace: ClassVar[Pace] = Pace(timedelta(seconds=20), 300)
    stood: dict[datetime, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = HandClock(NOW)
        self.stand_in = SupertoneStandIn(World(7, NOW), Script(NOW, 50_000), self.clock)

    def source(self, url: str) -> Source:
        return SupertoneCredits(Secret("key"), url)

    def everybody(self) -> Sequence[Labels]:
        return [()]

    def amounts(self, panel: Panel) -> Floats:
        stood = self.stood
        return table(panel, lambda _, starts: [stood.get(start, np.nan) for start in starts])

    def meddle(self, chance: Random) -> None:
        """A balance comes to nobody's ears for a while; or time hardly goes on."""
        self.stand_in.faults.null_balance = chance.random() < 0.3

    def heard(self) -> None:
        now = self.clock.now()
        if not self.stand_in.faults.null_balance:
            balance = self.stand_in.script.balance(self.stand_in.world, now)
            self.stood.setdefault(now.replace(second=0, microsecond=0), balance)
