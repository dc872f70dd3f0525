"""From what pydantic found to complaints in our words, each at its place in the document."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pydantic import ValidationError

from daemon.config.complaints import Complaint, Path, one_of, shown, unlike
from daemon.config.document import Document, Unknown
from daemon.config.models import SECTIONS, Grammar, when
from daemon.config.references import FORMS, Referred

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a block of keys",
    "model_type": "a block of keys",
    "model_attributes_type": "a block of keys",
}
_NAME = (
    "a name of at most 63 characters out of a-z, 0-9, '_', '.' and '-', the first a letter or digit"
)


class Found(NamedTuple):
    """One of pydantic's errors, with the name of the union's branch taken out of its path."""

    type: str
    path: Path
    input: object
    context: dict[str, Any]


def complaints_of(
    error: ValidationError, document: Document, grammar: Grammar
) -> Iterator[Complaint]:
    """One for each error but those of values that were complained of already."""
    for each in error.errors(include_url=False):
        path = each["loc"]
        if len(path) > 2 and path[0] in {*SECTIONS, "planned"} and path[2] != "[key]":
            path = (*path[:2], *path[3:])
        found = Found(each["type"], _as_written(path, document), each["input"], each.get("ctx", {}))
        if not isinstance(found.input, Unknown):
            yield from _Bridge(document, grammar).complaints(found)


def _as_written(path: Path, document: Document) -> Path:
    """Without the place in a list where one block was written and no list."""
    if path[:1] not in {("route",), ("inhibit",)}:
        return path
    made: Path = ()
    for part in path:
        if not isinstance(part, int) or not isinstance(_value(document, made), dict):
            made = (*made, part)
    return made


def _value(document: Document, path: Path) -> object:
    value = document.data
    for part in path:
        try:
            value = value[part]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return None
    return value


class _Bridge:
    def __init__(self, document: Document, grammar: Grammar) -> None:
        self._document = document
        self._grammar = grammar

    def complaints(self, found: Found) -> Iterator[Complaint]:
        match found.type:
            case "extra_forbidden":
                yield self._unknown_key(found)
            case "missing":
                yield self._of_block(found.path[:-1], f"missing key '{found.path[-1]}'")
            case "union_tag_invalid" | "union_tag_not_found":
                yield from self._wrong_word(found)
            case "refused":
                yield self._refused(found)
            case "secret":
                message = f"a secret is never written here; write {FORMS} in its place"
                yield self._of_value(found.path, message)
            case "too_short":
                section = str(found.path[-1])
                yield self._of_value(found.path, f"expected at least one {section[:-1]}")
            case _ if found.path[-1:] == ("[key]",):
                yield self._of_block(found.path[:-1], f"expected {_NAME}")
            case _:
                yield self._of_value(found.path, _mismatch(found))

    def _unknown_key(self, found: Found) -> Complaint:
        near = unlike(found.path[-1], self._keys_at(found.path[:-1]))
        return self._of_block(found.path, f"unknown key {shown(found.path[-1])}{near}")

    def _keys_at(self, path: Path) -> Iterable[str]:
        fields = self._grammar.root.model_fields
        if len(path) == 2 and path[0] in SECTIONS:
            word = self._document.at((*path, SECTIONS[str(path[0])]))
            fields = self._grammar.blocks[str(path[0])][str(word)].model_fields
        elif path[:1] == ("planned",):
            fields = self._grammar.planned[when(self._document.at(path)) or ""].model_fields
        elif path:
            fields = self._grammar.settings[_block_name(path)].model_fields
        return [field.alias or name for name, field in fields.items()]

    def _wrong_word(self, found: Found) -> Iterator[Complaint]:
        section = str(found.path[0])
        if section not in SECTIONS:
            yield self._without_when(found)
            return
        key = SECTIONS[section]
        path = (*found.path, key)
        value = self._document.at(path)
        if path not in self._document.values:
            yield self._of_block(found.path, f"missing key '{key}'")
        elif isinstance(value, str):
            near = unlike(value, self._grammar.blocks[section])
            yield self._of_value(path, f"no such {key} {shown(value)}{near}")
        elif not isinstance(value, Unknown):
            yield self._of_value(path, f"expected text, got {shown(value)}")

    def _without_when(self, found: Found) -> Complaint:
        if not isinstance(found.input, dict):
            return self._of_value(found.path, f"expected a block of keys, got {shown(found.input)}")
        words = one_of(sorted(self._grammar.planned))
        near = (unlike(key, self._grammar.planned) for key in found.input)
        hint = next((each for each in near if "mean" in each), "")
        return self._of_block(found.path, f"missing key {words}, which says when{hint}")

    def _refused(self, found: Found) -> Complaint:
        message = _unseen(found.context["why"], found.input)
        at = (*found.path, found.context["at"])
        if at in self._document.values:
            return self._of_value(at, message)
        block = isinstance(found.input, dict)
        return (self._of_block if block else self._of_value)(found.path, message)

    def _of_block(self, path: Path, message: str) -> Complaint:
        known = self._document.known(path)
        return Complaint(self._document.block(known), known, message)

    def _of_value(self, path: Path, message: str) -> Complaint:
        known = self._document.known(path)
        return Complaint(self._document.values[known], known, message)


def _block_name(path: Path) -> str:
    """
    >>> _block_name(("store",)), _block_name(("route", "routes", 1, "quiet", 0))
    ('store', 'route.quiet')
    """
    section, *inner = (part for part in path if isinstance(part, str))
    return f"route.{inner[-1]}" if inner and inner[-1] in {"quiet", "escalate"} else str(section)


def _mismatch(found: Found) -> str:
    got = shown(found.input)
    if found.type in {"literal_error", "enum"}:
        known = re.findall("'([^']*)'", found.context["expected"])
        near = unlike(found.input, known)
        return f"expected {found.context['expected']}, got {got}{near if 'mean' in near else ''}"
    if found.type == "string_type" and isinstance(found.input, int | float):
        return f"expected text, got {got}; put quotes around it"
    what = found.context.get("what") or _EXPECTED.get(found.type, f"another value ({found.type})")
    return f"expected {what}, got {got}"


def _unseen(message: str, block: object) -> str:
    """A plugin's own words, without what came to it by reference."""
    for value in block.values() if isinstance(block, dict) else (block,):
        for item in value if isinstance(value, list) else (value,):
            if isinstance(item, Referred):
                message = message.replace(repr(str(item))[1:-1], "***").replace(item, "***")
    return message
