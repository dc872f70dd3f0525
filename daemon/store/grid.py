"""A metric, its grid of time and its series' labels as they are written in a panel's rows."""

import json
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from daemon.store import tables
from rules.series import Absent, Labels, Measure, Metric


def is_of(metric: Metric) -> sa.ColumnElement[bool]:
    """Which row of `panel` is this metric's: another grid is another panel."""
    panel = tables.panel.c
    return (
        (panel.source == metric.source)
        & (panel.metric == metric.name)
        & (panel.width_ms == _ms(metric.width))
        & (panel.offset_ms == _ms(metric.offset))
    )


def columns_of(metric: Metric) -> dict[str, object]:
    return {
        "source": metric.source,
        "metric": metric.name,
        "width_ms": _ms(metric.width),
        "offset_ms": _ms(metric.offset),
        "unit": metric.unit,
        "measure": metric.measure.value,
        "absent": metric.absent.value,
    }


def metric_of(row: sa.Row[Any]) -> Metric:
    return Metric(
        source=row.source,
        name=row.metric,
        unit=row.unit,
        measure=Measure(row.measure),
        width=timedelta(milliseconds=row.width_ms),
        absent=Absent(row.absent),
        offset=timedelta(milliseconds=row.offset_ms),
    )


def labels_in(text: str) -> Labels:
    return tuple(sorted(json.loads(text).items()))


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
