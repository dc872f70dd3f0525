"""The usage of a whole account: its months, its moments, its labels."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from daemon.http import Http
from daemon.sandbox.loopback import serve
from daemon.secret import Secret
from daemon.source import SourceChanged, Standing
from daemon.sources.fastly import FastlyUsageMetrics
from rules.series import Absent, Measure, Metric
from tests.daemon.sources.fastly.stand import KEY
from tests.daemon.sources.fastly.vendor import DAY, HOUR, NOW, Fastly, Watch, ask, recorded
from tests.daemon.sources.vendor import recording

JUNE = datetime(2025, 6, 1, tzinfo=UTC)
ROW = {"month": "2025-05", "product_id": "cdn", "usage_type": "Requests", "quantity": 1.5}


async def told(http: Http, *rows: dict[str, object]) -> Standing:
    async with serve(recording(json.dumps({"data": rows})).app()) as url:
        [may] = await ask(FastlyUsageMetrics, url, http)
    return may


def test_its_metric_is_known_before_the_first_answer_and_named_for_what_is_read() -> None:
    by_day, by_hour = (
        FastlyUsageMetrics(Secret(KEY)),
        FastlyUsageMetrics(Secret(KEY), bucket="hour"),
    )

    [metric] = by_day.metrics("cdn")
    assert metric == Metric("cdn", "quantity", "units", Measure.AMOUNT, DAY, Absent.ZERO)
    assert by_hour.metrics("cdn")[0].width == HOUR


async def test_the_recorded_months_are_read(http: Http) -> None:
    async with serve(recording(*recorded("usage_metrics")).app()) as url:
        april, may = await ask(FastlyUsageMetrics, url, http, NOW - 30 * DAY)

    region, usage = ("region", "North America"), ("usage_type", "North America Requests")
    labels = (("product_id", "cdn_usage"), region, ("unit", "unit"), usage)
    assert april.totals == {labels: 1650.25}
    assert may.totals[labels] == 870.5
    assert may.names == {"websockets_connection_minutes": "WebSocket connection minutes"}


async def test_a_month_is_true_of_when_the_vendor_counted_last(http: Http) -> None:
    rows = [{**ROW, "last_updated_at": f"2025-05-{day}T06:10:44Z"} for day in (21, 22, 20)]
    may = await told(http, *rows, ROW)

    assert may.at == datetime(2025, 5, 22, 6, 10, 44, tzinfo=UTC)
    assert may.notes == ()


async def test_the_moment_of_the_vendor_is_never_later_than_now(http: Http) -> None:
    may = await told(http, {**ROW, "last_updated_at": "2025-05-22T10:21:00Z"})

    assert may.at == NOW


async def test_where_the_vendor_tells_no_moment_it_is_now(http: Http) -> None:
    assert (await told(http, ROW)).at == NOW


async def test_a_moment_that_cannot_be_read_is_said_and_not_used(http: Http) -> None:
    may = await told(http, {**ROW, "last_updated_at": "this morning"})

    assert may.at == NOW
    assert may.notes == ("`last_updated_at` is no time that can be read: 'this morning'.",)


async def test_a_vendor_that_does_not_count_any_more_is_said(http: Http) -> None:
    may = await told(http, {**ROW, "last_updated_at": "2025-05-19T06:00:00Z"})

    assert may.at == NOW - 2 * DAY
    assert "Fastly counted last on 19 May 2025 06:00 UTC" in may.notes[0]


async def test_rows_of_one_key_are_parts_of_one_total_and_units_are_not_added(http: Http) -> None:
    may = await told(http, ROW, ROW, {**ROW, "unit": "gb"})

    assert sorted(may.totals.values()) == [1.5, 3.0]


async def test_an_empty_word_is_no_word(http: Http) -> None:
    may = await told(http, {**ROW, "region": "", "product_id": "", "unit": ""})

    assert may.totals == {(("usage_type", "Requests"),): 1.5}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"month": "2025-04"}, "asked 2025-05 to 2025-05, told of 2025-04"),
        ({"month": "May 2025"}, "month"),
        ({"month": "2025-13"}, "month"),
        ({"usage_type": ""}, "usage_type"),
        ({"usage_type": None}, r"`data\[\].usage_type` is "),
        ({"quantity": None}, r"`data\[\].quantity` is "),
        ({"quantity": "1.5"}, r"`data\[\].quantity` is "),
        ({"quantity": -1}, "quantity"),
        ({"unit": 7}, r"`data\[\].unit` is "),
    ],
)
async def test_a_row_outside_the_contract_is_refused(
    http: Http, change: dict[str, object], found: str
) -> None:
    with pytest.raises(SourceChanged, match=found):
        await told(http, {**ROW, **change})


async def test_the_last_day_of_a_month_is_whole_once_the_vendor_counted_past_its_end(
    watch: Watch,
) -> None:
    vendor = watch.fastly.stand_in
    await watch.poll(JUNE - 30 * HOUR)
    vendor.faults.counts_until = JUNE - HOUR
    await watch.poll(JUNE + timedelta(minutes=5))
    early = await watch.panel()
    vendor.faults.counts_until = None
    await watch.poll(JUNE + timedelta(minutes=65))
    late = await watch.panel()

    assert (early.start, late.start) == 2 * (JUNE - DAY,)
    assert (early.closed, late.closed) == (0, 1)
    assert (late.values[0] > early.values[0]).all()


async def test_what_is_counted_late_is_not_smeared_over_the_month(watch: Watch) -> None:
    watch.fastly.stand_in.recalculates = DAY / 4
    for hour in range(0, 60, 6):
        await watch.poll(JUNE - 2 * DAY + hour * HOUR)
    used = await watch.used(usage_type="Europe Bandwidth")
    before = used[JUNE - 2 * DAY]
    await watch.poll(JUNE + 3 * DAY)

    assert (await watch.used(usage_type="Europe Bandwidth"))[JUNE - 2 * DAY] == before


async def test_an_account_that_is_not_used_any_more_is_seen_within_two_days(watch: Watch) -> None:
    """The vendor may not count anew what did not grow: that must not hold the clock for good."""
    watch.fastly.stand_in.faults.counts_until = NOW + DAY
    for day in range(6):
        await watch.poll(NOW + day * DAY)
    used = await watch.used(usage_type="North America Requests")

    assert [start.day for start in used] == [23, 24, 25]
    assert list(used.values())[1:] == [0.0, 0.0]


async def test_months_are_asked_for_as_far_back_as_the_window(fastly: Fastly) -> None:
    standings = await fastly.ask(FastlyUsageMetrics, NOW - 200 * DAY)

    assert [one.period.start.month for one in standings] == [11, 12, 1, 2, 3, 4, 5]
    assert [one.at < one.period.end for one in standings] == [*[False] * 6, True]
    assert len(fastly.asked) == 3


async def test_each_question_is_held_to_the_months_it_asked(http: Http) -> None:
    """Or a month that is told early would be counted twice."""
    early = json.dumps({"data": [ROW]})
    async with serve(recording(early, early).app()) as url:
        with pytest.raises(SourceChanged, match="asked 2025-02 to 2025-04, told of 2025-05"):
            await ask(FastlyUsageMetrics, url, http, datetime(2025, 2, 9, tzinfo=UTC))
