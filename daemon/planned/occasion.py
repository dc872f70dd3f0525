"""What is planned, as a configuration says it: once or again and again, and for which series."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from rules.planned import Planned

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 12, 31, tzinfo=UTC)
"""Whatever is planned lies between these: another year is a slip of the finger, and overflows a
date sooner or later."""
_SOON = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Span:
    start: datetime
    end: datetime
    """It ends before this moment."""
    called: str | None = None
    """What tells it from the others of its occasion, where it has a name: Christmas Day."""


class When(Protocol):
    """A way to say when: a frozen dataclass whose fields are its YAML."""

    def spans(self, start: datetime, end: datetime) -> Iterable[Span]:
        """Every span that touches [start, end), oldest first."""
        ...

    def words(self) -> str:
        """When, as a person would say it."""
        ...


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that is planned."""

    name: str
    when: When
    source: str | None = None
    """The only source it is planned for; left out: every one."""
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Which series: label to shell patterns, any of which may match. Left out: all of them."""

    def between(self, start: datetime, end: datetime) -> list[Planned]:
        """What of it touches [start, end), oldest first."""
        return [
            Planned(self._called(span), span.start, span.end, self.source, self.where)
            for span in self.when.spans(start, end)
        ]

    def nearest(self, at: datetime) -> Planned:
        """What of it goes on at a moment or begins next; where nothing does, the last of it."""
        coming = self.between(at, at + _SOON)
        return coming[0] if coming else self.between(EARLIEST, LATEST)[-1]

    def _called(self, span: Span) -> str:
        return self.name if span.called is None else f"{self.name} ({span.called})"


def expected(occasions: Sequence[Occasion], start: datetime, end: datetime) -> list[Planned]:
    """All that these say of [start, end)."""
    return [planned for one in occasions for planned in one.between(start, end)]
