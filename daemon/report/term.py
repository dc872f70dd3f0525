"""The time a report speaks of: a week or a month by the calendar of a zone."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

from daemon.planned.zone import DAY, midnight

Per = Literal["week", "month"]


@dataclass(frozen=True, slots=True)
class Term:
    per: Per
    first: date
    """Its first day: a Monday, or the first of a month."""
    zone: tzinfo

    @property
    def start(self) -> datetime:
        return midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        return self.next().start

    @property
    def last(self) -> date:
        return self.next().first - DAY

    @property
    def label(self) -> str:
        """As it is asked for, and as it is remembered that it was reported.

        >>> from datetime import UTC
        >>> Term("week", date(2026, 11, 9), UTC).label, Term("month", date(2026, 10, 1), UTC).label
        ('2026-W46', '2026-10')
        """
        if self.per == "month":
            return f"{self.first:%Y-%m}"
        year, week, _ = self.first.isocalendar()
        return f"{year:04}-W{week:02}"

    def words(self) -> str:
        """
        >>> from datetime import UTC
        >>> Term("week", date(2026, 11, 30), UTC).words()
        'Week 49 (30 Nov to 6 Dec 2026)'
        >>> Term("month", date(2026, 10, 1), UTC).words()
        'October 2026'
        """
        if self.per == "month":
            return f"{self.first:%B %Y}"
        first, last = self.first, self.last
        begin = str(first.day) if first.month == last.month else f"{first.day} {first:%b}"
        return f"Week {first.isocalendar()[1]} ({begin} to {last.day} {last:%b %Y})"

    def called(self) -> str:
        """In a legend: week 46, October."""
        return f"{self.first:%B}" if self.per == "month" else f"week {self.first.isocalendar()[1]}"

    def next(self) -> "Term":
        days = timedelta(days=7 if self.per == "week" else 31)
        return term_at(self.per, self.first + days, self.zone)

    def before(self) -> "Term":
        return term_at(self.per, self.first - DAY, self.zone)

    def days(self) -> list[date]:
        return [self.first + each * DAY for each in range((self.last - self.first).days + 1)]

    def edges(self) -> list[datetime]:
        """Where its days begin, and where the last of them ends."""
        return [*(midnight(day, self.zone) for day in self.days()), self.end]


def term_at(per: Per, day: date, zone: tzinfo) -> Term:
    """The one that holds a day."""
    first = day - day.weekday() * DAY if per == "week" else day.replace(day=1)
    return Term(per, first, zone)


def last_before(per: Per, at: datetime, zone: tzinfo) -> Term:
    """The last one that was over at a moment."""
    return term_at(per, at.astimezone(zone).date(), zone).before()


def term_of(label: str, zone: tzinfo) -> Term:
    """What 2026-W46 or 2026-10 means; ValueError where it means none."""
    try:
        if found := re.fullmatch(r"(20[0-9]{2})-W([0-9]{2})", label):
            return Term("week", date.fromisocalendar(int(found[1]), int(found[2]), 1), zone)
        if found := re.fullmatch(r"(20[0-9]{2})-([0-9]{2})", label):
            return Term("month", date(int(found[1]), int(found[2]), 1), zone)
    except ValueError:
        pass
    raise ValueError(f"expected a week such as 2026-W46 or a month such as 2026-10, got {label!r}")
