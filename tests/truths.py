"""What is true, beside what was told: one world for each vendor, in which things go wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Protocol

import numpy as np

from daemon.sandbox.incidents import Script
from daemon.sandbox.supertone import SupertoneStandIn
from daemon.sandbox.world import World, clock_hours
from daemon.secret import Secret
from daemon.source import Source
from daemon.sources.supertone import SupertoneUsage, SupertoneVoiceUsage
from rules.panel import Floats, Panel
from tests.daemon.sources.stand import NOW, StandIn
from tests.fakes import HandClock

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Truth(Protocol):
    """A vendor, its source, and what was really used."""

    stand_in: StandIn
    clock: HandClock

    def source(self, url: str) -> Source: ...

    def amounts(self, panel: Panel) -> Floats:
        """What each bucket of a panel truly holds by now, a column for each of its series."""
        ...

    def meddle(self, chance: Random) -> None:
        """The vendor changes its mind about the past, or tells the same thing in another way."""
        ...


@dataclass
class Supertone:
    """Hours and days of voices; an hour of the last day may be revised, and pages come twice."""

    days: bool = False

    def __post_init__(self) -> None:
        self.clock = HandClock(NOW)
        self.stand_in = SupertoneStandIn(World(7, NOW), Script(NOW, 50_000), self.clock)

    def source(self, url: str) -> Source:
        if self.days:
            return SupertoneVoiceUsage(Secret("key"), url)
        return SupertoneUsage(Secret("key"), url, names=False)

    def amounts(self, panel: Panel) -> Floats:
        width = panel.metric.width / HOUR
        lows = np.array([clock_hours(panel.at(row)) for row in range(len(panel))])
        highs = np.minimum(lows + width, clock_hours(self.clock.now()))
        truth = np.zeros((len(panel), len(panel.series)))
        for column, series in enumerate(panel.series):
            labels = dict(series.labels)
            for voice in self.stand_in.world.voices:
                shares = [
                    part.share
                    for part in voice.parts
                    if voice.id == labels["voice_id"]
                    and (
                        "model" not in labels
                        or (
                            part.model == labels["model"]
                            and part.style == labels.get("style")
                            and part.language == labels.get("language")
                        )
                    )
                ]
                truth[:, column] += sum(shares) * self.stand_in.world.used(voice, lows, highs)
        return truth

    def meddle(self, chance: Random) -> None:
        faults = self.stand_in.faults
        faults.pages_twice = chance.random() < 0.5
        voice = chance.choice(self.stand_in.world.voices)
        # Within what the source reads again: a day, or three.
        ago = chance.randint(1, 20)
        self.stand_in.revise(voice.id, self.clock.now() - ago * HOUR, round(chance.random(), 3))


WORLDS: Mapping[str, Callable[[], Truth]] = {
    "supertone.usage": Supertone,
    "supertone.voice_usage": lambda: Supertone(days=True),
}
