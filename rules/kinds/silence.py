"""Nothing where there should be something."""

from dataclasses import dataclass

from rules.ordinary.deviation import Least, Minds, deviations
from rules.ordinary.ground import Eye
from rules.ordinary.strays import Look
from rules.panel import Panel
from rules.rate import MONTHLY, Rate
from rules.verdict import Verdicts

EYE = Eye(Look.NOTHING, (1, 3, 6, 12, 24, 48))


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing at all for longer than this series is ever quiet at this time.

    Told by windows of an hour to two days in which nothing came, though by the same past as
    `spike` has it something should have; the busier the time, the sooner. Never from data that
    was not told: zero must have been said. What is constant is never quiet, so that its first
    empty window is a breach; where use is so sparse that it comes every other day, or all of the
    past is zero, no silence is long enough to be a breach. Of a level, nothing is zero.
    """

    false_alarms: Rate = MONTHLY
    """How often noise alone may raise an alarm, over all series of the rule together."""
    min_change: float = 0
    """Less than this lacking is never worth a word; in the metric's unit."""

    def __post_init__(self) -> None:
        Least(self.min_change, 0.0)

    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        """Judge these rows of the panel, for every series in it."""
        least = Least(self.min_change, 0.0)
        return deviations(panel, rows, Minds(EYE, self.false_alarms, least))
