"""A series that was never seen before."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from math import isfinite

import numpy as np

from rules.panel import Flags, Floats, Panel
from rules.past import Places
from rules.season import DAY
from rules.series import OTHER, Measure
from rules.verdict import Outcome, Outcomes, Verdicts, Why
from rules.words import amount, span

QUIET = 28 * DAY


@dataclass(frozen=True, slots=True)
class Newcomer:
    """The first use of a voice, key, service or source, told once.

    New is what was used for the first time in all that is remembered of it, after at least
    `quiet` of that was told for any series: before, all is new, and everything is unknown. What
    returns after longer than the memory reaches is new again. The use since then is summed for as
    long as `within`: more than `min_amount` is a breach, and when `within` is over that is the end
    of it. With `by: [model]` a new model is told of, and not each of its voices.

    An empty, a flat zero and a constant past are all the same: no use yet, or used before. A sparse
    series is new once, at its first use. Not told is no use, and what began while it was planned is
    known from then on. The series in which a source counts all others, and one without labels, are
    never new. Levels are not judged: a balance is not used.
    """

    min_amount: float = 0
    """So much must be used, and a little more, before it is worth a word; in the metric's unit."""
    within: timedelta = DAY
    """For how long after the first use it is summed, and the alert lasts."""
    quiet: timedelta = QUIET
    """How much must be known of the others before one can be new."""

    def __post_init__(self) -> None:
        if not (self.min_amount >= 0 and isfinite(self.min_amount)):
            raise ValueError(f"min_amount: expected zero or more, got {self.min_amount}")
        if self.within <= timedelta(0):
            raise ValueError(f"within: expected a span above zero, got {self.within}")
        if self.quiet < timedelta(0):
            raise ValueError(f"quiet: expected zero or more, got {self.quiet}")

    @np.errstate(over="ignore")
    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        """Judge these rows of the panel, for every series in it."""
        values = panel.ordinary().values[rows]
        age = _ages(panel, rows)
        summed = _summed(panel.values, rows, self._buckets(self.within, panel))
        outcome = self._outcome(panel, rows, age, summed)
        outcome[np.isnan(values)] = Outcome.UNKNOWN
        breach = outcome == Outcome.BREACH
        observed = np.where(breach, summed, values)
        return Verdicts(
            first=rows.start,
            outcome=outcome,
            expected=np.zeros(values.shape),
            low=np.full(values.shape, np.nan),
            high=np.full(values.shape, self.min_amount),
            score=self._score(summed) * breach,
            why=partial(_why, panel, outcome, rows.start),
            observed=observed,
            counted=np.where(breach, age + 1, 1),
        )

    def _outcome(self, panel: Panel, rows: slice, age: Places, summed: Floats) -> Outcomes:
        outcome = np.full(age.shape, np.int8(Outcome.NORMAL))
        if panel.metric.measure is Measure.LEVEL:
            outcome[:] = Outcome.UNKNOWN
            return outcome
        told = ~np.isnan(panel.values[: rows.stop]).all(axis=1)
        before: Places = np.cumsum(told) - told
        quiet = self._buckets(self.quiet, panel)
        here = np.arange(rows.start, rows.stop)
        new = (age >= 0) & (age < self._buckets(self.within, panel)) & _named(panel)
        row, column = np.nonzero(new & (summed > self.min_amount))
        first = here[row] - age[row, column]
        known: Flags = before[first] < quiet
        if panel.planned is not None:
            known |= panel.planned[first, column]
        outcome[row[~known], column[~known]] = Outcome.BREACH
        outcome[before[here] < quiet] = Outcome.UNKNOWN
        return outcome

    def _score(self, summed: Floats) -> Floats:
        """0.5 at the least that must be used, and towards 1 beyond."""
        return np.asarray(1 / (1 + self.min_amount / np.maximum(summed, self.min_amount or 1.0)))

    def _buckets(self, length: timedelta, panel: Panel) -> int:
        """At least as long."""
        return -(-length // panel.metric.width)


def _ages(panel: Panel, rows: slice) -> Places:
    """How many buckets ago each series was first used; below zero before that."""
    used = panel.values[: rows.stop] > 0
    ever = used.any(axis=0)
    first = np.where(ever, used.argmax(axis=0) if len(used) else 0, rows.stop)
    return np.asarray(np.arange(rows.start, rows.stop)[:, None] - first)


def _summed(values: Floats, rows: slice, within: int) -> Floats:
    """The use since the first, right as long as that is no further back than this."""
    start = max(rows.start - within, 0)
    part = values[start : rows.stop]
    # Row after row: before the first use there is nothing to round.
    summed = np.cumsum(np.where(part > 0, part, 0.0), axis=0)
    return np.asarray(summed[rows.start - start :])


def _named(panel: Panel) -> Flags:
    return np.array([series.labels not in ((), OTHER) for series in panel.series], dtype=np.bool_)


def _why(panel: Panel, verdicts: Outcomes, first: int, row: int, column: int) -> Why:
    """In words, from the outcome that was found."""
    if np.isnan(panel.values[row, column]):
        return Why("not told")
    outcome, unit = verdicts[row - first, column], panel.metric.unit
    if outcome == Outcome.UNKNOWN:
        return Why("too little is known of the others to say what is new")
    age = int(_ages(panel, slice(row, row + 1))[0, column])
    if age < 0:
        return Why("not used yet")
    if outcome != Outcome.BREACH:
        return Why(f"first used {span(age * panel.metric.width)} ago")
    begun = row - age
    used = panel.values[begun : row + 1, column]
    summed = float(np.cumsum(np.where(used > 0, used, 0.0))[-1])
    return Why(
        f"{amount(summed, unit)} within {span((age + 1) * panel.metric.width)} of its first use, "
        f"and none in the {span(begun * panel.metric.width)} before"
    )
