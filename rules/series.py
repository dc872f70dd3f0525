"""What is counted: a metric, its series, and a vendor's word about one bucket of one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

Labels = tuple[tuple[str, str], ...]
"""Names and values that tell one series from another, sorted by name."""

OTHER: Labels = (("series", "other"),)
"""The one series in which all those are counted that a source may not tell apart any more."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Measure(StrEnum):
    """What a number means. It is declared by the source, never guessed."""

    AMOUNT = "amount"
    """Used inside the bucket. It only grows while the bucket fills."""
    LEVEL = "level"
    """What stood at that instant, such as a balance."""


class Absent(StrEnum):
    """What it means that a series has no row in a bucket that was told."""

    ZERO = "zero"
    """The vendor's contract: no row, no use."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Metric:
    """One kind of number from one source, on one grid of time."""

    source: str
    name: str
    unit: str
    """As it stands behind a number: "minutes", "credits"."""
    measure: Measure
    width: timedelta
    absent: Absent = Absent.UNKNOWN
    offset: timedelta = timedelta(0)
    """The zone whose hours and days the buckets follow, as its distance from UTC."""

    def bucket(self, at: datetime) -> datetime:
        """The start of the bucket that holds a moment.

        >>> day = Metric("tts", "minutes", "minutes", Measure.AMOUNT, timedelta(days=1),
        ...              offset=timedelta(hours=9))
        >>> day.bucket(datetime(2025, 5, 20, 16, tzinfo=UTC)).isoformat()
        '2025-05-20T15:00:00+00:00'
        """
        return at - (at - EPOCH + self.offset) % self.width


@dataclass(frozen=True, slots=True)
class Series:
    """One line on the chart: a metric of a source for one set of labels."""

    source: str
    metric: str
    labels: Labels

    @property
    def key(self) -> str:
        """Its name in logs and keys; equal for equal series.

        >>> Series("tts", "minutes", (("voice_id", "agatha"),)).key
        'tts/minutes{voice_id=agatha}'
        """
        return f"{self.source}/{self.metric}{{{','.join(f'{k}={v}' for k, v in self.labels)}}}"


@dataclass(frozen=True, slots=True)
class Reading:
    """A vendor's word: this much, for these labels, in the bucket that starts here."""

    labels: Labels
    start: datetime
    value: float


def labels_of(values: Mapping[str, str]) -> Labels:
    """Labels in their one order.

    >>> labels_of({"voice_id": "agatha", "model": "sona"})
    (('model', 'sona'), ('voice_id', 'agatha'))
    """
    return tuple(sorted(values.items()))
