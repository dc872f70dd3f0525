"""Rows and the moments they speak for."""

import pytest

from rules.series import Measure
from tests.rules.panels import HOUR, at, panel


def test_a_row_and_its_moment_find_each_other():
    watched = panel([1, 2, 3])

    assert [watched.row(watched.at(row)) for row in range(-2, 5)] == list(range(-2, 5))
    assert watched.row(at(1) + HOUR / 2) == 1


def test_a_panel_ends_where_the_next_row_would_begin():
    assert panel([1, 2, 3]).end == at(3)
    assert len(panel([1, 2, 3])) == 3


@pytest.mark.parametrize(("measure", "until"), [(Measure.AMOUNT, at(2)), (Measure.LEVEL, at(1))])
def test_an_amount_speaks_for_its_bucket_and_a_level_for_its_instant(measure, until):
    assert panel([1, 2], measure=measure).until(1) == until
