"""What is planned every week: some hours of some days."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from daemon.planned.occasion import Span
from daemon.planned.zone import DAY, midnight, zone_of

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES = "|".join(_DAYS)
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_PATTERN = (
    rf"(?=[a-z0-9])((?:{_NAMES})(?:-(?:{_NAMES}))?(?:,(?:{_NAMES})(?:-(?:{_NAMES}))?)*)?"
    rf"(?:(?:^| )({_TIME})-({_TIME}|24:00))?"
)


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of some days of the week; those that end no later than they begin end a day later."""

    days: frozenset[int]
    """Monday is 0."""
    begin: timedelta
    """After midnight."""
    end: timedelta

    def span(self, day: date, zone: tzinfo) -> Span:
        """On a day, by the clocks of the zone: where they are put forward it is shorter."""
        return Span(_at(day, self.begin, zone), _at(day, self.end, zone))


@dataclass(frozen=True, slots=True)
class Weekly:
    """The same hours of every week, or of every day."""

    every: tuple[str, ...]
    """Days and hours, one or a list: `tue,thu 02:00-04:00`, `mon-fri 22:00-02:00`, `sat,sun`, or
    `02:00-04:00` for every day."""
    zone: str = "UTC"
    """The zone of these hours: a name such as Europe/Berlin, or a distance from UTC such as
    +09:00."""

    def __post_init__(self) -> None:
        zone_of(self.zone)
        if not self.every:
            raise ValueError("every: expected at least one window, such as tue,thu 02:00-04:00")
        for text in self.every:
            hours_of(text)

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        zone = zone_of(self.zone)
        windows = [hours_of(text) for text in self.every]
        # What touches the first day may have begun on the day before.
        day = start.astimezone(zone).date() - DAY
        while midnight(day, zone) < end:
            spans = [each.span(day, zone) for each in windows if day.weekday() in each.days]
            yield from sorted(
                (one for one in spans if one.start < end and start < one.end),
                key=lambda one: one.start,
            )
            day += DAY

    def words(self) -> str:
        zone = "" if self.zone == "UTC" else f" ({self.zone})"
        return f"every {'; '.join(self.every)}{zone}"


def hours_of(text: str) -> Hours:
    """The hours that a text such as `tue,thu 02:00-04:00` means; ValueError where it means none."""
    found = re.fullmatch(_PATTERN, text)
    if found is None:
        raise ValueError(
            "every: expected days and hours such as tue,thu 02:00-04:00, mon-fri 22:00-02:00, "
            f"sat,sun or 02:00-04:00, got {text!r}"
        )
    begin, end = _after_midnight(found[2] or "00:00"), _after_midnight(found[3] or "24:00")
    return Hours(_days(found[1]), begin, end if end > begin else end + DAY)


def _days(text: str | None) -> frozenset[int]:
    """Monday is 0; without a text all of them."""
    chosen: set[int] = set()
    for part in text.split(",") if text else ():
        first, _, last = part.partition("-")
        begin, end = _DAYS.index(first), _DAYS.index(last or first)
        chosen |= {each % 7 for each in range(begin, end + 1 if end >= begin else end + 8)}
    return frozenset(chosen or range(7))


def _after_midnight(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def _at(day: date, after: timedelta, zone: tzinfo) -> datetime:
    """What the clocks of the zone show so long after midnight."""
    days, rest = divmod(after, DAY)
    hours, minutes = divmod(rest // timedelta(minutes=1), 60)
    return datetime.combine(day + days * DAY, time(hours, minutes), zone).astimezone(UTC)
