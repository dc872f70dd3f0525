"""The selection network against plain sorting."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.median import DEEPEST, NARROWEST, network, ranked


@settings(max_examples=60, deadline=None)
@given(st.integers(1, DEEPEST + 3), st.integers(0, 2**32 - 1), st.data())
def test_any_rank_of_any_depth_is_what_sorting_finds(depth, seed, data):
    wide = data.draw(st.sampled_from([1, NARROWEST - 1, NARROWEST, 300]))
    ranks = tuple(data.draw(st.lists(st.integers(0, depth - 1), min_size=1, max_size=3)))
    rng = np.random.default_rng(seed)
    stack = rng.integers(-3, 4, (depth, wide)).astype(np.float64)
    stack[rng.random(stack.shape) < 0.02] = np.nan
    kept = stack.copy()
    found = ranked(list(stack), ranks)
    expected = np.sort(stack, axis=0)[list(ranks)]
    expected[:, np.isnan(stack).any(axis=0)] = np.nan

    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(stack, kept)


@pytest.mark.parametrize("depth", [4, 7, 8, 14, 24])
def test_a_missing_number_is_seen_wherever_it_stands(depth):
    stack = np.zeros((depth, NARROWEST))
    stack[np.arange(depth), np.arange(depth)] = np.nan
    (found,) = ranked(list(stack), (depth // 2,))

    assert np.flatnonzero(np.isnan(found)).tolist() == list(range(depth))


def test_the_network_leaves_out_what_nobody_asked_for():
    asked, whole = network(8, (3, 4)), network(8, tuple(range(8)))

    assert len(asked) < len(whole) == 19
    assert not all(low and high for _, _, low, high in asked)


def test_rows_of_two_dimensions_are_ranked_place_by_place():
    stack = np.random.default_rng(0).random((5, 20, 30))
    (found,) = ranked(list(stack), (2,))

    np.testing.assert_array_equal(found, np.median(stack, axis=0))
