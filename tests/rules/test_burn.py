"""A balance that falls was burnt, one that rises was bought, and nothing is lost between."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.burn import moves

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def hours(*after: float) -> list[datetime]:
    return [NOON + hour * HOUR for hour in after]


def test_a_fall_is_spread_over_the_time_it_may_have_happened_in() -> None:
    told = moves(hours(0, 2), np.array([100.0, 60.0]), hours(0, 1, 2))

    assert told.burn.tolist() == [20.0, 20.0]
    assert told.top_ups.tolist() == [0.0, 0.0]


def test_before_the_first_look_nothing_is_known() -> None:
    told = moves(hours(1), np.array([100.0]), hours(0, 1, 2))

    assert np.isnan(told.burn[0])
    assert told.burn[1] == 0.0


def test_a_balance_that_is_not_known_is_neither_burnt_nor_bought() -> None:
    told = moves(hours(0, 1, 2), np.array([100.0, np.nan, 80.0]), hours(0, 1, 2))

    assert told.burn.tolist() == [10.0, 10.0]


def test_nothing_told_at_all_is_nothing_known() -> None:
    told = moves(hours(0), np.array([np.nan]), hours(0, 1))

    assert np.isnan(told.burn).all()
    assert len(moves([], np.array([]), []).burn) == 0


@settings(max_examples=60)
@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=20))
def test_what_was_bought_less_what_was_burnt_is_what_the_balance_moved(told: list[int]) -> None:
    balances = np.array(told, dtype=np.float64)
    told_moves = moves(hours(*range(len(told))), balances, hours(*range(len(told))))

    assert (told_moves.burn >= 0).all()
    assert (told_moves.top_ups >= 0).all()
    moved = told_moves.top_ups.sum() - told_moves.burn.sum()
    assert moved == pytest.approx(balances[-1] - balances[0])
