"""Lays what was said beside what was true: found, missed, and false."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from bench.world.make import MONTH, World
from bench.world.planting import Planted
from bench.world.shape import DAY
from rules.series import Labels

FITTING: Mapping[str, tuple[str, ...]] = {
    "spike": ("spike",),
    "wrong hour": ("spike",),
    "drop": ("drop", "silence"),
    "silence": ("drop", "silence"),
    "leak": ("shift", "spike", "drop"),
    "shift": ("shift", "spike", "drop"),
    "newcomer": ("newcomer", "spike"),
    "mix": ("mix", "shift", "spike", "drop"),
    "end": ("drop", "silence", "shift"),
}
"""The kinds of rules that may find what was planted."""
FOUND_WITHIN = {"leak": 14 * DAY, "shift": 14 * DAY}
"""So long after its last row it may still be found; all others within a day."""
EXCUSED_FOR = {"leak": 14 * DAY, "shift": 14 * DAY, "end": 36_500 * DAY}
"""So long after its last row an alert of its series is a consequence; of all others two days."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alert that opened."""

    rule: str
    kind: str
    labels: Labels
    row: int


@dataclass(frozen=True, slots=True)
class Found:
    """What became of something planted."""

    planted: Planted
    by: str | None
    """The kind of rule that found it first; None: missed."""
    delay: int
    """From its first bucket to the one that opened the alert."""
    by_any: bool
    """Whether any rule at all said something in time."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of a world, judged."""

    world: World
    found: tuple[Found, ...]
    false: tuple[Alarm, ...]
    alarms: tuple[Alarm, ...]

    def months(self) -> Mapping[str, float]:
        """Months of all series together, by their shape, each from its first told bucket on."""
        told = np.count_nonzero(~np.isnan(self.world.panel.values), axis=0)
        months: defaultdict[str, float] = defaultdict(float)
        for shape, buckets in zip(self.world.shapes, told.tolist(), strict=True):
            months[shape] += buckets * (self.world.panel.metric.width / MONTH)
        return months

    def columns(self, alarm: Alarm) -> tuple[int, ...]:
        return spoken_of(self.world, alarm.labels)

    def shape(self, alarm: Alarm) -> str:
        """Of the series of an alarm; `group` where it speaks of several."""
        columns = self.columns(alarm)
        return self.world.shapes[columns[0]] if len(columns) == 1 else "group"


def judge(world: World, alarms: Sequence[Alarm]) -> Judged:
    columns = {labels: spoken_of(world, labels) for labels in {it.labels for it in alarms}}
    heard: dict[int, list[Alarm]] = defaultdict(list)
    for alarm in sorted(alarms, key=lambda it: it.row):
        for column in columns[alarm.labels]:
            heard[column].append(alarm)
    real = [planted for planted in world.truth if planted.kind in FITTING]
    excused = _excused(world)
    return Judged(
        world=world,
        found=tuple(_found(world, planted, heard) for planted in real),
        false=tuple(
            alarm
            for alarm in alarms
            if not any(_covers(excused[column], alarm.row) for column in columns[alarm.labels])
        ),
        alarms=tuple(alarms),
    )


def spoken_of(world: World, labels: Labels) -> tuple[int, ...]:
    """The columns an alert speaks of: its series, or all that a sum of series is made of."""
    wanted = set(labels)
    series = world.panel.series
    return tuple(number for number, one in enumerate(series) if wanted <= set(one.labels))


def _found(world: World, planted: Planted, heard: Mapping[int, Sequence[Alarm]]) -> Found:
    until = planted.last + _rows(world, FOUND_WITHIN.get(planted.kind, DAY))
    said = [
        alarm
        for column in planted.columns
        for alarm in heard.get(column, ())
        if planted.first <= alarm.row <= until
    ]
    fitting = [alarm for alarm in said if alarm.kind in FITTING[planted.kind]]
    first = min(fitting, key=lambda alarm: alarm.row, default=None)
    return Found(
        planted,
        by=None if first is None else first.kind,
        delay=0 if first is None else first.row - planted.first,
        by_any=bool(said),
    )


def _excused(world: World) -> Mapping[int, Sequence[range]]:
    spans: dict[int, list[range]] = defaultdict(list)
    for planted in world.truth:
        after = _rows(world, EXCUSED_FOR.get(planted.kind, 2 * DAY))
        for column in planted.columns:
            spans[column].append(range(planted.first, planted.last + after + 1))
    return spans


def _covers(spans: Sequence[range], row: int) -> bool:
    return any(row in span for span in spans)


def _rows(world: World, span: timedelta) -> int:
    return int(span / world.panel.metric.width)
