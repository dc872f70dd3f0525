"""What is remembered, as the reading of one subscription wants it."""

from dataclasses import replace
from math import isnan

import numpy as np

from daemon.source import Window
from daemon.sources.killbill.memory import Memory
from rules.panel import Panel
from rules.series import OTHER, Absent, Measure, Metric, Series
from tests.daemon.sources.killbill.vendor import DAY, TODAY

METRIC = Metric("voices", "usage", "units", Measure.AMOUNT, DAY, Absent.UNKNOWN)


def panel() -> Panel:
    """Three days, the last of them open; one series is that of all who found no place."""
    labels = [(("subscription", "a"), ("unit", unit)) for unit in ("calls", "disk")]
    series = tuple(Series("voices", "usage", each) for each in (*labels, OTHER))
    values = np.array([[1.0, 10.0, 7.0], [2.0, np.nan, 7.0], [3.0, 30.0, 7.0]])
    return Panel(METRIC, series, TODAY - 2 * DAY, values, closed=2)


def test_a_window_inside_or_beyond_what_is_remembered_is_filled_with_nothing() -> None:
    memory = Memory(METRIC, [panel()], None)
    inside = memory.of("a", Window(TODAY - DAY, TODAY))
    beyond = memory.of("a", Window(TODAY - 3 * DAY, TODAY + 2 * DAY))
    elsewhere = memory.of("a", Window(TODAY - 9 * DAY, TODAY - 7 * DAY))

    assert inside["calls"] == [2.0]
    assert isnan(inside["disk"][0])
    assert [isnan(day) for day in beyond["calls"]] == [True, False, False, False, True]
    assert beyond["calls"][1:4] == [1.0, 2.0, 3.0]
    assert all(isnan(day) for day in elsewhere["calls"])


def test_nothing_is_remembered_of_a_stranger_or_of_another_metric() -> None:
    days = Window(TODAY, TODAY + DAY)
    other = replace(METRIC, unit="calls")

    assert Memory(METRIC, [panel()], None).of("b", days) == {}
    assert Memory(other, [panel()], None).of("a", days) == {}
    assert Memory(METRIC, [], None).of("a", days) == {}


def test_of_one_unit_only_that_is_remembered() -> None:
    remembered = Memory(METRIC, [panel()], "disk").of("a", Window(TODAY, TODAY + DAY))

    assert remembered == {"disk": [30.0]}


def test_days_are_open_from_the_first_that_is_not_closed() -> None:
    memory = Memory(METRIC, [panel()], None)

    assert memory.open_at(TODAY - 9 * DAY) == TODAY
    assert memory.open_at(TODAY + DAY) == TODAY + DAY
    assert Memory(METRIC, [], None).open_at(TODAY - DAY) == TODAY - DAY
