"""What is wrong with a configuration, and where."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

from daemon.config.references import Referred

Path = tuple[str | int, ...]
"""The keys from the top of the document down to a value."""


class Position(NamedTuple):
    """Both count from one, as editors do."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Complaint:
    position: Position
    path: Path
    message: str

    def line(self, name: str) -> str:
        where = ".".join(_short(str(part)) for part in self.path) or "(top)"
        told = f"{name}:{self.position.line}:{self.position.column}: {where}: {self.message}"
        return "".join(each if each.isprintable() else repr(each)[1:-1] for each in told)


class Malformed(Exception):
    """The document cannot be read any further than this complaint."""

    def __init__(self, complaint: Complaint) -> None:
        super().__init__(complaint.message)
        self.complaint = complaint


class ConfigError(Exception):
    """The configuration cannot be used. Every complaint is a line, in the order of the file."""

    def __init__(self, complaints: tuple[str, ...]) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = complaints


def refusal(name: str, complaints: Iterable[Complaint]) -> ConfigError:
    """All of them at once; what is said twice of one place (through an alias) is said once."""
    first: dict[tuple[Position, str], Complaint] = {}
    for complaint in complaints:
        first.setdefault((complaint.position, complaint.message), complaint)
    ordered = sorted(first.values(), key=lambda each: (each.position, each.message))
    return ConfigError(tuple(complaint.line(name) for complaint in ordered))


def shown(value: object) -> str:
    """What was found, in a word: never what came by reference."""
    if isinstance(value, Referred):
        return f"what {value.by} holds"
    if isinstance(value, str):
        return f"'{_short(value)}'"
    if isinstance(value, bool):
        return str(value).lower()
    words: dict[type, str] = {type(None): "nothing", dict: "a block of keys", list: "a list"}
    return words.get(type(value)) or str(value)


def unlike(value: object, known: Iterable[str]) -> str:
    """The end of a complaint about a word that is not known: the one that may have been meant."""
    names = sorted(known)
    near = get_close_matches(value, names, 1) if type(value) is str else []
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; expected {one_of(names)}" if 0 < len(names) <= 6 else ""


def _short(text: str) -> str:
    return text if len(text) <= 63 else f"{text[:62]}…"


def one_of(names: Iterable[str]) -> str:
    *most, last = (f"'{name}'" for name in names)
    return f"{', '.join(most)} or {last}" if most else last
