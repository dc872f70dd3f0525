from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from daemon.source import Window
from daemon.sources.http_json.spans import Spans
from daemon.sources.http_json.totals import Period
from rules.series import Measure, Metric

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
NOW = datetime(2025, 5, 22, 10, 20, tzinfo=UTC)
TEN = NOW.replace(minute=0)
MAY = datetime(2025, 5, 1, tzinfo=UTC)
METRIC = Metric("a", "usage", "x", Measure.AMOUNT, HOUR)


def spans(**options: Any) -> Spans:
    usual = {"counts": "amount", "timed": True, "asked": True, "longest": None, "reach": None}
    return Spans(**{**usual, "period": Period("month", 1, UTC), **options})


def told(span: timedelta, **options: Any) -> Window:
    return spans(**options).told(METRIC, Window(NOW - span, NOW))


def test_whole_buckets_are_told() -> None:
    assert told(DAY) == Window(TEN - DAY, TEN + HOUR)


def test_of_now_only_its_own_bucket_is_told_or_its_period() -> None:
    assert told(DAY, counts="level", timed=False, asked=False) == Window(TEN, TEN + HOUR)
    assert told(DAY, counts="total", timed=False, asked=False) == Window(MAY, TEN + HOUR)


def test_totals_are_asked_for_from_where_their_period_began() -> None:
    assert told(DAY, counts="total") == Window(MAY, TEN + HOUR)
    assert told(22 * DAY, counts="total").start == datetime(2025, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reach", "start"),
    [
        (DAY, TEN - DAY + HOUR),
        (DAY + 20 * MINUTE, TEN - DAY),
        (DAY + 21 * MINUTE, TEN - DAY),
        (9 * DAY, TEN - 2 * DAY),
    ],
)
def test_what_an_answer_does_not_reach_whole_is_not_told(reach: timedelta, start: datetime) -> None:
    assert told(2 * DAY, asked=False, reach=reach) == Window(start, TEN + HOUR)


@pytest.mark.parametrize(
    ("reach", "month"), [(31 * DAY, 5), (51 * DAY, 5), (51 * DAY + 11 * HOUR, 4), (99 * DAY, 4)]
)
def test_totals_are_told_for_periods_that_are_reached_whole(reach: timedelta, month: int) -> None:
    start = told(40 * DAY, counts="total", asked=False, reach=reach).start

    assert start == datetime(2025, month, 1, tzinfo=UTC)


def pieces(span: Window, **options: Any) -> list[Window]:
    return list(spans(**options).pieces(METRIC, span))


def test_a_long_span_is_asked_for_in_pieces_of_whole_buckets() -> None:
    span = Window(TEN, TEN + 5 * HOUR)

    assert pieces(span) == [span]
    assert pieces(span, longest=5 * HOUR) == [span]
    assert pieces(span, longest=2 * HOUR + 59 * MINUTE) == [
        Window(TEN, TEN + 2 * HOUR),
        Window(TEN + 2 * HOUR, TEN + 4 * HOUR),
        Window(TEN + 4 * HOUR, TEN + 5 * HOUR),
    ]


def test_where_rows_have_no_moment_every_bucket_is_a_question() -> None:
    asked = pieces(Window(TEN, TEN + 3 * HOUR), timed=False)

    assert [piece.start for piece in asked] == [TEN, TEN + HOUR, TEN + 2 * HOUR]
    assert pieces(Window(TEN, TEN + HOUR), timed=False, counts="level") == [Window(TEN, TEN + HOUR)]
    assert len(pieces(Window(TEN, TEN + DAY), asked=False, reach=DAY)) == 1


@pytest.mark.parametrize("width", [MINUTE, 5 * MINUTE, HOUR, 8 * HOUR, DAY])
def test_a_bucket_is_a_part_of_a_day(width: timedelta) -> None:
    spans().check(width)


@pytest.mark.parametrize("width", [59 * timedelta(seconds=1), 7 * MINUTE, 2 * DAY, timedelta(0)])
def test_nothing_else_is_a_bucket(width: timedelta) -> None:
    with pytest.raises(ValueError, match="bucket: expected a part of a day, from 1m to 1d"):
        spans().check(width)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"asked": False}, "reach: expected how far back an answer tells"),
        ({"asked": False, "reach": 59 * MINUTE}, "reach: expected no less than a bucket"),
        ({"reach": DAY}, "reach: nothing reads it"),
        ({"counts": "level", "timed": False, "reach": DAY}, "reach: nothing reads it"),
        (
            {"counts": "total", "asked": False, "reach": 30 * DAY},
            "reach: expected a whole month at least: 31d",
        ),
        ({"timed": False, "asked": False}, "time: expected the field path of a row's moment"),
        ({"timed": False, "longest": DAY}, "span: nothing reads it"),
        ({"asked": False, "reach": DAY, "longest": DAY}, "span: nothing reads it"),
        ({"longest": 59 * MINUTE}, "span: expected no less than a bucket"),
    ],
)
def test_spans_that_do_not_go_together_are_refused(options: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        spans(**options).check(HOUR)


@pytest.mark.parametrize(
    "options",
    [
        {"asked": False, "reach": HOUR},
        {"longest": HOUR},
        {"counts": "total", "asked": False, "reach": 31 * DAY},
        {"counts": "level", "timed": False, "asked": False},
        {"timed": False},
    ],
)
def test_spans_that_do_go_together_are_taken(options: Any) -> None:
    spans(**options).check(HOUR)
