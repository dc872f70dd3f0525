"""A limit an operator wrote down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from math import isfinite

import numpy as np

from rules.kind import Meter
from rules.measured import Measured, by_bucket, by_period, by_ratio
from rules.panel import Floats, Panel
from rules.period import Calendar, Period
from rules.verdict import Outcome, Outcomes, Verdicts, Why
from rules.words import amount, apart


@dataclass(frozen=True, slots=True)
class Threshold:
    """A value beyond a limit is a breach, whatever the past was like.

    Nothing is compared with history, so a flat, constant or all-zero past means nothing and there
    is no warm-up. What was not told is unknown. Of a period of which some was not told, what was
    is a floor: more than the limit is a breach, and less is calm only where the rest, were it all
    as large as the largest bucket of the last weeks, would not change that.
    """

    above: float | None = None
    """More than this is a breach. Needed unless `below` is given."""
    below: float | None = None
    """Less than this is a breach. Of an amount only whole buckets are judged by it."""
    recover: float | None = None
    """How far back a value must come before it counts as calm; at the limit itself if left out."""
    per: Calendar | timedelta | None = None
    """What is judged is the use since this period began: a day, week, month, quarter, year, or a
    span such as 10d. Left out: each bucket by itself."""
    begins: int | None = None
    """The day on which a week (1 is Monday) or a month begins; the first if left out."""
    from_: str | None = None
    """A date on which a quarter, a year or a span begins; for a span it is needed."""
    over: str | None = None
    """A metric to divide by: the ratio of the two is judged."""
    over_source: str | None = None
    """The source of that metric; the rule's own if left out."""
    at_least: float | None = None
    """With less than this to divide by, a ratio means nothing and is not judged."""

    def __post_init__(self) -> None:
        limits = ("above", "below", "recover", "at_least")
        given = {name: getattr(self, name) for name in limits}
        for name, value in given.items():
            if value is not None and not isfinite(value):
                raise ValueError(f"{name}: expected a finite number, got {value}")
        if self.above is None and self.below is None:
            raise ValueError("expected a limit, got none: give above, below, or both")
        if self.above is not None and self.below is not None:
            _check_band(self.above, self.below, self.recover)
        elif self.recover is not None:
            _check_recovery(self.above, self.below, self.recover)
        self._check_period()
        self._check_ratio()

    def _check_period(self) -> None:
        for name, value in (("begins", self.begins), ("from", self.from_)):
            if value is not None and self.per is None:
                raise ValueError(f"{name}: says where a period begins; give per as well")
        if self.period is not None and self.below is not None and self.over is None:
            raise ValueError(
                "below: of a period too little is used as long as it is young; give above, or "
                "leave per out"
            )

    def _check_ratio(self) -> None:
        for name, value in (("over_source", self.over_source), ("at_least", self.at_least)):
            if value is not None and self.over is None:
                raise ValueError(f"{name}: only for a ratio; give over, the metric to divide by")
        if self.at_least is not None and self.at_least < 0:
            raise ValueError(f"at_least: expected zero or more, got {self.at_least}")

    @property
    def period(self) -> Period | None:
        return None if self.per is None else Period(self.per, self.begins, self.from_)

    def reads(self) -> Sequence[Meter]:
        """What is divided by, if anything is."""
        return () if self.over is None else (Meter(self.over_source, self.over, awaited=True),)

    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        """Judge these rows of the panel, for every series in it."""
        found = self._measured(panel, rows)
        values = found.values
        return Verdicts(
            first=rows.start,
            outcome=self._outcome(found),
            expected=self._nearest(values),
            low=_all(self.below, values),
            high=_all(self.above, values),
            score=self._score(values),
            why=partial(_why, self, found, rows.start),
            observed=values,
            counted=found.buckets,
            unit=found.unit,
            period=found.period,
        )

    def _measured(self, panel: Panel, rows: slice) -> Measured:
        for over in self.reads():
            return by_ratio(panel, rows, over, self.period, self.at_least or 0.0)
        if self.period is not None:
            return by_period(panel, rows, self.period)
        return by_bucket(panel, rows)

    def _outcome(self, found: Measured) -> Outcomes:
        outcome = self._decided(found.values)
        if found.most is not found.values:
            worst = self._decided(found.most)
            outcome[(outcome == Outcome.NORMAL) & (worst != Outcome.NORMAL)] = Outcome.UNKNOWN
        return outcome

    def _decided(self, values: Floats) -> Outcomes:
        outcome = np.full(values.shape, Outcome.NORMAL, dtype=np.int8)
        if self.recover is not None:
            back = values > self.recover if self.below is None else values < self.recover
            outcome[back] = Outcome.BETWEEN
        if self.above is not None:
            outcome[values > self.above] = Outcome.BREACH
        if self.below is not None:
            outcome[values < self.below] = Outcome.BREACH
        outcome[np.isnan(values)] = Outcome.UNKNOWN
        return outcome

    def _nearest(self, values: Floats) -> Floats:
        """The limit a value is measured by."""
        if self.above is None or self.below is None:
            return _all(self.above if self.below is None else self.below, values)
        middle = self.below + (self.above - self.below) / 2
        return np.where(values < middle, self.below, self.above)

    def _score(self, values: Floats) -> Floats:
        score = np.zeros(values.shape)
        if self.above is not None:
            np.fmax(score, _beyond(values, self.above), out=score)
        if self.below is not None:
            np.fmax(score, _beyond(-values, -self.below), out=score)
        return score


@np.errstate(over="ignore", invalid="ignore")
def _beyond(values: Floats, limit: float) -> Floats:
    """0.5 at the limit, 0.75 when as far again beyond it; a limit of zero counts as far as one."""
    far = (values - limit) / (abs(limit) or 1.0)
    return 0.5 + np.copysign(0.5 - 0.5 / (1 + np.abs(far)), far)


def _all(limit: float | None, values: Floats) -> Floats:
    return np.broadcast_to(np.float64(np.nan if limit is None else limit), values.shape)


def _why(kind: Threshold, found: Measured, first: int, row: int, column: int) -> Why:
    value, phrase = float(found.values[row - first, column]), found.phrase(row - first, column)
    if np.isnan(value):
        return Why(phrase.unknown)
    for limit, side in ((kind.above, "above"), (kind.below, "below")):
        if limit is not None and (value > limit if side == "above" else value < limit):
            seen, edge = apart(value, limit, phrase.unit)
            return Why(f"{phrase.before}{seen}{phrase.behind}, {side} the limit of {edge}")
    limits = [amount(limit, phrase.unit) for limit in (kind.below, kind.above) if limit is not None]
    plural = "s" if len(limits) > 1 else ""
    seen = f"{phrase.before}{amount(value, phrase.unit)}{phrase.behind}"
    return Why(f"{seen}, within the limit{plural} of {' and '.join(limits)}")


def _check_band(above: float, below: float, recover: float | None) -> None:
    if recover is not None:
        raise ValueError(
            "recover: cannot be told for which of two limits it is meant: "
            "write two rules, one with above and one with below, or leave recover out"
        )
    if below >= above:
        raise ValueError(
            f"below: expected less than above ({above}), got {below}: every value would be a breach"
        )


def _check_recovery(above: float | None, below: float | None, recover: float) -> None:
    if above is not None and recover > above:
        raise ValueError(f"recover: expected at most above ({above}), got {recover}")
    if below is not None and recover < below:
        raise ValueError(f"recover: expected at least below ({below}), got {recover}")
