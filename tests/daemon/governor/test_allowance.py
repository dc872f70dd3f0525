"""A sliding minute, counted in slots: never a call too many, and few too few."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.governor.allowance import MINUTE, SLOT, left, lot, opens, recent, slot_of
from tests.daemon.governor.vendor import AT, SECOND

NOW = slot_of(AT)


def test_a_slot_is_two_seconds_of_everybodys_time() -> None:
    assert slot_of(AT + 1.999 * SECOND) == NOW
    assert slot_of(AT + 2 * SECOND) == NOW + 1
    assert slot_of(AT - timedelta(microseconds=1)) == NOW - 1


def test_what_is_spent_is_not_left() -> None:
    assert left({}, 20, AT) == 20
    assert left({NOW: 3, NOW - 5: 4}, 20, AT) == 13
    assert left({NOW: 25}, 20, AT) == 0


def test_a_call_counts_for_a_minute_and_what_is_left_of_its_slot() -> None:
    assert left({NOW - MINUTE: 4}, 20, AT) == 16
    assert left({NOW - MINUTE - 1: 4}, 20, AT) == 20


def test_a_clock_that_is_ahead_counts_and_one_that_was_wrong_does_not() -> None:
    assert left({NOW + MINUTE: 4}, 20, AT) == 16
    assert left({NOW + MINUTE + 1: 4}, 20, AT) == 20
    assert recent({NOW + 9999: 4, NOW: 1}, AT) == {NOW: 1}


def test_it_opens_when_the_oldest_call_is_a_minute_old() -> None:
    assert opens({NOW - 3: 1, NOW: 19}, AT) == AT + 28 * SLOT
    assert left({NOW - 3: 1, NOW: 19}, 20, AT + 28 * SLOT) == 1


@pytest.mark.parametrize(
    ("limit", "before", "size"),
    [(20, 0, 1), (20, 1, 1), (600, 0, 1), (600, 1, 2), (600, 4, 8), (600, 8, 10), (600, 10, 10)],
)
def test_lots_double_up_to_what_a_second_brings(limit: int, before: int, size: int) -> None:
    assert lot(limit, before) == size


@given(
    st.integers(1, 40),
    st.lists(st.tuples(st.floats(0, 70), st.integers(1, 30)), max_size=30),
)
def test_no_minute_holds_a_call_too_many(limit: int, wishes: list[tuple[float, int]]) -> None:
    at, spent, made = AT, {}, []
    for gap, wished in wishes:
        at += gap * SECOND
        calls = min(wished, left(spent, limit, at))
        spent = recent(spent, at)
        spent[slot_of(at)] = spent.get(slot_of(at), 0) + calls
        made += [at] * calls

    assert all(b - a > 60 * SECOND for a, b in zip(made, made[limit:], strict=False))
