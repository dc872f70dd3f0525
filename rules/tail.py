"""How rare a deviation is whose yardstick was itself taken from a few samples: Student's t.

Surprise is -log10 of the probability of at least as much: 3 is once in a thousand times.
"""

from math import log, pi

import numpy as np

from rules.panel import Floats

_LN10 = log(10)
_HALF = log(2 * pi) / 2 - log(2)


def surprise(sigmas: Floats, freedom: Floats) -> Floats:
    """Of a deviation of so many standard deviations or more, known with so much freedom.

    By Wallace's approximation: a little less than the truth, 0.16 less for 20 standard deviations
    and a freedom of 3, 0.05 less for 10 and a freedom of 10.

    >>> surprise(np.array([0.0, 2.0, 10.0]), np.array([5.0, 1e9, 10.0])).round(2)
    array([0.3 , 1.63, 6.05])
    """
    stretch = (8 * freedom + 1) / (8 * freedom + 3)
    normal = stretch * np.sqrt(freedom * np.log1p(sigmas**2 / freedom))
    return np.asarray((normal**2 / 2 + _HALF + np.log(_wide(normal))) / _LN10)


def reach(surprise: Floats, freedom: Floats) -> Floats:
    """The other way round: how many standard deviations are as surprising as this; exact from 1 on.

    >>> reach(np.array([0.2, 1.634, 6.049]), np.array([5.0, 1e9, 10.0])).round(1)
    array([ 0.,  2., 10.])
    """
    goal = 2 * (surprise * _LN10 - _HALF)
    normal = np.sqrt(np.maximum(goal, 0))
    for _ in range(12):
        normal = np.sqrt(np.maximum(goal - 2 * np.log(_wide(normal)), 0))
    stretch = (8 * freedom + 1) / (8 * freedom + 3)
    return np.asarray(np.sqrt(freedom * np.expm1((normal / stretch) ** 2 / freedom)))


def shared(chances: Floats, expected: float) -> Floats:
    """For each row the surprise that noise alone passes so often, taken over all its columns.

    A column whose own chance of being worth a word is smaller than its fair share leaves the rest
    to the others: the sum of min(p, chance) over the columns is what was expected. NaN and zero
    take no part.

    >>> shared(np.array([[0.5, 0.5, 0.0], [0.5, 0.0002, np.nan]]), 0.001).round(2)
    array([3.3, 3.1])
    """
    chances = np.sort(np.nan_to_num(chances), axis=1)
    many = chances.shape[1]
    left = many - np.arange(many)
    taken = np.cumsum(chances, axis=1) - chances
    share = (expected - taken) / left
    fits = chances >= share
    first = np.argmax(fits, axis=1) if many else np.zeros(len(chances), dtype=np.intp)
    found = np.full(len(chances), 1.0)
    rows = np.flatnonzero(fits.any(axis=1))
    found[rows] = share[rows, first[rows]]
    return np.asarray(np.maximum(-np.log10(np.clip(found, 1e-300, 1.0)), LEAST))


LEAST = 2.0
"""What happens by chance more than once in a hundred times is never told, whoever asks for it."""


def _wide(normal: Floats) -> Floats:
    return np.asarray(normal + np.sqrt(normal**2 + 8 / pi))
