"""The chart of a report: this week beside the last."""

import xml.etree.ElementTree as ET
from datetime import date
from typing import Any

from daemon.chart import Compared, compared
from daemon.chart.letters import outline


def week(**fields: Any) -> Compared:
    defaults: dict[str, Any] = {
        "first": date(2026, 11, 9),
        "used": (1.0, 2.0, 3.0, 9.0, 3.0, 0.5, None),
        "before": (1.0, 2.0, 3.0, 3.0, 3.0, 0.5, 0.5),
        "unit": "minutes",
        "now_called": "week 46",
        "then_called": "week 45",
    }
    return Compared(**{**defaults, **fields})


def test_a_week_has_a_bar_for_each_day_that_was_told_and_its_name() -> None:
    svg = compared(week(), "voices")

    assert svg.count('class="mw-bar" d=') == 6
    assert all(outline(day) in svg for day in ("Mon", "Sun", "week 46", "week 45"))
    assert outline("most 9 minutes") in svg
    assert "<desc>week 46: 18.5 minutes on 6 days; week 45: 13 minutes.</desc>" in svg


def test_a_month_names_some_of_its_days_and_may_be_longer_than_the_one_before() -> None:
    svg = compared(week(first=date(2026, 10, 1), used=(1.0,) * 31, before=(2.0,) * 30), "voices")

    assert svg.count('class="mw-bar" d=') == 31
    assert all(outline(day) in svg for day in ("1", "5", "30"))
    assert outline("4") + '"' not in svg


def test_without_a_week_before_there_is_no_line_and_without_anything_no_bar() -> None:
    svg = compared(week(before=(None,) * 7), "voices")

    assert svg.count("mw-before") == svg.count(".mw-before")
    assert outline("week 45") not in svg
    assert "<desc>week 46: 18.5 minutes on 6 days.</desc>" in svg
    nothing = compared(week(used=(None,) * 7, before=(None,) * 7), "voices")
    assert "<desc>Nothing was told.</desc>" in nothing
    ET.fromstring(nothing)  # noqa: S314  our own


def test_the_same_is_always_drawn_the_same() -> None:
    assert compared(week(), "x") == compared(week(), "x")


def test_a_day_that_was_not_told_is_no_day_without_use() -> None:
    assert outline("?") in compared(week(), "x")
    assert outline("?") not in compared(week(used=(0.0,) * 7), "x")


def test_words_do_not_run_into_each_other() -> None:
    assert outline("most 9 characters spoken") not in compared(week(unit="characters spoken"), "x")
    assert outline("most 9") + '"' in compared(week(unit="characters spoken"), "x")
    assert outline("most 9") not in compared(week(unit="W" * 22), "x")
