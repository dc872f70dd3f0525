"""Too much for this series at this time."""

from dataclasses import dataclass

from rules.ordinary.deviation import Least, Minds, deviations
from rules.ordinary.ground import Eye
from rules.ordinary.strays import Look
from rules.panel import Panel
from rules.rate import MONTHLY, Rate
from rules.verdict import Verdicts

EYE = Eye(Look.MORE, (1, 3, 6, 24))


@dataclass(frozen=True, slots=True)
class Spike:
    """More than this series ever has at this time of the day and the week, in a bucket or in the
    hours that end with it.

    What is expected comes from the same time of the eight weeks and of the two weeks before;
    how far that is usually missed, from the last four weeks; at the turn of a month, what its
    last turns brought as well, and until one was seen a turn is no news. Until a series was
    told for about four weeks, and all of them together for six, they are learnt, and the
    verdict is unknown. Of an amount the bucket that still fills is judged too. A constant past
    strays by nothing: there any change beyond `min_ratio` and `min_change` is a breach. Where
    all the past is zero, nothing is usual and the verdict is unknown: first use is what the
    kind newcomer tells of. Sparse use is counted: one call where one comes now and then is no
    news, eight are.
    """

    false_alarms: Rate = MONTHLY
    """How often noise alone may raise an alarm, over all series of the rule together."""
    min_change: float = 0
    """A change no larger than this is never worth a word; in the metric's unit."""
    min_ratio: float = 0.5
    """A change no larger than this share of the usual is never worth a word: 0.5 is half again."""

    def __post_init__(self) -> None:
        Least(self.min_change, self.min_ratio)

    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        """Judge these rows of the panel, for every series in it."""
        least = Least(self.min_change, self.min_ratio)
        return deviations(panel, rows, Minds(EYE, self.false_alarms, least))
