"""What the rows of all pages come to, bucket by bucket."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from daemon.source import Window
from daemon.sources.http_json.fields import Misfit
from daemon.sources.http_json.rows import Row, Value
from rules.series import Absent, Labels, Metric, Reading

MOST_ROWS = 1_000_000
_FAR = timedelta(days=366)


class Keep(Enum):
    """What becomes of rows of one series that fall into one bucket at different moments. Those of
    the same moment are parts of one number, and added, whatever this says."""

    ALL = "all"
    """Added: what was used."""
    FIRST = "first"
    """A level is what stood where its bucket begins."""
    LAST = "last"
    """A running total is what was reached when its bucket ended."""


@dataclass(slots=True)
class Ledger:
    metric: Metric
    keep: Keep
    told: Window
    """All that is asked for, in however many pieces."""
    most: int = MOST_ROWS
    """Rows of one poll."""
    names: dict[str, str] = field(default_factory=dict)
    kept: dict[tuple[Labels, datetime], tuple[datetime, Value]] = field(default_factory=dict)
    _known: set[tuple[str, ...]] = field(default_factory=set)
    _rows: int = 0
    _unsaid: int = 0
    _ahead: int = 0
    _stray_at: datetime | None = None
    """The nearest that lay outside of what was asked, if any did."""

    def take(self, rows: Iterable[Row], span: Window) -> None:
        """Count the rows of a page in. Those outside of the span are another question's, or were
        not asked for, and are left alone."""
        for row in rows:
            self._rows += 1
            if self._rows > self.most:
                raise Misfit(f"there are more than {self.most:,} rows; ask for a shorter `span`")
            if row.identity and row.identity in self._known:
                continue
            at = span.start if row.at is None else row.at
            start = self.metric.bucket(at)
            if not span.start <= start < span.end:
                self._stray(at, row.value)
                continue
            self._known |= {row.identity} if row.identity else set()
            self.names.update(row.names)
            self._unsaid += math.isnan(row.value)
            self._add(row.labels, start, at, row.value)

    def readings(self) -> Sequence[Reading]:
        """Of what was used or stood. What the vendor does not say is told as NaN only where
        silence would mean zero."""
        silent = self.metric.absent is Absent.ZERO
        return [
            Reading(labels, start, float(value))
            for (labels, start), (_, value) in self.kept.items()
            if silent or not math.isnan(value)
        ]

    def by_series(self) -> Mapping[Labels, Mapping[datetime, Value]]:
        """Bucket to value, of every series."""
        series: dict[Labels, dict[datetime, Value]] = {}
        for (labels, start), (_, value) in self.kept.items():
            series.setdefault(labels, {})[start] = value
        return series

    def totals(self) -> Mapping[Labels, float]:
        """Of every series, where each has one number and no moment."""
        kept = self.kept.items()
        return {labels: float(told) for (labels, _), (_, told) in kept if not math.isnan(told)}

    def check(self) -> None:
        """Rows, and none of them near what was asked: seconds were read as milliseconds, say."""
        told = self.told
        if self._stray_at is not None and not self.kept:
            at = self._stray_at
            if at < told.start - _FAR or at > told.end + _FAR:
                asked = f"{told.start.isoformat()} to {told.end.isoformat()}"
                raise Misfit(f"asked for {asked}, told of {at.isoformat()}; is `times` right?")

    def notes(self) -> tuple[str, ...]:
        said = {
            f"{self._unsaid} rows hold no number, and are not told.": self._unsaid,
            f"{self._ahead} rows lie in the future, and were left alone.": self._ahead,
        }
        return tuple(note for note, count in said.items() if count)

    def _stray(self, at: datetime, value: Value) -> None:
        # One right at the end is how some vendors include it, and nothing is no news.
        self._ahead += at > self.told.end and value != 0
        nearest, start = self._stray_at, self.told.start
        if nearest is None or abs(at - start) < abs(nearest - start):
            self._stray_at = at

    def _add(self, labels: Labels, start: datetime, at: datetime, value: Value) -> None:
        held = self.kept.get((labels, start))
        if held is None:
            self.kept[labels, start] = at, value
        elif at == held[0] or self.keep is Keep.ALL:
            self.kept[labels, start] = held[0], held[1] + value
        elif (at < held[0]) == (self.keep is Keep.FIRST):
            self.kept[labels, start] = at, value
