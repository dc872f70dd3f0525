"""A Prometheus: hours of a counter, some of them told anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import ClassVar

from daemon.sandbox.prometheus import PrometheusStandIn
from daemon.sandbox.world import VOICES, World
from daemon.source import Source
from rules.panel import Floats, Panel
from rules.series import Labels
from tests.daemon.sources.prometheus.stand import source
from tests.daemon.sources.stand import NOW
from tests.fakes import HandClock
from tests.truths.truth import DAY, HOUR, Pace, spoken, table


@dataclass
class Revised:
    """An hour of the last day may be revised, by samples that came late."""

    history: ClassVar[timedelta] = 4 * DAY
    pace: ClassVar[Pace] = Pace(most=300)

    def __post_init__(self) -> None:
        self.clock = HandClock(NOW)
        self.stand_in = PrometheusStandIn(World(7, NOW, voices=VOICES[:4]), self.clock)
        self.voices = {voice.id: voice for voice in self.stand_in.world.voices}

    def source(self, url: str) -> Source:
        return source(url, revises=DAY)

    def everybody(self) -> Sequence[Labels]:
        return [(("voice", voice),) for voice in self.voices]

    def amounts(self, panel: Panel) -> Floats:
        world, width = self.stand_in.world, panel.metric.width
        return table(
            panel,
            lambda labels, starts: spoken(world, self.voices[labels["voice"]], starts, width),
        )

    def meddle(self, chance: Random) -> None:
        self.stand_in.faults.warnings = chance.choice([(), ("a store was slow",)])
        hour = self.clock.now() - chance.randint(1, 20) * HOUR
        minutes = chance.choice([0.0, round(chance.random(), 3)])
        self.stand_in.revise(chance.choice(list(self.voices)), hour, minutes)

    def heard(self) -> None:
        """It tells of its past whenever it is asked."""
