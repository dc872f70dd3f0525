"""Running totals that begin anew with every day, week or month, made into amounts."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from daemon.source import Window
from daemon.sources.http_json.rows import Value
from rules.series import Absent, Labels, Metric, Reading
from rules.totals import differences

Span = Literal["day", "week", "month"]

_DAY = timedelta(days=1)
LONGEST: Mapping[Span, timedelta] = {"day": _DAY, "week": 7 * _DAY, "month": 31 * _DAY}
_LAST_BEGINNING: Mapping[Span, int] = {"day": 1, "week": 7, "month": 28}


@dataclass(frozen=True, slots=True)
class Period:
    """What a total runs over."""

    span: Span
    begins: int
    """Of a week 1 is Monday; of a month, the day."""
    zone: tzinfo

    def check(self) -> None:
        last = _LAST_BEGINNING[self.span]
        if not 1 <= self.begins <= last:
            raise ValueError(
                f"period_begins: expected 1 to {last} where period is {self.span},"
                f" got {self.begins}"
            )

    def holding(self, at: datetime) -> Window:
        """The one that a moment lies in."""
        local = at.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        if self.span == "day":
            start, end = local, local + _DAY
        elif self.span == "week":
            start = local - (local.isoweekday() - self.begins) % 7 * _DAY
            end = start + 7 * _DAY
        else:
            start = local.replace(day=self.begins)
            if start > local:
                start = _month_before(start)
            end = _month_after(start)
        return Window(start.astimezone(at.tzinfo), end.astimezone(at.tzinfo))

    def whole_ones(self, told: Window) -> Sequence[Window]:
        """Those that make up a span which begins where one of them does; the last may be cut."""
        found = [self.holding(told.start)]
        while found[-1].end < told.end:
            found.append(self.holding(found[-1].end))
        return [Window(each.start, min(each.end, told.end)) for each in found]


def amounts(
    metric: Metric, totals: Mapping[Labels, Mapping[datetime, Value]], periods: Sequence[Window]
) -> Sequence[Reading]:
    """What every bucket added to the totals reached at the ends of buckets."""
    return [
        Reading(labels, start, amount)
        for labels, reached in totals.items()
        for period in periods
        for start, amount in _amounts(metric, reached, period)
    ]


def _amounts(
    metric: Metric, reached: Mapping[datetime, Value], period: Window
) -> Sequence[tuple[datetime, float]]:
    starts = _starts(metric, period)
    values = [reached.get(start) for start in starts]
    known = [at for at, value in enumerate(values) if value is not None and not math.isnan(value)]
    end = known[-1] + 1 if known else 0
    grown = differences(_filled(values[:end], metric.absent)) if known else []
    # After the last that is known nothing is: a total that does not say is told as not told.
    told = zip(starts, values, [*grown, *(len(values) - end) * [math.nan]], strict=True)
    silent = metric.absent is Absent.ZERO
    return [
        (start, amount)
        for start, value, amount in told
        if (value is not None if silent else not math.isnan(amount))
    ]


def _starts(metric: Metric, span: Window) -> Sequence[datetime]:
    return [span.start + at * metric.width for at in range((span.end - span.start) // metric.width)]


def _filled(values: Sequence[Value | None], absent: Absent) -> list[Value]:
    """A bucket without a row left the total where it was, if absent means zero. Else, and where
    the vendor gave no number, it grew evenly over the gap, since nobody knows better."""
    filled: list[Value] = []
    before: Value = 0
    for at, value in enumerate(values):
        if value is None and absent is Absent.ZERO:
            filled.append(before)
        elif value is None or math.isnan(value):
            filled.append(_between(before, values[at:]))
        else:
            filled.append(value)
        before = filled[-1]
    return filled


def _between(before: Value, ahead: Sequence[Value | None]) -> Value:
    """One step from a total towards the next that is known."""
    steps, value = next(
        (steps, value)
        for steps, value in enumerate(ahead, 1)
        if value is not None and not math.isnan(value)
    )
    return before + (value - before) / steps


def _month_before(start: datetime) -> datetime:
    return (start.replace(day=1) - _DAY).replace(day=start.day)


def _month_after(start: datetime) -> datetime:
    return (start.replace(day=1) + 31 * _DAY).replace(day=1).replace(day=start.day)
