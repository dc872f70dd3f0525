import pytest
import yaml

from daemon.config.complaints import Malformed
from daemon.config.syntax import LARGEST, Loader, compose, decoded, plain


def complaint(raw: str | bytes) -> str:
    with pytest.raises(Malformed) as caught:
        compose(decoded(raw))
    return caught.value.complaint.line("c.yaml")


@pytest.mark.parametrize(
    "text",
    [
        *("yes", "no", "on", "off", "True", "Null", "=", "-"),
        *("09:30", "+09:00", "2025-05-20", "127.0.0.1"),
        *("0600", "0x1F", "1_000", "1e", ".inf", ".nan", "1" * 19),
    ],
)
def test_text_that_yaml_1_1_would_bend_stays_text(text: str) -> None:
    node = compose(f"a: {text}" if text != "-" else "a: '-'")

    assert isinstance(node, yaml.MappingNode)
    assert node.value[0][1].tag == "tag:yaml.org,2002:str"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("1" * 18, int("1" * 18)),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
    ],
)
def test_plain_scalars_are_what_they_look_like(text: str, value: object) -> None:
    node = compose(f"a: {text}")

    assert isinstance(node, yaml.MappingNode)
    found = plain(node.value[0][1].tag, text)
    assert (found, type(found)) == (value, type(value))


def test_the_safe_loader_of_others_is_left_alone() -> None:
    assert yaml.safe_load("yes") is True
    assert "y" not in Loader.yaml_implicit_resolvers


def test_a_byte_order_mark_is_skipped() -> None:
    assert decoded(b"\xef\xbb\xbfa: b") == "a: b"


def test_bytes_that_are_no_text_are_told_by_their_place() -> None:
    expected = "c.yaml:2:5: (top): expected UTF-8 text; save the file as UTF-8"

    assert complaint("a: b\nk: ä".encode("latin-1")) == expected.replace("2:5", "2:4")
    assert complaint("é: b\nké: ".encode() + b"\xe4") == expected


def test_utf_16_is_no_utf_8() -> None:
    assert complaint("a: b".encode("utf-16")).startswith("c.yaml:1:1: (top): expected UTF-8")


@pytest.mark.parametrize(("raw", "name"), [(b"a: \x00", "U+0000"), ("a: \ud800", "U+D800")])
def test_a_character_that_yaml_forbids_is_named(raw: str | bytes, name: str) -> None:
    assert complaint(raw) == f"c.yaml:1:4: (top): the character {name} has no place in YAML"


def test_a_file_as_large_as_allowed_is_read_and_a_larger_one_is_not() -> None:
    assert decoded(b"#" * LARGEST)

    assert (
        complaint(b"#" * (LARGEST + 1))
        == "c.yaml:1:1: (top): the file is larger than 1000000 bytes"
    )


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_nesting_has_an_end(opening: str) -> None:
    assert "nested deeper than 40 levels" in complaint(opening * 5000)
    closing = {"[": "]", "{a: ": "}", "- ": ""}[opening]
    assert compose(opening * 39 + "a" + closing * 39) is not None
    assert "nested deeper" in complaint(opening * 40 + "a" + closing * 40)


def test_nothing_but_comments_is_no_node() -> None:
    assert compose("# nothing\n") is None
    assert compose("") is None


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: b\n  c: d", "2:4", "no ': ' fits here"),
        ("a: @b", "1:4", "cannot begin with this character"),
        ("a: %b", "1:4", "cannot begin with this character"),
        ("a: 'b\n\nc: d\n", "1:4", "quote is never closed"),
        ("a: [b\n\nc: d\n", "1:4", "bracket is never closed"),
        ("a: {b: ${c}}\n", "1:9", "needs quotes here"),
        ("a: &b 1\nc: &b 2", "2:4", "an anchor of this name"),
        ("a\nb: c", "2:2", "no ': ' fits here"),
        ('a: "\\w"', "1:6", "no such escape"),
        ("a: !b!c d", "1:4", "a tag has no place here"),
        ("? a\nb", "2:2", "expected ':'"),
        ("a: |b\n", "1:5", "the line ends"),
        ("a: *:", "1:5", "'*' or '&' needs quotes"),
        ("a: - b", "1:4", "a '- ' begins a line"),
        ("a: ? b", "1:4", "'? ' needs quotes"),
        ("a: ]", "1:4", "this does not belong here"),
        ("%YAML 3.0\n---\n", "1:1", "this is not YAML"),
    ],
)
def test_what_yaml_says_is_said_in_plain_words(text: str, place: str, words: str) -> None:
    line = complaint(text)

    assert line.startswith(f"c.yaml:{place}: (top): ")
    assert words in line
