"""Who moved it, in words: label by label, the one that says most first."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from daemon.letter import Letter
from daemon.message import Fact
from daemon.wording.form import unit_of
from daemon.wording.names import called, named
from rules.verdict import Part
from rules.words import amount, number

LABELS = 3
"""By so many labels it is told: a voice, a language and a model leave little to ask."""


def who_moved_it(letter: Letter) -> Iterator[Fact]:
    """A line for each label. Two labels that tell the same parts apart are one line."""
    parts = letter.event.verdict.why.parts
    by = [tuple(some) for _, some in groupby(parts, key=lambda part: part.label)]
    by.sort(key=lambda some: -max(abs(part.change) for part in some))
    different = {tuple(part.change for part in some): some for some in reversed(by)}
    for some in list(reversed(different.values()))[:LABELS]:
        yield Fact(f"By {called(some[0].label)}", ", ".join(_said(letter, some)))


def _said(letter: Letter, parts: Sequence[Part]) -> Iterator[str]:
    """The first with the unit, and with the whole that all of them add up to."""
    whole = sum(part.change for part in parts)
    moved = [part for part in parts if part.change] or parts[:1]
    for place, part in enumerate(moved):
        name = named(letter, part.value)
        if place:
            yield f"{name} {_signed(part.change)}"
            continue
        unit = unit_of(letter, letter.event.verdict)
        yield f"{name} {_signed(part.change, unit)}{_of(part.change, whole)}"


def _of(change: float, whole: float) -> str:
    """How much of the whole that is, where it is a share of it."""
    share = change / whole if whole else 0.0
    if not 0.005 <= share < 1:
        return ""
    return f" of {_signed(whole)} ({100 * share:.0f} %)"


def _signed(change: float, unit: str = "") -> str:
    """
    >>> _signed(320.04, "minutes"), _signed(-21), _signed(1, "minutes"), _signed(-0.0)
    ('+320 minutes', '-21', '+1 minute', '+0')
    """
    said = amount(change, unit) if unit else number(change)
    return said if said.startswith("-") else f"+{said}"
