"""When will the credits be gone?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from rules.forecast import WEEKS
from rules.kind import Meter
from rules.lasting import Lasting
from rules.left import Asked, Left, latest, left
from rules.panel import Floats, Panel
from rules.past import Places
from rules.pool import Paid, pool
from rules.spending import spending
from rules.verdict import Outcome, Outcomes, Verdicts
from rules.words import span

LONGEST = timedelta(days=90)
AHEAD = timedelta(weeks=WEEKS)
"""How far the outlook reaches at least; twice the first limit if that is more."""
RECOVERED = 1.2
"""How many times the first limit must be left before it counts as recovered."""


@dataclass(frozen=True, slots=True)
class Runway:
    """A balance that, as it is burnt, will be gone within a limit is a breach.

    Every fall of the balance is burn, every rise a top-up or a refund, which is never burn below
    zero. The burn of the last eight weeks is carried forward by its hours, weekdays, level and
    growth; with fewer than seven days of it known the rule is learning and says nothing, unless
    the balance is gone. It is the middle of the interval that is held against the limits: its
    early end would speak up twice too early wherever use comes in bursts, and the words name it
    anyway.

    It is over when a fifth more time than the first limit is left; a top-up of a day's burn or
    more that leads out of a limit ends it at once, so that the limits are told anew.

    Where nothing was burnt in all the past, flat as it is at any height, nothing will be: that is
    normal. A constant burn goes on without an interval worth the name; a sparse one makes it wide,
    perhaps without an end. An empty balance that stays empty is a breach of the last limit. What
    was planned is not carried forward, but a balance is judged then as ever.
    """

    within: tuple[timedelta, ...] = (timedelta(days=14), timedelta(days=7), timedelta(days=2))
    """Times left at which to speak up, the longest first; each is told once."""
    interval: float = 0.8
    """How often the truth should lie between the two ends that are named: 0.5 to 0.99."""
    usage_source: str | None = None
    """A source whose use these credits pay for; the rule's own if only `usage_metric` is given."""
    usage_metric: str | None = None
    """Its metric; needed where it has several."""
    credits_per_unit: float | None = None
    """What a unit of that use costs; learnt from the balance if left out."""

    def __post_init__(self) -> None:
        if not self.within:
            raise ValueError("within: expected at least one time left, such as 7d, got none")
        if not timedelta(0) < min(self.within) <= max(self.within) <= LONGEST:
            raise ValueError(
                f"within: expected more than nothing and at most {span(LONGEST)}, since the "
                f"outlook rests on {WEEKS} weeks, got {', '.join(map(span, self.within))}"
            )
        if list(self.within) != sorted(set(self.within), reverse=True):
            raise ValueError(
                "within: expected each time once and the longest first, "
                f"got {', '.join(map(span, self.within))}"
            )
        if not 0.5 <= self.interval <= 0.99:
            raise ValueError(f"interval: expected 0.5 to 0.99, got {self.interval}")
        price = self.credits_per_unit
        if price is not None and not 0 < price < float("inf"):
            raise ValueError(f"credits_per_unit: expected more than zero, got {price}")
        if price is not None and not self.reads():
            raise ValueError("credits_per_unit: expected usage_source or usage_metric beside it")

    def reads(self) -> Sequence[Meter]:
        """The meter of the use that the credits pay for, if one was named."""
        if self.usage_source is None and self.usage_metric is None:
            return ()
        return (Meter(self.usage_source, self.usage_metric),)

    @np.errstate(over="ignore", invalid="ignore")
    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        """Judge these rows of the panel, for every series in it."""
        only, here = latest(panel, rows)
        spent, paid = spending(only), self._paid(panel)
        asked = Asked(max(AHEAD, 2 * self.within[0]), self.within[0], self.interval)
        known = left(only, here, spent, asked, None if paid is None else pool(spent, paid))
        passed = self._passed(known.middle, known.step)
        return Verdicts(
            first=rows.start,
            outcome=self._outcome(known, passed),
            expected=known.needed,
            low=known.needed,
            high=np.broadcast_to(np.float64(np.nan), known.needed.shape),
            score=self._score(known),
            why=Lasting(panel, rows.start, known, asked.far, paid),
            step=np.maximum(passed, 1).astype(np.int8),
        )

    def _paid(self, panel: Panel) -> Paid | None:
        if not self.reads() or not panel.beside:
            return None
        meter, price = panel.beside[0], self.credits_per_unit
        if price is None and meter.metric.unit == panel.metric.unit:
            price = 1.0
        return Paid(meter, price)

    def _passed(self, time: Floats, step: timedelta) -> Places:
        """How many limits a balance is within."""
        limits = np.array([limit / step for limit in self.within])
        return np.asarray((time[..., None] <= limits).sum(axis=-1))

    def _outcome(self, known: Left, passed: Places) -> Outcomes:
        recovered = known.middle > RECOVERED * (self.within[0] / known.step)
        outcome = np.where(recovered, np.int8(Outcome.NORMAL), np.int8(Outcome.BETWEEN))
        outcome[passed > 0] = Outcome.BREACH
        outcome[self._passed(known.before, known.step) > passed] = Outcome.NORMAL
        outcome[np.isnan(known.middle)] = Outcome.UNKNOWN
        return outcome

    def _score(self, known: Left) -> Floats:
        """0.5 at the first limit, 1 when gone; nothing where the end is out of sight."""
        share = known.middle / (self.within[0] / known.step)
        score = np.where(share <= 1, 1 - share / 2, 0.5 / np.maximum(share, 1))
        return np.nan_to_num(score, copy=False, nan=0.0)
