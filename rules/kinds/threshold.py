"""A limit an operator wrote down."""

from dataclasses import dataclass
from functools import partial
from math import isfinite

import numpy as np

from rules.panel import Floats, Panel
from rules.verdict import Outcome, Outcomes, Verdicts, Why
from rules.words import amount, apart


@dataclass(frozen=True, slots=True)
class Threshold:
    """A value beyond a limit is a breach, whatever the past was like.

    Nothing is compared with history, so a flat past means nothing and there is no warm-up.
    """

    above: float | None = None
    """More than this is a breach. Needed unless `below` is given."""
    below: float | None = None
    """Less than this is a breach. Of an amount only whole buckets are judged by it."""
    recover: float | None = None
    """How far back a value must come before it counts as calm; at the limit itself if left out."""

    def __post_init__(self) -> None:
        given = {"above": self.above, "below": self.below, "recover": self.recover}
        for name, value in given.items():
            if value is not None and not isfinite(value):
                raise ValueError(f"{name}: expected a finite number, got {value}")
        if self.above is None and self.below is None:
            raise ValueError("expected a limit, got none: give above, below, or both")
        if self.above is not None and self.below is not None:
            _check_band(self.above, self.below, self.recover)
        elif self.recover is not None:
            _check_recovery(self.above, self.below, self.recover)

    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        """Judge these rows of the panel, for every series in it."""
        values = panel.values[rows]
        return Verdicts(
            first=rows.start,
            outcome=self._outcome(values),
            expected=self._nearest(values),
            low=_all(self.below, values),
            high=_all(self.above, values),
            score=self._score(values),
            why=partial(_why, self, panel),
        )

    def _outcome(self, values: Floats) -> Outcomes:
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


def _why(kind: Threshold, panel: Panel, row: int, column: int) -> Why:
    value, unit = float(panel.values[row, column]), panel.metric.unit
    if np.isnan(value):
        return Why("not told")
    if kind.above is not None and value > kind.above:
        return Why("{}, above the limit of {}".format(*apart(value, kind.above, unit)))
    if kind.below is not None and value < kind.below:
        return Why("{}, below the limit of {}".format(*apart(value, kind.below, unit)))
    limits = [amount(limit, unit) for limit in (kind.below, kind.above) if limit is not None]
    plural = "s" if len(limits) > 1 else ""
    return Why(f"{amount(value, unit)}, within the limit{plural} of {' and '.join(limits)}")


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
