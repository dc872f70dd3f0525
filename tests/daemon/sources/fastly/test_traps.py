"""One test for each trap of the vendor's contract; `docs/vendors.md` says which is which."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from daemon.http import Http
from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.source import SourceRefused
from daemon.sources.fastly import FastlyServiceUsage, FastlyUsageMetrics
from tests.daemon.sources.fastly.vendor import (
    API,
    DAY,
    HOUR,
    IMG,
    NIGHTLY,
    NOW,
    OLD,
    REQUESTS,
    SHOP,
    WWW,
    Fastly,
    Watch,
    ask,
    by_label,
    recorded,
)
from tests.daemon.sources.vendor import recording

APRIL = datetime(2025, 4, 20, tzinfo=UTC)
JUNE = datetime(2025, 6, 1, tzinfo=UTC)
MAY_30 = datetime(2025, 5, 30, tzinfo=UTC)
PAIR = ("cdn_usage/North America Requests",)
ONE = {"month": "2025-05", "usage_type": "Requests", "quantity": 1.0}
NO_SERVICES = {"data": {"details": [], "meta": {"next_cursor": ""}}}


def truth(watch: Watch, start: datetime, days: int) -> list[float]:
    """What the account's services truly used of one usage type, day by day."""
    vendor = watch.fastly.stand_in
    starts = [start + step * DAY for step in range(days)]
    return [
        sum(vendor.used(each, REQUESTS, day, day + DAY) for each in vendor.services)
        for day in starts
    ]


async def test_trap_01_a_running_total_becomes_what_each_day_used(watch: Watch) -> None:
    for hour in range(0, 49, 6):
        await watch.poll(MAY_30 - DAY + hour * HOUR)
    used = await watch.used(usage_type="North America Requests")

    days = [MAY_30 - DAY, MAY_30]
    assert [used[day] for day in days] == pytest.approx(truth(watch, days[0], 2), abs=0.001)


async def test_trap_01_a_new_month_begins_at_nothing(watch: Watch) -> None:
    for hour in range(0, 97, 8):
        await watch.poll(MAY_30 + hour * HOUR + timedelta(minutes=3))
    used = await watch.used(usage_type="North America Requests")

    days = [MAY_30 + DAY, JUNE, JUNE + DAY]
    assert [used[day] for day in days] == pytest.approx(truth(watch, days[0], 3), rel=0.001)
    assert (await watch.panel()).closed == 4


async def test_trap_02_a_month_that_is_over_is_read_again_and_may_be_restated(
    watch: Watch,
) -> None:
    for step in range(9):
        await watch.poll(MAY_30 + step * DAY / 2)
    before = await watch.used(usage_type="North America Requests")
    watch.fastly.stand_in.restate("North America Requests", "2025-05", 0.5)
    await watch.poll(JUNE + 4 * DAY)
    after = await watch.used(usage_type="North America Requests")

    assert after[MAY_30] == pytest.approx(before[MAY_30] / 2, rel=0.001)
    assert after[JUNE] == before[JUNE] > 0


async def test_trap_02_a_month_is_no_longer_read_once_it_stands(watch: Watch) -> None:
    for day in range(9):
        await watch.poll(JUNE + day * DAY)

    first = [path.partition("start_month=")[2][:7] for path in watch.fastly.asked]
    assert first[2:] == 7 * ["2025-05"] + ["2025-06"]


async def test_trap_03_usage_metrics_are_an_envelope_with_a_list(http: Http) -> None:
    async with serve(recording(*recorded("usage_metrics")).app()) as url:
        april, may = await ask(FastlyUsageMetrics, url, http, APRIL)

    assert by_label(april, "usage_type") == {"North America Requests": 1650.25}
    assert by_label(may, "unit") == {"unit": 870.5, "gb": 98.5, None: 12.0}


async def test_trap_03_a_single_row_as_it_is_declared_is_another_contract(http: Http) -> None:
    async with serve(recording(json.dumps(ONE)).app()) as url:
        with pytest.raises(SourceRefused, match="`data` is gone"):
            await ask(FastlyUsageMetrics, url, http)


async def test_trap_04_the_cursor_is_found_inside_data(http: Http) -> None:
    recorder = recording(*recorded("service_usage.page1", "service_usage.page2"))
    async with serve(recorder.app()) as url:
        [may] = await ask(FastlyServiceUsage, url, http, usage=PAIR)

    assert recorder.asked[1] == {**recorder.asked[0], "cursor": ["M/8+Zw=="]}
    assert sum(may.totals.values()) == 870.5
    assert may.notes == ()


@pytest.mark.parametrize("shape", ["object", "list"])
async def test_trap_05_services_come_in_an_object_or_in_a_list(fastly: Fastly, shape: str) -> None:
    plain = await fastly.ask(FastlyServiceUsage)
    fastly.stand_in.faults.data = shape

    assert await fastly.ask(FastlyServiceUsage) == plain


async def test_trap_05_null_is_no_use(fastly: Fastly) -> None:
    fastly.stand_in.faults.data = "null"
    told = [
        *await fastly.ask(FastlyUsageMetrics),
        *await fastly.ask(FastlyServiceUsage, usage=PAIR),
    ]

    assert [standing.totals for standing in told] == [{}, {}]


async def test_trap_06_a_page_is_as_large_as_it_may_be_now(fastly: Fastly) -> None:
    await fastly.ask(FastlyServiceUsage, usage=PAIR)
    many = [replace(WWW, id=f"service{number}") for number in range(101)]
    fastly.stand_in.services = many
    [may] = await fastly.ask(FastlyServiceUsage, usage=PAIR)

    assert all("&limit=10000" in path for path in fastly.asked)
    assert len(may.totals) == 101
    assert len(fastly.asked) == 2


async def test_trap_07_months_are_always_named_and_three_at_most(watch: Watch) -> None:
    await watch.poll(datetime(2025, 5, 1, 12, tzinfo=UTC))
    asked = [path.partition("?")[2] for path in watch.fastly.asked]

    assert asked == [
        "start_month=2025-01&end_month=2025-03",
        "start_month=2025-04&end_month=2025-05",
    ]


async def test_trap_08_the_question_is_asked_with_what_the_answer_calls_usage_type(
    fastly: Fastly,
) -> None:
    [may] = await fastly.ask(FastlyServiceUsage)

    assert "usage_type_name=image_optimizer_requests" in fastly.asked[-1]
    assert by_label(may, "usage_type")["image_optimizer_requests"] > 0
    assert may.names["image_optimizer_requests"] == "Image Optimizer"


async def test_trap_09_all_that_may_be_missing_may_be_missing(fastly: Fastly) -> None:
    fastly.stand_in.faults.bare = True
    [may] = await fastly.ask(FastlyUsageMetrics)

    assert {name for labels in may.totals for name, _ in labels} == {"product_id", "usage_type"}
    assert may.at == NOW


@pytest.mark.parametrize("gone", ["month", "usage_type", "quantity"])
async def test_trap_09_what_nothing_can_be_said_without_may_not(http: Http, gone: str) -> None:
    row = {name: value for name, value in ONE.items() if name != gone}
    async with serve(recording(json.dumps({"data": [row]})).app()) as url:
        with pytest.raises(SourceRefused, match=rf"`data\[\]\.{gone}` is gone"):
            await ask(FastlyUsageMetrics, url, http)


async def test_trap_10_what_is_billed_and_what_is_measured_are_two_metrics(fastly: Fastly) -> None:
    [billed] = await fastly.ask(FastlyUsageMetrics)
    [measured] = await fastly.ask(FastlyUsageMetrics, amount="raw_quantity")
    name = "North America Requests"

    assert (billed.metric.name, measured.metric.name) == ("quantity", "raw_quantity")
    raw = by_label(measured, "usage_type")[name]
    assert raw == pytest.approx(by_label(billed, "usage_type")[name] * 10_000, rel=1e-6)
    assert "unit" not in {label for labels in measured.totals for label, _ in labels}


async def test_trap_11_the_limit_is_sent_as_a_text_and_told_as_a_number(fastly: Fastly) -> None:
    told = {"data": {"details": [], "meta": {"limit": 10000, "next_cursor": ""}}}
    fastly.stand_in.faults.canned.append(Canned(body=json.dumps(told)))
    await fastly.ask(FastlyServiceUsage, usage=PAIR)

    assert fastly.asked[0].endswith("&limit=10000")


async def test_trap_12_a_service_that_was_not_used_does_not_come_and_that_is_zero(
    services: Watch,
) -> None:
    for hour in range(0, 25, 6):
        await services.poll(JUNE - 2 * DAY + hour * HOUR)
    services.fastly.stand_in.services = (WWW, IMG, SHOP, NIGHTLY, OLD)
    for hour in range(36, 97, 12):
        polled = await services.poll(JUNE - 2 * DAY + hour * HOUR)
    used = await services.used(service_id=API.id)

    assert polled.failure is None
    assert used[JUNE - 2 * DAY] > 0
    assert [used[JUNE + step * DAY] for step in (-1, 0, 1)] == [0, 0, 0]


async def test_trap_13_an_account_with_invoices_is_told_that_this_is_the_wrong_place(
    fastly: Fastly,
) -> None:
    fastly.stand_in.services = ()
    [usage] = await fastly.ask(FastlyUsageMetrics)
    [services] = await fastly.ask(FastlyServiceUsage)

    assert (usage.totals, services.totals) == ({}, {})
    assert "Fastly told of no use in 2025-05." in usage.notes[0]
    assert "Fastly told of no service's use in 2025-05." in services.notes[0]
    assert "an account that gets invoices" in usage.notes[0]


async def test_trap_14_null_details_are_no_services(fastly: Fastly) -> None:
    fastly.stand_in.services, fastly.stand_in.faults.null_details = (), True
    [may] = await fastly.ask(FastlyServiceUsage, usage=PAIR)

    assert may.totals == {}


async def test_trap_14_pages_that_lead_back_are_refused_whole(fastly: Fastly) -> None:
    fastly.stand_in.faults.page, fastly.stand_in.faults.loop = 2, True
    with pytest.raises(SourceRefused, match="its pages do not end: read 2 of cdn_usage/North"):
        await fastly.ask(FastlyServiceUsage, usage=PAIR)


@pytest.mark.parametrize("end", [{}, {"next_cursor": None}, {"next_cursor": ""}])
async def test_trap_14_no_cursor_a_null_or_an_empty_one_ends_the_walk(
    http: Http, end: dict[str, str | None]
) -> None:
    recorder = recording(json.dumps({"data": {"details": [], "meta": end}}))
    async with serve(recorder.app()) as url:
        await ask(FastlyServiceUsage, url, http, usage=PAIR)

    assert len(recorder.asked) == 1


async def test_trap_15_what_is_not_needed_may_be_of_any_type(http: Http) -> None:
    odd = {"region": None, "unit": None, "name": None, "raw_quantity": "many", "new": [1]}
    async with serve(recording(json.dumps({"data": [{**ONE, **odd}]})).app()) as url:
        [may] = await ask(FastlyUsageMetrics, url, http)

    assert may.totals == {(("usage_type", "Requests"),): 1.0}


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("problem", r"Bad Request \(invalid_end_month\)"),
        ("msg", "Provided credentials are missing or invalid: Token has expired"),
        ("errors", "Not authorized: Your role does not allow this; Try another account"),
    ],
)
async def test_trap_16_the_vendors_words_are_found_in_all_their_shapes(
    http: Http, shape: str, words: str
) -> None:
    async with serve(recording(*recorded(f"error.{shape}"), status=400).app()) as url:
        with pytest.raises(SourceRefused, match=f"usage-metrics answered 400: {words}; "):
            await ask(FastlyUsageMetrics, url, http)


async def test_trap_16_an_error_in_plain_text_is_shown_as_it_is(http: Http) -> None:
    async with serve(recording("Bad token", status=401).app()) as url:
        with pytest.raises(SourceRefused, match="answered 401: Bad token; the key was refused"):
            await ask(FastlyUsageMetrics, url, http)
