"""Sums over the buckets that end with each."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ordinary.sums import sums
from tests.rules.panels import NAN


def summed(values, buckets):
    """By day, place and column."""
    swapped = np.ascontiguousarray(values.swapaxes(0, 1))
    return np.ascontiguousarray(sums(swapped, [buckets])[0].swapaxes(0, 1))


VALUES = st.lists(st.one_of(st.just(NAN), st.floats(0, 1e6)), min_size=1, max_size=60)


@given(VALUES, st.integers(1, 50))
def test_sums_are_of_so_many_buckets_all_of_them_told(values, buckets):
    found = summed(np.array(values)[:, None, None], buckets).ravel()
    for row in range(len(values)):
        last = values[row + 1 - buckets : row + 1] if row + 1 >= buckets else [NAN]
        assert found[row] == pytest.approx(sum(last), nan_ok=True)


@given(VALUES, st.integers(1, 50), st.integers(0, 30))
def test_sums_are_the_same_to_the_bit_wherever_the_panel_begins(values, buckets, earlier):
    column = np.array(values)[:, None, None]
    longer = np.concatenate([np.full((earlier, 1, 1), 0.1), column])
    found = summed(column, buckets)
    known = ~np.isnan(found)

    np.testing.assert_array_equal(summed(longer, buckets)[earlier:][known], found[known])


@given(VALUES, st.integers(1, 50), st.integers(1, 9))
def test_sums_are_the_same_to_the_bit_however_many_buckets_a_block_has(values, buckets, places):
    whole = np.array(values)[: len(values) // places * places]
    line = summed(whole[:, None, None], buckets).ravel()

    np.testing.assert_array_equal(summed(whole.reshape(-1, places, 1), buckets).ravel(), line)


@given(VALUES, st.lists(st.integers(1, 30), min_size=1, max_size=5))
def test_sums_are_the_same_to_the_bit_whichever_others_are_taken(values, lengths):
    row = np.array(values)[None, :, None]
    for buckets, found in zip(lengths, sums(row, lengths), strict=True):
        np.testing.assert_array_equal(found, sums(row, [buckets])[0])
