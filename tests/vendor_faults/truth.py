"""What the watched vendor truly holds, for every bucket that is kept of it."""

import numpy as np
import pytest

from daemon.sandbox.world import clock_hours
from rules.panel import Panel
from tests.vendor_faults.house import HOUR, House


def check(house: House, panel: Panel) -> None:
    """Every closed hour from the first poll's history on is there, and is true."""
    closed = slice(0, panel.closed)
    assert panel.at(panel.closed) >= house.vendor.clock.now() - 2 * HOUR
    for column, series in enumerate(panel.series):
        [voice] = [one for one in house.vendor.world.voices if one.id == series.labels[0][1]]
        lows = np.array([clock_hours(panel.at(row)) for row in range(panel.closed)])
        kept, true = panel.values[closed, column], house.vendor.world.used(voice, lows, lows + 1)
        told = ~np.isnan(kept)

        assert kept[told] == pytest.approx(true[told], abs=1e-6)
        assert not np.isnan(panel.values[closed].max(axis=1, initial=-1.0)).all()
