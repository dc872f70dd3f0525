"""One test for each trap of the vendor's contract; `docs/vendors.md` says which is which."""

import json
from datetime import UTC, datetime, timedelta

import aiohttp
import numpy as np
import pytest
from yarl import URL

from daemon.http import Http
from daemon.sandbox.loopback import serve
from daemon.sandbox.world import clock_hours
from daemon.secret import Secret
from daemon.source import SourceRefused, Window
from daemon.sources.supertone import SupertoneCredits, SupertoneUsage, SupertoneVoiceUsage
from tests.daemon.sources.vendor import (
    AGATHA,
    DAY,
    HOUR,
    KEY,
    NOW,
    Vendor,
    by_start,
    recorded,
    recording,
)

MIDNIGHT = datetime(2025, 5, 22, tzinfo=UTC)


async def test_trap_01_a_month_is_read_to_its_last_page(vendor: Vendor) -> None:
    answer = await vendor.ask(SupertoneUsage, 30 * DAY, bucket="day", names=False)

    assert len(vendor.stand_in.faults.asked) == 2
    assert all("page_size=20" in query for query in vendor.stand_in.faults.asked)
    assert len(by_start(answer)) == 31


async def test_trap_02_the_total_counts_buckets_and_is_no_amount(http: Http) -> None:
    recorder = recording(*recorded(["usage.page1", "usage.page2"]))
    async with serve(recorder.app()) as url:
        vendor = Vendor(None, url, http)
        answer = await vendor.ask(
            SupertoneUsage, 2 * DAY, bucket="day", offset="+09:00", names=False
        )

    assert sum(reading.value for reading in answer.readings) == pytest.approx(16.17817562)


async def test_trap_02_a_total_that_counts_something_else_is_noted(http: Http) -> None:
    recorder = recording('{"data": [], "total": 7}')
    async with serve(recorder.app()) as url:
        answer = await Vendor(None, url, http).ask(SupertoneUsage, HOUR, names=False)

    assert answer.notes == ("GET /v1/usage told 0 buckets and says that they are 7",)


async def test_trap_03_labels_are_the_asked_dimensions_and_no_others(vendor: Vendor) -> None:
    told = [
        await vendor.ask(SupertoneUsage, 5 * HOUR, breakdown=breakdown)
        for breakdown in ((), ("model",), ("voice_id", "model"))
    ]

    names = [{tuple(name for name, _ in row.labels) for row in answer.readings} for answer in told]
    assert names == [{()}, {("model",)}, {("model", "voice_id")}]


async def test_trap_03_a_null_dimension_is_a_change_of_contract(http: Http) -> None:
    row = {"voice_id": None, "minutes_used": 1.0}
    bucket = {"starting_at": "2025-05-22T10:00:00Z", "ending_at": "2025-05-22T11:00:00Z"}
    recorder = recording(json.dumps({"data": [{**bucket, "results": [row]}], "total": 1}))
    async with serve(recorder.app()) as url:
        with pytest.raises(SourceRefused, match=r"voice_id"):
            await Vendor(None, url, http).ask(SupertoneUsage, HOUR)


def test_trap_04_a_voice_is_told_by_id_or_by_name_and_never_by_both() -> None:
    with pytest.raises(ValueError, match="voice_id or voice_name, got both"):
        SupertoneUsage(Secret(KEY), breakdown=("voice_name", "model", "voice_id"))


async def test_trap_05_a_renamed_voice_stays_one_series_by_id(vendor: Vendor) -> None:
    vendor.stand_in.rename(AGATHA, "Agathe", NOW - 3 * HOUR)
    by_id = await vendor.ask(SupertoneUsage, 8 * HOUR)
    by_name = await vendor.ask(SupertoneUsage, 8 * HOUR, breakdown=("voice_name",))

    ids = {dict(row.labels)["voice_id"] for row in by_id.readings}
    names = {dict(row.labels)["voice_name"] for row in by_name.readings}
    assert AGATHA in ids
    assert {"Agatha", "Agathe"} <= names
    assert by_id.names[AGATHA] == "Agatha"  # the name of this day's start: days are UTC


async def test_trap_06_the_days_of_the_two_endpoints_are_not_the_same_days(vendor: Vendor) -> None:
    seoul = await vendor.ask(SupertoneUsage, 3 * DAY, bucket="day", offset="+09:00")
    utc = await vendor.ask(SupertoneVoiceUsage, 3 * DAY)

    assert seoul.metric.offset == timedelta(hours=9)
    assert {start.hour for start in by_start(seoul)} == {15}
    assert {start.hour for start in by_start(utc)} == {0}


async def test_trap_06_days_of_one_zone_agree(vendor: Vendor) -> None:
    usage = await vendor.ask(SupertoneUsage, 3 * DAY, bucket="day")
    report = await vendor.ask(SupertoneVoiceUsage, 3 * DAY)

    assert by_start(usage) == pytest.approx(by_start(report))


async def test_trap_07_the_plus_of_an_offset_is_encoded(vendor: Vendor) -> None:
    await vendor.ask(SupertoneUsage, 5 * HOUR, offset="+09:00", names=False)
    query = "start_time=2025-05-22T00:00:00+09:00&end_time=2025-05-23T00:00:00+09:00"
    async with aiohttp.ClientSession(headers={"x-sup-api-key": KEY}) as session:
        bare = await session.get(URL(f"{vendor.url}/v1/usage?{query}", encoded=True))

    assert "start_time=2025-05-22T14:00:00%2B09:00&" in vendor.stand_in.faults.asked[0]
    assert bare.status == 400


async def test_trap_08_minutes_are_minutes_and_credits_are_seconds(vendor: Vendor) -> None:
    vendor.stand_in.clock.at = NOW + 2 * HOUR
    world = vendor.stand_in.world
    span = np.array([clock_hours(NOW)]), np.array([clock_hours(NOW) + 2])
    used = sum(float(world.used(voice, *span)[0]) for voice in world.voices)
    left = await vendor.ask(SupertoneCredits, HOUR)
    usage = await vendor.ask(SupertoneUsage, HOUR)

    assert (usage.metric.unit, left.metric.unit) == ("minutes", "credits")
    assert 50_000 - left.readings[0].value == pytest.approx(used * 60, abs=1)


async def test_trap_09_sums_are_the_same_to_a_rounding(vendor: Vendor) -> None:
    whole = await vendor.ask(SupertoneUsage, 30 * DAY, bucket="day", breakdown=())
    split = await vendor.ask(
        SupertoneUsage, 30 * DAY, bucket="day", breakdown=("voice_id", "model")
    )

    assert by_start(split) == pytest.approx(by_start(whole), abs=1e-6)


async def test_trap_10_a_missing_style_and_an_empty_one_are_two_series(http: Http) -> None:
    recorder = recording(*recorded(["voice_usage"]))
    async with serve(recorder.app()) as url:
        answer = await Vendor(None, url, http).ask(SupertoneVoiceUsage, DAY)

    spoken = [(row.labels, row.value) for row in answer.readings if row.start == MIDNIGHT]
    voice = ("voice_id", "opSGuRvHBe7EfZ4LQga1hE")
    assert spoken == [((voice,), 3.24566213), ((("style", ""), voice), 0.25)]


async def test_trap_11_a_balance_is_a_level_that_may_rise(vendor: Vendor) -> None:
    answer = await vendor.ask(SupertoneCredits, HOUR)

    assert answer.metric.measure == "level"
    assert answer.metric.absent == "unknown"


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("sentence", "Invalid request data"),
        ("object", "Invalid API Key"),
        (
            "list",
            "start_time must be a valid RFC3339 timestamp; page_size must not be greater than 20",
        ),
    ],
)
async def test_trap_12_the_vendors_words_are_found_in_all_three_shapes(
    http: Http, shape: str, words: str
) -> None:
    recorder = recording(*recorded([f"error.{shape}"]), status=400)
    async with serve(recorder.app()) as url:
        with pytest.raises(SourceRefused, match=f"voices: GET /v1/usage answered 400: {words};"):
            await Vendor(None, url, http).ask(SupertoneUsage, HOUR)


async def test_trap_13_field_names_of_the_vendors_examples_are_not_read(http: Http) -> None:
    row = {"voice_id": AGATHA, "total_minutes": 1.0}
    bucket = {"starting_at": "2025-05-22T10:00:00Z", "ending_at": "2025-05-22T11:00:00Z"}
    recorder = recording(json.dumps({"data": [{**bucket, "results": [row]}], "total": 1}))
    async with serve(recorder.app()) as url:
        with pytest.raises(SourceRefused, match=r"`data\[\]\.results\[\]\.minutes_used` is gone"):
            await Vendor(None, url, http).ask(SupertoneUsage, HOUR)


async def test_trap_13_old_field_names_are_not_read(http: Http) -> None:
    recorder = recording(*recorded(["voice_usage.old_names"]))
    async with serve(recorder.app()) as url:
        answer = await Vendor(None, url, http).ask(SupertoneVoiceUsage, HOUR)

    assert [row.labels for row in answer.readings] == [(("voice_id", AGATHA),)]
    assert answer.names == {}


@pytest.mark.parametrize("token", [{}, {"next_page_token": None}, {"next_page_token": ""}])
async def test_trap_14_no_token_a_null_or_an_empty_one_ends_the_walk(
    http: Http, token: dict[str, str | None]
) -> None:
    recorder = recording(json.dumps({"data": [], "total": 0, **token}))
    async with serve(recorder.app()) as url:
        await Vendor(None, url, http).ask(SupertoneUsage, HOUR, names=False)

    assert len(recorder.asked) == 1


async def test_trap_15_an_account_without_use_answers_zero_and_not_nothing(http: Http) -> None:
    recorder = recording(*recorded(["usage.empty", "voice_usage.empty"]))
    async with serve(recorder.app()) as url:
        answer = await Vendor(None, url, http).ask(SupertoneUsage, HOUR)

    assert answer.readings == []
    assert answer.metric.absent == "zero"
    assert answer.told == Window(NOW.replace(hour=9, minute=0), NOW.replace(hour=11, minute=0))
