"""What stood before some buckets of a matrix."""

import numpy as np
import pytest

from rules.past import Block, Cells, _line

MATRIX = np.arange(40.0).reshape(10, 4)


def test_a_block_and_its_cells_remember_the_same_past():
    block = Block(MATRIX, slice(2, 6), slice(1, 4))
    cells = block.only(np.ones(block.shape, dtype=np.bool_))

    for one, other in zip(block.before([1, 3, 5]), cells.before([1, 3, 5]), strict=True):
        np.testing.assert_array_equal(one.ravel(), other)


def test_nothing_was_told_before_the_matrix_begins():
    (samples,) = Cells(MATRIX, np.array([0, 1, 2]), np.array([3, 3, 3])).before([1])
    (rows,) = Block(MATRIX, slice(0, 3), slice(3, 4)).before([1])

    np.testing.assert_array_equal(samples, [np.nan, 3, 7])
    np.testing.assert_array_equal(rows[:, 0], samples)


def test_a_lag_before_everything_is_left_out():
    assert Cells(MATRIX, np.array([4]), np.array([0])).before([4, 5])[0].tolist() == [0]
    assert len(Cells(MATRIX, np.array([4]), np.array([0])).before([4, 5])) == 1
    assert len(Block(MATRIX, slice(3, 5), slice(0, 4)).before([4, 5])) == 1


def test_no_cells_have_no_past():
    none = np.array([], dtype=np.intp)

    assert Cells(MATRIX, none, none).before([1, 2]) == []


def test_only_some_of_the_cells_can_be_kept():
    cells = Cells(MATRIX, np.array([1, 2, 3]), np.array([0, 1, 2]))

    assert cells.only(np.array([True, False, True])).rows.tolist() == [1, 3]
    assert cells.part(slice(1, None)).columns.tolist() == [1, 2]


def test_a_matrix_that_lies_otherwise_in_memory_says_the_same():
    cells = Cells(np.asfortranarray(MATRIX), np.array([5]), np.array([2]))

    assert cells.before([2])[0].tolist() == [MATRIX[3, 2]]


@pytest.mark.parametrize("spare", [0, 1, 3])
def test_a_matrix_with_spare_columns_beside_it_says_the_same(spare):
    room = np.full((len(MATRIX), 4 + spare), -1.0)
    room[:, :4] = MATRIX
    rows, columns = np.array([0, 3, 9, 9]), np.array([0, 2, 0, 3])

    for one, other in zip(
        Cells(room[:, :4], rows, columns).before([1, 2, 9]),
        Cells(MATRIX, rows, columns).before([1, 2, 9]),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


def test_spare_columns_are_not_copied():
    room = np.zeros((10, 6))
    assert np.shares_memory(_line(room[:, :4])[0], room)
    assert _line(room[:, :4])[1] == 6


@pytest.mark.parametrize("shape", [(0, 4), (4, 0), (0, 0)])
def test_an_empty_matrix_has_no_past(shape):
    none = np.array([], dtype=np.intp)

    assert Cells(np.empty(shape), none, none).before([1]) == []
