"""When something is done again and again, in the five fields of cron or in plain words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import product

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = (
    *("", "jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_PLAIN = re.compile(
    rf"(?:({'|'.join(_DAYS)}|[1-9]|[12][0-9]|3[01]) )?([01][0-9]|2[0-3]):([0-5][0-9])"
)
_PART = re.compile(r"(\*|[a-z]{3}|[0-9]{1,2})(?:-([a-z]{3}|[0-9]{1,2}))?(?:/([0-9]{1,2}))?")
_DAY = timedelta(days=1)
_FARTHEST = 8 * 366 + 1
"""In so many days every date comes round, a 29th of February around 2100 included."""


@dataclass(frozen=True, slots=True)
class Cron:
    """Times of day on some days, by the clocks of a zone."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int] | None
    """Of the month; None: any. Where days of the week are given too, either will do."""
    months: frozenset[int]
    weekdays: frozenset[int] | None
    """Sunday is 0; None: any."""

    def latest(self, at: datetime, zone: tzinfo) -> datetime | None:
        """The last time it was due, at `at` or before; None for a day that never comes.

        A time that the clocks show twice is meant once, the first time. One that they skip is
        meant all the same: as long after the day began as if they had not been moved.
        """
        today = at.astimezone(zone).date()
        for back in range(_FARTHEST):
            day = today - back * _DAY
            times = product(self.hours, self.minutes) if self._on(day) else ()
            moments = (_moment(day, hour, minute, zone) for hour, minute in times)
            found = max((each for each in moments if each <= at), default=None)
            if found is not None:
                return found
        return None

    def _on(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        found = [
            known is None or now in known
            for known, now in ((self.days, day.day), (self.weekdays, day.isoweekday() % 7))
        ]
        both = self.days is not None and self.weekdays is not None
        return any(found) if both else all(found)


def cron_of(text: str) -> Cron:
    """What `mon 08:00`, `1 08:00`, `08:00` or `0 8 * * mon` means; ValueError where it means none.

    >>> cron_of("mon 08:00") == cron_of("0 8 * * mon") == cron_of("0 8 * * 1")
    True
    >>> cron_of("1 08:00") == cron_of("0 8 1 * *")
    True
    """
    if plain := _PLAIN.fullmatch(text):
        day, hour, minute = plain[1] or "", int(plain[2]), int(plain[3])
        when = f"* * {day}" if day in _DAYS else f"{day} * *"
        text = f"{minute} {hour} {when if day else '* * *'}"
    parts = text.split()
    if len(parts) != 5:
        raise ValueError(_refusal(text))
    minutes, hours, days, months, weekdays = (
        _field(part, *bounds) for part, bounds in zip(parts, _BOUNDS, strict=True)
    )
    return Cron(
        minutes,
        hours,
        None if parts[2] == "*" else days,
        months,
        None if parts[4] == "*" else frozenset(day % 7 for day in weekdays),
    )


_BOUNDS: Sequence[tuple[int, int, Sequence[str]]] = (
    (0, 59, ()),
    (0, 23, ()),
    (1, 31, ()),
    (1, 12, _MONTHS),
    (0, 7, _DAYS),
)


def _field(text: str, low: int, high: int, names: Sequence[str]) -> frozenset[int]:
    chosen: set[int] = set()
    for part in text.split(","):
        found = _PART.fullmatch(part)
        if found is None:
            raise ValueError(_refusal(text))
        first = low if found[1] == "*" else _number(found[1], names)
        last = high if found[1] == "*" or (found[3] and not found[2]) else first
        last = _number(found[2], names) if found[2] else last
        step = int(found[3] or 1)
        if not low <= first <= last <= high or not step:
            raise ValueError(_refusal(text))
        chosen.update(range(first, last + 1, step))
    return frozenset(chosen)


def _number(text: str, names: Sequence[str]) -> int:
    if text.isdigit():
        return int(text)
    if text not in names:
        raise ValueError(_refusal(text))
    return names.index(text)


def _refusal(text: str) -> str:
    return (
        "expected a day and a time such as mon 08:00 or 1 08:00, or the five fields of cron such "
        f"as 0 8 * * mon, got {text!r}"
    )


def _moment(day: date, hour: int, minute: int, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(hour, minute), zone).astimezone(UTC)
