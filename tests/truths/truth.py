"""What a world is: a vendor that changes its mind, and what is true of it whatever it says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Protocol

import numpy as np

from daemon.sandbox.world import Spender, World, clock_hours
from daemon.source import Source
from rules.panel import Floats, Panel
from rules.series import Labels
from tests.daemon.sources.stand import StandIn
from tests.fakes import HandClock

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LATE_IN_MAY = datetime(2025, 5, 30, 9, 20, tzinfo=UTC)
"""From where a month's turn is near."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How much time goes by between one thing and the next."""

    beat: timedelta = MINUTE
    most: int = 500
    """Of beats; there is always one."""
    at_last: timedelta = 2 * HOUR
    """Before the last poll: nothing is owed, rested for, or not yet believed any more."""

    def passes(self, chance: Random) -> timedelta:
        return chance.randint(1, self.most) * self.beat


class Truth(Protocol):
    """A vendor, its source, and what was really used."""

    @property
    def stand_in(self) -> StandIn: ...

    @property
    def clock(self) -> HandClock: ...

    @property
    def history(self) -> timedelta: ...

    @property
    def pace(self) -> Pace: ...

    def source(self, url: str) -> Source: ...

    def everybody(self) -> Sequence[Labels]:
        """All who may use anything, by the labels they are told with."""
        ...

    def amounts(self, panel: Panel) -> Floats:
        """What each bucket of a panel truly holds by now, a column for each of its series; NaN
        where nobody can know."""
        ...

    def meddle(self, chance: Random) -> None:
        """The vendor changes its mind about the past, or tells the same thing in another way."""
        ...

    def heard(self) -> None:
        """It was read whole a moment ago: of what it tells only as of now, this much is known."""
        ...


Column = Callable[[Mapping[str, str], Sequence[datetime]], Sequence[float] | Floats]
"""What whoever has these labels used in the buckets that start here."""


def table(panel: Panel, column: Column) -> Floats:
    """The truth, series by series."""
    starts = [panel.at(row) for row in range(len(panel))]
    columns = [column(dict(series.labels), starts) for series in panel.series]
    return np.array(columns, dtype=np.float64).reshape(-1, len(starts)).T


def spoken(world: World, who: Spender, starts: Sequence[datetime], width: timedelta) -> Floats:
    """What somebody used from each of these moments on; of a world in which nothing is to come."""
    lows = np.array([clock_hours(start) for start in starts])
    highs = np.array([clock_hours(start + width) for start in starts])
    return world.used(who, lows, highs)
