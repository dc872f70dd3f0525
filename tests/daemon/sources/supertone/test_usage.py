"""Bucketed usage: what is asked, what is kept of the answer, and what is refused."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daemon.http import Http
from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.secret import Secret
from daemon.source import Answer, SourceError, SourceRefused, Window
from daemon.sources.supertone import SupertoneUsage
from rules.series import Reading
from tests.daemon.sources.vendor import (
    AGATHA,
    BRUNO,
    DAY,
    HOUR,
    KEY,
    NOW,
    Recording,
    Vendor,
    by_start,
    recorded,
    recording,
)

TEN = NOW.replace(minute=0)


def row(minutes: object = 1.0, voice: str = AGATHA, **more: str) -> dict[str, object]:
    return {"voice_id": voice, "minutes_used": minutes, **more}


def bucket(*rows: object, start: datetime = TEN, width: timedelta = HOUR) -> dict[str, object]:
    end = start + width
    return {"starting_at": start.isoformat(), "ending_at": end.isoformat(), "results": rows}


def page(*buckets: object, token: str | None = None) -> str:
    return json.dumps({"data": buckets, "total": 99, "next_page_token": token})


async def told(http: Http, recorder: Recording, span: timedelta = HOUR, **fields) -> Answer:
    async with serve(recorder.app()) as url:
        return await Vendor(None, url, http).ask(SupertoneUsage, span, names=False, **fields)


async def refusal(http: Http, *bodies: str, **fields) -> str:
    with pytest.raises(SourceError) as caught:
        await told(http, recording(*bodies), **fields)
    return str(caught.value)


async def test_the_recorded_pages_are_read_to_the_end(http: Http) -> None:
    recorder = recording(*recorded(["usage.page1", "usage.page2"]))
    answer = await told(
        http,
        recorder,
        2 * DAY,
        bucket="day",
        offset="+09:00",
        breakdown=("voice_id", "model"),
    )

    agatha = (("model", "sona_speech_1"), ("voice_id", AGATHA))
    other = (("model", "sona_speech_2"), ("voice_id", "opSGuRvHBe7EfZ4LQga1hE"))
    assert answer.readings == [
        Reading(agatha, datetime(2025, 5, 19, 15, tzinfo=UTC), 12.43251349),
        Reading(other, datetime(2025, 5, 19, 15, tzinfo=UTC), 0.5),
        Reading(agatha, datetime(2025, 5, 21, 15, tzinfo=UTC), 3.24566213),
    ]
    assert recorder.asked[1] == {**recorder.asked[0], "next_page_token": ["eyJvIjoyfQ=="]}


async def test_the_window_is_widened_to_whole_buckets_of_the_zone(http: Http) -> None:
    recorder = recording(page())
    answer = await told(http, recorder, 30 * HOUR, bucket="day", offset="-03:30")

    assert recorder.asked[0]["start_time"] == ["2025-05-21T00:00:00-03:30"]
    assert recorder.asked[0]["end_time"] == ["2025-05-23T00:00:00-03:30"]
    assert recorder.asked[0]["bucket_width"] == ["day"]
    assert answer.told.end == datetime(2025, 5, 23, 3, 30, tzinfo=UTC)


async def test_an_empty_window_still_asks_for_the_bucket_of_now(http: Http) -> None:
    answer = await told(http, recording(page(bucket(row()))), timedelta(0))

    assert answer.told == Window(TEN, TEN + HOUR)
    assert answer.readings == [Reading((("voice_id", AGATHA),), TEN, 1.0)]


async def test_several_breakdowns_repeat_the_key_and_none_sends_none(http: Http) -> None:
    several, none = recording(page()), recording(page())
    await told(http, several, breakdown=("model", "api_key"))
    await told(http, none, breakdown=())

    assert several.asked[0]["breakdown_type"] == ["model", "api_key"]
    assert "breakdown_type" not in none.asked[0]


async def test_rows_of_one_bucket_with_equal_labels_are_parts_of_one_amount(http: Http) -> None:
    answer = await told(http, recording(page(bucket(row(1.5), row(2.5), row(8, BRUNO)))))

    assert [reading.value for reading in answer.readings] == [4.0, 8.0]


async def test_a_bucket_on_two_pages_is_told_again_and_does_not_double(http: Http) -> None:
    recorder = recording(
        page(bucket(row(1), row(2)), token="a"), page(bucket(row(1), row(3)), token=None)
    )
    answer = await told(http, recorder)

    assert [reading.value for reading in answer.readings] == [4.0]


async def test_pages_that_come_twice_change_nothing(vendor: Vendor) -> None:
    once = await vendor.ask(SupertoneUsage, 60 * HOUR)
    vendor.stand_in.faults.pages_twice = True
    twice = await vendor.ask(SupertoneUsage, 60 * HOUR)

    assert twice == once


async def test_pages_that_lead_in_a_circle_are_refused(vendor: Vendor) -> None:
    vendor.stand_in.faults.loop = True
    with pytest.raises(SourceRefused, match="its pages do not end"):
        await vendor.ask(SupertoneUsage, 60 * HOUR)


async def test_pages_with_ever_new_tokens_are_refused(http: Http) -> None:
    pages = [page(token=str(number)) for number in range(100)]

    assert "read 4 for at most 2 buckets, kept none" in await refusal(http, *pages)


async def test_a_token_that_expired_midway_is_for_the_next_poll(vendor: Vendor) -> None:
    vendor.stand_in.faults.canned.extend([None, Canned(400, '{"message": "token expired"}')])
    with pytest.raises(SourceError, match=r"token expired.* asked for again") as caught:
        await vendor.ask(SupertoneUsage, 60 * HOUR)

    assert not isinstance(caught.value, SourceRefused)


@pytest.mark.parametrize(
    "wrong",
    [
        bucket(row(), start=TEN + timedelta(minutes=30)),
        bucket(row(), width=DAY),
        bucket(row(), width=timedelta(minutes=59)),
        bucket(row(), start=TEN - 2 * HOUR),
        bucket(row(), start=TEN + 2 * HOUR),
        bucket(row(), start=TEN.replace(tzinfo=None)),
    ],
    ids=["off the grid", "a day", "short", "too early", "in the future", "without a zone"],
)
async def test_a_bucket_that_was_not_asked_for_is_refused(http: Http, wrong: object) -> None:
    said = await refusal(http, page(wrong))

    assert said.startswith("voices: GET /v1/usage answered 200: ")
    assert (
        "expected buckets of 1:00:00 from 2025-05-22T09:00:00+00:00" in said or "timezone" in said
    )


async def test_a_bucket_right_at_the_end_is_left_alone(http: Http) -> None:
    answer = await told(http, recording(page(bucket(row(1)), bucket(row(2), start=TEN + HOUR))))

    assert [reading.value for reading in answer.readings] == [1.0]


@pytest.mark.parametrize("minutes", ["1.5", True, None, -0.1, [1]])
async def test_minutes_that_are_no_amount_are_refused(http: Http, minutes: object) -> None:
    said = await refusal(http, page(bucket(row(minutes))))

    assert "its contract has changed: " in said
    assert "`data[].results[].minutes_used`" in said


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", "-1e400", "9" * 400])
async def test_numbers_past_all_measure_are_refused(http: Http, number: str) -> None:
    body = page(bucket(row(12345.0))).replace("12345.0", number)

    assert "answered 200: " in await refusal(http, body)


async def test_a_whole_number_and_unknown_fields_are_fine(http: Http) -> None:
    answer = await told(http, recording(page(bucket(row(3, colour="red")))))

    assert answer.readings[0].value == 3.0


async def test_a_row_without_its_voice_is_refused(http: Http) -> None:
    said = await refusal(http, page(bucket({"minutes_used": 1})))

    assert said.endswith("its contract has changed: a row without its voice_id")


async def test_a_row_without_its_model_is_a_series_of_its_own(http: Http) -> None:
    rows = row(1), row(2, model=""), row(4, model="sona_speech_1")
    answer = await told(http, recording(page(bucket(*rows))), breakdown=("voice_id", "model"))

    assert [(dict(one.labels).get("model"), one.value) for one in answer.readings] == [
        (None, 1.0),
        ("", 2.0),
        ("sona_speech_1", 4.0),
    ]


async def test_an_api_key_is_told_by_its_end_and_a_digest(http: Http) -> None:
    rows = row(1, api_key="sk-live-0123456789abcd"), row(2, api_key="short")
    answer = await told(http, recording(page(bucket(*rows))), breakdown=("api_key",))

    values = [dict(reading.labels)["api_key"] for reading in answer.readings]
    assert values == ["…abcd-421207", "…f9b007"]


async def test_names_come_with_the_voices(vendor: Vendor) -> None:
    answer = await vendor.ask(SupertoneUsage, HOUR)

    assert answer.names[AGATHA] == "Agatha"
    assert (
        "/v1/voice-usage?start_date=2025-04-23&end_date=2025-05-22" in vendor.stand_in.faults.asked
    )


@pytest.mark.parametrize("broken", [Canned(500), Canned(401), Canned(200, "<html>")])
async def test_names_that_cannot_be_had_cost_nothing_else(vendor: Vendor, broken: Canned) -> None:
    vendor.stand_in.faults.canned.extend([None, broken])
    answer = await vendor.ask(SupertoneUsage, HOUR)

    assert answer.readings
    assert answer.names == {}


@pytest.mark.parametrize("fields", [{"names": False}, {"breakdown": ("model",)}])
async def test_names_that_nobody_needs_are_not_asked_for(vendor: Vendor, fields: dict) -> None:
    await vendor.ask(SupertoneUsage, HOUR, **fields)

    assert len(vendor.stand_in.faults.asked) == 1


async def test_a_revision_is_read_when_its_hour_is_read_again(vendor: Vendor) -> None:
    vendor.stand_in.revise(AGATHA, TEN - HOUR, 77.5)
    answer = await vendor.ask(SupertoneUsage, 2 * HOUR)

    assert Reading((("voice_id", AGATHA),), TEN - HOUR, 77.5) in answer.readings


@pytest.mark.parametrize("offset", ["Asia/Tokyo", "9", "+9:00", "+15:00", "+09:60", "Z", ""])
def test_an_offset_that_is_none_is_refused_in_words(offset: str) -> None:
    with pytest.raises(ValueError, match=r"expected a distance from UTC such as \+09:00, got"):
        SupertoneUsage(Secret(KEY), offset=offset)


def test_a_breakdown_said_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="expected each name once"):
        SupertoneUsage(Secret(KEY), breakdown=("model", "model"))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    minutes=st.integers(-14 * 60, 14 * 60),
    width=st.sampled_from(["hour", "day"]),
    span=st.timedeltas(timedelta(0), 3 * DAY),
)
async def test_any_zone_and_window_are_told_on_their_own_grid(
    vendor: Vendor, minutes: int, width: str, span: timedelta
) -> None:
    offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    answer = await vendor.ask(SupertoneUsage, span, offset=offset, bucket=width, names=False)

    assert answer.metric.offset == timedelta(minutes=minutes)
    assert answer.told.start <= NOW - span < answer.told.start + answer.metric.width
    assert answer.told.end - answer.metric.width <= NOW < answer.told.end
    assert all(answer.metric.bucket(start) == start for start in by_start(answer))
    assert all(start.tzinfo is UTC for start in by_start(answer))
