"""Field paths: how a configuration names a place in a vendor's answer.

data.usages[]      the field `usages` of the field `data`, then each of its elements
days{}             each value of an object, whatever its name
key()              the name such a value stands under
[0]  [-1]          the first element of a list, and the last
"odd.name"         a name that holds a dot, a bracket or a space
.                  the row itself; as `rows`, the whole answer
^.starting_at      a field of what is around the row, one level up for each ^
style?             a question mark at the end: may be missing or null
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar

_LONGEST = 200
_INDEX = r"\[(?P<index>-?[0-9]{1,6})\]"
_QUOTED = r'"(?P<quoted>(?:[^"\\]|\\["\\])+)"'
_NAME = r'(?P<name>[^\s.\[\]{}()"\\?^]+)'
_STEP = re.compile(
    rf"(?P<each>\[\])|(?P<values>\{{\}})|(?:{_INDEX}|\.?(?:{_QUOTED}|{_NAME}))(?P<optional>\?)?"
)


class Misfit(Exception):
    """The answer is not what a path expects; the message says where, and what was found."""


class Each(Enum):
    """Steps that go on from one place to many."""

    ELEMENT = "[]"
    VALUE = "{}"


@dataclass(frozen=True, slots=True)
class Field:
    """A step to one place: by its name in an object, or by its position in a list."""

    at: str | int
    optional: bool = False


Step = Field | Each


@dataclass(frozen=True, slots=True)
class Place:
    """A value of the answer, and how it was come by."""

    value: object
    path: str = ""
    """As it stands in messages: `data[].results[].minutes`."""
    key: str | None = None
    """The name it stands under, where it was found by `{}`."""
    around: "Place | None" = None
    """The element, or the whole answer, that it is part of."""

    def misfit(self, expected: str) -> Misfit:
        return Misfit(f"{self._called()} is {found(self.value)}, expected {expected}")

    def _called(self) -> str:
        return f"`{self.path}`" if self.path else "the whole answer"


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A path that was understood."""

    steps: tuple[Step, ...] = ()
    up: int = 0
    is_key: bool = False

    WHOLE: ClassVar[str] = "."

    @property
    def many(self) -> bool:
        return any(isinstance(step, Each) for step in self.steps)

    @property
    def depth(self) -> int:
        """How far up a path may go from a place that this one finds."""
        inside = bool(self.steps) and not isinstance(self.steps[-1], Each)
        return sum(isinstance(step, Each) for step in self.steps) + inside

    @property
    def outer(self) -> "FieldPath":
        """The same, no further than its first list."""
        ends = [at for at, step in enumerate(self.steps) if isinstance(step, Each)]
        return replace(self, steps=self.steps[: ends[0] + 1]) if ends else self

    def rows(self, answer: object) -> Iterator[Place]:
        """Every place it leads to, in the order of the answer. Raises `Misfit`."""
        whole = Place(answer)
        yield from self._unfold(whole, whole, 0)

    def one(self, start: Place) -> Place | None:
        """The one place it leads to; None where it may lead nowhere, and does."""
        place = start
        for _ in range(self.up):
            if place.around is None:
                raise Misfit(f"there is nothing around {place.path or 'the whole answer'}")
            place = place.around
        if self.is_key:
            if place.key is None:
                raise Misfit(f"`{place.path}` stands under no name")
            return Place(place.key, f"{place.path}.key()")
        for step in self.steps:
            further = _follow(place, step)
            if further is None:
                return None
            place = further
        return place

    def _unfold(self, place: Place, owner: Place, done: int) -> Iterator[Place]:
        for at, step in enumerate(self.steps[done:], done):
            if isinstance(step, Each):
                for element in _elements(place, owner, step):
                    yield from self._unfold(element, element, at + 1)
                return
            further = _follow(place, step)
            if further is None:
                return
            place = further
        yield place if place is owner else replace(place, around=owner)


def _elements(place: Place, owner: Place, step: Each) -> Iterator[Place]:
    value, path = place.value, place.path + step.value
    if step is Each.ELEMENT:
        if not isinstance(value, list):
            raise place.misfit("a list")
        yield from (Place(each, path, around=owner) for each in value)
    else:
        if not isinstance(value, dict):
            raise place.misfit("an object")
        yield from (Place(each, path, str(key), owner) for key, each in value.items())


def _follow(place: Place, step: Step) -> Place | None:
    """One step on; None where it leads nowhere and may."""
    if not isinstance(step, Field):
        raise place.misfit("one value, not many")
    further = _named(place, step.at) if isinstance(step.at, str) else _numbered(place, step.at)
    if step.optional and (further is None or further.value is None):
        return None
    if further is None:
        raise Misfit(f"`{_joined(place.path, step.at)}` is gone")
    return further


def _joined(path: str, at: str | int) -> str:
    if isinstance(at, int):
        return f"{path}[{at}]"
    return f"{path}.{at}" if path else at


def _named(place: Place, name: str) -> Place | None:
    if not isinstance(place.value, dict):
        raise place.misfit(f"an object with {json.dumps(name, ensure_ascii=False)}")
    path = _joined(place.path, name)
    return Place(place.value[name], path) if name in place.value else None


def _numbered(place: Place, index: int) -> Place | None:
    if not isinstance(place.value, list):
        raise place.misfit("a list")
    there = -len(place.value) <= index < len(place.value)
    return Place(place.value[index], _joined(place.path, index)) if there else None


def parse(key: str, text: str) -> FieldPath:
    """The path a text stands for; ValueError, as a complaint of this key, where it is none."""
    rest = text.lstrip("^")
    up = len(text) - len(rest)
    if not text or len(text) > _LONGEST:
        raise _no_path(key, text)
    if up and rest.startswith("."):
        rest = rest[1:] or "."  # "^." alone is no path: the dot promises a name
    elif up and rest and rest[0] not in "[{":
        raise _no_path(key, text)
    if rest == "key()":
        return FieldPath(up=up, is_key=True)
    whole = rest == FieldPath.WHOLE and not up
    return FieldPath(() if whole else _steps(key, text, rest), up)


def parse_one(key: str, text: str, rows: FieldPath) -> FieldPath:
    """A path to one value of a row, or of what is around it."""
    path = parse(key, text)
    if path.many:
        raise ValueError(f"{key}: expected a path to one value, got {text!r}, which leads to many")
    if path.up > rows.depth:
        raise ValueError(f"{key}: {text!r} leads out of the answer; `rows` is {rows.depth} deep")
    return path


def found(value: object) -> str:
    """What was found, in a few words."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return f"text ({json.dumps(value[:40], ensure_ascii=False)})"
    kinds = ((bool, "true or false"), (int | float, "a number"), (list, "a list"))
    return next((words for kind, words in kinds if isinstance(value, kind)), "an object")


def _steps(key: str, text: str, rest: str) -> tuple[Step, ...]:
    steps: list[Step] = []
    at = 0
    while at < len(rest):
        match = _STEP.match(rest, at)
        # A name is parted from what is before it by a dot, and the first name has none.
        if match is None or (match[0].startswith(".") if at == 0 else _glued(match)):
            raise _no_path(key, text)
        steps.append(_step(match))
        at = match.end()
    return tuple(steps)


def _glued(match: re.Match[str]) -> bool:
    return match[0][0] not in ".[{"


def _step(match: re.Match[str]) -> Step:
    if match["each"]:
        return Each.ELEMENT
    if match["values"]:
        return Each.VALUE
    if match["index"]:
        return Field(int(match["index"]), bool(match["optional"]))
    name = match["name"] or re.sub(r"\\(.)", r"\1", match["quoted"])
    return Field(name, bool(match["optional"]))


def _no_path(key: str, text: str) -> ValueError:
    return ValueError(f"{key}: expected a field path such as data.usages[], got {text!r}")
