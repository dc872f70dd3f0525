import pytest

from daemon.config.complaints import Complaint, Position, one_of, refusal, shown, unlike
from daemon.config.references import Referred


def complaint(line: int, message: str = "no") -> Complaint:
    return Complaint(Position(line, 1), ("a",), message)


def test_a_complaint_is_one_line_with_its_place_and_path() -> None:
    found = Complaint(Position(3, 5), ("rules", "night", "tell", 0), "no such destination 'x'")

    assert found.line("c.yaml") == "c.yaml:3:5: rules.night.tell.0: no such destination 'x'"
    assert Complaint(Position(1, 1), (), "no").line("c.yaml") == "c.yaml:1:1: (top): no"


def test_a_key_with_a_newline_or_without_an_end_stays_on_the_line() -> None:
    found = Complaint(Position(1, 1), ("a\nb\x1b[31m", "k" * 100), "no")

    assert found.line("c.yaml") == f"c.yaml:1:1: a\\nb\\x1b[31m.{'k' * 62}…: no"


def test_all_are_told_at_once_in_order() -> None:
    error = refusal("c", [complaint(10), complaint(9), complaint(9, "first")])

    assert error.complaints == ("c:9:1: a: first", "c:9:1: a: no", "c:10:1: a: no")
    assert str(error) == "\n".join(error.complaints)


def test_what_is_said_twice_of_one_place_is_said_once() -> None:
    again = Complaint(Position(9, 1), ("b",), "no")

    assert refusal("c", [complaint(9), again]).complaints == ("c:9:1: a: no",)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("many", "'many'"),
        ("x" * 63, f"'{'x' * 63}'"),
        ("x" * 64, f"'{'x' * 62}…'"),
        (None, "nothing"),
        (True, "true"),
        (3, "3"),
        ([1], "a list"),
        ({}, "a block of keys"),
        (Referred("secret", "${env:KEY}"), "what ${env:KEY} holds"),
    ],
)
def test_what_was_found_is_shown_in_a_word(value: object, words: str) -> None:
    assert shown(value) == words


def test_the_word_that_was_meant_is_suggested() -> None:
    assert unlike("spkie", ["spike", "threshold"]) == "; did you mean 'spike'?"
    assert unlike("zebra", ["threshold", "spike"]) == "; expected 'spike' or 'threshold'"
    assert unlike("zebra", []) == ""
    assert unlike(Referred("spkie", "${env:KEY}"), ["spike"]) == "; expected 'spike'"


def test_a_long_list_of_what_was_expected_helps_nobody() -> None:
    assert unlike("zebra", "abcdef").endswith("'e' or 'f'")
    assert unlike("zebra", "abcdefg") == ""


def test_alternatives_are_joined_as_people_do() -> None:
    assert one_of("a") == "'a'"
    assert one_of("abc") == "'a', 'b' or 'c'"
