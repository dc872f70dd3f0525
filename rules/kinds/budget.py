"""A quota for a day, a week, a month or any other period."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import pairwise
from math import isfinite
from typing import Literal

import numpy as np

from rules.landing import Course, Landing, Looming, landings, looming, usual_share
from rules.measured import uncountable, untold
from rules.panel import Floats, Panel
from rules.past import Places
from rules.period import Calendar, Counted, Period, counted, pieces, turns
from rules.quota import Quota, percent
from rules.series import Metric
from rules.verdict import Outcome, Outcomes, Verdicts, Why


@dataclass(frozen=True, slots=True)
class Budget:
    """A quota of use or money that begins anew with every period.

    It is told when shares of it are used, and when it is foreseen to be passed: when the whole
    80 % interval of what the period will come to lies above it. Each of these is told at most once
    a period, since each is one more step of the same alert, whichever comes first; and within a
    period that alert never ends, for it is calm only in a period in which none has come yet.

    What was not told is not zero: what was is a floor. A share that it passes is passed; less is
    calm only where the rest, were it all as large as the largest bucket of the last weeks, would
    not pass the first share, and unknown otherwise. The same holds of a period that began before
    the history does. A level cannot be counted: unknown.

    A flat past lands without doubt; a sparse one in a wide interval; after one of zeros nothing
    more is expected and no pace is usual. With less than a week told nothing is foreseen, and the
    shares alone are minded.
    """

    amount: float
    """The quota, in the metric's unit; in money where `price` is given."""
    per: Calendar | timedelta
    """The period: day, week, month, quarter, year, or a span such as 10d."""
    begins: int | None = None
    """The day on which a week (1 is Monday) or a month begins; the first if left out."""
    from_: str | None = None
    """A date on which a quarter, a year or a span begins; for a span it is needed."""
    price: float | None = None
    """What one unit costs, in the currency of `amount`."""
    currency: str | None = None
    """How that money is called in messages, such as USD."""
    at: tuple[float, ...] = (0.5, 0.8, 1.0)
    """Shares of the quota, each told when it is used."""
    mind: Literal["used", "projected", "both"] = "both"
    """What to tell: shares that are used; that the quota will be passed, and that it was; both."""

    def __post_init__(self) -> None:
        Period(self.per, self.begins, self.from_)
        for name, value in (("amount", self.amount), ("price", self.price)):
            if value is not None and not (value > 0 and isfinite(value)):
                raise ValueError(f"{name}: expected a number above zero, got {value}")
        if self.currency is not None and self.price is None:
            raise ValueError("currency: only for money; give price as well, what one unit costs")
        if not self.at or not all(share > 0 and isfinite(share) for share in self.at):
            raise ValueError(f"at: expected shares above zero, such as 0.8, got {_list(self.at)}")
        if any(one >= other for one, other in pairwise(self.at)):
            raise ValueError(f"at: expected rising shares, got {_list(self.at)}")

    @property
    def period(self) -> Period:
        return Period(self.per, self.begins, self.from_)

    @property
    def shares(self) -> Floats:
        """Those whose passing is told."""
        return np.array((1.0,) if self.mind == "projected" else self.at)

    def quota(self, metric: Metric) -> Quota:
        unit = metric.unit if self.price is None else self.currency or ""
        return Quota(self.amount, self.price or 1.0, unit, metric.offset)

    @np.errstate(over="ignore", invalid="ignore")
    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        """Judge these rows of the panel, for every series in it."""
        if trouble := uncountable(panel.metric, self.period):
            return _unknown(panel, rows, Why(trouble))
        begin = turns(panel, rows, self.period).begin.min(initial=rows.start)
        wide = slice(max(int(begin), 0), rows.stop)
        found = counted(panel, wide, self.period)
        coming = self._coming(panel, wide, found)
        asked = slice(rows.start - wide.start, None)
        progress = _Progress(
            found.part(asked),
            self._passed(panel, found)[asked],
            coming.part(asked),
            usual_share(panel.ordinary(), rows, found.part(asked).turns),
        )
        return self._verdicts(panel, rows, progress)

    def _passed(self, panel: Panel, found: Counted) -> Places:
        """How many shares were passed since the period began; what was given back unsays none."""
        limits = self.shares * self.quota(panel.metric).limit
        passed = np.searchsorted(limits, np.fmax(found.used, -np.inf), side="right")
        for here in pieces(found.turns):
            np.maximum.accumulate(passed[here], axis=0, out=passed[here])
        return passed

    def _coming(self, panel: Panel, rows: slice, found: Counted) -> Looming:
        if self.mind == "used":
            never = np.zeros(found.used.shape, dtype=np.bool_)
            return Looming(never, never)
        return looming(panel.ordinary(), rows, found, self.quota(panel.metric).limit)

    def _verdicts(self, panel: Panel, rows: slice, progress: "_Progress") -> Verdicts:
        found, passed = progress.found, progress.passed
        first = self.shares[0] * self.quota(panel.metric).limit
        outcome = _outcome(progress, first)
        outcome[np.isnan(panel.values[rows])] = Outcome.UNKNOWN
        return Verdicts(
            first=rows.start,
            outcome=outcome,
            expected=self.amount * progress.share,
            low=np.full(outcome.shape, np.nan),
            high=self.amount * self.shares[np.minimum(passed, len(self.shares) - 1)],
            score=_score(found.used, first, outcome),
            why=self._reasons(panel, rows, progress),
            observed=found.used * (self.price or 1.0),
            counted=found.buckets,
            step=np.maximum(passed + progress.coming.ever, 1).astype(np.int8),
            unit=None if self.price is None else self.currency or "",
            period=found.turns.begin,
        )

    def _reasons(self, panel: Panel, rows: slice, progress: "_Progress") -> "_Reasons":
        quota, ordinary = self.quota(panel.metric), panel.ordinary()

        # An alert asks for words bucket by bucket, and there is one outlook for a whole day.
        @cache
        def seen(begin: int, end: int, column: int) -> Mapping[int, Landing | None]:
            return landings(Course(ordinary, begin, end, rows.stop), column, quota.limit)

        per = self.per if isinstance(self.per, str) else "period"
        return _Reasons(quota, panel, rows.start, progress, seen, per)


@dataclass(frozen=True, slots=True)
class _Progress:
    """How far some buckets are in their periods."""

    found: Counted
    passed: Places
    """How many shares of the quota."""
    coming: Looming
    share: Floats
    """What share of the period's use is usual by now."""


def _outcome(progress: _Progress, first: float) -> Outcomes:
    outcome = np.full(progress.passed.shape, Outcome.NORMAL, dtype=np.int8)
    outcome[~(progress.found.most < first)] = Outcome.UNKNOWN
    outcome[progress.coming.ever] = Outcome.BETWEEN
    outcome[progress.coming.now | (progress.passed > 0)] = Outcome.BREACH
    return outcome


def _score(used: Floats, first: float, outcome: Outcomes) -> Floats:
    """0.5 where the first share is passed; no less where the quota is foreseen to be."""
    used = np.maximum(used, 0.0)
    score = np.where(np.isinf(used), 1.0, used / (used + first))
    score[outcome == Outcome.BREACH] = np.maximum(score[outcome == Outcome.BREACH], 0.5)
    score[outcome == Outcome.UNKNOWN] = 0.0
    return score


@dataclass(frozen=True, slots=True)
class _Reasons:
    """The words for judged rows, made when somebody asks."""

    quota: Quota
    panel: Panel
    first: int
    progress: _Progress
    seen: Callable[[int, int, int], Mapping[int, Landing | None]]
    """What was seen ahead in the period that begins and ends at these rows, of a column."""
    per: str
    """What a period is called: a month."""

    @np.errstate(over="ignore", invalid="ignore")
    def __call__(self, row: int, column: int) -> Why:
        if np.isnan(self.panel.values[row, column]):
            return Why("not told")
        found, here = self.progress.found, (row - self.first, column)
        left = int(found.turns.end[here[0]]) - row - 1
        told = self.quota.used(float(found.used[here]), left * self.panel.metric.width)
        head = [f"at least {told}" if found.untold[here] else told]
        parts = [head[0] + untold(self.panel, self.first, found, here)]
        if not np.isnan(self.progress.share[here]):
            share = percent(float(self.progress.share[here]))
            parts.append(f"by now {share} of a {self.per}'s use is usual")
        if left:
            ahead = self._ahead(row, column, float(found.used[here]))
            parts, head = [*parts, *ahead], [*head, *ahead[1:]]
        return Why("; ".join(parts), headline=", ".join(head))

    def _ahead(self, row: int, column: int, used: float) -> list[str]:
        """Where it lands, and when the quota will be passed, if that is sure."""
        turned, here = self.progress.found.turns, row - self.first
        seen = self.seen(int(turned.begin[here]), int(turned.end[here]), column)
        latest = max((each for each in seen if each <= row + 1), default=None)
        found = None if latest is None else seen[latest]
        if found is None:
            return ["too little history to say more"]
        passes = self.quota.passes(found, used)
        return [self.quota.lands(found, used), *([] if passes is None else [passes])]


def _unknown(panel: Panel, rows: slice, why: Why) -> Verdicts:
    nothing = np.full(panel.values[rows].shape, np.nan)
    return Verdicts(
        first=rows.start,
        outcome=np.zeros(nothing.shape, dtype=np.int8),
        expected=nothing,
        low=nothing,
        high=nothing,
        score=np.zeros(nothing.shape),
        why=lambda _row, _column: why,
    )


def _list(shares: tuple[float, ...]) -> str:
    return ", ".join(map(str, shares)) or "none"
