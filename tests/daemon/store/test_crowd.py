"""A source may create so many series; what comes after is counted, only not told apart."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.store.crowd import admit
from rules.series import OTHER, Labels, Reading

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
A, B, C = ((("voice", each),) for each in "abc")


def told(*labels: Labels, hour: int = 0) -> list[Reading]:
    return [Reading(one, NOON + timedelta(hours=hour), 1.0) for one in labels]


def test_what_fits_is_told_apart() -> None:
    admitted = admit(told(A, B), (), 2)

    assert admitted.readings == told(A, B)
    assert admitted.folded == frozenset()


def test_what_comes_after_is_counted_together_bucket_by_bucket() -> None:
    admitted = admit([*told(A, B, C), *told(C, hour=1)], (A,), 1)

    assert [(each.labels, each.value) for each in admitted.readings] == [
        (A, 1.0),
        (OTHER, 2.0),
        (OTHER, 1.0),
    ]
    assert admitted.folded == {B, C}


def test_a_place_once_taken_is_kept_and_the_rest_takes_none() -> None:
    assert admit(told(C, A), (A, OTHER), 2).folded == frozenset()
    assert admit(told(C, B, A), (A, OTHER), 2).folded == {B}
    assert admit(told(C), (A, OTHER), 1).folded == {C}


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 3)), max_size=40), st.integers(1, 9))
def test_nothing_is_lost_in_the_crowd(rows: list[tuple[int, int]], most: int) -> None:
    readings = [
        Reading((("v", str(voice)),), NOON + timedelta(hours=hour), 1.0 + voice)
        for voice, hour in rows
    ]
    admitted = admit(readings, (), most)
    labels = {each.labels for each in admitted.readings}

    assert len(labels - {OTHER}) <= most
    assert sum(each.value for each in admitted.readings) == sum(each.value for each in readings)
