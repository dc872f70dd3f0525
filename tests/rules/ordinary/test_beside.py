"""The highest of the same place and of those beside it, in the blocks before."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rules.ordinary.beside import highest_beside
from tests.rules.panels import NAN


@given(
    arrays(float, (5, 12, 2), elements=st.one_of(st.just(NAN), st.floats(0, 9))),
    st.integers(1, 5),
    st.integers(1, 3),
)
def test_it_is_the_highest_of_these_blocks_and_three_places(values, many, step):
    found = highest_beside(values, many, step, 0.0)

    for place, block in np.ndindex(5, 12):
        near = slice(max(place - 1, 0), place + 2)
        past = [block - lag * step for lag in range(1, many + 1) if block >= lag * step]
        seen = values[near][:, past].reshape(-1, 2)
        np.testing.assert_array_equal(
            found[place, block], np.nan_to_num(seen).max(axis=0, initial=0.0)
        )


@pytest.mark.parametrize("untold", [0.0, np.inf])
def test_what_was_not_told_is_what_one_says(untold):
    values = np.ones((3, 4, 1))
    values[0, 2] = NAN
    found = highest_beside(values, 2, 1, untold)[..., 0]

    assert found[:, 0].tolist() == [untold] * 3
    assert found[:, 3].tolist() == [max(untold, 1.0), max(untold, 1.0), 1.0]


def test_a_block_of_one_place_has_nothing_beside_it():
    values = np.arange(6.0)[None, :, None]

    assert highest_beside(values, 3, 1, 0.0)[0, :, 0].tolist() == [0, 0, 1, 2, 3, 4]
