"""What stands at a place, as a number, a label or a moment: strictly, and never bent."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Literal

from daemon.sources.http_json.fields import Misfit, Place
from rules.series import EPOCH

Form = Literal["iso", "date", "unix", "unix_ms"]

_LARGEST = 1e300
"""However many of these are added, they stay finite."""
_NUMBER = re.compile(r"-?[0-9]{1,40}(?P<fraction>\.[0-9]{1,40})?(?P<power>[eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*")


def number(place: Place, *, numeric_text: bool) -> int | float:
    """Finite; whole numbers stay whole, however large, so that totals keep their last digit."""
    value = place.value
    if isinstance(value, str) and numeric_text:
        value = _spelled(place, value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise place.misfit("a number")
    if not -_LARGEST <= value <= _LARGEST:
        raise Misfit(f"`{place.path}` is too large a number")
    return value


def _spelled(place: Place, text: str) -> int | float:
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise place.misfit("a number, or text that is one")
    return float(text) if match["fraction"] or match["power"] else int(text)


def label(place: Place) -> str:
    """Text as it is; a whole number or a truth as JSON writes it."""
    match place.value:
        case str() as text:
            return text
        case bool() as truth:
            return "true" if truth else "false"
        case int() as whole:
            return str(whole)
    raise place.misfit("text or a whole number")


@dataclass(frozen=True, slots=True)
class Times:
    """How the vendor writes a moment, and whose days and hours it means where it does not say."""

    form: Form
    zone: tzinfo = UTC

    def moment(self, place: Place) -> datetime:
        """In UTC."""
        try:
            at = _READERS[self.form](place, self.zone)
            return at.astimezone(UTC)
        except (ValueError, OverflowError):
            raise place.misfit(_EXPECTED[self.form]) from None


def _iso(place: Place, zone: tzinfo) -> datetime:
    if not isinstance(place.value, str) or not _MOMENT.fullmatch(place.value):
        raise ValueError
    at = datetime.fromisoformat(place.value)
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _date(place: Place, zone: tzinfo) -> datetime:
    if not isinstance(place.value, str) or not _DATE.fullmatch(place.value):
        raise ValueError
    return datetime.fromisoformat(place.value).replace(tzinfo=zone)


def _unix(place: Place, _zone: tzinfo) -> datetime:
    return EPOCH + timedelta(seconds=number(place, numeric_text=True))


def _unix_ms(place: Place, _zone: tzinfo) -> datetime:
    return EPOCH + timedelta(milliseconds=number(place, numeric_text=True))


_READERS: Mapping[Form, Callable[[Place, tzinfo], datetime]] = {
    "iso": _iso,
    "date": _date,
    "unix": _unix,
    "unix_ms": _unix_ms,
}
_EXPECTED: Mapping[Form, str] = {
    "iso": "a moment such as 2025-05-20T10:00:00Z",
    "date": "a date such as 2025-05-20",
    "unix": "seconds since 1970",
    "unix_ms": "milliseconds since 1970",
}


def zone_of(offset: str) -> timezone:
    """The zone an option names; ValueError where it names none."""
    match = re.fullmatch(r"([+-])(0[0-9]|1[0-4]):([0-5][0-9])", offset)
    if match is None:
        raise ValueError(
            f"offset: expected a distance from UTC such as +09:00, got {offset!r}"
            " (not the name of a zone, whose distance changes with the season)"
        )
    distance = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-distance if match[1] == "-" else distance)
