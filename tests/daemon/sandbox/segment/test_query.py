"""What Segment may be asked: paging in any of three writings, and the words of a refusal."""

import base64

import pytest
from multidict import MultiDict

from daemon.sandbox.segment.query import Cursor, InvalidError, Question, asked
from tests.daemon.sources.segment.workspace import may

PERIOD = ("period", "2025-05-01")


def question(*query: tuple[str, str], period_day: int = 1) -> Question:
    return asked(MultiDict([PERIOD, *query]), period_day)


def refusal(*query: tuple[str, str], period_day: int = 1) -> tuple[str, str]:
    with pytest.raises(InvalidError) as caught:
        asked(MultiDict(query), period_day)
    return caught.value.field, caught.value.said


@pytest.mark.parametrize(
    "paging",
    [
        [("pagination.count", "3"), ("pagination.cursor", "Mw==")],
        [("pagination[count]", "3"), ("pagination[cursor]", "Mw==")],
        [("pagination", '{"count": 3, "cursor": "Mw=="}')],
    ],
)
def test_paging_may_be_written_in_three_ways(paging: list[tuple[str, str]]) -> None:
    assert question(*paging) == Question(may(1), 3, Cursor(3))


def test_nothing_asked_is_two_hundred_rows_from_the_first() -> None:
    assert question() == Question(may(1), 200, Cursor(0))


@pytest.mark.parametrize("text", ["2025-05-01", "2025-05-01T00:00:00.000Z"])
def test_a_period_is_a_date_with_a_time_or_without(text: str) -> None:
    assert asked(MultiDict(period=text), 1).period == may(1)


def test_a_period_may_begin_on_another_day() -> None:
    assert asked(MultiDict(period="2025-05-15"), 15).period == may(15)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", '"period" is required'),
        ("May 2025", '"period" must be an ISO 8601 date'),
        ("2025-05-02", '"period" must be the start of a usage month'),
    ],
)
def test_a_period_that_is_none_is_named(text: str, said: str) -> None:
    assert refusal(("period", text)) == ("period", said)


@pytest.mark.parametrize("count", ["1", "1000"])
def test_counts_to_a_thousand_are_taken(count: str) -> None:
    assert question(("pagination.count", count)).count == int(count)


@pytest.mark.parametrize("count", ["0", "1001", "-1", "1e2", "", "many"])
def test_other_counts_are_not(count: str) -> None:
    assert refusal(PERIOD, ("pagination.count", count))[0] == "pagination.count"


@pytest.mark.parametrize("text", ["3", "[1]", "{", '"x"', "null"])
def test_paging_that_is_no_object_is_not(text: str) -> None:
    assert refusal(PERIOD, ("pagination", text))[0] == "pagination"


@pytest.mark.parametrize("cursor", ["M", "x=", "Mw", "YQ==", base64.b64encode(b"\xff").decode()])
def test_a_cursor_of_somebody_elses_is_not(cursor: str) -> None:
    assert refusal(PERIOD, ("pagination.cursor", cursor))[0] == "pagination.cursor"


@pytest.mark.parametrize("cursor", [Cursor(0), Cursor(200), Cursor(7, empty=True), Cursor(12345)])
def test_a_cursor_comes_back_as_it_went(cursor: Cursor) -> None:
    assert question(("pagination.cursor", cursor.text())).cursor == cursor
    assert cursor.text().endswith("=")
