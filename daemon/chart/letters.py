"""Text drawn as outlines: the same on every machine, those without any font included."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

EM = 512
"""Units to the em, in the file of outlines."""
_BOX = "m56-364h196v364h-196zm28 28v308h140v-308z"
"""Stands for what the file does not know."""


@dataclass(frozen=True, slots=True)
class Glyph:
    advance: int
    path: str
    """Relative to where the letter stands."""


@cache
def glyphs() -> dict[str, Glyph]:
    """Every letter there is an outline of."""
    text = files("daemon.chart").joinpath("letters.txt").read_text("utf-8")
    rows = (line.split(" ", 2) for line in text.splitlines() if not line.startswith("#"))
    return {chr(int(row[0], 16)): Glyph(int(row[1]), row[2] if row[2:] else "") for row in rows}


def wide(text: str, size: float) -> float:
    """How wide a text of this size is."""
    return sum(_glyph(letter).advance for letter in text) * size / EM


def outline(text: str) -> str:
    """A text as one path, in units of the em, from its own beginning to the right."""
    at, path = 0, []
    for letter in text:
        glyph = _glyph(letter)
        if glyph.path:
            path.append(f"M{at} 0{glyph.path}")
        at += glyph.advance
    return "".join(path)


def _glyph(letter: str) -> Glyph:
    return glyphs().get(letter) or Glyph(308, _BOX)
