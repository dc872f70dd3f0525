"""Verdicts on what strays further from its own past than noise alone does, as often as is allowed.

A bucket is in breach when a window that ends with it scores beyond the limit that the rate of false
alarms sets, and beyond what its own series did on more than one occasion before; unless the bucket
itself, or the short windows that end with it, are in order again: what was odd this morning is not
told as odd all day.
"""

from dataclasses import dataclass, fields
from datetime import timedelta
from itertools import accumulate
from math import isfinite, isnan

import numpy as np

from rules.ordinary.best import Best
from rules.ordinary.strays import Look
from rules.ordinary.watch import Eye, Strip, Sums, Watched, watched
from rules.panel import Flags, Floats, Panel
from rules.past import Places
from rules.rate import YEAR, Rate
from rules.series import Measure
from rules.verdict import Outcome, Outcomes, Verdicts, Why
from rules.words import amount, apart, count, span, times

NEARLY = 0.6
"""A score above this share of the limit is not calm yet."""
ALONG = 0.4
"""A window goes along with a longer one that is beyond the limit from this share of it on."""
CALM = 1.0
"""A window within one sigma is."""
VISIBLE = 2.0
"""Where not even no use at all would be so many sigmas too little, calm says nothing."""
RARE = timedelta(days=2)
"""What happens more often is not said to be rare at all."""
LEARNT = timedelta(days=28)
"""About so long it takes until a series is known."""
LONGEST = 20 * YEAR
"""Nobody knows of anything that it happens less often than this."""


@dataclass(frozen=True, slots=True)
class Least:
    """What is worth a word at all."""

    change: float
    ratio: float

    def __post_init__(self) -> None:
        for name, least in (("min_change", self.change), ("min_ratio", self.ratio)):
            if not (least >= 0 and isfinite(least)):
                raise ValueError(f"{name}: expected zero or more, got {least}")


@dataclass(frozen=True, slots=True)
class Minds:
    """What a rule minds of what strays."""

    eye: Eye
    often: Rate
    least: Least


@np.errstate(invalid="ignore", over="ignore", divide="ignore")
def deviations(panel: Panel, rows: slice, minds: Minds) -> Verdicts:
    """Judge these rows of a panel, for every series in it."""
    if not panel.series or rows.stop <= rows.start:
        return _nothing(panel, rows)
    panel = panel.ordinary()
    seen = watched(panel, rows, minds.eye)
    level = panel.metric.measure is Measure.LEVEL
    told = _Told.empty((rows.stop - rows.start, len(panel.series)))
    for strip in seen.strips(minds.often.within(seen.span)):
        told.take(_judged(strip, minds, level=level), strip.columns)
    more = minds.eye.look is Look.MORE
    none = np.broadcast_to(np.float64(np.nan), told.edge.shape)
    return Verdicts(
        first=rows.start,
        outcome=told.outcome,
        expected=told.expected,
        low=none if more else told.edge,
        high=told.edge if more else none,
        score=told.share,
        why=Reasons(panel, rows.start, seen, told),
        observed=told.observed,
        counted=told.counted,
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """Of the window that tells most, by row and column."""

    outcome: Outcomes
    observed: Floats
    expected: Floats
    edge: Floats
    """The number at which it would have been a breach."""
    score: Floats
    share: Floats
    """0.5 at the limit; 0 where ordinary or unknown."""
    counted: Places

    @classmethod
    def empty(cls, shape: tuple[int, int]) -> "_Told":
        return cls(
            outcome=np.empty(shape, dtype=np.int8),
            observed=np.empty(shape),
            expected=np.empty(shape),
            edge=np.empty(shape),
            score=np.empty(shape),
            share=np.empty(shape),
            counted=np.empty(shape, dtype=np.intp),
        )

    def take(self, part: "_Told", columns: slice) -> None:
        for each in fields(self):
            getattr(self, each.name)[:, columns] = getattr(part, each.name)


def _judged(strip: Strip, minds: Minds, *, level: bool) -> _Told:
    goal = strip.goal
    calm = _calm(strip.sums, minds)
    beyond = [each & ~calm for each in _beyond(strip.sums, goal, minds)]
    best = Best.of(strip.sums, beyond)
    highest = np.fmax.reduce([each.score for each in strip.sums])
    return _Told(
        outcome=_outcome(highest, goal, np.logical_or.reduce(beyond), calm),
        observed=best.observed,
        expected=best.expected,
        edge=best.edge(goal, minds.eye.look, level=level),
        score=best.score,
        share=_share(best.score, goal),
        counted=best.buckets,
    )


def _beyond(sums: tuple[Sums, ...], goal: Floats, minds: Minds) -> list[Flags]:
    """Which windows are beyond the limit, and not only for what lies at their beginning: all that
    are shorter must go along. What was odd this morning is no news tonight.

    A window in which nothing came has nothing at its end either; there the next shorter one will
    do, since of rare use no short window can tell.
    """
    over = [(each.score > goal) & _worth(each, minds) for each in sums]
    along = [each.score > ALONG * goal for each in sums[:-1]]
    if minds.eye.look is not Look.NOTHING:
        along = list(accumulate(along, np.logical_and))
    return [over[0], *(longer & shorter for longer, shorter in zip(over[1:], along, strict=True))]


def _worth(sums: Sums, minds: Minds) -> Flags:
    change = sums.observed - sums.expected
    if minds.eye.look is not Look.MORE:
        change = -change
    least = np.maximum(minds.least.ratio * np.abs(sums.expected), minds.least.change)
    if minds.eye.look is Look.NOTHING:
        return np.asarray((change > least) & (sums.observed == 0))
    return np.asarray(change > least)


def _calm(sums: tuple[Sums, ...], minds: Minds) -> Flags:
    """Whether the shortest windows are in order, as far as they could show anything."""
    calm = np.ones(sums[0].score.shape, dtype=np.bool_)
    for each in sums[:2]:
        calm &= each.score < CALM
        if minds.eye.look is not Look.MORE:
            calm &= np.sqrt(np.maximum(each.expected, 0.0)) > VISIBLE * each.sigma
    return calm


def _outcome(score: Floats, goal: Floats, beyond: Flags, calm: Flags) -> Outcomes:
    outcome = np.full(score.shape, Outcome.BETWEEN, dtype=np.int8)
    outcome[(score < NEARLY * goal) | calm] = Outcome.NORMAL
    outcome[beyond] = Outcome.BREACH
    outcome[np.isnan(score) | np.isnan(goal)] = Outcome.UNKNOWN
    return outcome


def _share(score: Floats, goal: Floats) -> Floats:
    """0.5 at the limit; 0 where ordinary or unknown."""
    over = np.maximum(score, 0.0)
    share = np.where(np.isposinf(over), 1.0, over / (over + np.maximum(goal, 1e-9)))
    return np.nan_to_num(share, copy=False, nan=0.0)


def _nothing(panel: Panel, rows: slice) -> Verdicts:
    shape = (max(rows.stop - rows.start, 0), len(panel.series))
    none = np.full(shape, np.nan)
    unknown = np.full(shape, Outcome.UNKNOWN, dtype=np.int8)
    return Verdicts(rows.start, unknown, none, none, none, np.zeros(shape), _not_told)


def _not_told(_row: int, _column: int) -> Why:
    return Why("not told")


@dataclass(frozen=True, slots=True)
class Reasons:
    """The words for judged rows, made when somebody asks."""

    panel: Panel
    first: int
    seen: Watched
    told: _Told

    def __call__(self, row: int, column: int) -> Why:
        here = row - self.first, column
        value, unit = float(self.panel.values[row, column]), self.panel.metric.unit
        if np.isnan(value):
            return Why("not told")
        if np.isnan(self.told.score[here]):
            return Why(f"{amount(value, unit)}; {self._learning(row, column)}")
        return Why(self._compared(here), self._rarity(here))

    def _learning(self, row: int, column: int) -> str:
        told = ~np.isnan(self.panel.values[: row + 1, column])
        since = (row + 1 - int(np.argmax(told))) * self.panel.metric.width
        if since >= LEARNT:
            return "too little was told or used to say what is usual"
        return f"learning what is usual: {span(since)} of about {span(LEARNT)} are told"

    def _compared(self, here: tuple[int, int]) -> str:
        observed, expected = float(self.told.observed[here]), float(self.told.expected[here])
        unit, length = self.panel.metric.unit, int(self.told.counted[here])
        summed = self.panel.metric.measure is Measure.AMOUNT
        over = f" in {span(length * self.panel.metric.width)}" if summed else ""
        seen, usual = apart(observed, expected, unit)
        seen = "nothing" if observed == 0 else seen
        usual = "nothing" if expected == 0 else usual
        are = "is" if usual in ("nothing", amount(1, unit)) else "are"
        return f"{seen}{over} where {usual} {are} usual then{times(observed, expected)}"

    def _rarity(self, here: tuple[int, int]) -> str | None:
        block, own = self.seen.blocks[here[0]], self.seen.ground.own
        tail, score = self.seen.ground.tails[block], float(self.told.score[here])
        bend, heavy = float(own.bend[block, here[1]]), float(own.heavy[block, here[1]])
        if tail is None or isnan(bend):
            return None
        drawn = bend + (score - bend) / heavy if score > bend else score
        return rarity(self.seen.span / max(tail.chance(drawn), self.seen.span / LONGEST))


def rarity(every: timedelta) -> str:
    """How rare something is that happens once in such a while.

    >>> rarity(timedelta(days=1461)), rarity(100 * YEAR), rarity(timedelta(days=1))
    ('about once in 4 years for this series', 'less than once in 20 years for this series', \
'nothing rare for this series')
    """
    if every < RARE:
        return "nothing rare for this series"
    if every >= LONGEST:
        return f"less than once in {LONGEST // YEAR} years for this series"
    return f"about once in {_while(every)} for this series"


def _while(every: timedelta) -> str:
    for long, noun, least in ((YEAR, "year", 1.5), (YEAR / 12, "month", 2.5)):
        if every >= least * long:
            return count(round(every / long), noun)
    week = timedelta(days=7)
    return count(round(every / week), "week") if every >= 2 * week else span(every)
