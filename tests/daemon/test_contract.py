"""An answer in another unit is refused; an ordinary one never is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from daemon.contract import check_units
from daemon.sandbox.world import VOICES, Floats, World, clock_hours
from daemon.source import Answer, SourceChanged, Window
from rules.panel import Panel
from rules.series import Absent, Measure, Metric, Reading, Series, labels_of

HOUR = timedelta(hours=1)
AT = datetime(2026, 11, 18, 14, tzinfo=UTC)
"""A Wednesday."""
MINUTES = Metric("voices", "minutes", "minutes", Measure.AMOUNT, HOUR, Absent.ZERO)
SERIES = tuple(Series("voices", "minutes", labels_of({"voice_id": each.id})) for each in VOICES)
REMEMBERED = 60 * 24


def hours(seed: int, days: int = 62, until: datetime = AT) -> Floats:
    """All that was used by the hour, a column for each voice."""
    last = int(clock_hours(until))
    span = np.arange(last - 24 * days, last)
    world = World(seed, until)
    return np.ascontiguousarray(np.array([world.amounts(each, span) for each in VOICES]).T)


def past(values: Floats, end: datetime) -> Panel:
    return Panel(MINUTES, SERIES, end - len(values) * HOUR, values, len(values))


def answer(values: Floats, end: datetime, *more: Reading) -> Answer:
    """What a poll at `end` is told of the hours before; a voice that was silent has no row."""
    start = end - len(values) * HOUR
    readings = [
        Reading(SERIES[column].labels, start + row * HOUR, float(values[row, column]))
        for row, column in zip(*np.nonzero(values), strict=True)
    ]
    return Answer(MINUTES, Window(start, end), [*readings, *more])


def test_no_poll_of_an_ordinary_account_is_refused() -> None:
    for seed in range(3):
        values = hours(seed)
        for row in range(len(values) - 48, len(values)):
            end = AT - (len(values) - row - 1) * HOUR
            known = past(values[row - REMEMBERED : row], end - HOUR)

            check_units(known, answer(values[row - 24 : row + 1], end), end)


@pytest.mark.parametrize("factor", [60, 1 / 60, 100, 1000, 1 / 1024, 3600])
def test_a_past_in_another_unit_is_refused_with_what_to_do(factor: float) -> None:
    """One of the eight voices said nothing that day."""
    values = hours(1)

    with pytest.raises(SourceChanged) as caught:
        check_units(past(values, AT), answer(values[-24:] * factor, AT), AT)

    assert str(caught.value).startswith("voices: all 7 series are about ")
    assert str(caught.value).endswith(
        "they were since Tue 17 Nov 14:00 UTC: has its unit changed?; if the numbers are right, "
        "set sources.voices.check_units: false until they are usual"
    )


def test_new_hours_in_another_unit_are_refused() -> None:
    values = hours(1)
    told = np.vstack([values[-24:-4], values[-4:] * 1000])

    with pytest.raises(SourceChanged, match=r"1,000 times what they were since Wed 18 Nov 10:00"):
        check_units(past(values[:-4], AT - 4 * HOUR), answer(told, AT), AT)


def loud(values: Floats) -> None:
    values[-1, 0] *= 100


def launch(values: Floats) -> None:
    values[-4:] *= 3


def outage(values: Floats) -> None:
    values[-2] /= 60
    values[-1] = 0


@pytest.mark.parametrize("event", [loud, launch, outage])
def test_what_people_do_is_taken(event: Callable[[Floats], None]) -> None:
    values = hours(1)
    event(values)

    check_units(past(values[:-1], AT - HOUR), answer(values[-24:], AT), AT)


def test_a_bucket_counts_only_once_it_is_closed() -> None:
    values = hours(1)
    told = answer(values[-4:] * 1000, AT)
    known = past(values[:-4], AT - 4 * HOUR)

    check_units(known, told, AT - 4 * HOUR)
    with pytest.raises(SourceChanged):
        check_units(known, told, AT - HOUR)


def test_series_and_buckets_nobody_remembers_are_left_out() -> None:
    values = hours(1)
    strange = Reading(labels_of({"voice_id": "new"}), AT - HOUR, 1e9)
    outside = Reading(SERIES[0].labels, AT + 5 * HOUR, 1e9)

    check_units(past(values, AT), answer(values[-24:], AT, strange, outside), AT)


def test_a_window_that_begins_inside_a_bucket_does_not_tell_that_bucket() -> None:
    """Four hours in a row are too small, and the first of them was told by an earlier poll."""
    values = hours(1)
    values[-4:] /= 1000
    told = answer(values[-3:], AT)
    late = Answer(MINUTES, Window(AT - 3.5 * HOUR, AT), told.readings)

    with pytest.raises(SourceChanged, match=r"since Wed 18 Nov 10:00 UTC"):
        check_units(past(values[:-3], AT - 3 * HOUR), late, AT)


def test_without_a_past_of_the_same_metric_there_is_nothing_to_compare() -> None:
    values = hours(1)
    seconds = Panel(
        Metric("voices", "minutes", "seconds", Measure.AMOUNT, HOUR, Absent.ZERO),
        SERIES,
        AT - len(values) * HOUR,
        values * 60,
        len(values),
    )

    check_units(None, answer(values[-24:], AT), AT)
    check_units(seconds, answer(values[-24:], AT), AT)
