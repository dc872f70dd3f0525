"""What a vendor says now of a stretch of time, as readings."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TextIO

import numpy as np

from daemon.http import Web
from daemon.source import Answer, Ask, Feed, Standing, Window
from daemon.table import moment, write_table
from rules.panel import Panel
from rules.series import Labels, Metric, Series

_PIECE = timedelta(days=14)
"""As much as the daemon asks for in one go when it reads history."""
_TOTAL = ("source", "metric", "period_start", "period_end", "at", "total")


@dataclass(frozen=True, slots=True)
class Fetched:
    """All that was told, whole or not at all."""

    answers: Sequence[Answer]
    """One a metric; every reading once, oldest first."""
    standings: Sequence[Standing]
    notes: Sequence[str]


async def fetch(feed: Feed, http: Web, window: Window, at: datetime) -> Fetched:
    """Ask for a window, piece by piece; what is told beside it is left out."""
    told: list[Answer | Standing] = []
    for piece in _pieces(feed, window):
        told += await feed.ask(Ask(feed.name, http, piece, at=at))
    answers: dict[Metric, list[Answer]] = {}
    for one in told:
        if isinstance(one, Answer):
            answers.setdefault(one.metric, []).append(one)
    # Totals are told with every piece; those of the last are the latest.
    standings = {(one.metric, one.period): one for one in told if isinstance(one, Standing)}
    return Fetched(
        [_merged(parts, window) for parts in answers.values()],
        list(standings.values()),
        list(dict.fromkeys(note for one in told for note in one.notes)),
    )


def write_csv(fetched: Fetched, out: TextIO) -> None:
    """Readings in the form that `read_table` reads. Running totals are no amounts, and stand in
    a table of their own."""
    if fetched.answers or not fetched.standings:
        write_table([_panel(answer) for answer in fetched.answers], out)
    if fetched.answers and fetched.standings:
        out.write("\n")
    if fetched.standings:
        _write_totals(fetched.standings, out)


def write_json(fetched: Fetched, out: TextIO) -> None:
    """One object a line, each a reading or a running total."""
    for answer in fetched.answers:
        for reading in answer.readings:
            told = {"timestamp": moment(reading.start), "value": reading.value}
            _write_line(answer, told, reading.labels, out)
    for standing in fetched.standings:
        for labels, total in sorted(standing.totals.items()):
            _write_line(standing, {**_period(standing), "total": total}, labels, out)


def _pieces(feed: Feed, window: Window) -> Iterator[Window]:
    start = window.start
    while feed.source.tells_past and window.end - start > _PIECE:
        yield Window(start, start + _PIECE)
        start += _PIECE
    yield Window(start, window.end)


def _merged(parts: Sequence[Answer], window: Window) -> Answer:
    """The bucket between two pieces is told by both: the later word stands."""
    metric = parts[0].metric
    first = metric.bucket(window.start)
    told = {
        (reading.start, reading.labels): reading
        for part in parts
        for reading in part.readings
        if first <= reading.start < window.end
    }
    names = {label: name for part in parts for label, name in part.names.items()}
    readings = [told[key] for key in sorted(told)]
    return replace(parts[-1], told=window, readings=readings, names=names)


def _panel(answer: Answer) -> Panel:
    metric, readings = answer.metric, answer.readings
    labels = sorted({reading.labels for reading in readings})
    columns = {one: column for column, one in enumerate(labels)}
    start = readings[0].start if readings else metric.bucket(answer.told.start)
    rows = (readings[-1].start - start) // metric.width + 1 if readings else 0
    values = np.full((rows, len(labels)), np.nan)
    for reading in readings:
        values[(reading.start - start) // metric.width, columns[reading.labels]] = reading.value
    series = tuple(Series(metric.source, metric.name, one) for one in labels)
    return Panel(metric, series, start, values, closed=rows)


def _write_totals(standings: Sequence[Standing], out: TextIO) -> None:
    told = [(one, labels) for one in standings for labels in sorted(one.totals)]
    names = sorted({name for _, labels in told for name, _ in labels})
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*_TOTAL, *names])
    for one, labels in told:
        cells = [dict(labels).get(name, "") for name in names]
        head = one.metric.source, one.metric.name, *_period(one).values()
        writer.writerow([*head, repr(float(one.totals[labels])), *cells])


def _period(standing: Standing) -> Mapping[str, str]:
    period = standing.period
    return {
        "period_start": moment(period.start),
        "period_end": moment(period.end),
        "at": moment(standing.at),
    }


def _write_line(
    one: Answer | Standing, told: Mapping[str, object], labels: Labels, out: TextIO
) -> None:
    line = {
        "source": one.metric.source,
        "metric": one.metric.name,
        **told,
        "unit": one.metric.unit,
        "labels": dict(labels),
        "names": {value: one.names[value] for _, value in labels if value in one.names},
    }
    out.write(json.dumps(line, ensure_ascii=False) + "\n")
