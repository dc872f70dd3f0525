"""The calendar of a country, by the package that knows it."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from daemon.planned.public import PublicHolidays

START, END = datetime(2026, 12, 24, tzinfo=UTC), datetime(2027, 1, 7, tzinfo=UTC)


def named(start: datetime = START, end: datetime = END, **block: object) -> list[str | None]:
    made = PublicHolidays(**{"country": "DE", **block})  # type: ignore[arg-type]
    return [span.called for span in made.spans(start, end)]


def test_the_holidays_of_a_country_are_whole_days_of_its_zone() -> None:
    spans = PublicHolidays("DE", zone="Europe/Berlin").spans(START, END)
    first = next(iter(spans))

    assert first.called == "Erster Weihnachtstag"
    assert first.start == datetime(2026, 12, 24, 23, tzinfo=UTC)
    assert first.end == datetime(2026, 12, 25, 23, tzinfo=UTC)


def test_a_holiday_on_which_clocks_change_is_as_long_as_that_day() -> None:
    easter = datetime(2024, 3, 31, 12, tzinfo=UTC)
    (span,) = PublicHolidays("DE", "BB", zone="Europe/Berlin").spans(
        easter, easter.replace(hour=13)
    )

    assert (span.called, span.end - span.start) == ("Ostersonntag", timedelta(hours=23))


def test_a_part_of_a_country_has_its_own_by_code_or_name() -> None:
    whole = ["Erster Weihnachtstag", "Zweiter Weihnachtstag", "Neujahr"]

    assert named() == whole
    assert named(region="BY") == named(region="Bayern") == [*whole, "Heilige Drei Könige"]


def test_a_day_is_there_for_whoever_touches_it() -> None:
    day = datetime(2026, 10, 3, tzinfo=UTC)

    assert named(day.replace(hour=23), day.replace(hour=23, minute=1)) == [
        "Tag der Deutschen Einheit"
    ]
    assert named(day.replace(day=4), day.replace(day=5)) == []
    assert named(datetime(2025, 12, 31, 23, tzinfo=UTC), START)[0] == "Neujahr"
    new_year = datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    assert named(*new_year, zone="Europe/Berlin") == ["Neujahr"]
    assert named(*new_year) == []


def test_only_those_that_are_named_by_patterns_whose_case_does_not_matter() -> None:
    assert named(only=("neujahr", "*WEIHNACHT*")) == named()
    assert named(only=("neujahr",)) == ["Neujahr"]
    assert named(only=("christmas day",), language="en_US") == ["Christmas Day"]


def test_names_do_not_depend_on_the_language_of_whoever_starts_it() -> None:
    said = subprocess.run(
        [sys.executable, "-c", NAMES],
        env={**os.environ, "LANG": "en_US.UTF-8", "LANGUAGE": "en_US", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )

    assert said.stdout == "Neujahr\n"


NAMES = """
from datetime import datetime, UTC
from daemon.planned.public import PublicHolidays
day = datetime(2027, 1, 1, tzinfo=UTC)
print(*[span.called for span in PublicHolidays("DE").spans(day, day.replace(hour=1))])
"""


@pytest.mark.parametrize(
    ("block", "why"),
    [
        ({"country": "de"}, r"^country: expected the two letters .* got 'de'; did you mean 'DE'\?"),
        (
            {"country": "Germany"},
            r"^country: expected the two letters of a country, such as DE, got",
        ),
        ({"region": "by"}, r"^region: DE has no region 'by' .*; did you mean 'BY'\?"),
        ({"region": "Bayer"}, r"^region: .*did you mean 'Bayern'"),
        ({"region": "XX"}, r"^region: DE has no region 'XX' .*; there are BB, BE, BW, BY, "),
        (
            {"country": "AT", "language": "fr"},
            r"^language: .* of AT have no names in 'fr'; there are de",
        ),
        ({"only": ("Neujar",)}, r"^only: no such holiday 'Neujar'; did you mean 'Neujahr'\?"),
        (
            {"only": ("Neujahr", "zzz*")},
            r"^only: no such holiday 'zzz\*'; there are Christi Himmel",
        ),
        ({"zone": "Berlin"}, r"^zone: expected a zone"),
    ],
)
def test_what_is_not_in_the_calendar_is_refused_with_what_is_near(
    block: dict[str, object], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        PublicHolidays(**{"country": "DE", **block})  # type: ignore[arg-type]


def test_a_complaint_stays_short_where_there_is_too_much_to_list() -> None:
    with pytest.raises(ValueError, match=r"^country: .* got 'XQ'(; did you mean .*)?$") as caught:
        PublicHolidays("XQ")

    assert len(str(caught.value)) < 150


def test_it_says_whose_holidays_it_means() -> None:
    assert PublicHolidays("DE").words() == "holidays of DE"
    assert PublicHolidays("DE", "BY", ("Neujahr",)).words() == "holidays of DE BY: Neujahr"


def test_the_calendar_is_loaded_only_where_a_country_is_named() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import daemon.cli, sys; print('holidays' in sys.modules)"],
        capture_output=True,
        check=True,
        text=True,
    )

    assert said.stdout == "False\n"
