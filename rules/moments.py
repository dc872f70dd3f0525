"""Moments as people say them, seen from another moment: no more exact than they are known."""

from datetime import datetime, timedelta

PARTS = ("early {day}", "{day} morning", "{day} afternoon", "{day} evening")
"""Quarters of a day."""


def moment(at: datetime, now: datetime) -> str:
    """To the hour within three days, to the part of a day within a week, then to the day.

    >>> from datetime import UTC
    >>> now = datetime(2026, 11, 20, 9, 40, tzinfo=UTC)
    >>> [moment(now + timedelta(hours=hours), now) for hours in (52.5, 98.5, 300)]
    ['Sunday 22 Nov 14:00 UTC', 'Tuesday afternoon (24 Nov)', 'Wednesday 2 Dec']
    """
    if at - now < timedelta(days=3):
        hour = at + timedelta(minutes=30)
        return f"{_weekday(hour)} {_date(hour, now)} {hour:%H}:00 UTC"
    if _near(at, now):
        return f"{part(at, now)} ({_date(at, now)})"
    return f"{_weekday(at)} {_date(at, now)}"


def instant(at: datetime) -> str:
    """To the minute, of a moment that is known.

    >>> from datetime import UTC
    >>> instant(datetime(2026, 11, 20, 9, 40, tzinfo=UTC))
    'Friday 20 Nov 2026 09:40 UTC'
    """
    return f"{_weekday(at)} {at.day} {at:%b %Y %H:%M} UTC"


def part(at: datetime, now: datetime) -> str:
    """To the part of a day within a week, then to the day.

    >>> from datetime import UTC
    >>> now = datetime(2026, 12, 20, 9, tzinfo=UTC)
    >>> [part(now + timedelta(hours=hours), now) for hours in (18, 22, 34, 600)]
    ['early Monday', 'Monday morning', 'Monday evening', '14 Jan 2027']
    """
    if not _near(at, now):
        return _date(at, now)
    return PARTS[at.hour // 6].format(day=_weekday(at))


def between(low: datetime, high: datetime, now: datetime) -> str:
    """Two moments, told apart if they are hours apart.

    >>> from datetime import UTC
    >>> now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    >>> at = [now + timedelta(hours=hours) for hours in (28, 30, 60, 400)]
    >>> between(at[0], at[2], now), between(at[0], at[1], now)
    ('between Saturday afternoon and Sunday evening', 'between Saturday 13:00 and Saturday 15:00')
    >>> between(at[3], at[3], now)
    'early or late that day'
    """
    ends = [part(low, now), part(high, now)]
    if ends[0] == ends[1]:
        if not _near(low, now):
            return "early or late that day"
        ends = [f"{_weekday(end)} {end:%H}:00" for end in (low, high + timedelta(minutes=59))]
    return f"between {ends[0]} and {ends[1]}"


def _near(at: datetime, now: datetime) -> bool:
    """Whether the weekday alone says which day is meant."""
    return (at.date() - now.date()).days < 7


def _weekday(at: datetime) -> str:
    return f"{at:%A}"


def _date(at: datetime, now: datetime) -> str:
    """The year is said where it is another."""
    year = f" {at.year}" if at.year != now.year else ""
    return f"{at.day} {at:%b}{year}"
