"""Numbers and names as a report writes them."""

from datetime import UTC, timedelta

import pytest

from daemon.report.figures import against, called, meter, subject
from daemon.report.term import term_of
from rules.series import Measure, Metric, Series

WEEK, MONTH = term_of("2026-W46", UTC), term_of("2026-10", UTC)


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (108, 100, ", 8 % more than in the week before"),
        (92, 100, ", 8 % less than in the week before"),
        (300, 100, ", 3 times as much as in the week before"),
        (100, 100, ""),
        (100, 0, ""),
        (100, None, ""),
    ],
)
def test_a_time_is_held_against_the_one_before(now: float, before: float | None, said: str) -> None:
    assert against(now, before, WEEK) == said


def test_a_month_is_held_against_a_month() -> None:
    assert against(3, 1, MONTH) == ", 3 times as much as in the month before"


def test_people_are_told_names_where_there_are_any() -> None:
    names = {"v-1": "Aga\ntha"}

    assert called("v-1", names) == "Aga tha"
    assert called("e5f6fb1a53d0add8e7d0", names) == "e5f6fb1a…"
    assert called("", names) == "(none)"
    series = Series("tts", "minutes", (("model", "sona"), ("voice", "v-1")))
    assert subject(series, names) == "sona, Aga tha"
    assert subject(Series("tts", "minutes", ()), names) == "all together"
    metric = Metric("tts", "minutes", "minutes", Measure.AMOUNT, timedelta(hours=1))
    assert meter(metric) == "tts, minutes"
