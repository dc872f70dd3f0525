import pytest

from daemon.config.complaints import Malformed, Position
from daemon.config.document import MOST, UNKNOWN, Document, blocks, read_document
from tests.daemon.config.plugins import HELD, Held


def read(text: str) -> Document:
    return read_document(text, Held())


def test_every_value_knows_its_place() -> None:
    document = read("a:\n  b: [1, x]\n")

    assert document.data == {"a": {"b": [1, "x"]}}
    assert document.values["a", "b", 1] == Position(2, 10)
    assert document.keys["a", "b"] == Position(2, 3)
    assert document.block(("a",)) == Position(1, 1)
    assert document.block(()) == Position(1, 1)


def test_a_path_is_known_as_far_as_the_document_goes() -> None:
    document = read("a: {b: 1}")

    assert document.known(("a", "b", "c", 0)) == ("a", "b")
    assert document.known(("x",)) == ()
    assert document.at(("a", "b")) == 1
    assert document.at(("a", "b", "c")) is None


def test_an_alias_is_the_same_value_at_another_path() -> None:
    document = read("a: &x {k: v}\nb: *x\n")

    assert document.data == {"a": {"k": "v"}, "b": {"k": "v"}}
    assert document.values["b", "k"] == document.values["a", "k"]


def test_what_is_merged_gives_way_to_what_is_written() -> None:
    document = read("a: &a {k: 1, l: 1}\nb: &b {k: 2, l: 2, m: 2}\nc: {l: 3, <<: [*a, *b]}\n")

    assert document.at(("c",)) == {"k": 1, "l": 3, "m": 2}
    assert document.keys["c", "k"] == Position(1, 8)
    assert document.complaints == []


def test_a_quoted_merge_key_is_a_key_like_any_other() -> None:
    assert read("a: {'<<': 1}").data == {"a": {"<<": 1}}


def test_anchor_holders_are_not_read_at_the_top_and_nowhere_else() -> None:
    document = read("x-a: {k: '${env:MISSING}'}\nb: {x-c: 1}\n")

    assert document.data == {"b": {"x-c": 1}}
    assert document.complaints == []


def test_the_first_of_two_equal_keys_counts_and_the_second_is_complained_of() -> None:
    document = read("a: 1\na: 2\n")

    assert document.data == {"a": 1}
    (complaint,) = document.complaints
    assert complaint.position == Position(2, 1)


def test_references_are_resolved_in_values_and_not_in_keys() -> None:
    document = read("${env:A}: x${env:A}")

    assert document.data == {"${env:A}": f"x{HELD}"}


def test_what_cannot_be_resolved_stands_as_unknown() -> None:
    document = read("a: [1, '${env:MISSING}']")

    assert document.data == {"a": [1, UNKNOWN]}
    assert [each.path for each in document.complaints] == [("a", 1)]


OPTIONAL = """
x-all: &all {optional: true}
sources:
  a: {key: '${env:MISSING}', more: ['${env:A}', '${env:MISSING}'], optional: true}
  b: {<<: *all, key: '${env:MISSING}'}
  c: {key: '${env:A}', optional: true}
"""


def test_what_an_optional_source_lacks_is_no_complaint_and_is_known_of_it() -> None:
    document = read(OPTIONAL)

    missing = "environment variable 'MISSING' is not set"
    assert document.complaints == []
    assert document.lacking == {"a": missing, "b": missing}
    assert document.at(("sources", "a", "more")) == [HELD, "placeholder-for-env-MISSING"]
    assert document.at(("sources", "c", "key")) == HELD


@pytest.mark.parametrize(
    "text",
    [
        "sources: {a: {key: '${env:MISSING}', optional: false}}",
        "sources: {a: {key: '${env:MISSING}', optional: 'true'}}",
        "sources: {a: {key: '${env:MISSING}', within: {optional: true}}}",
        "destinations: {a: {key: '${env:MISSING}', optional: true}}",
        "sources: {key: '${env:MISSING}', optional: true}",
        "sources: {a: {key: '${vault:MISSING}', optional: true}}",
    ],
)
def test_whatever_else_lacks_something_is_complained_of(text: str) -> None:
    document = read(text)

    assert len(document.complaints) == 1
    assert document.lacking == {}


def test_as_many_nodes_as_allowed_are_read_and_not_one_more() -> None:
    items = MOST - 2
    assert read(f"a: &a b\nc: [{'*a,' * 10}]")
    assert read(f"[{'a,' * (items + 1)}]")

    with pytest.raises(Malformed, match="aliases stand for too much"):
        read(f"[{'a,' * (items + 2)}]")


def test_only_blocks_are_blocks() -> None:
    document = read("rules: {a: {k: 1}, b: 2}\nsources: [a]\n")

    assert list(blocks(document, "rules")) == [("a", {"k": 1})]
    assert list(blocks(document, "sources")) == []
    assert list(blocks(document, "destinations")) == []
