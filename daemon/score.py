"""Scores a file of plain numbers: how far from ordinary each row is, given those before it."""

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from daemon.table import TableError, parse_moment
from rules.score import scores


@dataclass(frozen=True, slots=True)
class _Row:
    at: str
    value: str
    """As the file has them; and what they say:"""
    moment: datetime
    number: float


def score_file(lines: Iterable[str], name: str, out: TextIO) -> None:
    """Read `timestamp,value`, write `timestamp,value,anomaly_score`, row for row."""
    rows = _read(lines, name)
    told = scores([(row.moment, row.number) for row in rows])
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["timestamp", "value", "anomaly_score"])
    writer.writerows(
        [row.at, row.value, repr(score)] for row, score in zip(rows, told, strict=True)
    )


def _read(lines: Iterable[str], name: str) -> list[_Row]:
    reader = csv.reader(lines)
    header = next(reader, None)
    if header is None or header[:2] != ["timestamp", "value"]:
        found = ",".join(header) if header else "an empty file"
        raise TableError(f"{name}:1: expected the header timestamp,value, got {found}")
    return [
        _row(row[0], row[1] if len(row) > 1 else "", f"{name}:{reader.line_num}")
        for row in reader
        if row
    ]


def _row(at: str, value: str, where: str) -> _Row:
    try:
        moment = parse_moment(at)
    except ValueError:
        raise TableError(
            f"{where}: timestamp: expected a time such as 2026-11-20T14:00:00Z, got {at!r}"
        ) from None
    try:
        return _Row(at, value, moment, _number(value))
    except ValueError:
        raise TableError(f"{where}: value: expected a number, got {value!r}") from None


def _number(text: str) -> float:
    """A row without a number is a row nobody knows anything of: it scores 0."""
    return float(text) if text.strip() else math.nan
