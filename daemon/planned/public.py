"""What is planned by the calendar: the public holidays of a country. The only importer of
`holidays`, which is loaded where a configuration names a country, and else not at all."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache

from daemon.planned.occasion import Span
from daemon.planned.zone import DAY, midnight, zone_of

_LOOKED_AT = range(2020, 2031)
"""The years whose holidays a name in `only` is looked up in."""
_LONGEST = 400
"""So many characters of names a complaint may list."""


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """The public holidays of a country, or of a part of it: whole days."""

    country: str
    """Its two letters: DE, US, JP."""
    region: str | None = None
    """A part of the country with holidays of its own, by its code or name: BY, CA."""
    only: tuple[str, ...] = ()
    """Only holidays of these names; shell patterns, whose case does not matter. None: all."""
    language: str | None = None
    """The language of their names, such as en_US. Left out: the country's own."""
    zone: str = "UTC"
    """The zone of these days: a name such as Europe/Berlin, or a distance from UTC such as
    +09:00."""

    def __post_init__(self) -> None:
        zone_of(self.zone)
        calendar = _Calendar(self.country, self.region, self.language)
        calendar.check()
        for pattern in self.only:
            names = calendar.names()
            if not any(_fits(name, pattern) for name in names):
                raise ValueError(f"only: no such holiday {pattern!r}{_like(pattern, names)}")

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        zone = zone_of(self.zone)
        calendar = _Calendar(self.country, self.region, self.language)
        first, last = (moment.astimezone(zone).date() for moment in (start, end))
        for year in range(first.year, last.year + 1):
            for day, name in calendar.days(year):
                span = Span(midnight(day, zone), midnight(day + DAY, zone), name)
                if self._wants(name) and span.start < end and start < span.end:
                    yield span

    def words(self) -> str:
        where = f"{self.country} {self.region}" if self.region else self.country
        return f"holidays of {where}" + (f": {', '.join(self.only)}" if self.only else "")

    def _wants(self, name: str) -> bool:
        return not self.only or any(_fits(name, pattern) for pattern in self.only)


@dataclass(frozen=True, slots=True)
class _Calendar:
    country: str
    region: str | None
    language: str | None

    def check(self) -> None:
        """ValueError where there is no such country, region or language."""
        if self.country not in _countries():
            near = _like(self.country, _countries())
            raise ValueError(
                f"country: expected the two letters of a country, such as DE, got "
                f"{self.country!r}{near}"
            )
        there = _parts(self.country)
        if self.region is not None and self.region not in there:
            raise ValueError(
                f"region: {self.country} has no region {self.region!r} with holidays of its own"
                f"{_like(self.region, there)}"
            )
        spoken = _languages(self.country)
        if self.language is not None and self.language not in spoken:
            raise ValueError(
                f"language: the holidays of {self.country} have no names in {self.language!r}"
                f"{_like(self.language, spoken)}"
            )

    def days(self, year: int) -> tuple[tuple[date, str], ...]:
        """The days of a year, and what each is called; one that is two holidays comes twice."""
        return _days(self, year)

    def names(self) -> Collection[str]:
        return sorted({name for year in _LOOKED_AT for _, name in self.days(year)})


@cache
def _days(calendar: _Calendar, year: int) -> tuple[tuple[date, str], ...]:
    import holidays  # noqa: PLC0415  it takes its time, and few configurations name a country

    # Without a language the names would be in that of whoever started the process.
    made = holidays.country_holidays(
        calendar.country,
        subdiv=calendar.region,
        years=year,
        language=calendar.language or next(iter(_languages(calendar.country)), None),
    )
    return tuple((day, name) for day in sorted(made) for name in made.get_list(day))


@cache
def _countries() -> tuple[str, ...]:
    import holidays  # noqa: PLC0415

    return tuple(holidays.list_supported_countries(include_aliases=False))


@cache
def _parts(country: str) -> tuple[str, ...]:
    """The regions of a country, by code and by name."""
    import holidays  # noqa: PLC0415

    known = holidays.country_holidays(country)
    return (*known.subdivisions, *known.subdivisions_aliases)


@cache
def _languages(country: str) -> tuple[str, ...]:
    """Those that its holidays have names in, its own first."""
    import holidays  # noqa: PLC0415

    known = holidays.country_holidays(country)
    own = () if known.default_language is None else (known.default_language,)
    return tuple(dict.fromkeys((*own, *known.supported_languages)))


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name.casefold(), pattern.casefold())


def _like(word: str, known: Collection[str]) -> str:
    """The end of a complaint: those that may have been meant, or all, if not too many."""
    by_case = {each.casefold(): each for each in known}
    near = [by_case[each] for each in get_close_matches(word.casefold(), by_case, 3)]
    if near:
        return f"; did you mean {', '.join(map(repr, near))}?"
    listed = ", ".join(known)
    return f"; there are {listed}" if 0 < len(listed) <= _LONGEST else ""
