"""The usage of every service: what is asked, and for whom."""

from datetime import UTC, datetime, timedelta

import pytest

from daemon.http import Http
from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.secret import Secret
from daemon.source import SourceRefused
from daemon.sources.fastly import FastlyServiceUsage
from rules.series import Absent, Measure, Metric
from tests.daemon.sources.fastly.stand import KEY
from tests.daemon.sources.fastly.vendor import (
    DAY,
    HOUR,
    IMG,
    METERS,
    NOW,
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

JUNE = datetime(2025, 6, 1, tzinfo=UTC)
MAY = datetime(2025, 5, 1, tzinfo=UTC)
PAIR = ("cdn_usage/North America Requests",)


def test_its_metric_is_known_before_the_first_answer() -> None:
    by_day, by_hour = (
        FastlyServiceUsage(Secret(KEY)),
        FastlyServiceUsage(Secret(KEY), bucket="hour"),
    )

    [metric] = by_day.metrics("cdn")
    assert metric == Metric("cdn", "usage_units", "units", Measure.AMOUNT, DAY, Absent.ZERO)
    assert by_hour.metrics("cdn")[0].width == HOUR


async def test_the_recorded_pages_are_read(http: Http) -> None:
    recorder = recording(*recorded("service_usage.page1", "service_usage.page2"))
    async with serve(recorder.app()) as url:
        [may] = await ask(FastlyServiceUsage, url, http, usage=PAIR)

    www = ("service_id", "SU1Z0isxPaozGVKXdv0eY")
    usage = ("usage_type", "North America Requests")
    assert may.totals[("product_id", "cdn_usage"), www, ("unit", "unit"), usage] == 700.5
    assert by_label(may, "service_id").keys() == set(may.names)
    assert may.names["9zY8xW7vU6tS5rQ4pO3nM"] == "api"
    assert may.at == NOW


async def test_what_there_is_to_ask_is_learnt_from_the_account(fastly: Fastly) -> None:
    [may] = await fastly.ask(FastlyServiceUsage)
    learning, *questions = fastly.asked

    assert learning == "usage-metrics?start_month=2025-05&end_month=2025-05"
    assert len(questions) == len(METERS)
    assert by_label(may, "usage_type").keys() == {meter.usage_type for meter in METERS}


async def test_what_is_told_is_what_was_used(fastly: Fastly) -> None:
    [may] = await fastly.ask(FastlyServiceUsage, usage=PAIR)
    told, counted_at = by_label(may, "service_id"), NOW.replace(minute=0)

    used = fastly.stand_in.used(IMG, REQUESTS, MAY, counted_at)
    assert told[IMG.id] == pytest.approx(used)
    assert SHOP.id not in told  # it is used in Europe only


async def test_every_month_is_asked_by_itself(fastly: Fastly) -> None:
    april, may = await fastly.ask(FastlyServiceUsage, MAY - DAY, usage=PAIR)
    months = [path.partition("start_month=")[2].partition("&limit")[0] for path in fastly.asked]

    assert months == ["2025-04&end_month=2025-04", "2025-05&end_month=2025-05"]
    assert april.at == april.period.end == MAY
    assert sum(april.totals.values()) > sum(may.totals.values()) > 0


async def test_services_that_are_named_are_asked_for_each_by_itself(fastly: Fastly) -> None:
    [may] = await fastly.ask(FastlyServiceUsage, usage=PAIR, services=(WWW.id, IMG.id, "gone"))

    assert by_label(may, "service_id").keys() == {WWW.id, IMG.id}
    assert [path.count("&service=") for path in fastly.asked] == [1, 1, 1]


async def test_use_without_a_product_is_said_and_not_asked_for(http: Http) -> None:
    row = '{"month": "2025-05", "usage_type": "Support"}'
    async with serve(recording(f'{{"data": [{row}, {row}]}}').app()) as url:
        [may] = await ask(FastlyServiceUsage, url, http)

    assert may.totals == {}
    assert may.notes[0] == "Support has no product, so no service was asked for it."


async def test_what_the_vendor_does_not_tell_by_service_says_where_to_say_so(
    fastly: Fastly,
) -> None:
    fastly.stand_in.faults.canned.extend([None, Canned(400, '{"msg": "No such metric"}')])
    with pytest.raises(SourceRefused) as caught:
        await fastly.ask(FastlyServiceUsage)

    assert "service-usage-metrics answered 400: No such metric;" in str(caught.value)
    assert "name what is in sources.voices.usage" in str(caught.value)
    assert "asked for cdn_usage/North America Requests in 2025-05" in str(caught.value)


async def test_a_month_that_just_ended_is_told_once_all_of_it_was_counted(
    services: Watch,
) -> None:
    """Nobody says when that is, so it is waited for; the new month does not wait."""
    fastly = services.fastly
    for hour in range(-24, 73, 12):
        await services.poll(JUNE + hour * HOUR)
    used = await services.used(service_id=WWW.id, usage_type=REQUESTS.usage_type)
    truth = fastly.stand_in.used(WWW, REQUESTS, JUNE - DAY, JUNE + DAY)

    assert used[JUNE - DAY] + used[JUNE] == pytest.approx(truth, abs=1)
    assert (await services.panel()).closed == 4


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"usage": ("North America Requests",)}, "usage: expected product/usage type such as"),
        ({"usage": ("/Requests",)}, "got '/Requests'"),
        ({"usage": ("cdn_usage/",)}, "got 'cdn_usage/'"),
        ({"usage": 2 * PAIR}, "usage: expected each name once"),
        ({"services": ("a", "a")}, r"services: expected each name once, got \['a', 'a'\]"),
        ({"services": ("",)}, "services: expected each name once"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_key(
    fields: dict[str, tuple[str, ...]], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        FastlyServiceUsage(Secret(KEY), **fields)


async def test_a_usage_type_may_have_a_slash(fastly: Fastly) -> None:
    await fastly.ask(FastlyServiceUsage, usage=("cdn_usage/Requests/s",))

    assert "product_id=cdn_usage&usage_type_name=Requests/s&" in fastly.asked[0]


async def test_a_month_that_is_still_being_counted_is_not_asked_for(services: Watch) -> None:
    await services.poll(JUNE + HOUR)
    asked = [path for path in services.fastly.asked if path.startswith("service")]

    assert [path for path in asked if "2025-05" in path] == []
    assert len(asked) == 3 * len(METERS)


async def test_an_answer_that_is_no_later_than_now(fastly: Fastly) -> None:
    [may] = await fastly.ask(FastlyServiceUsage, NOW - timedelta(minutes=1), usage=PAIR)

    assert may.at == NOW
