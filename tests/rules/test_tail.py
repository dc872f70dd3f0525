"""How rare a deviation is, known from a few samples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.tail import LEAST, reach, shared, surprise


@pytest.mark.parametrize(
    ("sigmas", "freedom", "exact"),
    [(0, 5, 0.301), (3, 3, 1.540), (6, 5, 3.035), (10, 10, 6.100), (20, 20, 14.268)],
)
def test_the_tail_is_that_of_student_within_a_fifteenth_of_a_power_of_ten(sigmas, freedom, exact):
    assert surprise(np.array(float(sigmas)), np.array(float(freedom))) == pytest.approx(
        exact, abs=0.08
    )


@given(st.floats(3, 30), st.floats(3, 1000))
def test_reaching_so_far_is_as_surprising_as_asked(sigmas, freedom):
    far, free = np.array(sigmas), np.array(freedom)

    assert reach(surprise(far, free), free) == pytest.approx(far, rel=1e-6)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=30),
    st.floats(1e-6, 0.01),
)
def test_chance_is_shared_until_as_much_as_was_asked_for_is_expected(chances, expected):
    limit = shared(np.array([chances]), expected)[0]
    taken = sum(min(10.0**-limit, chance) for chance in chances)

    assert limit >= LEAST
    assert taken == pytest.approx(expected) or (taken < expected and limit == LEAST)


def test_a_column_more_that_never_strays_changes_nothing():
    chances = np.array([[0.3, 0.0004, 0.2], [np.nan, 0.1, 0.1]])
    more = np.insert(chances, 1, [0.0, np.nan], axis=1)

    np.testing.assert_array_equal(shared(chances, 0.001), shared(more, 0.001))
    np.testing.assert_array_equal(shared(chances, 0.001), shared(chances[:, ::-1], 0.001))


def test_without_columns_only_the_least_is_asked():
    np.testing.assert_array_equal(shared(np.empty((2, 0)), 0.001), [LEAST, LEAST])
