"""From text to YAML nodes, or to the one complaint that says where the text stops being YAML."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from daemon.config.complaints import Complaint, Malformed, Position

DEEPEST = 40
LARGEST = 1_000_000

_TAG = "tag:yaml.org,2002:"
NULL, BOOL, INT, FLOAT = f"{_TAG}null", f"{_TAG}bool", f"{_TAG}int", f"{_TAG}float"
STR, MAP, SEQ, MERGE = f"{_TAG}str", f"{_TAG}map", f"{_TAG}seq", f"{_TAG}merge"


class Loader(yaml.SafeLoader):
    """YAML 1.2's plain scalars: `no` and `on` are text, so are 09:30, 0600 and 2025-05-20."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  yaml's own way to say it
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self.depth += 1
        if self.depth > DEEPEST:
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "nested too deep", event.start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


for _tag, _pattern, _first in (
    (BOOL, r"true|false", "tf"),
    (NULL, r"~|null|", ["~", "n", ""]),
    (INT, r"[-+]?(?:0|[1-9][0-9]{0,17})", "-+0123456789"),
    (
        FLOAT,
        r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?",
        "-+.0123456789",
    ),
    (MERGE, r"<<", "<"),
):
    Loader.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})\\Z"), list(_first))

_MEANS: Mapping[str, Mapping[str, object]] = {
    NULL: {"": None, "~": None, "null": None},
    BOOL: {"true": True, "false": False},
}

_WORDS = (
    (r"found character '\\t'", "a tab cannot indent here; use spaces"),
    (r"found character", "text cannot begin with this character; put quotes around it"),
    (r"mapping values are not allowed", "no ': ' fits here; are quotes missing, or a ':' above?"),
    (r"could not find expected ':'", "expected ':' after this key"),
    (r"while scanning a quoted scalar", "this quote is never closed, or closed too early"),
    (r"but got '\{'", "text with brackets in it needs quotes here, such as '${env:NAME}'"),
    (r"while parsing a flow", "this bracket is never closed, or something in it lacks a ','"),
    (r"block scalar", "after '|' or '>' the line ends; text that begins so needs quotes"),
    (r"scanning an a(lias|nchor)", "text that begins with '*' or '&' needs quotes"),
    (r"sequence entries", "a '- ' begins a line; text that begins so needs quotes"),
    (r"mapping keys are not", "text that begins with '? ' needs quotes"),
    (r"node content|document start", "this does not belong here; look at brackets and indentation"),
    (r"undefined alias", "no such anchor stands above; text that begins with '*' needs quotes"),
    (r"duplicate anchor", "an anchor of this name stands above already"),
    (r"tag", "a tag has no place here; text that begins with '!' needs quotes"),
    (r"single document", "expected one document, found another; remove the '---'"),
    (r"expected <block end>", "this line does not fit those above; look at its indentation"),
    (r"while scanning a double-quoted", "no such escape; in double quotes a backslash is '\\\\'"),
    (r"nested too deep", f"nested deeper than {DEEPEST} levels"),
)  # fmt: skip
"""What PyYAML says, and what we say. Ours repeat nothing from the file: it may be a password."""


def decoded(raw: str | bytes) -> str:
    """The text of a file, or `Malformed` where it is too large or no text."""
    if len(raw) > LARGEST:
        raise Malformed(Complaint(Position(1, 1), (), f"the file is larger than {LARGEST} bytes"))
    text = "" if isinstance(raw, bytes) else raw
    if isinstance(raw, bytes):
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            position = _position(raw[: error.start].decode("utf-8", "replace"))
            message = "expected UTF-8 text; save the file as UTF-8"
            raise Malformed(Complaint(position, (), message)) from None
    text = text.removeprefix("\ufeff")
    if odd := yaml.reader.Reader.NON_PRINTABLE.search(text):
        message = f"the character U+{ord(odd[0]):04X} has no place in YAML"
        raise Malformed(Complaint(_position(text[: odd.start()]), (), message))
    return text


def compose(text: str) -> yaml.Node | None:
    """The node of the one document, or None where there is nothing but comments."""
    try:
        return Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        raise Malformed(_complaint(error)) from None


def plain(tag: str, text: str) -> object:
    """What a scalar that is not text stands for. KeyError or ValueError: it wears a wrong tag."""
    if tag == INT:
        return int(text)
    return float(text) if tag == FLOAT else _MEANS[tag][text]


def place(mark: yaml.Mark) -> Position:
    return Position(mark.line + 1, mark.column + 1)


def _position(before: str) -> Position:
    return Position(before.count("\n") + 1, len(before) - before.rfind("\n"))


def _complaint(error: yaml.MarkedYAMLError) -> Complaint:
    said = f"{error.context or ''} {error.problem or ''}"
    words = next((ours for theirs, ours in _WORDS if re.search(theirs, said)), "this is not YAML")
    # An unclosed quote or bracket is noticed at the end of the file, but made where it opens.
    opened = "is never closed" in words
    mark = (error.context_mark if opened else None) or error.problem_mark or error.context_mark
    return Complaint(place(mark) if mark else Position(1, 1), (), words)
