"""Much less than this series has at this time."""

from dataclasses import dataclass

from rules.ordinary.deviation import Least, Minds, deviations
from rules.ordinary.ground import Eye
from rules.ordinary.strays import Look
from rules.panel import Panel
from rules.rate import MONTHLY, Rate
from rules.verdict import Verdicts

EYE = Eye(Look.LESS, (3, 6, 12, 24))


@dataclass(frozen=True, slots=True)
class Drop:
    """Much less than this series ever has at this time of the day and the week, in the hours that
    end with a bucket.

    The other side of `spike`, with the same past and the same learning, but for the turn of a
    month: it is not bound to come. Only whole buckets of an amount are judged, and never from
    data that was not told: a window with a hole in it is unknown. Where little is expected
    nothing can drop: of sparse use only long windows can show that it ended. A constant past
    strays by nothing: any change beyond `min_ratio` and `min_change` is a breach. An empty or
    all-zero past is unknown.
    """

    false_alarms: Rate = MONTHLY
    """How often noise alone may raise an alarm, over all series of the rule together."""
    min_change: float = 0
    """A change no larger than this is never worth a word; in the metric's unit."""
    min_ratio: float = 0.3
    """A change no larger than this share of the usual is never worth a word: 0.3 is 30 % less."""

    def __post_init__(self) -> None:
        Least(self.min_change, self.min_ratio)

    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        """Judge these rows of the panel, for every series in it."""
        least = Least(self.min_change, self.min_ratio)
        return deviations(panel, rows, Minds(EYE, self.false_alarms, least))
