"""A chart of one line of text, where no picture is shown."""

from daemon.chart.held import held, pace
from rules.trace import Trace

LAST = 24
"""So many looks, the last of them."""
BARS = "▁▂▃▄▅▆▇█"
GAP = "·"


def spark(trace: Trace) -> str:
    """The last looks of a trace, each as a bar; a dot where nothing was told.

    The lowest bar is nothing at all, or less; the highest is the largest of them.
    """
    observed = held(trace).observed[:: -pace(trace)][:LAST][::-1]
    most = max((each for each in observed if each is not None), default=0.0)
    return "".join(GAP if each is None else _bar(each, most) for each in observed)


def _bar(value: float, most: float) -> str:
    if most <= 0 or value <= 0:
        return BARS[0]
    # Something is never drawn as nothing.
    return BARS[max(round(value / most * (len(BARS) - 1)), 1)]
