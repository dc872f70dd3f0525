"""An occasion says what is planned, and for whom."""

from datetime import UTC, datetime, timedelta

from daemon.planned.occasion import Occasion, expected
from daemon.planned.once import Once
from daemon.planned.public import PublicHolidays
from daemon.planned.weekly import Weekly
from rules.planned import Planned

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = (MONDAY, MONDAY + 7 * DAY)
WHERE = {"voice_id": ("agatha",)}


def test_it_plans_its_spans_for_its_source_and_series() -> None:
    load_test = Occasion("load-test", Weekly(("tue",)), "voices", WHERE)

    assert load_test.between(*WEEK) == [
        Planned("load-test", MONDAY + DAY, MONDAY + 2 * DAY, "voices", WHERE)
    ]


def test_a_span_with_a_name_of_its_own_bears_both() -> None:
    (planned,) = Occasion("holidays", PublicHolidays("DE")).between(
        MONDAY.replace(month=12, day=25), MONDAY.replace(month=12, day=25, hour=5)
    )

    assert planned.name == "holidays (Erster Weihnachtstag)"


def test_several_are_expected_together() -> None:
    both = [Occasion("a", Weekly(("tue",))), Occasion("b", Weekly(("mon",)))]

    assert [planned.name for planned in expected(both, *WEEK)] == ["a", "b"]
    assert expected([], *WEEK) == []


def test_the_nearest_is_what_goes_on_or_comes_next_or_was_last() -> None:
    weekly = Occasion("w", Weekly(("tue",)))
    launch = Occasion("l", Once("2026-11-17", "2026-11-18"))

    assert weekly.nearest(MONDAY).start == MONDAY + DAY
    assert weekly.nearest(MONDAY + 1.5 * DAY).start == MONDAY + DAY
    assert weekly.nearest(MONDAY + 2 * DAY).start == MONDAY + 8 * DAY
    for at in (MONDAY, MONDAY + 2 * DAY, MONDAY + 900 * DAY, MONDAY - 900 * DAY):
        assert launch.nearest(at).start == MONDAY + DAY
