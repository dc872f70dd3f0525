"""What is seen of buckets by all the windows that end with them."""

import numpy as np
import pytest

from rules.ordinary.ground import Seen, Sums
from rules.ordinary.strays import Look
from tests.rules.panels import NAN


@pytest.mark.parametrize(("sigmas", "calm"), [(2.01, True), (1.99, False)])
@pytest.mark.parametrize(("look", "of_any_hour"), [(Look.MORE, True), (Look.LESS, False)])
def test_an_hour_in_which_no_lack_could_be_seen_shows_no_calm(sigmas, calm, look, of_any_hour):
    """Not even no use at all would be two standard deviations too little there."""
    one = np.ones((1, 1))
    sums = Sums(1, sigmas**2 * one, sigmas**2 * one, one, 0 * one)

    assert Seen.of((sums,), look).calm[0, 0] == (calm or of_any_hour)


def of(*scores):
    one = np.ones((1, 1))
    return Seen.of([Sums(1, one, one, one, score * one) for score in scores], Look.MORE)


@pytest.mark.parametrize(
    ("scores", "calm"),
    [((0.9,), True), ((1.1,), False), ((0.9, 1.1), False), ((0.9, 0.9, 1.1), True)],
)
def test_calm_is_shown_by_the_two_shortest(scores, calm):
    assert of(*scores).calm == calm


def test_what_is_not_known_is_not_calm_and_not_the_highest():
    found = of(NAN, 2.0)

    assert np.isnan(found.score)
    assert found.highest == 2
    assert not found.calm
