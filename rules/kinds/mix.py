"""Parts that move against each other while the total stands still."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import fsum

import numpy as np

from rules.days import Days, Found, Said, days_of, week_of
from rules.levels import Levels, levels, levels_of, means
from rules.moves import Move, Worth, best, chosen, limit, moves, outcomes
from rules.panel import Flags, Floats, Panel
from rules.past import Places
from rules.rate import MONTHLY, Rate
from rules.series import Measure
from rules.verdict import Outcome, Outcomes, Verdicts, Why
from rules.words import number, span
from rules.yardstick import Yardstick, reaches, yardsticks

STRETCHES = (3, 7)
"""Days whose shares are compared."""
HALF = 0.5
LOSES = 2 / 3
"""Who loses must be this near to what would be told of a gain, or it is chance."""
BOTH = 3.0
"""So many times as often one part may stray by chance, as another must do so at the same time."""
STILL = 1.3
"""Surprise at which a sum stands still no more: what happens by chance once in twenty times."""
TWO_DAYS = 0.75
"""A move between parts may be over after two days: one may bring this share of it."""
PASSING = 3.0
"""As of `Worth`: where another must stray as well, what is told is less surprising by itself."""
MOSTLY = 0.75
"""Who lost this share of a gain is named alone."""
GONE = 7
"""A series that was not told for so many days is gone, and no longer missing from the total."""


@dataclass(frozen=True, slots=True)
class Mix:
    """A series that took its share of the whole from others, told once.

    Days are judged, each when it is over. The share of each series in the sum of all series of
    the rule, over the last 3 and 7 days, is held against such shares in the five weeks before, by
    how far they strayed in the last 16. A breach is a share that rose beyond that, where others'
    use fell by at least half of what this one gained, and the sum moved by less: else it is the
    series' own rise, and the whole's. Of several that gained on a day, only the one that gained
    most is a breach.

    The alert ends when the share has returned, or two weeks after it moved: then it is usual.
    Unknown while fewer than five or six weeks are told, where fewer than two series are used at
    all, and on days on which any series is not told that was in the week before. A flat past
    never strays: there any share gained that exceeds `min_share` and `min_ratio` is a breach, and
    where all the past is zero too, if others lost what it gained. An empty past says nothing, a
    sparse one strays by chance, as counts do. Levels are not judged: balances have no shares.
    """

    false_alarms: Rate = MONTHLY
    """How often chance alone may raise an alarm, over all series of the rule together."""
    min_share: float = 0
    """A gain no larger than this share of the whole is never worth a word: 0.01 is one point."""
    min_ratio: float = 0.25
    """A gain no larger than this share of the series' own usual share is never worth a word."""

    def __post_init__(self) -> None:
        if not 0 <= self.min_share < 1:
            raise ValueError(f"min_share: expected 0 or more and less than 1, got {self.min_share}")
        if not 0 <= self.min_ratio < np.inf:
            raise ValueError(f"min_ratio: expected zero or more, got {self.min_ratio}")

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        """Judge these rows of the panel, for every series in it."""
        panel = panel.ordinary()
        week = week_of(panel.metric.width)
        days = days_of(panel, rows, reaches(STRETCHES, week))
        since = days.at(rows)
        parts = _parts(days, week, since)
        gained = Worth(
            up=True,
            ratio=self.min_ratio,
            change=self.min_share,
            one_day=TWO_DAYS,
            passing=PASSING,
        )
        gains = moves(parts.shares, parts.yardsticks, gained)
        rate = Rate(BOTH * self.false_alarms.times, self.false_alarms.per)
        found = _found(parts, gains, limit(gains, rate, days.width))
        if panel.metric.measure is Measure.LEVEL:
            found.outcome[:] = Outcome.UNKNOWN
            found.score[:] = 0
        said = Said(days, since, found)
        return said.verdicts(panel, rows, partial(_why, panel, said, parts))


@dataclass(frozen=True, slots=True)
class _Parts:
    """All by the length of their stretches, in that order."""

    shares: Sequence[Levels]
    yardsticks: Sequence[Yardstick]
    """Of the shares."""
    amounts: Sequence[Levels]
    wholes: Sequence[Levels]
    """Of a single column: the sum of all series."""
    still: Sequence[Flags]
    """Where the sum is no further from the usual than usual."""


def _parts(days: Days, week: int, since: int) -> _Parts:
    whole = _whole(days.totals)
    shares = _shares(days.totals, whole, week)
    wholes = levels(whole, week, (1, *STRETCHES))
    sticks = yardsticks(wholes, week, days.number, since)[1:]
    sums = [each.since(since) for each in wholes[1:]]
    either = moves(sums, sticks, Worth(up=True, down=True))
    return _Parts(
        [each.since(since) for each in shares[1:]],
        yardsticks(shares, week, days.number, since)[1:],
        [each.since(since) for each in levels(days.totals, week, STRETCHES)],
        sums,
        [move.surprise < STILL for move in either],
    )


def _shares(days: Floats, whole: Floats, week: int) -> list[Levels]:
    """Of each day, and of the stretches."""
    long = {stretch: means(days, stretch) / means(whole, stretch) for stretch in STRETCHES}
    return levels_of({1: days / whole} | long, days / whole, week)


def _whole(days: Floats) -> Floats:
    """Of all series, a column; NaN where one is not told that was in the week before."""
    told = ~np.isnan(days)
    lately = np.zeros(told.shape, dtype=np.bool_)
    for lag in range(1, GONE + 1):
        lately[lag:] |= told[:-lag]
    sums = _exact(days)
    return np.where((lately & ~told).any(axis=1, keepdims=True), np.nan, sums)


def _exact(rows: Floats) -> Floats:
    """The sum of each row's numbers, the same in whatever order they stand."""
    # Scaled, as fsum refuses to pass what a float can hold.
    scaled = np.nan_to_num(rows, posinf=0.0, neginf=0.0) * 2.0**-40
    return np.array([[fsum(row)] for row in scaled]).reshape(-1, 1) * 2.0**40


def _taken(parts: _Parts, at: Floats) -> list[Flags]:
    """Where others lost what a series gained, while the sum stood still."""
    losses = moves(parts.shares, parts.yardsticks, Worth(down=True))
    found = []
    for loss, amount, whole, still in zip(
        losses, parts.amounts, parts.wholes, parts.still, strict=True
    ):
        change = amount.now - amount.usual
        lost = -_exact(np.where((loss.near > LOSES * at) & (change < 0), change, 0.0))
        less = np.abs(whole.now - whole.usual) <= HALF * change
        found.append(np.asarray((change > 0) & (lost >= HALF * change) & (less | still)))
    return found


def _found(parts: _Parts, gains: Sequence[Move], at: Floats) -> Found:
    taken = zip(_taken(parts, at), gains, strict=True)
    told = [np.where(from_others, gain.telling, 0.0) for from_others, gain in taken]
    which, telling = np.stack(told).argmax(axis=0), best(told)
    surprise, near = best([gain.surprise for gain in gains]), best([gain.near for gain in gains])
    outcome = _foremost(outcomes(telling, near, surprise, at), parts, which)
    usual = [
        share.usual * whole.now for share, whole in zip(parts.shares, parts.wholes, strict=True)
    ]
    none = np.full(outcome.shape, np.nan)
    return Found(
        outcome=outcome,
        observed=chosen([amount.now for amount in parts.amounts], which),
        expected=chosen(usual, which),
        low=none,
        high=none,
        score=np.where(outcome == Outcome.UNKNOWN, 0.0, telling / (telling + at)),
        stretch=np.array(STRETCHES)[which],
    )


def _foremost(outcome: Outcomes, parts: _Parts, which: Places) -> Outcomes:
    """Of the breaches of a day only the largest gain; nothing where there are not two parts."""
    now = chosen([share.now for share in parts.shares], which)
    usual = chosen([share.usual for share in parts.shares], which)
    breach = outcome == Outcome.BREACH
    gained = np.where(breach, now - usual, -np.inf)
    most = gained.max(axis=1, keepdims=True, initial=-np.inf)
    outcome[breach & (gained < most)] = Outcome.BETWEEN
    used = (now > 0) | (usual > 0)
    outcome[np.count_nonzero(used, axis=1) < 2] = Outcome.UNKNOWN
    return outcome


def _why(panel: Panel, said: Said, parts: _Parts, row: int, column: int) -> Why:
    day = said.day(row)
    if np.isnan(panel.values[row, column]):
        return Why("not told")
    if panel.metric.measure is Measure.LEVEL:
        return Why("a level has no share of a whole")
    if day is None or said.found.outcome[day, column] == Outcome.UNKNOWN:
        return Why("too few parts, or too little of them told, to say which share is usual")
    stretch = int(said.found.stretch[day, column])
    share = parts.shares[STRETCHES.index(stretch)]
    now, usual = share.now[day, column], share.usual[day, column]
    over = span(stretch * said.days.width)
    unit = panel.metric.unit
    shares = f"{_percent(now)} of all {unit} over the last {over} where {_percent(usual)} is usual"
    if said.found.outcome[day, column] != Outcome.BREACH:
        return Why(shares)
    lost = share.usual[day] - share.now[day]
    loser = int(np.nanargmax(lost))
    points = number(float(100 * (now - usual)), 2)
    most = "" if lost[loser] >= MOSTLY * (now - usual) else ", among others"
    return Why(
        f"{_name(panel, column)} took {points} points of share from {_name(panel, loser)}{most}: "
        f"{shares}, while the total stands still"
    )


def _percent(share: float) -> str:
    """
    >>> _percent(0.618), _percent(0.00412)
    ('62 %', '0.41 %')
    """
    return f"{number(float(100 * share), 2)} %"


def _name(panel: Panel, column: int) -> str:
    return " ".join(value for _, value in panel.series[column].labels)
