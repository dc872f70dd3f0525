"""Lasting changes of a level: how surprising they are, and which of them are worth a word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from rules.levels import A_SPIKE, Levels
from rules.panel import Flags, Floats
from rules.past import Places
from rules.rate import Rate
from rules.tail import shared, surprise
from rules.verdict import Outcome, Outcomes
from rules.yardstick import Yardstick

HALFWAY = 0.5
"""Once a level has come this far of the way, it is the new one."""
CALMER = 1 / 3
"""Above this share of the limit a change is no longer a breach, but not yet calm."""
ALIKE = 3.0
"""So many days in a row are taken for one and the same chance, as their stretches overlap, and
those of 3, 7 and 14 days each other."""
PASSING = 4.0
"""One series in twenty has a peak each month, and nobody can know before it came once or twice. So
in a crowd, or where an alarm is to be rare, a change must last a day longer to be told."""
CERTAIN = 1e9
"""Stands for a surprise without end, where nothing ever strayed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """Which changes are minded at all."""

    up: bool = False
    down: bool = False
    ratio: float = 0
    """More than this share of the usual."""
    change: float = 0
    """More than this."""
    one_day: float = A_SPIKE
    """Of which one day alone brings no more than this share."""
    passing: float = PASSING
    """A change that may be a peak of a few days is no more surprising than this."""

    def least(self, usual: Floats) -> Floats:
        return np.maximum(self.ratio * np.abs(usual), self.change)


@dataclass(frozen=True, slots=True)
class Move:
    """How far the levels of one stretch moved; arrays by day and series."""

    levels: Levels
    yardstick: Yardstick
    surprise: Floats
    """Zero for the direction not minded; NaN where unknown."""
    telling: Floats
    """The surprise of what is worth a word: large, lasting, new, and nothing that passed before."""
    near: Floats
    """The surprise of what is new and half as large."""
    chances: tuple[Floats, ...]
    """How likely chance alone brings a change worth a word, for each direction minded."""


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def moves(of: Sequence[Levels], sticks: Sequence[Yardstick], worth: Worth) -> list[Move]:
    return [_move(level, stick, worth) for level, stick in zip(of, sticks, strict=True)]


def limit(of: Sequence[Move], rate: Rate, day: timedelta) -> Floats:
    """For each day, the surprise that counts, all series and stretches together."""
    chances = np.concatenate([chance for move in of for chance in move.chances], axis=1)
    return shared(chances, ALIKE * rate.within(day))[:, None]


def outcomes(telling: Floats, near: Floats, surprise: Floats, limit: Floats) -> Outcomes:
    """Of the best of all stretches."""
    outcome = np.full(telling.shape, np.int8(Outcome.NORMAL))
    outcome[near > CALMER * limit] = Outcome.BETWEEN
    outcome[telling > limit] = Outcome.BREACH
    outcome[np.isnan(surprise)] = Outcome.UNKNOWN
    return outcome


def best(of: Sequence[Floats]) -> Floats:
    """The largest of what is known in each place; NaN where nothing is."""
    return np.asarray(np.fmax.reduce(np.stack(of), axis=0))


def foremost(of: Sequence[Move]) -> Places:
    """Which of these moves has most to say in each place."""
    telling = np.stack([move.telling for move in of])
    surprise = np.stack([np.nan_to_num(move.surprise, nan=-1.0) for move in of])
    some = telling.max(axis=0, initial=0.0) > 0
    return np.asarray(np.where(some, telling.argmax(axis=0), surprise.argmax(axis=0)))


def chosen(of: Sequence[Floats], which: Places) -> Floats:
    """In each place the value of the one that was chosen there."""
    return np.asarray(np.take_along_axis(np.stack(of), which[None], axis=0)[0])


def _move(levels: Levels, stick: Yardstick, worth: Worth) -> Move:
    change = levels.now - levels.usual
    ratio = stick.change(levels.now, levels.usual)
    signed = stick.surprise(ratio)
    signed[np.isnan(levels.then)] = np.nan
    rises = change > 0
    minded = (rises & worth.up & (signed > 0)) | (~rises & worth.down & (signed < 0))
    known = np.where(minded, np.minimum(np.abs(signed), CERTAIN), 0.0)
    least = worth.least(levels.usual)
    new = _new(levels, change) & minded
    unseen = np.where(rises, ratio > stick.rose, ratio < stick.fell)
    told = new & unseen & levels.lasting(worth.one_day) & (np.abs(change) > least)
    most = np.where(levels.may_pass(), worth.passing, CERTAIN)
    return Move(
        levels,
        stick,
        np.where(np.isnan(signed), np.nan, known),
        np.where(told, np.minimum(known, most), 0.0),
        np.where(new & (np.abs(change) > least / 2), known, 0.0),
        _chances(levels.usual, least, stick, worth),
    )


def _new(levels: Levels, change: Floats) -> Flags:
    """Where the level two weeks before was not yet halfway to the present one."""
    way = (levels.then - levels.usual) * np.sign(change)
    return np.asarray(way < HALFWAY * np.abs(change))


def _chances(usual: Floats, least: Floats, stick: Yardstick, worth: Worth) -> tuple[Floats, ...]:
    signs = [sign for sign, minded in ((1, worth.up), (-1, worth.down)) if minded]
    return tuple(_chance(np.maximum(usual + sign * least, 0), usual, sign, stick) for sign in signs)


def _chance(level: Floats, usual: Floats, sign: int, stick: Yardstick) -> Floats:
    """How likely chance alone moves as far, or farther that way; none where nothing strays."""
    off = sign * (stick.change(level, usual) - stick.middle)
    return np.asarray(10.0 ** -surprise(np.maximum(off, 0) / stick.spread, stick.freedom))
