"""What a chart of an alert shows: the use around it, and what the rule made of each bucket."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from rules.panel import Floats, Panel
from rules.rule import Rule
from rules.series import EPOCH, Series
from rules.sight import sight
from rules.trace import Trace
from rules.verdict import Outcome, Verdicts

BEFORE, AFTER = 72, 6
"""So many buckets are drawn up to the one asked for, itself included, and so many after it."""
MOST = 1 << 17
"""So many cells are judged for a picture: half a second of a spike's work. What is rare depends on
how many series there are, so that a rule judges them all; of many it judges fewer buckets."""
LEARNT_ANEW = 1 << 22
"""A past of so many cells may be learnt anew for a picture: two seconds. A kind that learns by the
day remembers today's from the poll, and over midnight has to begin from the start; of a larger past
only the bucket's own day is judged."""
DAY = timedelta(days=1)


def trace_of(rule: Rule, panel: Panel, series: Series, at: datetime) -> Trace | None:
    """What the rule saw of a series around a bucket.

    None where the rule sees no such series here, or the panel no such bucket, or nothing was told
    of it that could be drawn.
    """
    return Tracing(rule, panel).of(series, at)


@dataclass(slots=True)
class Tracing:
    """A rule over a panel, for whoever asks for the traces of many series: what was judged for one
    of them is there for the next."""

    rule: Rule
    panel: Panel
    _seen: Panel | None = None
    _columns: dict[Series, int] = field(default_factory=dict)
    """Where each series is in it: thousands may be asked for."""
    _judged: dict[int, Verdicts] = field(default_factory=dict)
    """By the row that was asked for."""

    def of(self, series: Series, at: datetime) -> Trace | None:
        """As `trace_of`."""
        if self._seen is None:
            self._seen = sight(self.rule, self.panel).panel
            self._columns = {each: column for column, each in enumerate(self._seen.series)}
        seen, row = self._seen, self._seen.row(at)
        column = self._columns.get(series)
        if column is None or not 0 <= row < len(seen):
            return None
        if row not in self._judged:
            self._judged[row] = self.rule.kind.judge(seen, _judged(seen, row))
        found = _Drawn(seen, self._judged[row], column, row)
        return None if np.isnan(found.observed()).all() else found.trace()


def _wide(panel: Panel, row: int) -> slice:
    """The rows that are drawn."""
    return slice(max(row + 1 - BEFORE, 0), min(row + 1 + AFTER, len(panel)))


def _judged(panel: Panel, row: int) -> slice:
    """Those of them that are judged: the last of them, the bucket itself in any case."""
    wide = _wide(panel, row)
    many = max(MOST // len(panel.series), wide.stop - row)
    asked = slice(max(wide.start, wide.stop - many), wide.stop)
    if panel.values.size <= LEARNT_ANEW:
        return asked
    day = _day(panel, row)
    return slice(max(asked.start, day.start), min(asked.stop, day.stop))


def _day(panel: Panel, row: int) -> slice:
    """The rows of the day that a row lies in; the row alone where a bucket is no shorter."""
    since = (panel.at(row) - EPOCH + panel.metric.offset) % DAY // panel.metric.width
    first = row - since
    return slice(first, first + max(DAY // panel.metric.width, since + 1))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """One series around a row."""

    panel: Panel
    verdicts: Verdicts
    column: int
    row: int

    def observed(self) -> Floats:
        """What was held against the rule. Where that is another number than the bucket's own, such
        as the use since a month began, there is none of a bucket that was not judged."""
        if self.verdicts.observed is not None and not self._summed():
            return self._laid(self.verdicts.observed)
        values: Floats = self.panel.values[_wide(self.panel, self.row), self.column]
        return values

    def trace(self) -> Trace:
        panel, verdicts = self.panel, self.verdicts
        low, high = self._each(verdicts.low), self._each(verdicts.high)
        expected = self._each(verdicts.expected)
        breached = (verdicts.outcome == Outcome.BREACH).astype(np.float64)
        return Trace(
            start=panel.at(_wide(panel, self.row).start),
            width=panel.metric.width,
            observed=_told(self.observed()),
            expected=_told(expected),
            low=_told(low),
            high=_told(high),
            breached=tuple(each == 1.0 for each in self._laid(breached).tolist()),
            unit=panel.metric.unit if verdicts.unit is None else verdicts.unit,
            limited=verdicts.period is not None or _is_edge(expected, low, high),
        )

    def _summed(self) -> bool:
        """Whether a bucket may be judged together with those before it, as some hours in a row.

        It is drawn as itself: what is counted since a period began is another matter.
        """
        verdicts = self.verdicts
        return verdicts.counted is not None and verdicts.period is None and verdicts.unit is None

    def _each(self, values: Floats) -> Floats:
        """What was expected of a bucket; of several together, of each of them on the average."""
        laid = self._laid(values)
        if self._summed() and self.verdicts.counted is not None:
            laid = laid / self._laid(self.verdicts.counted.astype(np.float64))
        return laid

    def _laid(self, values: Floats) -> Floats:
        """The rows that were judged, in their place among those that are drawn."""
        wide = _wide(self.panel, self.row)
        laid = np.full(wide.stop - wide.start, np.nan)
        first = self.verdicts.first - wide.start
        laid[first : first + len(values)] = values[:, self.column]
        return laid


def _is_edge(expected: Floats, low: Floats, high: Floats) -> bool:
    """Whether what was expected is a limit: the very edge that is passed. The usual never is."""
    known = ~np.isnan(expected)
    return bool(np.all((expected == low) | (expected == high) | ~known))


def _told(values: Floats) -> tuple[float | None, ...]:
    return tuple(value if np.isfinite(value) else None for value in values.tolist())
