import math
from datetime import UTC, datetime
from typing import Any

import pytest

from daemon.sources.http_json.fields import Misfit, parse, parse_one
from daemon.sources.http_json.rows import Columns, Row
from daemon.sources.http_json.values import Times

TEN = datetime(2025, 5, 20, 10, tzinfo=UTC)
FULL = {"at": "2025-05-20T10:00:00Z", "who": "a", "name": "Agatha", "n": 2, "id": 7}


def read(*answer: dict[str, Any], **changes: Any) -> list[Row]:
    rows = parse("rows", "[]")
    options: dict[str, Any] = {
        "rows": rows,
        "value": parse_one("value", changes.pop("value", "n"), rows),
        "time": parse_one("time", "at", rows),
        "times": Times("iso"),
        "labels": {"who": parse_one("labels", changes.pop("who", "who"), rows)},
        "names": {"who": parse_one("names", "name", rows)},
        "row_id": (parse_one("row_id", "id", rows),),
        "numeric_text": False,
        "below_zero": False,
    }
    return list(Columns(**{**options, **changes}).read(list(answer)))


def test_a_row_is_read_in_all_its_parts() -> None:
    assert read(FULL) == [Row((("who", "a"),), TEN, 2, ("7",), {"a": "Agatha"})]


def test_a_row_without_a_path_to_its_moment_has_none() -> None:
    assert read(FULL, time=None)[0].at is None


def test_a_label_that_may_be_missing_and_is_is_left_out() -> None:
    told = read({**FULL, "who": None}, {**FULL, "who": ""}, who="who?")

    assert [row.labels for row in told] == [(), (("who", ""),)]


@pytest.mark.parametrize("name", [None, 3, {}])
def test_what_is_no_name_is_left_out(name: object) -> None:
    assert read({**FULL, "name": name})[0].names == {}
    assert read({key: FULL[key] for key in FULL if key != "name"})[0].names == {}


def test_a_number_that_may_be_missing_and_is_is_not_zero() -> None:
    told = read({**FULL, "n": None}, {**FULL, "n": 0}, value="n?")

    assert math.isnan(told[0].value)
    assert told[1].value == 0


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"n": None}, "`[].n` is null, expected a number"),
        ({"n": "2"}, '`[].n` is text ("2"), expected a number'),
        ({"n": True}, "`[].n` is true or false, expected a number"),
        ({"n": -0.001}, "`[].n` is a number, expected one not below zero"),
        ({"who": None}, "`[].who` is null, expected text or a whole number"),
        ({"at": None}, "`[].at` is null, expected a moment such as 2025-05-20T10:00:00Z"),
        ({"id": 1.5}, "`[].id` is a number, expected text or a whole number"),
    ],
)
def test_a_row_that_is_none_is_a_misfit(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(Misfit) as caught:
        read(FULL, {**FULL, **changed})

    assert str(caught.value) == words


def test_only_a_level_may_be_below_zero() -> None:
    assert read({**FULL, "n": -1}, below_zero=True)[0].value == -1


def test_a_moment_that_may_not_be_missing_is_refused_where_it_is() -> None:
    rows = parse("rows", "[]")
    with pytest.raises(Misfit, match="a row says nothing where it must"):
        read({**FULL, "at": None}, time=parse_one("time", "at?", rows))
