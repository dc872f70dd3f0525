"""Hours of days, week after week."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.planned.weekly import Weekly, hours_of

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
WEEK = (MONDAY, MONDAY + 7 * 24 * HOUR)


def hours(*every: str, zone: str = "UTC", week: tuple[datetime, datetime] = WEEK) -> list[str]:
    """Each span of a week, as Tue 02-04; a day later as +1."""
    spans = Weekly(every, zone).spans(*week)
    return [f"{span.start:%a %H:%M}-{span.end:%a %H:%M}" for span in spans]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tue,thu 02:00-04:00", ["Tue 02:00-Tue 04:00", "Thu 02:00-Thu 04:00"]),
        ("sat,sun", ["Sat 00:00-Sun 00:00", "Sun 00:00-Mon 00:00"]),
        ("tue 22:30-24:00", ["Tue 22:30-Wed 00:00"]),
        ("tue 22:00-02:00", ["Tue 22:00-Wed 02:00"]),
        ("tue 08:00-08:00", ["Tue 08:00-Wed 08:00"]),
        ("fri-sat,tue 01:00-02:00", ["Tue 01:00-Tue 02:00", "Fri 01:00-Fri 02:00"]),
        ("sun-mon 01:00-02:00", ["Mon 01:00-Mon 02:00", "Sun 01:00-Sun 02:00"]),
    ],
)
def test_days_and_hours_are_read_as_they_are_meant(text: str, said: list[str]) -> None:
    assert [each for each in hours(text) if each in said] == said
    assert len(hours(text)) == len(said) + ("fri-sat" in text)


def test_hours_without_a_day_are_those_of_every_day() -> None:
    assert len(hours("02:00-04:00")) == 7
    assert hours_of("mon-sun 02:00-04:00") == hours_of("02:00-04:00")


def test_several_windows_come_in_the_order_of_their_beginnings() -> None:
    assert hours("sat 02:00-03:00", "sat 01:00-05:00", "tue") == [
        "Tue 00:00-Wed 00:00",
        "Sat 01:00-Sat 05:00",
        "Sat 02:00-Sat 03:00",
    ]


def test_hours_that_began_on_the_day_before_are_there_too() -> None:
    assert hours("sun 22:00-02:00") == ["Sun 22:00-Mon 02:00", "Sun 22:00-Mon 02:00"]
    assert hours("sun 22:00-02:00", week=(MONDAY + 2 * HOUR, MONDAY + 3 * HOUR)) == []


def test_they_are_hours_of_their_zone_summer_and_winter() -> None:
    summer = datetime(2026, 3, 29, tzinfo=UTC)
    days = (summer - 30 * HOUR, summer + 40 * HOUR)

    assert hours("02:00-04:00", zone="Europe/Berlin", week=days) == [
        "Sat 01:00-Sat 03:00",
        "Sun 01:00-Sun 02:00",
        "Mon 00:00-Mon 02:00",
    ]
    assert hours("tue 02:00-04:00", zone="+09:00") == ["Mon 17:00-Mon 19:00"]


@given(st.sampled_from(["tue,thu 02:00-04:00", "22:00-02:00", "sat"]), st.integers(0, 6 * 24))
def test_an_hour_asked_by_itself_is_planned_as_in_its_week(text: str, hour: int) -> None:
    weekly, start = Weekly((text,), "Europe/Berlin"), MONDAY + hour * HOUR
    whole = [s for s in weekly.spans(*WEEK) if s.start < start + HOUR and start < s.end]

    assert list(weekly.spans(start, start + HOUR)) == whole


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "tues", "mon 1-2", "mon02:00-03:00", " 02:00-03:00", "25:00-26:00"),
        *("24:00-02:00", "mon,", "mon, tue", "02:00", "MON", "mon 02:00-03:00 x", "mon\n"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^every: expected days and hours such as tue,thu 02:00"):
        Weekly((text,))


def test_no_window_at_all_and_no_zone_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^every: expected at least one window"):
        Weekly(())
    with pytest.raises(ValueError, match=r"^zone: expected a zone"):
        Weekly(("sat",), "Berlin")


def test_it_says_its_hours() -> None:
    assert Weekly(("sat", "mon 01:00-02:00")).words() == "every sat; mon 01:00-02:00"
    assert Weekly(("sat",), "+09:00").words() == "every sat (+09:00)"
