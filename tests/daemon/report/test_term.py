"""A week or a month, by the calendar of a zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.report.term import Per, Term, last_before, term_at, term_of

BERLIN = ZoneInfo("Europe/Berlin")
DAYS = st.dates(date(2001, 1, 1), date(2090, 1, 1))
PERS: st.SearchStrategy[Per] = st.sampled_from(["week", "month"])


@given(PERS, DAYS)
def test_they_follow_one_another_without_a_gap(per: Per, day: date) -> None:
    term = term_at(per, day, BERLIN)

    assert term.first <= day <= term.last
    assert term.next().before() == term
    assert term.next().start == term.end
    assert term.days()[0] == term.first
    assert len(term.edges()) == len(term.days()) + 1
    assert term.before().label < term.label < term.next().label


@given(PERS, DAYS)
def test_what_it_is_called_means_it(per: Per, day: date) -> None:
    term = term_at(per, day, BERLIN)

    assert term_of(term.label, BERLIN) == term


@pytest.mark.parametrize(
    "label",
    [
        "",
        "46",
        "2026-W54",
        "2026-W00",
        "2026-13",
        "2026-00",
        "2026-W4",
        "2026-11-16",
        "0001-01",
        "9999-12",
    ],
)
def test_what_means_none_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match=r"expected a week such as 2026-W46 or a month such as 20"):
        term_of(label, UTC)


def test_a_day_in_which_the_clocks_are_moved_is_shorter_or_longer() -> None:
    spring, autumn = term_of("2026-W13", BERLIN), term_of("2026-W43", BERLIN)

    assert spring.end - spring.start == timedelta(days=7, hours=-1)
    assert autumn.end - autumn.start == timedelta(days=7, hours=1)
    assert spring.edges()[-1] - spring.edges()[-2] == timedelta(hours=23)


def test_the_last_one_is_over() -> None:
    eight = datetime(2026, 11, 16, 7, tzinfo=UTC)

    assert last_before("week", eight, BERLIN).label == "2026-W46"
    assert last_before("month", eight, BERLIN).label == "2026-10"
    late = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    assert last_before("month", late, BERLIN).label == "2026-10"
    assert last_before("month", late, UTC).label == "2026-09"


def test_people_call_it_so() -> None:
    assert term_of("2026-W46", UTC).words() == "Week 46 (9 to 15 Nov 2026)"
    assert term_of("2026-W53", UTC).words() == "Week 53 (28 Dec to 3 Jan 2027)"
    assert Term("month", date(2026, 2, 1), UTC).called() == "February"
    assert term_of("2026-W46", UTC).called() == "week 46"
