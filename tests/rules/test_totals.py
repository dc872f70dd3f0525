"""What totals grew by: never negative, and together the total again."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.totals import amounts, differences, restated

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
totals = st.lists(st.integers(0, 2**62), min_size=1, max_size=12)


def hours(*after: float) -> list[datetime]:
    return [NOON + hour * HOUR for hour in after]


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)[:, None]


@settings(max_examples=100)
@given(totals)
def test_amounts_are_never_negative_and_add_up_to_the_last_total(told: list[int]) -> None:
    used = differences(told)

    assert len(used) == len(told)
    assert min(used) >= 0
    assert sum(used) == pytest.approx(told[-1], rel=1e-9)


@settings(max_examples=50)
@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=12))
def test_what_only_grows_is_told_apart_to_the_last_digit(steps: list[int]) -> None:
    told = np.cumsum(np.array(steps, dtype=object)).tolist()

    assert differences([2**70 + each for each in told])[1:] == [float(step) for step in steps[1:]]


def test_a_fall_is_paid_for_by_all_that_came_before_it() -> None:
    assert differences([100, 200, 150, 180]) == [75.0, 75.0, 0.0, 30.0]
    assert differences([100, 0, 5]) == [0.0, 0.0, 5.0]


def test_between_two_moments_a_total_grows_evenly() -> None:
    used = amounts(hours(0, 2), column(10, 30), hours(0, 1, 2))

    assert used.tolist() == [[10.0], [10.0]]


def test_nothing_is_known_before_the_first_moment_and_nothing_came_after_the_last() -> None:
    used = amounts(hours(0.5, 1.5), column(10, 30), hours(-1, 0, 1, 2, 3))

    assert np.isnan(used[:2]).all()
    assert used[2:].tolist() == [[10.0], [0.0]]


def test_one_moment_alone_says_nothing_of_the_time_before_it() -> None:
    used = amounts(hours(0.5), column(10), hours(0, 1, 2))

    assert np.isnan(used[0, 0])
    assert used[1, 0] == 0.0


def test_a_fall_between_two_moments_scales_what_came_before() -> None:
    used = amounts(hours(0, 1, 2, 3), column(0, 20, 10, 30), hours(0, 1, 2, 3))

    assert used.ravel().tolist() == [10.0, 0.0, 20.0]


def test_a_period_set_right_after_its_end_keeps_its_shape() -> None:
    after = restated(column(0, 10, 40), np.array([40.0]), np.array([20.0]))

    assert after.ravel().tolist() == [0.0, 5.0, 20.0]
    assert restated(column(0, 0), np.array([0.0]), np.array([7.0])).ravel().tolist() == [0.0, 0.0]


@settings(max_examples=60)
@given(
    st.lists(st.floats(0, 1e9), min_size=2, max_size=10),
    st.lists(st.floats(0.01, 5), min_size=9, max_size=9),
)
def test_all_buckets_together_hold_what_the_total_grew_by(
    told: list[float], steps: list[float]
) -> None:
    moments = [NOON]
    for step in steps[: len(told) - 1]:
        moments.append(moments[-1] + step * HOUR)
    edges = hours(*range(int((moments[-1] - NOON) / HOUR) + 2))
    used = amounts(moments, column(*told), edges)
    falls = np.prod([b / a for a, b in pairwise(told) if b < a])

    assert (used >= 0).all()
    assert used.sum() == pytest.approx(told[-1] - told[0] * falls, rel=1e-6, abs=1e-3)
