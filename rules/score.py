"""How unusual each row of a file is, in order, knowing nothing of the rows after it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import isfinite

from rules.novelty import SHIPPED, Novelty, Setting
from rules.series import EPOCH

SECOND = timedelta(seconds=1)
MOST = 1e150
"""A number further from zero is taken for this one: it can still be added and divided."""


def scores(
    rows: Sequence[tuple[datetime, float]],
    setting: Setting = SHIPPED,
) -> list[float]:
    """0 to 1 for each row: 0.5 where it is worth a word, 0 where there is nothing to say.

    Values are of any sign and scale. Times may repeat, go back and leave gaps. A row without a
    number scores 0, and the others do not know it was there.

    >>> at = datetime.fromisoformat("2025-05-20T00:00:00+00:00")
    >>> values = [5.0] * 200 + [50.0] * 2
    >>> found = scores([(at + hour * timedelta(hours=1), values[hour]) for hour in range(202)])
    >>> [round(score, 2) for score in found[198:]]
    [0.0, 0.0, 0.88, 0.0]
    """
    novelty = Novelty(setting)
    return [
        novelty.score((at - EPOCH) // SECOND, min(max(value, -MOST), MOST))
        if isfinite(value)
        else 0.0
        for at, value in rows
    ]
