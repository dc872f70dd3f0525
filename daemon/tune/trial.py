"""A rule tried with each value of its dial over the past, and which value to take."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from daemon.plan.compare import Difference, Mark, Side, compare
from daemon.plan.told import Told, alerts_of
from daemon.replay import Span, replay
from daemon.tune.dial import Dial, Value, dials, turned
from rules.kind import Reads
from rules.panel import Floats, Panel
from rules.rule import Rule
from rules.sight import sight
from rules.verdict import Outcome

LEAST = timedelta(days=14)
"""With less than this judged, a suggestion would be a guess."""
_CELLS = 1 << 20
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Past:
    panels: Sequence[Panel]
    span: Span


@dataclass(frozen=True, slots=True)
class Judged:
    """How much of the past a rule could judge."""

    held: timedelta
    """How long a past there is, that which is not judged but looked back at too."""
    judged: timedelta
    """How much of it the rule could judge."""
    series: int
    observed: Floats | None
    """What was held against its limits; None: it reads other metrics as well."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What one value would have told."""

    value: Value
    rule: Rule
    alerts: tuple[Told, ...]
    present: bool

    @property
    def series(self) -> int:
        return len({told.series for told in self.alerts})

    @property
    def smallest(self) -> Told | None:
        """The least of what was told."""
        return min(self.alerts, key=_size, default=None)


@dataclass(frozen=True, slots=True)
class Tuning:
    """One dial of one rule, tried."""

    rule: Rule
    dial: Dial
    judged: Judged
    trials: tuple[Trial, ...]
    """The most sensitive first."""
    suggested: Trial | None
    """None: too little was judged, or whatever was tried tells more than was asked for."""

    @property
    def present(self) -> Trial:
        return next(trial for trial in self.trials if trial.present)

    def lost(self) -> list[Difference]:
        """What is told now and would not be with what is suggested; the largest first."""
        return self._turned(Mark.REMOVED)

    def won(self) -> list[Difference]:
        return self._turned(Mark.ADDED)

    def _turned(self, mark: Mark) -> list[Difference]:
        if self.suggested is None:
            return []
        sides = (Side([trial.rule], trial.alerts) for trial in (self.present, self.suggested))
        [plan] = compare(*sides)
        found = [one for one in plan.differences if one.mark is mark]
        return sorted(found, key=lambda one: _size(one.told), reverse=True)


def tune(
    rule: Rule, past: Past, per_week: float, tried: Callable[[Rule, Value], None]
) -> Iterator[Tuning]:
    """Every dial of a rule; `tried` is called before each value."""
    judged = _judged(rule, past)
    for dial in dials(rule, judged.observed):
        trials = tuple(_trials(rule, dial, past, tried))
        enough = judged.judged >= LEAST
        most = per_week * (judged.judged / WEEK)
        yield Tuning(rule, dial, judged, trials, suggested(trials, most) if enough else None)


def suggested(trials: Sequence[Trial], most: float) -> Trial | None:
    """The most sensitive that tells no more than so many alerts.

    Where others would have told as many, the past knows no difference, and the one in the middle
    is the furthest from telling more or less the next time; of two the less sensitive. What is set
    now stays, if it is one of them.
    """
    within: list[Trial] = []
    for trial in reversed(trials):
        if len(trial.alerts) > most:
            if within:
                break
            # The least sensitive may tell in two what the next tells in one.
            continue
        # One that tells less than a less sensitive one has alerts that never end.
        if not within or len(trial.alerts) >= len(within[0].alerts):
            within.insert(0, trial)
    if not within:
        return None
    alike = [trial for trial in within if len(trial.alerts) == len(within[0].alerts)]
    return next((trial for trial in alike if trial.present), alike[len(alike) // 2])


def _trials(
    rule: Rule, dial: Dial, past: Past, tried: Callable[[Rule, Value], None]
) -> Iterator[Trial]:
    for value in dial.values:
        tried(rule, value)
        present = value == dial.present
        other = rule if present else turned(rule, dial.setting, value)
        if other is not None:
            alerts = alerts_of(replay([other], past.panels, past.span))
            yield Trial(value, other, tuple(alerts), present)


def _judged(rule: Rule, past: Past) -> Judged:
    seen = [sight(rule, panel).panel for panel in past.panels if _speaks(rule, panel)]
    looks = [_look(rule, panel, past.span) for panel in seen]
    observed = [part for look in looks for part in look.observed]
    return Judged(
        held=max((panel.closed * panel.metric.width for panel in seen), default=timedelta(0)),
        judged=max((look.judged for look in looks), default=timedelta(0)),
        series=sum(len(panel.series) for panel in seen),
        observed=np.concatenate(observed) if observed else None,
    )


def _speaks(rule: Rule, panel: Panel) -> bool:
    return rule.source == panel.metric.source and rule.metric in (None, panel.metric.name)


@dataclass(frozen=True, slots=True)
class _Look:
    judged: timedelta
    observed: Sequence[Floats] = ()


def _look(rule: Rule, panel: Panel, span: Span) -> _Look:
    """How much of a panel a rule can judge: the time in which it knows a word for any series."""
    first = 0 if span.start is None else max(panel.row(span.start), 0)
    width = panel.metric.width
    if isinstance(rule.kind, Reads) and rule.kind.reads():
        return _Look(max(panel.closed - first, 0) * width)
    rows, observed = 0, []
    step = max(_CELLS // max(len(panel.series), 1), 1)
    for top in range(first, panel.closed, step):
        here = slice(top, min(top + step, panel.closed))
        verdicts = rule.kind.judge(panel, here)
        rows += int(np.count_nonzero((verdicts.outcome != Outcome.UNKNOWN).any(axis=1)))
        if hasattr(rule.kind, "above"):
            held = panel.values[here] if verdicts.observed is None else verdicts.observed
            observed.append(held[~np.isnan(held)])
    return _Look(rows * width, observed)


def _size(told: Told) -> tuple[float, float]:
    return told.worst.score, abs(told.worst.observed)
