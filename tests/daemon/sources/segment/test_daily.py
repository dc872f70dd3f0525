"""Running totals made into days: what is told of which, and since when."""

import math
from datetime import UTC, datetime, timedelta, timezone
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.http import Http
from daemon.source import Window
from daemon.sources.segment.daily import _future_days, answer, calls
from rules.series import labels_of
from tests.daemon.sources.segment.workspace import (
    APP,
    DAY,
    NOW,
    TODAY,
    WEBSITE,
    Segment,
    amounts,
    days,
    may,
    page,
    row,
    told,
)
from tests.daemon.sources.vendor import recording

LABELS = labels_of({"source_id": WEBSITE})
APRIL = datetime(2025, 4, 1, tzinfo=UTC)


async def test_a_day_is_what_the_total_grew_by(http: Http) -> None:
    answer = await told(http, recording(page(row("1204", 1), row("2630", 2), row("3999", 3))))

    assert amounts(answer) == {1: 1204, 2: 1426, 3: 1369}


async def test_a_month_is_told_from_where_it_begins(segment: Segment) -> None:
    answer = await segment.ask(3 * DAY)

    assert answer.told == Window(may(1), TODAY + DAY)
    assert min(reading.start for reading in answer.readings) == may(1)


async def test_every_month_of_the_window_is_asked_for(segment: Segment) -> None:
    answer = await segment.ask(22 * DAY)

    assert ["period=2025-04-01" in query for query in segment.stand_in.faults.asked] == [
        True,
        False,
    ]
    assert answer.told == Window(APRIL, TODAY + DAY)


async def test_the_days_are_the_stand_ins_truth(segment: Segment) -> None:
    answer = await segment.ask(22 * DAY)

    truth = segment.stand_in.used
    assert all(value == truth(source, day) for (source, day), value in days(answer).items())
    assert sum(days(answer).values()) == sum(truth(None, APRIL + step * DAY) for step in range(52))


async def test_the_totals_begin_anew_with_every_month(segment: Segment) -> None:
    segment.stand_in.period_day = 15
    answer = await segment.ask(10 * DAY, period_day=15)

    assert answer.told.start == datetime(2025, 4, 15, tzinfo=UTC)
    assert all(
        value == segment.stand_in.used(source, day) for (source, day), value in days(answer).items()
    )


async def test_a_day_without_a_row_added_nothing(http: Http) -> None:
    answer = await told(http, recording(page(row("10", 1), row("30", 4))))

    assert amounts(answer) == {1: 10, 4: 20}
    assert answer.metric.absent == "zero"


async def test_a_day_whose_total_stood_still_is_a_day_of_nothing(http: Http) -> None:
    answer = await told(http, recording(page(row("10", 1), row("10", 2), row("0", 1, APP))))

    assert amounts(answer) == {1: 10, 2: 0}
    assert amounts(answer, APP) == {1: 0}


async def test_rows_past_the_window_are_read_and_not_told(http: Http) -> None:
    answer = await told(http, recording(page(row("10", 1), row("15", 22), row("20", 23))))

    assert amounts(answer) == {1: 10, 22: 5}


async def test_a_piece_of_the_past_is_told_as_the_whole_month_is(segment: Segment) -> None:
    segment.stand_in.restate(WEBSITE, may(20), -5_000)
    latest = days(await segment.ask(3 * DAY))
    piece = days(await segment.over(Window(may(2), may(9))))

    assert piece == {(who, day): value for (who, day), value in latest.items() if day < may(10)}


async def test_a_total_that_fell_is_noted(http: Http) -> None:
    answer = await told(http, recording(page(row("100", 1), row("80", 2), row("90", 3))))

    assert amounts(answer) == {1: 80, 2: 0, 3: 10}
    said = f"the total of {WEBSITE} fell from 100 to 80 on 2025-05-02: set right by the vendor"
    assert answer.notes == (f"{said}, earlier days are scaled down",)


async def test_of_several_falls_the_last_is_told(http: Http) -> None:
    rows = [row(total, day) for day, total in enumerate(("9", "8", "12", "10"), 1)]
    answer = await told(http, recording(page(*rows)))

    assert "fell from 12 to 10 on 2025-05-04: set right" in answer.notes[0]


async def test_several_that_fell_are_counted(http: Http) -> None:
    rows = [row(total, day, who) for who in (APP, WEBSITE) for day, total in ((1, "9"), (2, "8"))]
    answer = await told(http, recording(page(*rows)))

    assert "fell from 9 to 8 on 2025-05-02, and those of 1 more: set right" in answer.notes[0]


async def test_a_total_that_begins_anew_did_not_fall(segment: Segment) -> None:
    assert (await segment.ask(40 * DAY)).notes == ()


async def test_the_last_snapshot_of_a_day_is_its_total(http: Http) -> None:
    noon, evening = "2025-05-02T12:00:00Z", "2025-05-02T23:59:59Z"
    answer = await told(http, recording(page(row("9", evening), row("5", 1), row("7", noon))))

    assert amounts(answer) == {1: 5, 2: 4}


@pytest.mark.parametrize("stamp", ["2025-05-02T07:00:00.000Z", "2025-05-02T00:00:00+09:00"])
async def test_days_of_another_zone_count_for_their_date_and_are_noted(
    http: Http, stamp: str
) -> None:
    answer = await told(http, recording(page(row("7", stamp))))

    assert amounts(answer) == {2: 7}
    assert "not with midnight UTC: each counts for the date as it is written" in answer.notes[0]


async def test_months_before_the_first_row_are_not_told(segment: Segment) -> None:
    segment.stand_in.faults.reach = timedelta(days=60)
    answer = await segment.ask(100 * DAY)

    assert len(segment.stand_in.faults.asked) > 3
    assert answer.told.start == APRIL


async def test_a_month_that_fell_silent_is_told_as_nothing(http: Http) -> None:
    april = page(row("9", "2025-04-30"))
    answer = await told(http, recording(april, page()), 25 * DAY)

    assert answer.told == Window(APRIL, TODAY + DAY)
    assert [reading.start.month for reading in answer.readings] == [4]


async def test_a_workspace_that_was_never_used_is_told_as_nothing_this_month(http: Http) -> None:
    answer = await told(http, recording(page(), page()), 25 * DAY)

    assert (answer.readings, answer.told) == ([], Window(may(1), TODAY + DAY))


async def test_a_moment_of_another_zone_is_a_moment(segment: Segment) -> None:
    seoul = NOW.astimezone(timezone(timedelta(hours=9)))
    answer = await segment.over(Window(seoul - DAY, seoul))

    assert answer == await segment.ask(DAY)


@settings(max_examples=25)
@given(st.lists(st.integers(0, 2**70), min_size=1, max_size=28), st.randoms())
def test_whatever_the_totals_and_their_order_the_days_add_up_to_the_last(
    totals: list[int], chance: Random
) -> None:
    rows = {(LABELS, may(day)): total for day, total in enumerate(totals, 1)}
    shuffled = dict(chance.sample(list(rows.items()), len(rows)))
    readings = answer(calls("voices"), may(31), {may(1): shuffled}).readings

    assert math.fsum(reading.value for reading in readings) == pytest.approx(totals[-1])
    assert all(reading.value >= 0 for reading in readings)
    assert [reading.start.day for reading in readings] == list(range(1, len(totals) + 1))


def test_days_of_the_future_are_left_alone_and_said() -> None:
    rows = {((), NOW + 3 * DAY): 9}
    (note,) = list(_future_days([rows], NOW))

    assert note == "days of the future are told, up to 2025-05-25: they are left alone"
    assert list(_future_days([{((), NOW + DAY / 2): 9}], NOW)) == []
