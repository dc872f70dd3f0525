"""Usage goes out as CSV and comes back the same; a file that is not right is told where."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.table import TableError, moment, parse_moment, read_table, write_table
from rules.panel import Panel
from rules.series import Absent, Measure, Metric

HEADER = "source,metric,timestamp,value,voice\n"
HOUR = timedelta(hours=1)
FIRST = datetime(2026, 11, 20, tzinfo=UTC)


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


def test_what_is_told_now_and_then_has_the_width_that_was_declared() -> None:
    minute = timedelta(minutes=1)
    level = Metric("voices", "credits", "credits", Measure.LEVEL, minute, Absent.UNKNOWN)
    balance = rows("10:00:00Z,9,", "10:10:00Z,8,", "10:21:00Z,7,")
    [panel] = read(balance, level)

    assert panel.metric.width == minute
    assert np.flatnonzero(~np.isnan(panel.values[:, 0])).tolist() == [0, 10, 21]
    with pytest.raises(TableError, match="not on the grid of 0:10:00"):
        read(balance)
    with pytest.raises(TableError, match="not on the grid of 0:10:00"):
        read(balance, replace(level, width=HOUR))


def test_days_of_a_source_that_tells_hours_are_days() -> None:
    hourly = Metric("voices", "minutes", "minutes", Measure.AMOUNT, HOUR, Absent.ZERO)
    text = HEADER + "".join(f"voices,minutes,2026-11-{day},1,a\n" for day in (18, 19, 20))

    assert read(text, hourly)[0].metric.width == timedelta(days=1)


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


def test_a_header_alone_is_no_panel() -> None:
    assert read(HEADER) == []


def test_what_is_wrong_first_is_told_first_whatever_comes_after() -> None:
    unclosed = rows("10:00:00Z,1,a", "soon,1,a") + 'voices,minutes,"2026'
    wrong = rows("10:00:00Z,1,a", "10:00:00Z,2,a", "11:00:00Z,many,a")

    with pytest.raises(TableError, match=r"^usage.csv:3: timestamp: expected"):
        read(unclosed)
    with pytest.raises(TableError, match=r"^usage.csv:4: value: expected a number, got 'many'"):
        read(wrong)


def test_lines_are_counted_as_an_editor_does() -> None:
    text = rows("10:00:00Z,1,a") + '\nvoices,minutes,2026-11-20T11:00:00Z,2,"a\nb"\n'

    with pytest.raises(TableError, match=r"^usage.csv:6: value"):
        read(text + "voices,minutes,2026-11-20T12:00:00Z,many,a\n")


def test_a_header_that_does_not_end_is_told() -> None:
    with pytest.raises(TableError, match=r"^usage.csv:1: unexpected end of data"):
        read('source,metric,"time')


def test_a_time_that_no_clock_shows_is_no_time() -> None:
    with pytest.raises(TableError, match=r"^usage.csv:2: timestamp: expected a time"):
        read(HEADER + "voices,minutes,0001-01-01T00:00:00+10:00,1,a\n")


def test_a_metric_is_known_by_its_source_and_its_own_name_before_its_source_alone() -> None:
    level = Metric("voices", "credits", "credits", Measure.LEVEL, HOUR)
    burn = Metric("voices", "burn", "credits", Measure.AMOUNT, HOUR)
    text = HEADER + "".join(
        f"voices,{metric},2026-11-20T10:00:00Z,1,a\n" for metric in ("credits", "burn", "new")
    )
    found = read_table(io.StringIO(text), "usage.csv", {"voices/credits": level, "voices": burn})

    assert [(one.metric.name, one.metric.measure) for one in found] == [
        ("credits", Measure.LEVEL),
        ("burn", Measure.AMOUNT),
        ("new", Measure.AMOUNT),
    ]


def test_series_are_ordered_by_their_labels_wherever_they_come() -> None:
    text = (
        "source,metric,timestamp,value,z,a\n"
        "s,m,2026-11-20T10:00:00Z,1,1,\n"
        "s,m,2026-11-20T10:00:00Z,2,,2\n"
        "s,m,2026-11-20T10:00:00Z,3,,\n"
    )
    [panel] = read(text)

    assert [one.labels for one in panel.series] == [(), (("a", "2"),), (("z", "1"),)]
    assert panel.values.tolist() == [[3.0, 2.0, 1.0]]


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("ab"), st.sampled_from("mn"), st.integers(0, 30)),
        st.floats(allow_nan=False, allow_infinity=False),
        min_size=1,
    ),
    st.randoms(use_true_random=False),
)
def test_every_number_stands_in_its_bucket_and_series_in_whatever_order_it_came(
    told: dict[tuple[str, str, int], float], luck: Random
) -> None:
    lines = [
        f"voices,{metric},{moment(FIRST + hour * HOUR)},{value!r},{voice}\n"
        for (voice, metric, hour), value in told.items()
    ]
    luck.shuffle(lines)
    hourly = {
        f"voices/{name}": Metric("voices", name, "", Measure.AMOUNT, HOUR) for name in ("m", "n")
    }
    found: dict[tuple[str, str, int], float] = {}
    for panel in read_table(io.StringIO(HEADER + "".join(lines)), "usage.csv", hourly):
        for row, column in np.argwhere(~np.isnan(panel.values)).tolist():
            voice = panel.series[column].labels[0][1]
            hour = (panel.at(row) - FIRST) // HOUR
            found[voice, panel.metric.name, hour] = float(panel.values[row, column])

    assert found == told


def test_a_long_file_is_read_as_a_short_one_is() -> None:
    """Rows are taken in pieces: what stands in the second is told by its own line."""
    many = "".join(
        f"voices,minutes,{moment(FIRST + hour * HOUR)},{hour},a\n" for hour in range(3000)
    )
    [panel] = read(HEADER + many)

    assert panel.values[:, 0].tolist() == list(range(3000))
    with pytest.raises(TableError, match=r"^usage.csv:3002: a second row"):
        read(HEADER + many + f"voices,minutes,{moment(FIRST)},1,a\n")
    with pytest.raises(TableError, match=r"^usage.csv:3002: expected 5 cells"):
        read(HEADER + many + "voices,minutes\n")


def test_a_time_without_a_zone_is_utc() -> None:
    assert parse_moment("2014-04-01 10:00:00") == parse_moment("2014-04-01T12:00:00+02:00")
    assert parse_moment("2014-04-01") == datetime(2014, 4, 1, tzinfo=UTC)
    assert moment(parse_moment("2014-04-01T12:00:00+02:00")) == "2014-04-01T10:00:00Z"
