"""Rows and the moments they speak for."""

import numpy as np
import pytest

from rules.panel import Marks
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


MEMORY = np.arange(40.0).reshape(10, 4).copy()
MARKS = Marks(MEMORY, np.arange(100, 110))


def test_the_first_rows_of_a_memory_are_known_by_their_marks():
    assert MARKS.of(MEMORY[:3]) == np.array([100, 101, 102]).tobytes()
    assert MARKS.of(MEMORY[:5][:3, :2]) == MARKS.of(MEMORY[:3])
    assert Marks(MEMORY, MARKS.rows + 1).of(MEMORY[:3]) != MARKS.of(MEMORY[:3])


@pytest.mark.parametrize(
    "other",
    [MEMORY[:3].copy(), MEMORY[1:3], MEMORY[:3, 1:], MEMORY[:6:2], MEMORY.copy()[:3]],
    ids=["a copy", "later rows", "later columns", "every other row", "of another memory"],
)
def test_numbers_that_lie_elsewhere_are_not_known_by_the_marks_of_a_memory(other):
    assert MARKS.of(other) is None
