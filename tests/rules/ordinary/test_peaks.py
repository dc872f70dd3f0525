"""Days that are worse than the days beside them, and the worst of these."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy import inf

from rules.ordinary.peaks import peaks, two_highest
from tests.rules.panels import NAN


def column(*values):
    return np.array(values, dtype=np.float64)[:, None]


def test_peaks_are_worse_than_the_days_beside_them():
    found = peaks(column(1, 3, 3, 2, NAN, 0, 5, 6))[:, 0]

    assert found.tolist() == [-inf, 3, -inf, -inf, -inf, -inf, -inf, 6]


@given(st.lists(st.one_of(st.just(NAN), st.floats(-5, 5)), min_size=1, max_size=20))
def test_there_are_never_two_peaks_in_a_row(values):
    found = peaks(column(*values))[:, 0] > -inf
    told = ~np.isnan(values)

    assert not (found[1:] & found[:-1]).any()
    assert found.any() == told.any()
    assert not found[~told].any()


def test_the_two_highest_are_those_of_so_many_days_before():
    first, second = two_highest(column(5, 0, 3, 0, 4, 0, 1), 4)

    assert first[:, 0].tolist() == [-inf, 5, 5, 5, 5, 4, 4]
    assert second[:, 0].tolist() == [-inf, -inf, -inf, 3, 3, 3, 3]
