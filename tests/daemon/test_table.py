"""Usage goes out as CSV and comes back the same; a file that is not right is told where."""

import io
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from daemon.table import TableError, moment, parse_moment, read_table, write_table
from rules.panel import Panel
from rules.series import Absent, Measure, Metric

HEADER = "source,metric,timestamp,value,voice\n"
HOUR = timedelta(hours=1)


def read(text: str, declared: Metric | None = None) -> list[Panel]:
    return read_table(
        io.StringIO(text), "usage.csv", {declared.source: declared} if declared else {}
    )


def rows(*cells: str) -> str:
    return HEADER + "".join(f"voices,minutes,2026-11-20T{row}\n" for row in cells)


def test_a_file_becomes_a_panel_whose_width_is_in_the_data() -> None:
    (panel,) = read(rows("10:00:00Z,1.5,a", "10:30:00Z,2.5,a", "10:30:00Z,3,b"))

    assert panel.metric.width == timedelta(minutes=30)
    assert panel.metric.measure is Measure.AMOUNT
    assert panel.start == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert [one.labels for one in panel.series] == [(("voice", "a"),), (("voice", "b"),)]
    assert panel.closed == len(panel) == 2


def test_a_missing_row_beside_others_is_zero_and_a_missing_bucket_is_not_told() -> None:
    (panel,) = read(rows("10:00:00Z,1,a", "11:00:00Z,9,b", "13:00:00Z,2,a"))

    assert panel.values[1].tolist() == [0.0, 9.0]
    assert np.isnan(panel.values[0, 1]), "before it was first seen, nobody knows"
    assert np.isnan(panel.values[2]).all()


def test_what_a_source_declares_decides_what_its_numbers_mean() -> None:
    level = Metric("voices", "credits", "credits", Measure.LEVEL, HOUR, Absent.UNKNOWN)
    (panel,) = read(rows("10:00:00Z,1,", "10:05:00Z,2,"), level)

    assert (panel.metric.measure, panel.metric.unit) == (Measure.LEVEL, "credits")
    assert panel.metric.width == timedelta(minutes=5)
    assert panel.series[0].labels == ()


def test_one_row_has_the_width_that_was_declared() -> None:
    day = Metric("voices", "minutes", "minutes", Measure.AMOUNT, timedelta(days=1), Absent.ZERO)

    assert read(rows("10:00:00Z,1,a"), day)[0].metric.width == timedelta(days=1)
    assert read(rows("10:00:00Z,1,a"))[0].metric.width == HOUR


def test_each_metric_of_each_source_is_a_panel() -> None:
    text = rows("10:00:00Z,1,a") + "credits,credits,2026-11-20T10:00:00+01:00,7,\n"
    panels = read(text)

    assert [panel.metric.source for panel in panels] == ["voices", "credits"]
    assert panels[1].start == datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_what_was_written_is_read_back_to_the_digit() -> None:
    text = rows("10:00:00Z,0.30000000000000004,a", "11:00:00Z,2.0,a", "11:00:00Z,3.0,b")
    out = io.StringIO()
    write_table(read(text), out)

    assert out.getvalue() == text
    assert np.array_equal(read(out.getvalue())[0].values, read(text)[0].values, equal_nan=True)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "usage.csv:1: expected a header that begins source,metric,timestamp,value, got an"),
        ("a,b\n", "usage.csv:1: expected a header that begins source,metric,timestamp,value, got"),
        ("source,metric,timestamp,value,x,x\n", "usage.csv:1: a column is named twice"),
        (rows("25:00:00Z,1,a"), "usage.csv:2: timestamp: expected a time such as"),
        (rows("10:00:00Z,many,a"), "usage.csv:2: value: expected a number, got 'many'"),
        (rows("10:00:00Z,nan,a"), "usage.csv:2: value: expected a number, got 'nan'"),
        (rows("10:00:00Z,1"), "usage.csv:2: expected 5 cells"),
        (rows("10:00:00Z,1,a,b"), "usage.csv:2: expected 5 cells"),
        (rows("10:00:00Z,1,a", "10:00:00Z,2,a"), "usage.csv:3: a second row for the same bucket"),
        (rows("10:00:00Z,1,a", "11:00:00Z,2,a", "12:30:00Z,2,a"), "usage.csv:4: 2026-11-20T12:30"),
        (HEADER + 'voices,minutes,"2026', "usage.csv:1: unexpected end of data"),
    ],
)
def test_a_file_that_is_not_right_is_told_where_and_why(text: str, complaint: str) -> None:
    with pytest.raises(TableError) as refused:
        read(text)
    assert str(refused.value).startswith(complaint)


def test_a_width_that_cannot_be_meant_is_refused_before_it_eats_the_memory() -> None:
    text = HEADER + "".join(
        f"voices,minutes,{at},1,a\n"
        for at in ("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "2026-12-01T00:00:00Z")
    )
    with pytest.raises(TableError, match="expected at most 200,000"):
        read(text)


def test_a_time_without_a_zone_is_utc() -> None:
    assert parse_moment("2014-04-01 10:00:00") == parse_moment("2014-04-01T12:00:00+02:00")
    assert parse_moment("2014-04-01") == datetime(2014, 4, 1, tzinfo=UTC)
    assert moment(parse_moment("2014-04-01T12:00:00+02:00")) == "2014-04-01T10:00:00Z"
