"""For each bucket the window that is told of it."""

import numpy as np
import pytest

from rules.ordinary.best import Best
from rules.ordinary.ground import Sums
from rules.ordinary.strays import Look

SCORES = np.array([[[1.0, 5.0, 7.0]], [[9.0, 6.0, 3.0]], [[4.0, 8.0, 9.0]]])
"""Of three windows, for three series."""


def sums(buckets, scores):
    return Sums(buckets, 10 * scores, 20 * scores, 30 * scores, scores)


def best(*beyond):
    windows = tuple(sums(each, scores) for each, scores in zip((1, 3, 6), SCORES, strict=True))
    return Best.of(windows, [np.array([each]) for each in beyond])


@pytest.mark.parametrize(
    ("beyond", "buckets", "scores"),
    [
        ([[False, False, False]] * 3, [1, 1, 1], [1, 5, 7]),
        ([[False, False, True], [True, True, False], [True, True, False]], [3, 6, 1], [9, 8, 7]),
        ([[False, True, False], [False, True, True], [False, False, False]], [1, 3, 3], [1, 6, 3]),
    ],
)
def test_it_is_the_highest_of_those_beyond_the_limit_or_the_shortest(beyond, buckets, scores):
    found = best(*beyond)

    assert found.buckets[0].tolist() == buckets
    assert found.score[0].tolist() == scores
    for array, times in ((found.observed, 10), (found.expected, 20), (found.sigma, 30)):
        assert (array == times * found.score).all()


def test_how_the_numbers_lie_in_memory_changes_nothing():
    scores = np.random.default_rng(0).random((3, 8, 5))
    beyond = list(scores > 0.6)
    across = [np.asfortranarray(each) for each in scores]
    rows, other = (
        Best.of(tuple(sums(n, each) for n, each in enumerate(many)), beyond)
        for many in (list(scores), across)
    )

    np.testing.assert_array_equal(rows.observed, other.observed)
    np.testing.assert_array_equal(rows.buckets, other.buckets)


def test_what_is_told_leaves_the_windows_as_they_were():
    before = SCORES.copy()
    best([True, True, True], [True, True, True], [True, True, True])

    assert (before == SCORES).all()


def one(expected, sigma):
    numbers = [np.array([[float(each)]]) for each in (0, 0, expected, sigma)]
    return Best(*numbers, np.array([[1]]))


@pytest.mark.parametrize(
    ("look", "level", "edge"),
    [
        (Look.MORE, False, (10 + 2 * 3) ** 2),
        (Look.LESS, False, (10 - 2 * 3) ** 2),
        (Look.MORE, True, 100 + 2 * 3),
        (Look.NOTHING, True, 100 - 2 * 3),
    ],
)
def test_the_edge_is_where_it_would_have_been_a_breach(look, level, edge):
    assert one(100, 2).edge(np.array([[3.0]]), look, level=level) == edge


def test_of_an_amount_no_edge_lies_below_nothing():
    assert one(9, 2).edge(np.array([[3.0]]), Look.LESS, level=False) == 0
    assert one(-9, 2).edge(np.array([[3.0]]), Look.MORE, level=False) == 36


@pytest.mark.parametrize("goal", [np.inf, -np.inf, np.nan])
def test_where_nothing_would_be_a_breach_there_is_no_edge(goal):
    assert np.isnan(one(100, 2).edge(np.array([[goal]]), Look.MORE, level=False))
