"""Days and times as people write them, and the zone they are of."""

import re
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from difflib import get_close_matches

from daemon.planned.occasion import EARLIEST, LATEST

DAY = timedelta(days=1)

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DISTANCE = re.compile(r"([+-])(0[0-9]|1[0-4]):([0-5][0-9])")


def zone_of(name: str) -> tzinfo:
    """The zone of a name such as Europe/Berlin, or of a distance such as +09:00.

    ValueError where there is none.
    """
    if found := _DISTANCE.fullmatch(name):
        distance = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-distance if found[1] == "-" else distance)
    try:
        return zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        near = get_close_matches(name, sorted(zoneinfo.available_timezones()), 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(
            "zone: expected a zone such as Europe/Berlin, or its distance from UTC such as "
            f"+09:00, got {name!r}{hint}"
        ) from None


def midnight(day: date, zone: tzinfo) -> datetime:
    """Where a day begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def begins(text: str, zone: tzinfo) -> datetime:
    """The moment something begins that is written so; a day begins at midnight."""
    return _moment(text, zone)[0]


def ends(text: str, zone: tzinfo) -> datetime:
    """The moment before which something ends that is written so; a day is meant to its end."""
    moment, whole_day = _moment(text, zone)
    if not whole_day:
        return moment
    return midnight(moment.astimezone(zone).date() + DAY, zone)


def _moment(text: str, zone: tzinfo) -> tuple[datetime, bool]:
    """A moment, and whether it is a day and no time that was written."""
    try:
        read = datetime.fromisoformat(text)
        if not EARLIEST.year <= read.year < LATEST.year:
            raise ValueError
    except ValueError:
        raise ValueError(
            f"expected a day such as 2026-11-24, or a time such as 2026-11-24T08:00, got {text!r}"
        ) from None
    moment = read if read.tzinfo else read.replace(tzinfo=zone)
    return moment.astimezone(UTC), re.fullmatch(_DAY, text) is not None
