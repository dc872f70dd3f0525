"""A row of the answer: whose it is, when it was, and how much."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from daemon.sources.http_json.fields import FieldPath, Misfit, Place
from daemon.sources.http_json.values import Times, label, number
from rules.series import Labels, labels_of

Value = int | float
"""NaN is "the vendor does not say"."""


@dataclass(frozen=True, slots=True)
class Row:
    labels: Labels
    at: datetime | None
    """None: it has no moment of its own, and is of the span that was asked for."""
    value: Value
    identity: tuple[str, ...]
    """What tells it from other rows; empty where nothing does."""
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Columns:
    """Where in the answer the rows are, and where in a row its parts."""

    rows: FieldPath
    value: FieldPath
    time: FieldPath | None
    times: Times
    labels: Mapping[str, FieldPath]
    names: Mapping[str, FieldPath]
    row_id: tuple[FieldPath, ...]
    numeric_text: bool
    below_zero: bool
    """Whether a number may be negative: a level may, what was used may not."""

    def read(self, answer: object) -> Iterator[Row]:
        """Every row of a page. Raises `Misfit`."""
        for place in self.rows.rows(answer):
            labels = self._labels(place)
            yield Row(
                labels_of(labels),
                self._moment(place),
                self._value(place),
                tuple(label(self._given(path, place)) for path in self.row_id),
                self._names(place, labels),
            )

    def _labels(self, row: Place) -> Mapping[str, str]:
        """A label that may be missing, and is, is left out."""
        found = ((name, path.one(row)) for name, path in self.labels.items())
        return {name: label(place) for name, place in found if place is not None}

    def _names(self, row: Place, labels: Mapping[str, str]) -> Mapping[str, str]:
        """An amount without a name is better than no amount: what is no text is left out."""
        told: dict[str, str] = {}
        for name, path in self.names.items():
            try:
                place = path.one(row)
            except Misfit:
                continue
            if name in labels and place is not None and isinstance(place.value, str):
                told[labels[name]] = place.value
        return told

    def _moment(self, row: Place) -> datetime | None:
        return None if self.time is None else self.times.moment(self._given(self.time, row))

    def _value(self, row: Place) -> Value:
        place = self.value.one(row)
        if place is None:
            return math.nan
        value = number(place, numeric_text=self.numeric_text)
        if value < 0 and not self.below_zero:
            raise place.misfit("one not below zero")
        return value

    def _given(self, path: FieldPath, row: Place) -> Place:
        place = path.one(row)
        if place is None:
            raise Misfit("a row says nothing where it must")
        return place
