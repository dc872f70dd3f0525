"""The daily report: its pieces, its keys, its names."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daemon.http import Http
from daemon.sandbox.loopback import serve
from daemon.source import SourceRefused, Window
from daemon.sources.supertone import SupertoneVoiceUsage
from rules.series import Reading
from tests.daemon.sources.vendor import (
    AGATHA,
    DAY,
    HOUR,
    Vendor,
    by_start,
    recorded,
    recording,
)

TODAY = datetime(2025, 5, 22, tzinfo=UTC)


async def asked(http: Http, span: timedelta) -> list[tuple[str, str]]:
    recorder = recording(*['{"usages": []}'] * 9)
    async with serve(recorder.app()) as url:
        await Vendor(None, url, http).ask(SupertoneVoiceUsage, span)
    return [(query["start_date"][0], query["end_date"][0]) for query in recorder.asked]


async def test_thirty_days_are_one_question(http: Http) -> None:
    assert await asked(http, 29 * DAY) == [("2025-04-23", "2025-05-22")]


async def test_thirty_one_days_are_two_questions(http: Http) -> None:
    assert await asked(http, 30 * DAY) == [
        ("2025-04-22", "2025-05-21"),
        ("2025-05-22", "2025-05-22"),
    ]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 200))
async def test_pieces_cover_every_day_once_and_are_never_too_long(http: Http, days: int) -> None:
    spans = [
        (datetime.fromisoformat(first), datetime.fromisoformat(last))
        for first, last in await asked(http, days * DAY)
    ]

    covered = [first + n * DAY for first, last in spans for n in range((last - first).days + 1)]
    assert covered == [TODAY.replace(tzinfo=None) - n * DAY for n in range(days, -1, -1)]
    assert max(last - first for first, last in spans) < 30 * DAY


async def test_the_recorded_report_is_read(http: Http) -> None:
    async with serve(recording(*recorded(["voice_usage"])).app()) as url:
        answer = await Vendor(None, url, http).ask(SupertoneVoiceUsage, DAY)

    labels = ("language", "en"), ("model", "sona_speech_1"), ("style", "neutral")
    first = Reading((*labels, ("voice_id", AGATHA)), TODAY - DAY, 12.43251349)
    assert answer.readings[0] == first
    assert answer.names == {AGATHA: "Agatha"}
    assert answer.told == Window(TODAY - DAY, TODAY + DAY)


async def test_the_stand_in_and_the_source_agree_over_two_months(vendor: Vendor) -> None:
    answer = await vendor.ask(SupertoneVoiceUsage, 60 * DAY)

    assert len(vendor.stand_in.faults.asked) == 3
    assert len(by_start(answer)) == 61


async def test_the_name_of_the_latest_day_wins(vendor: Vendor) -> None:
    vendor.stand_in.rename(AGATHA, "Agathe", TODAY)
    answer = await vendor.ask(SupertoneVoiceUsage, 5 * DAY)

    assert answer.names[AGATHA] == "Agathe"
    assert len({row.labels for row in answer.readings if ("voice_id", AGATHA) in row.labels}) == 2


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"date": "2025-05-23"}, "asked 2025-05-22 to 2025-05-22, told of 2025-05-23"),
        ({"date": "22 May"}, "Invalid RFC3339"),
        ({"total_minutes_used": "1"}, "is text, expected a number"),
        ({"total_minutes_used": -1}, "expected a number >= 0.0"),
        ({"voice_id": None}, "`usages[].voice_id` is null, expected text"),
        ({"style": None}, "`usages[].style` is null, expected text"),
    ],
)
async def test_a_row_outside_the_contract_is_refused(
    http: Http, change: dict[str, object], found: str
) -> None:
    row = {"date": "2025-05-22", "voice_id": AGATHA, "total_minutes_used": 1.0, **change}
    async with serve(recording(json.dumps({"usages": [row]})).app()) as url:
        with pytest.raises(SourceRefused, match="its contract has changed") as caught:
            await Vendor(None, url, http).ask(SupertoneVoiceUsage, HOUR)

    assert found in str(caught.value)


async def test_two_rows_of_one_key_are_parts_of_one_amount(http: Http) -> None:
    row = {"date": "2025-05-22", "voice_id": AGATHA, "total_minutes_used": 1.5}
    rows = [{**row, "name": "Agatha"}, {**row, "name": "Agathe"}]
    async with serve(recording(json.dumps({"usages": rows})).app()) as url:
        answer = await Vendor(None, url, http).ask(SupertoneVoiceUsage, HOUR)

    assert answer.readings == [Reading((("voice_id", AGATHA),), TODAY, 3.0)]
