"""A past of one voice, hour by hour, and what rules would have told over it."""

from datetime import UTC, datetime, timedelta

import numpy as np

from daemon.plan.told import Told, alerts_of
from daemon.replay import Span, replay
from rules.panel import Panel
from rules.rule import Rule
from rules.series import Absent, Measure, Metric, Series, labels_of

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTES = Metric("voices", "minutes", "minutes", Measure.AMOUNT, HOUR, Absent.ZERO)


def past(*voices: list[float], metric: Metric = MINUTES) -> Panel:
    """A panel of a voice for each list: a, b, c."""
    names = [chr(ord("a") + number) for number in range(len(voices))]
    series = tuple(
        Series(metric.source, metric.name, labels_of({"voice_id": name})) for name in names
    )
    values = np.array(voices, dtype=np.float64).T
    return Panel(metric, series, NOON, np.ascontiguousarray(values), closed=len(values))


def told(rule: Rule, *panels: Panel) -> list[Told]:
    return alerts_of(replay([rule], panels, Span()))
