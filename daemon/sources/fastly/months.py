"""Calendar months in UTC, and the moment that a month's totals are true of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from daemon.source import Window

DAY = timedelta(days=1)
WIDTHS: Mapping[str, timedelta] = {"hour": timedelta(hours=1), "day": DAY}
"""Of the buckets that a source may tell use apart by."""

LATE = 2 * DAY
"""By then all use has been counted. Nobody says so; where the vendor tells when it counted last,
this only bounds how long an account that is not used any more is waited for."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """
    >>> [str(Month(2024, 12).later(step)) for step in (-12, 0, 1, 2)]
    ['2023-12', '2024-12', '2025-01', '2025-02']
    >>> Month(2024, 2).window.end - Month(2024, 2).window.start
    datetime.timedelta(days=29)
    """

    year: int
    number: int

    @classmethod
    def of(cls, at: datetime) -> "Month":
        """The month that holds a moment.

        >>> str(Month.of(datetime.fromisoformat("2025-06-01T01:30:00+02:00")))
        '2025-05'
        """
        utc = at.astimezone(UTC)
        return cls(utc.year, utc.month)

    @classmethod
    def named(cls, text: str) -> "Month":
        """Of "2025-05"."""
        return cls(int(text[:4]), int(text[5:]))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    def later(self, months: int) -> "Month":
        year, number = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(year, number + 1)

    @property
    def window(self) -> Window:
        following = self.later(1)
        return Window(
            datetime(self.year, self.number, 1, tzinfo=UTC),
            datetime(following.year, following.number, 1, tzinfo=UTC),
        )


def asked(window: Window, revises: timedelta) -> Sequence[Month]:
    """The months to ask for, oldest first: all that touch the window, and the one before for as
    long as it is still being counted or may be restated."""
    oldest = min(window.start, window.end - revises) - LATE
    first, last = Month.of(oldest), Month.of(window.end)
    count = (last.year - first.year) * 12 + last.number - first.number + 1
    return [first.later(step) for step in range(count)]


def spans(months: Sequence[Month], most: int = 3) -> Sequence[Sequence[Month]]:
    """Months in a row, in pieces that may be asked for at once."""
    return [months[start : start + most] for start in range(0, len(months), most)]


def true_at(month: Month, counted_at: datetime | None, now: datetime) -> datetime | None:
    """The moment that a month's totals are true of; None while they are true of none.

    A month that has just ended is not whole before the vendor counted past its end: taken as whole
    at once, what is counted late would be smeared over all of it as a restatement. Likewise a
    month that has just begun says nothing before the vendor counted in it.
    """
    start, end = month.window.start, month.window.end
    if counted_at is None:
        return now if now < end else end if now >= end + LATE else None
    at = min(max(counted_at, now - LATE), now, end)
    return at if at > start else None


def moment(text: str | None) -> datetime | None:
    """What a vendor's text says of a time, taken as UTC where it does not say; None where it says
    nothing that can be read.

    >>> moment("2025-05-02T06:10:44Z") == moment("2025-05-02 06:10:44")
    True
    >>> moment("2025-05-02").isoformat(), moment("today")
    ('2025-05-02T00:00:00+00:00', None)
    """
    try:
        at = datetime.fromisoformat(text or "")
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
