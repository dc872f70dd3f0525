"""What a kind thinks of a bucket, and why."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from math import isnan

import numpy as np
import numpy.typing as npt

from rules.panel import Floats, Panel


class Outcome(IntEnum):
    """Four answers; only two of them move an alert on their own."""

    UNKNOWN = 0
    """Not told, or too little history. It neither opens nor resolves."""
    NORMAL = 1
    BETWEEN = 2
    """No longer a breach, not yet recovered: opens nothing, resolves nothing."""
    BREACH = 3


Outcomes = npt.NDArray[np.int8]
Counted = npt.NDArray[np.intp] | npt.NDArray[np.int32]
"""How many buckets."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one voice, key, service or source has to do with a change."""

    label: str
    """Which kind of part: "model"."""
    value: str
    """Which one of them: "sona"."""
    observed: float
    expected: float

    @property
    def change(self) -> float:
        return self.observed - self.expected


@dataclass(frozen=True, slots=True)
class Why:
    """A verdict in words: the sentence an operator reads."""

    reason: str
    rarity: str | None = None
    """How rare this is, where the kind can say: "about once in 4 years for this series"."""
    parts: tuple[Part, ...] = ()
    """Who moved it. The parts of one label add up to the whole, observed and expected."""
    headline: str | None = None
    """How the kind says it in a title; None: the number, and how it stands to the usual."""


UNSAID = Why("")
"""Words that are yet to come."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One bucket of one series, judged."""

    at: datetime
    """The start of the bucket."""
    until: datetime
    """The moment up to which the bucket speaks."""
    outcome: Outcome
    observed: float
    expected: float | None
    """What is usual, or the limit; None where the kind knows neither."""
    low: float | None
    high: float | None
    """The band that is not worth a word."""
    score: float
    """How far from ordinary, 0 to 1; 0.5 is where the rule begins to mind."""
    why: Why
    step: int = 1
    """How many of the rule's limits are passed, where it has several of rising gravity."""
    counted_from: datetime | None = None
    """Where `observed` begins to be counted, where that is before this bucket."""
    unit: str | None = None
    """Of all these numbers; None: the metric's."""
    period: datetime | None = None
    """Where the first bucket of the period begins that this speaks of; None where the kind knows
    no periods. With the next one all begins anew."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Judged buckets of a panel, as arrays: rows are the buckets asked for, columns the series.

    Only what is not ordinary ever becomes a `Verdict`: a hundred thousand quiet series cost
    nothing but the arithmetic that found them quiet.
    """

    first: int
    """The panel's row that row 0 of these arrays speaks of."""
    outcome: Outcomes
    expected: Floats
    """NaN where the kind knows none; likewise `low` and `high`."""
    low: Floats
    high: Floats
    score: Floats
    why: Callable[[int, int], Why]
    """(row of the panel, column) to words. Called for the few that are told, never for all."""
    observed: Floats | None = None
    """What was held against `expected`; None: the bucket's own value."""
    counted: Counted | None = None
    """Over how many buckets, this one the last, `observed` was counted; None: this one alone."""
    step: npt.NDArray[np.int8] | None = None
    """How many of the rule's limits are passed; None: it has but one."""
    unit: str | None = None
    """Of all these numbers; None: the metric's."""
    period: npt.NDArray[np.intp] | None = None
    """For each row, the panel's row in which its period begins, below zero where that is before
    the panel; None: the kind knows no periods."""

    def one(self, panel: Panel, row: int, column: int) -> Verdict:
        """The verdict of one bucket, addressed by its row in the panel."""
        return self.said(self.unsaid(panel, row, column), row, column)

    def said(self, verdict: Verdict, row: int, column: int) -> Verdict:
        """The verdict of one bucket with its words."""
        return replace(verdict, why=self.why(row, column))

    def unsaid(self, panel: Panel, row: int, column: int) -> Verdict:
        """The verdict of one bucket, its words left for later: they cost more than all the rest."""
        here = row - self.first, column
        observed = panel.values[row, column] if self.observed is None else self.observed[here]
        counted = 1 if self.counted is None else int(self.counted[here])
        return Verdict(
            at=panel.at(row),
            until=panel.until(row),
            outcome=Outcome(int(self.outcome[here])),
            observed=float(observed),
            expected=_or_none(self.expected[here]),
            low=_or_none(self.low[here]),
            high=_or_none(self.high[here]),
            score=float(self.score[here]),
            why=UNSAID,
            step=1 if self.step is None else int(self.step[here]),
            counted_from=None if counted == 1 else panel.at(row - counted + 1),
            unit=self.unit,
            period=None if self.period is None else panel.at(int(self.period[here[0]])),
        )


def _or_none(value: np.float64) -> float | None:
    number = float(value)
    return None if isnan(number) else number
