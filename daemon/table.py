"""Usage as a CSV file: one row a bucket of one series, written and read back the same."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from math import isfinite
from typing import TextIO

import numpy as np
import numpy.typing as npt

from rules.panel import Floats, Panel
from rules.series import EPOCH, Absent, Labels, Measure, Metric, Series, labels_of

_FIXED = ("source", "metric", "timestamp", "value")
_LONGEST = 200_000
"""Buckets in one panel. More than that means a bucket width that cannot be meant."""
_CHUNK = 1 << 10
"""So many rows become columns in one go: while they are still in the processor's cache, which is
twice as fast (measured)."""
_TICK = timedelta.resolution

_Numbers = npt.NDArray[np.int64]
_Series = tuple[str, ...]
"""A series as a row names it: its source, its metric, its cells of labels."""


class TableError(Exception):
    """The file is not what it should be; the message says where and why."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows as they stand in the file, each with the number of its line."""

    lines: list[int] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Told:
    """What rows say, as columns in the order of the file."""

    lines: _Numbers
    starts: _Numbers
    """In ticks since the epoch."""
    values: Floats
    series: _Numbers


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
    """The panels of a file, one for each metric of each source, in the order they come first.

    `declared` says, by "source/metric" or else by source, what numbers mean. The width of the
    buckets is taken from the data. A source nobody declared tells amounts.
    """
    file = _File(lines, name)
    file.read()
    return list(file.panels(declared))


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


class _File:
    """A file of usage. What it says again and again, such as a time, is understood only once."""

    def __init__(self, lines: Iterable[str], name: str) -> None:
        self._reader = csv.reader(lines, strict=True)
        self._name = name
        self._labels: Sequence[str] = ()
        self._ticks: dict[str, int] = {}
        self._numbers: dict[_Series, int] = defaultdict(count().__next__)
        self._told: list[_Told] = []

    def read(self) -> None:
        rows, line = _Rows(), 1
        try:
            self._labels = _header(next(self._reader, []), self._name)
            for cells in self._reader:
                line = self._reader.line_num
                if cells:
                    rows.lines.append(line)
                    rows.cells.append(cells)
                if len(rows.lines) == _CHUNK:
                    self._take(rows)
                    rows = _Rows()
        except csv.Error as error:
            # What is wrong further up comes first.
            self._take(rows)
            raise TableError(f"{self._name}:{line}: {error}") from error
        self._take(rows)

    def panels(self, declared: Mapping[str, Metric]) -> Iterator[Panel]:
        if not self._told:
            return
        meters: dict[tuple[str, str], list[_Series]] = defaultdict(list)
        for series in self._numbers:
            meters[series[0], series[1]].append(series)
        told = _joined(self._told)
        for (source, metric), members in meters.items():
            labels = {one: self._labels_of(one) for one in members}
            ordered = sorted(members, key=labels.__getitem__)
            known = tuple(Series(source, metric, labels[one]) for one in ordered)
            mine = _only(told, [self._numbers[one] for one in ordered], len(self._numbers))
            meant = declared.get(f"{source}/{metric}", declared.get(source))
            yield _panel(mine, known, meant, self._name)

    def _take(self, rows: _Rows) -> None:
        if not rows.lines:
            return
        try:
            self._told.append(self._columns(rows))
        except (ValueError, OverflowError):
            for line, cells in zip(rows.lines, rows.cells, strict=True):
                _check(cells, 4 + len(self._labels), f"{self._name}:{line}")
            raise

    def _columns(self, rows: _Rows) -> _Told:
        """Raises `ValueError` or `OverflowError` where a row is not what it should be."""
        sources, metrics, times, values, *labels = zip(*rows.cells, strict=True)
        if len(labels) != len(self._labels):
            raise ValueError
        for text in set(times) - self._ticks.keys():
            self._ticks[text] = (parse_moment(text) - EPOCH) // _TICK
        numbers = map(self._numbers.__getitem__, zip(sources, metrics, *labels, strict=True))
        told = _Told(
            lines=np.array(rows.lines),
            starts=np.fromiter(map(self._ticks.__getitem__, times), np.int64, len(times)),
            values=np.fromiter(map(float, values), np.float64, len(times)),
            series=np.fromiter(numbers, np.int64, len(times)),
        )
        if not np.isfinite(told.values).all():
            raise ValueError
        return told

    def _labels_of(self, series: _Series) -> Labels:
        named = zip(self._labels, series[2:], strict=True)
        return labels_of({name: cell for name, cell in named if cell})


def _header(found: Sequence[str], name: str) -> Sequence[str]:
    if tuple(found[:4]) != _FIXED:
        raise TableError(
            f"{name}:1: expected a header that begins {','.join(_FIXED)}, "
            f"got {','.join(found) or 'an empty file'}"
        )
    if len(set(found)) < len(found):
        raise TableError(f"{name}:1: a column is named twice: {','.join(found)}")
    return found[4:]


def _check(cells: Sequence[str], expected: int, where: str) -> None:
    """Say what is wrong with a row, if it is this one."""
    if len(cells) != expected:
        raise TableError(f"{where}: expected {expected} cells, as in the header")
    try:
        parse_moment(cells[2])
    except (ValueError, OverflowError):
        raise TableError(
            f"{where}: timestamp: expected a time such as 2026-11-20T14:00:00Z, got {cells[2]!r}"
        ) from None
    if not _is_number(cells[3]):
        raise TableError(f"{where}: value: expected a number, got {cells[3]!r}")


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def _joined(told: Sequence[_Told]) -> _Told:
    """All of them, one behind the other."""
    return _Told(
        lines=np.concatenate([each.lines for each in told]),
        starts=np.concatenate([each.starts for each in told]),
        values=np.concatenate([each.values for each in told]),
        series=np.concatenate([each.series for each in told]),
    )


def _only(told: _Told, series: Sequence[int], of: int) -> _Told:
    """The rows of these series, which are numbered anew, in this order."""
    places = np.full(of, -1)
    places[series] = np.arange(len(series))
    place = places[told.series]
    mine = slice(None) if len(series) == of else place >= 0
    return _Told(told.lines[mine], told.starts[mine], told.values[mine], place[mine])


def _panel(told: _Told, series: tuple[Series, ...], declared: Metric | None, name: str) -> Panel:
    starts = np.unique(told.starts)
    first, last = _moment_of(starts[0]), _moment_of(starts[-1])
    metric = _metric(series[0], declared, _width(starts, declared))
    count = (last - first) // metric.width + 1
    if count > _LONGEST:
        raise TableError(
            f"{name}: {metric.source}/{metric.name}: {count:,} buckets of {metric.width} between "
            f"{moment(first)} and {moment(last)}; expected at most {_LONGEST:,}"
        )
    rows, off = np.divmod(told.starts - starts[0], metric.width // _TICK)
    values = np.full((count, len(series)), np.nan)
    values[rows, told.series] = told.values
    if off.any() or np.count_nonzero(~np.isnan(values)) < len(rows):
        raise _misplaced(told, metric, name)
    if metric.absent is Absent.ZERO:
        _fill_absent(values)
    return Panel(metric, series, first, values, closed=count)


def _metric(one: Series, declared: Metric | None, width: timedelta) -> Metric:
    if declared is not None:
        return replace(declared, source=one.source, name=one.metric, width=width)
    return Metric(one.source, one.metric, one.metric, Measure.AMOUNT, width, Absent.ZERO)


def _width(starts: _Numbers, declared: Metric | None) -> timedelta:
    """The smallest step between two buckets; or what was declared, where that alone fits: what is
    told now and then, such as a balance, need not have any two buckets side by side."""
    if len(starts) < 2:
        return declared.width if declared else timedelta(hours=1)
    steps = np.diff(starts)
    least = int(steps.min())
    if declared and (steps % least).any() and not (steps % (declared.width // _TICK)).any():
        return declared.width
    return least * _TICK


def _misplaced(told: _Told, metric: Metric, name: str) -> TableError:
    """The first row that has no place of its own in the panel."""
    first, width = int(told.starts.min()), metric.width // _TICK
    taken: set[tuple[int, int]] = set()
    for line, start, one in zip(told.lines, told.starts.tolist(), told.series, strict=True):
        if (start - first) % width:
            return TableError(
                f"{name}:{line}: {moment(_moment_of(start))} is not on the grid of {metric.width} "
                f"that begins at {moment(_moment_of(first))}"
            )
        if (start, int(one)) in taken:
            break
        taken.add((start, int(one)))
    return TableError(f"{name}:{line}: a second row for the same bucket and series")


def _moment_of(ticks: int) -> datetime:
    return EPOCH + int(ticks) * _TICK


def _fill_absent(values: Floats) -> None:
    """A series without a row in a bucket that others have is at zero, once it was first seen."""
    told = ~np.isnan(values)
    begun = np.logical_or.accumulate(told, axis=0)
    values[begun & ~told & told.any(axis=1, keepdims=True)] = 0.0
