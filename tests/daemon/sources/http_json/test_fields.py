from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.sources.http_json.fields import Misfit, Place, found, parse, parse_one

ANSWER = {
    "meta": {"cursor": "c", "odd.name": 1, "gone": None},
    "data": [
        {"at": 1, "results": [{"used": 2}, {"used": 3}]},
        {"at": 4, "results": []},
        {"at": 5, "results": [{"used": 6}]},
    ],
    "days": {"mon": {"used": 7}, "tue": {"used": 8}},
    "pairs": [["x", 1], ["y", 2]],
}


def one(path: str, answer: object = ANSWER) -> object:
    place = parse("value", path).one(Place(answer))
    return None if place is None else place.value


def many(rows: str, *paths: str, answer: object = ANSWER) -> list[tuple[object, ...]]:
    where = parse("rows", rows)
    parts = [parse_one("value", path, where) for path in paths]
    return [tuple(_value(part.one(row)) for part in parts) for row in where.rows(answer)]


def _value(place: Place | None) -> object:
    return None if place is None else place.value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("meta.cursor", "c"),
        ('meta."odd.name"', 1),
        ('"meta"."odd.name"', 1),
        ("data[0].at", 1),
        ("data[-1].at", 5),
        ("pairs[1][0]", "y"),
        ("meta.gone", None),
        ("meta.none?", None),
        ("meta.gone?.further", None),
        ("data[7]?.at", None),
    ],
)
def test_a_path_leads_to_one_value(path: str, value: object) -> None:
    assert one(path) == value


def test_a_dot_is_the_place_itself() -> None:
    assert one(".") is ANSWER
    assert many(".", "meta.cursor") == [("c",)]


def test_a_list_inside_a_list_is_made_flat_and_what_is_around_stays_in_reach() -> None:
    assert many("data[].results[]", "used", "^.at", "^^.meta.cursor") == [
        (2, 1, "c"),
        (3, 1, "c"),
        (6, 5, "c"),
    ]


def test_the_values_of_an_object_know_the_name_they_stand_under() -> None:
    assert many("days{}", "key()", "used") == [("mon", 7), ("tue", 8)]
    assert many("days{}.used", "^.key()", ".") == [("mon", 7), ("tue", 8)]


def test_lists_in_place_of_objects_are_read_by_position() -> None:
    assert many("pairs[]", "[0]", "[1]", "[-1]") == [("x", 1, 1), ("y", 2, 2)]
    assert many("[]", ".", answer=[1, 2]) == [(1,), (2,)]


def test_a_field_inside_each_element_is_the_row() -> None:
    assert many("data[].results", "^.at", "[0]?") == [
        (1, {"used": 2}),
        (4, None),
        (5, {"used": 6}),
    ]


def test_rows_that_may_be_missing_or_null_are_none() -> None:
    assert many("meta.gone?[]", ".") == []
    assert many("nothing?[]", ".") == []
    assert many("data[].none?[]", ".") == []


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("meta.none", "`meta.none` is gone"),
        ("none.further", "`none` is gone"),
        ("meta.cursor.x", '`meta.cursor` is text ("c"), expected an object with "x"'),
        ("meta.gone.x", '`meta.gone` is null, expected an object with "x"'),
        ("meta[0]", "`meta` is an object, expected a list"),
        ("data.x", '`data` is a list, expected an object with "x"'),
        ("data[3].at", "`data[3]` is gone"),
        ("data[-4].at", "`data[-4]` is gone"),
        ("meta?.none", "`meta.none` is gone"),
    ],
)
def test_a_path_that_leads_nowhere_says_where_it_ended(path: str, words: str) -> None:
    with pytest.raises(Misfit) as caught:
        one(path)

    assert str(caught.value) == words


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("days[]", "`days` is an object, expected a list"),
        ("data{}", "`data` is a list, expected an object"),
        ("data[].at[]", "`data[].at` is a number, expected a list"),
        ("meta.gone[]", "`meta.gone` is null, expected a list"),
        ("data[].none[]", "`data[].none` is gone"),
    ],
)
def test_rows_that_are_none_say_what_was_found(rows: str, words: str) -> None:
    with pytest.raises(Misfit) as caught:
        many(rows, ".")

    assert str(caught.value) == words


def test_the_whole_answer_has_no_path_and_is_called_so() -> None:
    with pytest.raises(Misfit, match='the whole answer is null, expected an object with "data"'):
        many("data[]", ".", answer=None)


NO_PATHS = ["", "..", "a.", ".a", "a..b", "a b", "a[", "a[x]", "a]", "a{1}", 'a."b', '""', "a.^b"]
NO_PATHS += ["^a", "^.", "?", "a??", "a[]?", "a.key()x", "a(b)", "[]a", '"a"b', "a[1234567]"]


@pytest.mark.parametrize("text", [*NO_PATHS, "x" * 201])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"rows: expected a field path such as"):
        parse("rows", text)


def test_a_path_to_one_value_leads_neither_to_many_nor_out_of_the_answer() -> None:
    rows = parse("rows", "data[].results[]")

    assert parse_one("time", "^^.at", rows).up == 2
    with pytest.raises(ValueError, match=r"time: '\^\^\^.at' leads out of the answer"):
        parse_one("time", "^^^.at", rows)
    with pytest.raises(ValueError, match=r"time: expected a path to one value, got 'a\[\]'"):
        parse_one("time", "a[]", rows)


def test_quotes_may_hold_quotes() -> None:
    assert one(r'"a \"b\\c"', {'a "b\\c': 1}) == 1


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "true or false"),
        (1, "a number"),
        (1.5, "a number"),
        ([], "a list"),
        ({}, "an object"),
        ("x" * 50, f'text ("{"x" * 40}")'),
    ],
)
def test_what_was_found_is_said_in_a_few_words(value: object, words: str) -> None:
    assert found(value) == words


NAMES = st.sampled_from(["a", "b", "odd.name"])
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(NAMES, inside, max_size=3),
    max_leaves=12,
)
PIECES = ["a", "b", '"odd.name"', ".", "[]", "{}", "[0]", "[-1]", "^", "?", "key()", ".a", ".b"]
PATHS = st.lists(st.sampled_from(PIECES), max_size=5).map("".join) | st.text(max_size=8)


@settings(max_examples=150, deadline=None)
@given(JSON, PATHS, PATHS)
def test_any_path_over_any_answer_finds_or_says_why_not(answer: Any, rows: str, path: str) -> None:
    said = "".join(_said(answer, rows, path))

    assert not said or "`" in said or said.startswith(("rows: ", "value: ", "the whole answer"))


def _said(answer: Any, rows: str, path: str) -> Iterator[str]:
    """The words of our own errors; any other would be one of the test."""
    try:
        where = parse("rows", rows)
        part = parse_one("value", path, where)
        for row in where.rows(answer):
            part.one(row)
    except (ValueError, Misfit) as error:
        yield str(error)
