"""Usage as a CSV file: one row a bucket of one series, written and read back the same."""

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TextIO

import numpy as np

from rules.panel import Floats, Panel
from rules.series import Absent, Labels, Measure, Metric, Series, labels_of

_FIXED = ("source", "metric", "timestamp", "value")
_LONGEST = 200_000
"""Buckets in one panel. More than that means a bucket width that cannot be meant."""


class TableError(Exception):
    """The file is not what it should be; the message says where and why."""


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    source: str
    metric: str
    start: datetime
    value: float
    labels: Labels


def write_table(panels: Sequence[Panel], out: TextIO) -> None:
    """Every told number of these panels, oldest first."""
    labels = sorted({name for panel in panels for one in panel.series for name, _ in one.labels})
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*_FIXED, *labels])
    for panel in panels:
        for row in range(len(panel)):
            start = moment(panel.at(row))
            for column in np.flatnonzero(~np.isnan(panel.values[row])):
                one = panel.series[column]
                known = dict(one.labels)
                value = repr(float(panel.values[row, column]))
                cells = [known.get(name, "") for name in labels]
                writer.writerow([one.source, one.metric, start, value, *cells])


def read_table(lines: Iterable[str], name: str, declared: Mapping[str, Metric]) -> list[Panel]:
    """The panels of a file; `declared` says, by source, what that source's numbers mean.

    The width of the buckets is taken from the data. A source nobody declared tells amounts.
    """
    groups: dict[tuple[str, str], list[_Row]] = defaultdict(list)
    for row in _rows(lines, name):
        groups[row.source, row.metric].append(row)
    return [_panel(rows, name, declared.get(rows[0].source)) for rows in groups.values()]


def parse_moment(text: str) -> datetime:
    """An RFC 3339 time, or a date; without a zone it is taken as UTC. `ValueError` otherwise."""
    moment = datetime.fromisoformat(text.strip())
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def moment(at: datetime) -> str:
    """A moment as files and machines read it.

    >>> moment(datetime(2026, 11, 20, 14, tzinfo=UTC))
    '2026-11-20T14:00:00Z'
    """
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _rows(lines: Iterable[str], name: str) -> Iterator[_Row]:
    reader = csv.DictReader(lines, strict=True)
    labels = _header(reader.fieldnames, name)
    try:
        for cells in reader:
            yield _row(cells, labels, name, reader.line_num)
    except csv.Error as error:
        raise TableError(f"{name}:{reader.line_num}: {error}") from error


def _header(found: Sequence[str] | None, name: str) -> Sequence[str]:
    if not found or tuple(found[:4]) != _FIXED:
        raise TableError(
            f"{name}:1: expected a header that begins {','.join(_FIXED)}, "
            f"got {','.join(found or ()) or 'an empty file'}"
        )
    if len(set(found)) < len(found):
        raise TableError(f"{name}:1: a column is named twice: {','.join(found)}")
    return found[4:]


def _row(cells: dict[str, str], labels: Sequence[str], name: str, line: int) -> _Row:
    if None in cells or None in cells.values():
        raise TableError(f"{name}:{line}: expected {4 + len(labels)} cells, as in the header")
    try:
        start = parse_moment(cells["timestamp"])
    except ValueError:
        raise TableError(
            f"{name}:{line}: timestamp: expected a time such as 2026-11-20T14:00:00Z, "
            f"got {cells['timestamp']!r}"
        ) from None
    try:
        value = float(cells["value"])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise TableError(f"{name}:{line}: value: expected a number, got {cells['value']!r}")
    told = labels_of({label: cells[label] for label in labels if cells[label]})
    return _Row(line, cells["source"], cells["metric"], start, value, told)


def _panel(rows: Sequence[_Row], name: str, declared: Metric | None) -> Panel:
    starts = sorted({row.start for row in rows})
    metric = _metric(rows[0], declared, _width(starts, declared))
    count = (starts[-1] - starts[0]) // metric.width + 1
    if count > _LONGEST:
        raise TableError(
            f"{name}: {metric.source}/{metric.name}: {count:,} buckets of {metric.width} between "
            f"{moment(starts[0])} and {moment(starts[-1])}; expected at most {_LONGEST:,}"
        )
    series = sorted({row.labels for row in rows})
    columns = {labels: column for column, labels in enumerate(series)}
    values = np.full((count, len(series)), np.nan)
    for row in rows:
        place = _place(row, starts[0], metric, name), columns[row.labels]
        if not np.isnan(values[place]):
            raise TableError(f"{name}:{row.line}: a second row for the same bucket and series")
        values[place] = row.value
    if metric.absent is Absent.ZERO:
        _fill_absent(values)
    known = tuple(Series(metric.source, metric.name, labels) for labels in series)
    return Panel(metric, known, starts[0], values, closed=count)


def _metric(row: _Row, declared: Metric | None, width: timedelta) -> Metric:
    if declared is not None:
        return replace(declared, source=row.source, name=row.metric, width=width)
    return Metric(row.source, row.metric, row.metric, Measure.AMOUNT, width, Absent.ZERO)


def _width(starts: Sequence[datetime], declared: Metric | None) -> timedelta:
    steps = [later - earlier for earlier, later in pairwise(starts)]
    if steps:
        return min(steps)
    return declared.width if declared else timedelta(hours=1)


def _place(row: _Row, first: datetime, metric: Metric, name: str) -> int:
    place, off = divmod(row.start - first, metric.width)
    if off:
        raise TableError(
            f"{name}:{row.line}: {moment(row.start)} is not on the grid of {metric.width} "
            f"that begins at {moment(first)}"
        )
    return place


def _fill_absent(values: Floats) -> None:
    """A series without a row in a bucket that others have is at zero, once it was first seen."""
    told = ~np.isnan(values)
    begun = np.logical_or.accumulate(told, axis=0)
    values[begun & ~told & told.any(axis=1, keepdims=True)] = 0.0
