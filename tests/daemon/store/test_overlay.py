"""Only what differs is noted, and silence is an answer where the contract says so."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from daemon.source import Answer, Window
from daemon.store.history import History
from daemon.store.overlay import Changes, lay
from rules.series import Absent, Labels, Measure, Metric, Reading

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
A: Labels = (("voice", "a"),)


def metric(absent: Absent = Absent.ZERO, measure: Measure = Measure.AMOUNT) -> Metric:
    return Metric("tts", "minutes", "minutes", measure, HOUR, absent)


def history(of: Metric) -> History:
    made = History(1, of, timedelta(days=60))
    made.add_series(A, NOON)
    return made


def told(history: History, minutes: Mapping[int, float], at: datetime, hours: int = 3) -> Changes:
    """Lay down minutes by hours after noon, in an answer over so many hours from noon."""
    readings = [Reading(A, NOON + hour * HOUR, value) for hour, value in minutes.items()]
    answer = Answer(history.metric, Window(NOON, NOON + hours * HOUR), readings)
    return lay(answer, history, at, timedelta(0))


def test_the_first_answer_is_noted_whole_and_the_same_again_not_at_all() -> None:
    memory = history(metric())
    first = told(memory, {0: 1.0}, NOON + 3 * HOUR)
    again = told(memory, {0: 1.0}, NOON + 3 * HOUR)

    assert (len(first.buckets), first.closed) == (3, 3)
    assert (again.buckets, again.closed, again.revised) == ([], 0, [])


def test_where_absent_is_unknown_only_readings_are_noted() -> None:
    memory = history(metric(Absent.UNKNOWN))
    changes = told(memory, {1: 5.0}, NOON + 3 * HOUR)

    assert [row["start"] for row in changes.buckets] == [NOON + HOUR]
    assert np.isnan(memory.row(NOON)).all()


def test_a_bucket_that_was_closed_stays_closed_for_a_clock_that_is_behind() -> None:
    memory = history(metric())
    told(memory, {0: 1.0}, NOON + HOUR, hours=1)
    behind = told(memory, {0: 1.0}, NOON + HOUR / 2, hours=1)

    assert behind.buckets == []
    assert memory.is_closed(NOON)


@pytest.mark.parametrize(("after", "revised"), [(1.0, []), (2.0, [(NOON, 0)])])
def test_only_a_number_that_changed_is_a_revision(
    after: float, revised: list[tuple[datetime, int]]
) -> None:
    memory = history(metric())
    told(memory, {0: 1.0}, NOON + 3 * HOUR)

    assert told(memory, {0: after}, NOON + 3 * HOUR).revised == revised


def test_a_level_is_whole_at_once_and_its_first_instant_stands() -> None:
    memory = history(metric(Absent.UNKNOWN, Measure.LEVEL))
    first = told(memory, {0: 146.0}, NOON)
    second = told(memory, {0: 90.0}, NOON)

    assert first.closed == 1
    assert second.buckets == []
    assert memory.row(NOON).tolist() == [146.0]
