"""Which span of time is asked for, and in what pieces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from daemon.source import Window, whole
from daemon.sources.http_json.totals import LONGEST, Period
from rules.series import Metric

_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)

Counts = Literal["amount", "level", "total"]


@dataclass(frozen=True, slots=True)
class Spans:
    counts: Counts
    timed: bool
    """Whether a row has a moment of its own."""
    asked: bool
    """Whether the vendor is told where to begin."""
    period: Period
    longest: timedelta | None
    """Of one request."""
    reach: timedelta | None

    def check(self, width: timedelta) -> None:
        """Raises ValueError, with the key that is wrong."""
        if not _MINUTE <= width <= _DAY or _DAY % width:
            raise ValueError("bucket: expected a part of a day, from 1m to 1d")
        if self.reach is not None:
            self._check_reach(self.reach, width)
        elif self.timed and not self.asked:
            raise ValueError(
                "reach: expected how far back an answer tells,"
                " since neither path nor query says from when, as {start} would"
            )
        if not self.timed and not self.of_now and not self.asked:
            raise ValueError(
                "time: expected the field path of a row's moment,"
                " or a placeholder such as {start_date} in path or query"
            )
        if self.longest is not None and not (self.timed and self.asked):
            raise ValueError("span: nothing reads it where no span is asked for")
        if self.longest is not None and self.longest < width:
            raise ValueError("span: expected no less than a bucket")

    def _check_reach(self, reach: timedelta, width: timedelta) -> None:
        if self.asked or not self.timed:
            raise ValueError("reach: nothing reads it: what is asked for is known without it")
        if reach < width:
            raise ValueError("reach: expected no less than a bucket")
        if self.counts == "total" and reach < (least := LONGEST[self.period.span]):
            raise ValueError(f"reach: expected a whole {self.period.span} at least: {least.days}d")

    @property
    def of_now(self) -> bool:
        """Whether it is known only as it stands now."""
        return not self.timed and self.counts != "amount"

    def told(self, metric: Metric, window: Window) -> Window:
        """What an answer will speak of, in whole buckets."""
        now = window.end
        if self.of_now:
            start = self.period.holding(now).start if self.counts == "total" else now
            return whole(metric, Window(start, now))
        span = whole(metric, window)
        if self.counts == "total":
            # Where its period began, a total began at nothing.
            span = Window(self.period.holding(span.start).start, span.end)
        return span if self.reach is None else self._within(span, metric, now - self.reach)

    def pieces(self, metric: Metric, told: Window) -> Sequence[Window]:
        """The questions to ask. Where rows have no moment, there is one for every bucket."""
        if self.of_now or not self.asked:
            return [told]
        most = told.end - told.start if self.longest is None else self.longest
        step = max(most // metric.width, 1) * metric.width if self.timed else metric.width
        count = -((told.start - told.end) // step)
        starts = [told.start + number * step for number in range(count)]
        return [Window(start, min(start + step, told.end)) for start in starts]

    def _within(self, span: Window, metric: Metric, oldest: datetime) -> Window:
        """What an answer can reach of it: whole buckets, and of totals whole periods."""
        if span.start >= oldest:
            return span
        start = metric.bucket(oldest - timedelta(microseconds=1)) + metric.width
        if self.counts == "total":
            start = self.period.holding(oldest - timedelta(microseconds=1)).end
        return Window(start, span.end)
