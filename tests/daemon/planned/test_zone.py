"""Days and times mean what a person in their zone means by them."""

from datetime import UTC, date, datetime

import pytest

from daemon.planned.zone import begins, ends, midnight, zone_of

BERLIN = zone_of("Europe/Berlin")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("name", "hour"),
    [("UTC", 12), ("+09:00", 3), ("-03:30", 15), ("Europe/Berlin", 10), ("+00:00", 12)],
)
def test_a_zone_is_a_name_or_a_distance(name: str, hour: int) -> None:
    assert begins("2026-07-01T12:00", zone_of(name)).hour == hour


@pytest.mark.parametrize("name", ["Berlin", "+9", "+15:00", "", "../etc/passwd", "Europe", "x\0"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"^zone: expected a zone such as Europe/Berlin, or its"):
        zone_of(name)


def test_a_zone_that_is_nearly_right_is_named() -> None:
    with pytest.raises(ValueError, match=r"got 'Europe/Berln'; did you mean 'Europe/Berlin'\?"):
        zone_of("Europe/Berln")


def test_a_day_is_as_long_as_its_clocks_make_it() -> None:
    assert midnight(date(2026, 3, 29), BERLIN) == utc(2026, 3, 28, 23)
    assert midnight(date(2026, 3, 30), BERLIN) == utc(2026, 3, 29, 22)


def test_a_day_begins_at_midnight_and_is_meant_to_its_end() -> None:
    assert begins("2026-11-24", BERLIN) == utc(2026, 11, 23, 23)
    assert ends("2026-11-24", BERLIN) == utc(2026, 11, 24, 23)
    assert ends("2026-03-29", BERLIN) == utc(2026, 3, 29, 22)


def test_a_time_is_of_the_zone_unless_it_names_one() -> None:
    assert begins("2026-11-24T08:00", BERLIN) == ends("2026-11-24T08:00", BERLIN)
    assert begins("2026-11-24T08:00", BERLIN) == utc(2026, 11, 24, 7)
    assert begins("2026-11-24T08:00Z", BERLIN) == utc(2026, 11, 24, 8)
    assert begins("2026-11-24T08:00-05:00", BERLIN) == utc(2026, 11, 24, 13)
    assert ends("2026-11-24 00:00", BERLIN) == utc(2026, 11, 23, 23)


@pytest.mark.parametrize(
    "text", ["soon", "", "24.11.2026", "2026-13-01", "1999-12-31", "2100-01-01"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    for read in (begins, ends):
        with pytest.raises(ValueError, match=r"^expected a day such as 2026-11-24, or a time such"):
            read(text, BERLIN)


def test_the_first_and_the_last_day_there_are_can_be_reached() -> None:
    assert ends("2099-12-31", BERLIN) > begins("2000-01-01", BERLIN)
