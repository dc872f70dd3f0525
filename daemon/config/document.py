"""A YAML document as plain values, every one of which still knows its place in the file."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from daemon.config import syntax
from daemon.config.complaints import Complaint, Malformed, Path, Position, shown
from daemon.config.placeholders import StandIns
from daemon.config.references import References, Unresolved, expand

MOST = 20_000
"""Nodes, aliases expanded: a few lines of aliases to aliases can stand for billions."""


class Unknown:
    """Stands where a value was complained of already, so that nobody complains of it again."""


UNKNOWN = Unknown()

Pairs = dict[str, tuple[yaml.Node, yaml.Node]]


@dataclass(frozen=True, slots=True)
class Document:
    data: object
    values: dict[Path, Position] = field(default_factory=dict)
    keys: dict[Path, Position] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)
    lacking: dict[str, str] = field(default_factory=dict)
    """What is not there of the secrets of a source that is optional, by the source's name."""

    def known(self, path: Path) -> Path:
        """The path, as far as the document goes along it."""
        while path not in self.values:
            path = path[:-1]
        return path

    def block(self, path: Path) -> Position:
        """Where a block is introduced: its key, or the top of the document."""
        return self.keys.get(path) or self.values[path]

    def at(self, path: Path) -> object:
        """The value at a path, or None."""
        value = self.data
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        return value


def read_document(raw: str | bytes, references: References) -> Document:
    """Raises `Malformed` where the text stops being YAML, or stands for too much of it."""
    node = syntax.compose(syntax.decoded(raw))
    if node is None:
        message = "the file is empty; expected at least one source under 'sources:'"
        raise Malformed(Complaint(Position(1, 1), (), message))
    return _Reader(references).document(node)


class _Reader:
    def __init__(self, references: References) -> None:
        self._references = references
        self._values: dict[Path, Position] = {}
        self._keys: dict[Path, Position] = {}
        self._complaints: list[Complaint] = []
        self._spared: dict[Path, StandIns] = {}
        """For each block that may lack what it refers to."""
        self._left = MOST

    def document(self, node: yaml.Node) -> Document:
        data = self._value(node, ())
        lacking = {
            str(path[-1]): "; ".join(spared.missing)
            for path, spared in self._spared.items()
            if spared.missing
        }
        return Document(data, self._values, self._keys, self._complaints, lacking)

    def _value(self, node: yaml.Node, path: Path) -> object:
        self._spend(node, len(path))
        self._values[path] = syntax.place(node.start_mark)
        if isinstance(node, yaml.MappingNode) and node.tag == syntax.MAP:
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == syntax.SEQ:
            return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        return self._complain(node, path, "a tag has no place here; leave it out")

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, object]:
        made: dict[str, object] = {}
        pairs = self._pairs(node, path, 0)
        if _is_optional(path, pairs):
            self._spared[path] = StandIns(self._references)
        for name, (key, value) in pairs.items():
            if path == () and name.startswith("x-"):
                continue  # a place for anchors; what is in it counts where it is used
            self._keys[*path, name] = syntax.place(key.start_mark)
            made[name] = self._value(value, (*path, name))
        return made

    def _pairs(self, node: yaml.MappingNode, path: Path, depth: int) -> Pairs:
        """Its own pairs, then those merged in by `<<` that it does not have itself."""
        self._spend(node, depth)
        own, merged = self._own(node, path)
        for value in merged:
            for each in value.value if isinstance(value, yaml.SequenceNode) else (value,):
                if isinstance(each, yaml.MappingNode):
                    own = self._pairs(each, path, depth + 1) | own
                else:
                    self._complain(
                        each, path, "expected a block of keys to merge, or a list of them"
                    )
        return own

    def _own(self, node: yaml.MappingNode, path: Path) -> tuple[Pairs, list[yaml.Node]]:
        own: Pairs = {}
        merged: list[yaml.Node] = []
        for key, value in node.value:
            self._spend(key, 0)
            if key.tag == syntax.MERGE:
                merged.append(value)
            elif not isinstance(key, yaml.ScalarNode):
                self._complain(key, path, "a key is a plain word; text with brackets needs quotes")
            elif key.value in own:
                first = own[key.value][0].start_mark.line + 1
                message = f"duplicate key {shown(key.value)} (first on line {first})"
                self._complain(key, (*path, key.value), message)
            else:
                own[key.value] = (key, value)
        return own, merged

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> object:
        try:
            if node.tag == syntax.STR:
                references = self._spared.get(path[:2], self._references)
                return expand(node.value, references, _key(path))
            return syntax.plain(node.tag, node.value)
        except Unresolved as error:
            return self._complain(node, path, str(error))
        except (KeyError, ValueError):
            return self._complain(node, path, "a tag has no place here; leave it out")

    def _complain(self, node: yaml.Node, path: Path, message: str) -> Unknown:
        self._complaints.append(Complaint(syntax.place(node.start_mark), path, message))
        return UNKNOWN

    def _spend(self, node: yaml.Node, depth: int) -> None:
        self._left -= 1
        if self._left < 0 or depth > syntax.DEEPEST:
            message = "its aliases stand for too much; is one of them inside its own anchor?"
            raise Malformed(Complaint(syntax.place(node.start_mark), (), message))


def blocks(document: Document, section: str) -> Iterator[tuple[str, dict[str, object]]]:
    """The named blocks of a section, as far as they are blocks."""
    held = document.at((section,))
    for name, block in held.items() if isinstance(held, dict) else ():
        if isinstance(block, dict):
            yield name, block


def _is_optional(path: Path, pairs: Pairs) -> bool:
    """Whether a block is a source that the daemon can do without."""
    if path[:1] != ("sources",) or len(path) != 2 or "optional" not in pairs:
        return False
    _, value = pairs["optional"]
    return bool(value.tag == syntax.BOOL and value.value == "true")


def _key(path: Path) -> str:
    """The section and the key a value stands at, whatever its block and place in a list.

    >>> _key(("destinations", "mail", "to", 1))
    'destinations.to'
    """
    words = [part for part in path if isinstance(part, str)]
    return ".".join((*words[:1], *words[1:][-1:]))
