"""What a balance says of its use: how much was burnt, and how much was bought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from rules.panel import Floats
from rules.totals import amounts


@dataclass(frozen=True, slots=True)
class Moves:
    """Between neighbouring edges, a number each; NaN where nothing is known."""

    burn: Floats
    top_ups: Floats


def moves(moments: Sequence[datetime], balances: Floats, edges: Sequence[datetime]) -> Moves:
    """Every fall of a balance is burn, every rise a top-up, each spread over the time in which it
    must have happened.

    What was burnt and bought again between two looks is not seen. A balance that is not known
    (NaN) is passed over.

    >>> from datetime import UTC, timedelta
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> hours = [noon + hour * timedelta(hours=1) for hour in range(4)]
    >>> told = moves(hours, np.array([100.0, 90.0, 590.0, 550.0]), hours)
    >>> told.burn.tolist(), told.top_ups.tolist()
    ([10.0, 0.0, 40.0], [0.0, 500.0, 0.0])
    """
    known = ~np.isnan(balances)
    times = [moment for moment, told in zip(moments, known, strict=True) if told]
    if not times:
        nothing = np.full(max(len(edges) - 1, 0), np.nan)
        return Moves(nothing, nothing)
    steps = np.diff(balances[known], prepend=balances[known][:1])
    up = np.cumsum(np.maximum(steps, 0.0))
    down = np.cumsum(np.maximum(-steps, 0.0))
    used = amounts(times, np.column_stack([down, up]), edges)
    return Moves(used[:, 0], used[:, 1])
