"""The memory of a panel grows, forgets and closes as the database would have it."""

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.store.history import History
from rules.series import Absent, Measure, Metric

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
METRIC = Metric("tts", "minutes", "minutes", Measure.AMOUNT, HOUR, Absent.ZERO)


def history(hours: int = 1000) -> History:
    made = History(1, METRIC, hours * HOUR)
    made.add_series((), NOON)
    return made


def test_before_the_first_bucket_there_is_no_panel() -> None:
    assert history().panel() is None


def test_a_gap_is_not_told() -> None:
    made = history()
    made.write(NOON, np.array([1.0]), closed=True)
    made.write(NOON + 3 * HOUR, np.array([4.0]), closed=False)
    panel = made.panel()

    assert panel is not None
    assert np.isnan(panel.values[1:3]).all()
    assert panel.closed == 1


def test_a_bucket_older_than_the_first_moves_the_start_back() -> None:
    made = history()
    made.write(NOON, np.array([1.0]), closed=True)
    made.write(NOON - 2 * HOUR, np.array([3.0]), closed=True)
    panel = made.panel()

    assert panel is not None
    assert panel.start == NOON - 2 * HOUR
    assert panel.values[[0, 2], 0].tolist() == [3.0, 1.0]


def test_what_is_older_than_the_horizon_is_forgotten_in_the_end() -> None:
    made = history(hours=10)
    for hour in range(100):
        made.write(NOON + hour * HOUR, np.array([float(hour)]), closed=True)
    panel = made.panel()

    assert panel is not None
    assert 10 <= len(panel) <= 13
    assert panel.values[-1, 0] == 99.0
    assert panel.at(len(panel) - 1) == NOON + 99 * HOUR


def test_a_series_met_later_is_unknown_in_older_rows() -> None:
    made = history()
    made.write(NOON, np.array([1.0]), closed=True)
    made.add_series((("voice", "b"),), NOON + HOUR)
    made.write(NOON + HOUR, np.array([2.0, 3.0]), closed=True)
    panel = made.panel()

    assert panel is not None
    assert np.isnan(panel.values[0, 1])
    assert panel.values[1].tolist() == [2.0, 3.0]
    assert made.begun(NOON).tolist() == [True, False]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-30, 60), st.floats(0, 1e6)), min_size=1, max_size=40))
def test_whatever_the_order_of_writing_the_last_word_on_a_bucket_stands(
    writes: list[tuple[int, float]],
) -> None:
    made, expected = history(), {}
    for hour, value in writes:
        made.write(NOON + hour * HOUR, np.array([value]), closed=True)
        expected[NOON + hour * HOUR] = value
    panel = made.panel()

    assert panel is not None
    told = {panel.at(row): panel.values[row, 0] for row in range(len(panel))}
    assert {at: value for at, value in told.items() if not np.isnan(value)} == expected


def marks_of(made: History) -> dict[datetime, int]:
    panel = made.panel()
    assert panel is not None
    assert panel.marks is not None
    assert panel.marks.of(panel.values) is not None
    return {panel.at(row): int(panel.marks.rows[row]) for row in range(len(panel))}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-30, 60), st.integers(0, 9)), min_size=2, max_size=40))
def test_a_bucket_keeps_its_mark_until_it_is_written_again(writes: list[tuple[int, int]]) -> None:
    made, before = history(hours=40), dict[datetime, int]()
    for number, (hour, value) in enumerate(writes):
        at = NOON + hour * HOUR
        made.write(at, np.array([float(value)]), closed=True)
        if number % 5 == 0:
            made.add_series((("voice", str(number)),), NOON)
        marks = marks_of(made)
        kept = {other: mark for other, mark in before.items() if other != at and other in marks}

        assert marks[at] > max(before.values(), default=0)
        assert {other: marks[other] for other in kept} == kept
        assert all(marks[other] == 0 for other in marks.keys() - before.keys() - {at})
        before = marks


def test_no_two_histories_share_a_mark() -> None:
    one, other = history(), history()
    for made in (one, other):
        made.write(NOON, np.array([1.0]), closed=True)

    assert marks_of(one) != marks_of(other)
