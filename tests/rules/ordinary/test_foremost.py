"""Which comes so far from the front of the blocks before each."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from rules.ordinary.foremost import foremost

NUMBERS = st.one_of(st.sampled_from([0.0, 1.0, np.inf, -np.inf]), st.floats(-9, 9))
SHAPES = array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9)


@given(arrays(np.float64, SHAPES, elements=NUMBERS), st.integers(1, 12), st.data())
def test_it_is_the_one_that_so_many_before_are_smaller_than(values, many, data):
    which = data.draw(arrays(np.intp, values.shape, elements=st.integers(0, many - 1)))
    found = foremost(values, many, which)
    for block, column in np.ndindex(values.shape):
        past = np.sort(values[max(block - many, 0) : block, column])
        right = [*past, *[np.inf] * many][which[block, column]]
        assert found[block, column] == right


@pytest.mark.parametrize("blocks", [254, 255, 256, 300])
def test_years_of_blocks_have_more_places_than_a_byte(blocks):
    values = np.random.default_rng(1).random((blocks, 2))
    found = foremost(values, 28, np.full(values.shape, 2))

    for block in range(28, blocks):
        right = np.sort(values[block - 28 : block], axis=0)[2]
        np.testing.assert_array_equal(found[block], right)
