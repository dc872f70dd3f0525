"""Every row of a file gets a score, in order, whatever the file is like."""

import csv
import io

import pytest

from daemon.score import score_file
from daemon.table import TableError


def scored(text: str) -> list[dict[str, str]]:
    out = io.StringIO()
    score_file(io.StringIO(text), "numbers.csv", out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def numbers(*values: object) -> str:
    rows = (f"2014-04-{day:02} {hour:02}:00:00" for day in range(1, 30) for hour in range(24))
    return "timestamp,value\n" + "".join(
        f"{at},{value}\n" for at, value in zip(rows, values, strict=False)
    )


def test_rows_come_back_as_they_were_with_a_score() -> None:
    rows = scored(numbers(*([10, 11, 9, 10] * 30), 500, *([10, 11, 9, 10] * 5)))
    scores = [float(row["anomaly_score"]) for row in rows]

    assert list(rows[0]) == ["timestamp", "value", "anomaly_score"]
    assert rows[120] | {"anomaly_score": ""} == {
        "timestamp": "2014-04-06 00:00:00",
        "value": "500",
        "anomaly_score": "",
    }
    assert all(0 <= score <= 1 for score in scores)
    assert scores.index(max(scores)) == 120


def test_twice_the_same_time_and_time_that_runs_back_are_survived() -> None:
    text = numbers(*([1, 2] * 60)) + "2014-04-01 03:00:00,7\n2014-04-01 03:00:00,7\n"

    assert len(scored(text)) == 122


def test_a_row_without_a_number_scores_nothing() -> None:
    rows = scored(numbers(*([1, 2] * 30), "", "nan", 1, 2))

    assert [row["anomaly_score"] for row in rows[60:62]] == ["0.0", "0.0"]


def test_a_file_without_rows_is_a_header() -> None:
    assert scored("timestamp,value\n") == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "numbers.csv:1: expected the header timestamp,value, got an empty file"),
        ("time,count\n", "numbers.csv:1: expected the header timestamp,value, got time,count"),
        ("timestamp,value\nsoon,1\n", "numbers.csv:2: timestamp: expected a time such as"),
        ("timestamp,value\n2014-04-01,x\n", "numbers.csv:2: value: expected a number, got 'x'"),
    ],
)
def test_a_file_that_is_not_right_is_told_where(text: str, complaint: str) -> None:
    with pytest.raises(TableError, match=complaint):
        scored(text)
