"""Holds an answer against what is remembered: numbers that are all off at once are not taken."""

from datetime import datetime

import numpy as np

from daemon.source import Answer, SourceChanged
from daemon.text import moment
from rules.contract import unit_shift
from rules.panel import Panel
from rules.series import Absent


def check_units(past: Panel | None, answer: Answer, closed_before: datetime) -> None:
    """Refuse an answer whose series are all 60, 100 or 1000 times too large or small at once.

    A bucket counts once it ended before `closed_before`: until then it only fills.
    """
    if past is None or past.metric != answer.metric:
        return
    shift = unit_shift(past, _laid_out(past, answer, closed_before))
    if shift is None:
        return
    name = answer.metric.source
    raise SourceChanged(
        f"{name}: {shift.words} since {moment(shift.since)}: has its unit changed?; "
        f"if the numbers are right, set sources.{name}.check_units: false until they are usual"
    )


def _laid_out(past: Panel, answer: Answer, closed_before: datetime) -> Panel:
    """An answer in the columns of the past; series that it does not know are left out."""
    metric = past.metric
    start = metric.bucket(answer.told.start)
    if start < answer.told.start:
        start += metric.width
    rows = max(-((start - answer.told.end) // metric.width), 0)
    closed = min(max((closed_before - start) // metric.width, 0), rows)
    empty = 0.0 if metric.absent is Absent.ZERO else np.nan
    values = np.full((rows, len(past.series)), empty)
    columns = {series.labels: column for column, series in enumerate(past.series)}
    starts = {start + row * metric.width: row for row in range(rows)}
    for reading in answer.readings:
        column, row = columns.get(reading.labels), starts.get(reading.start)
        if column is not None and row is not None:
            values[row, column] = reading.value
    return Panel(metric, past.series, start, values, closed)
