"""What is planned once: from a moment until another."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from daemon.planned.occasion import Span
from daemon.planned.zone import begins, ends, zone_of


@dataclass(frozen=True, slots=True)
class Once:
    """From a moment until another, once."""

    from_: str
    """When it begins: a day, 2026-11-24, or a time, 2026-11-24T08:00."""
    until: str
    """When it is over. A day is meant to its end."""
    zone: str = "UTC"
    """The zone of both: a name such as Europe/Berlin, or a distance from UTC such as +09:00."""

    def __post_init__(self) -> None:
        zone = zone_of(self.zone)
        start = _read("from", self.from_, zone)
        if _read("until", self.until, zone) <= start:
            raise ValueError(f"until: expected later than from ({self.from_}), got {self.until}")

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        zone = zone_of(self.zone)
        span = Span(begins(self.from_, zone), ends(self.until, zone))
        if span.start < end and start < span.end:
            yield span

    def words(self) -> str:
        return "once"


def _read(key: str, text: str, zone: tzinfo) -> datetime:
    try:
        return ends(text, zone) if key == "until" else begins(text, zone)
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from None
