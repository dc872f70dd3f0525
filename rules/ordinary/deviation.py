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
from rules.ordinary.ground import Eye, Seen, Sums
from rules.ordinary.rare import Asked
from rules.ordinary.strays import Look
from rules.ordinary.watch import Strip, Watched, watched
from rules.panel import Flags, Floats, Panel
from rules.past import Places
from rules.rate import YEAR, Rate
from rules.series import Measure
from rules.verdict import Counted, Outcome, Outcomes, Verdicts, Why
from rules.words import amount, apart, count, span, times

NEARLY = 0.6
"""A score above this share of the limit is not calm yet."""
ALONG = 0.4
"""A window goes along with a longer one that is beyond the limit from this share of it on."""
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
    often = minds.often.within(seen.span)
    goal = seen.ground.own.goal(Asked.of(seen.ground.tails, often))
    told = _Told.over(at_a_glance := seen.seen())
    for strip in seen.strips(at_a_glance):
        _judge(seen, strip, goal[strip.blocks], minds, told.part(strip.rows))
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
    counted: Counted

    @classmethod
    def over(cls, seen: Seen) -> "_Told":
        """Still to be filled in; what is seen is written over."""
        shape = seen.score.shape
        return cls(
            outcome=np.empty(shape, dtype=np.int8),
            observed=np.empty(shape),
            expected=np.empty(shape),
            edge=np.empty(shape),
            score=seen.score,
            share=seen.highest,
            counted=np.empty(shape, dtype=np.int32),
        )

    def part(self, rows: slice) -> "_Told":
        return _Told(*(getattr(self, each.name)[rows] for each in fields(self)))


def _judge(seen: Watched, strip: Strip, goal: Floats, minds: Minds, told: _Told) -> None:
    """Most buckets are judged at a glance; only where some window is beyond the limit are all of
    them looked into."""
    high, calm = strip.seen.highest, strip.seen.calm
    at = np.flatnonzero((high > goal) & ~calm)
    rows, columns = np.divmod(at, goal.shape[1])
    sums = seen.windows(rows + strip.rows.start, columns)
    beyond = _beyond(sums, goal[rows, columns], minds)
    told.outcome[:] = _outcome(high, goal, at[np.logical_or.reduce(beyond)], calm)
    told.observed[:], told.expected[:], told.counted[:] = (
        strip.observed,
        strip.expected,
        sums[0].buckets,
    )
    best = Best(told.score, told.observed, told.expected, strip.sigma.copy(), told.counted)
    best.put(at, Best.of(sums, beyond))
    level = seen.panel.metric.measure is Measure.LEVEL
    told.edge[:] = best.edge(goal, minds.eye.look, level=level)
    _reach(told, minds.eye.look)
    told.share[:] = _share(best.score, goal)


def _reach(told: _Told, look: Look) -> None:
    """Far out the chances of counts decide, and may have done so sooner than the edge says."""
    at = np.flatnonzero(told.outcome == Outcome.BREACH)
    edge, observed = told.edge.reshape(-1), told.observed.reshape(-1)[at]
    nearer = np.minimum if look is Look.MORE else np.maximum
    edge[at] = nearer(edge[at], observed)


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


def _outcome(score: Floats, goal: Floats, beyond: Places, calm: Flags) -> Outcomes:
    normal = (score < NEARLY * goal) | calm
    outcome = Outcome.BETWEEN - normal.view(np.int8)
    outcome.reshape(-1)[beyond] = Outcome.BREACH
    known = (score == score) & (goal == goal)  # noqa: PLR0124 - told
    outcome *= known
    return outcome


def _share(score: Floats, goal: Floats) -> Floats:
    """0.5 at the limit; 0 where ordinary or unknown."""
    over = np.fmax(score, 0.0)
    share = over + np.maximum(goal, 1e-9)
    np.divide(over, share, out=share)
    share.reshape(-1)[np.flatnonzero(over == np.inf)] = 1.0
    return np.asarray(np.fmax(share, 0.0, out=share))


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
