"""What stands on the wire: strict where it counts, and put into words where it fails."""

import json
from datetime import timedelta
from typing import Literal

import pytest

from daemon.http import Http
from daemon.source import SourceChanged, SourceError, SourceRefused
from daemon.sources.segment.wire import host
from tests.daemon.sources.segment.workspace import Segment, page, recorded, row, told
from tests.daemon.sources.vendor import recording


async def refusal(http: Http, body: str, status: int = 200) -> str:
    with pytest.raises(SourceRefused) as caught:
        await told(http, recording(body, status=status))
    assert isinstance(caught.value, SourceChanged) == (status == 200)
    return str(caught.value)


@pytest.mark.parametrize(
    "count", [1204, 12.5, True, None, "", " 12", "-1", "+1", "1e3", "12.0", "1,204", "12\n", "٣"]
)
async def test_a_count_is_text_of_digits_and_nothing_else(http: Http, count: object) -> None:
    said = await refusal(http, page(row(count, 1)))

    assert "its contract has changed" in said
    assert "dailyPerSourceAPICallsUsage" in said


async def test_a_count_that_nothing_could_have_counted_is_refused(http: Http) -> None:
    assert "its contract has changed" in await refusal(http, page(row("9" * 31, 1)))


@pytest.mark.parametrize("gone", ["sourceId", "apiCalls", "timestamp"])
async def test_a_row_without_one_of_its_fields_is_refused(http: Http, gone: str) -> None:
    broken = {name: value for name, value in row("1", 1).items() if name != gone}

    assert f"`data.dailyPerSourceAPICallsUsage[].{gone}` is gone" in await refusal(
        http, page(broken)
    )


async def test_a_row_of_a_source_without_a_name_is_refused(http: Http) -> None:
    assert "length >= 1" in await refusal(http, page(row("1", 1, source="")))


async def test_fields_that_nothing_needs_may_come_and_go(http: Http) -> None:
    body = json.loads(page({**row("7", 22), "plan": [1]}, current=None, totalEntries="many"))
    answer = await told(http, recording(json.dumps({**body, "meta": 1})))

    assert [reading.value for reading in answer.readings] == [7]


@pytest.mark.parametrize(
    ("shape", "status", "words"),
    [
        ("unauthorized", 401, "unauthorized; the token was refused"),
        ("validation", 422, '"period" is required; the vendor does not know this usage month'),
    ],
)
async def test_the_vendors_own_words_are_passed_on(
    http: Http, shape: str, status: int, words: str
) -> None:
    said = await refusal(http, *recorded(f"error.{shape}"), status=status)

    assert f"voices: GET /usage/api-calls/sources/daily answered {status}: {words}" in said


async def test_errors_without_a_sentence_are_shown_as_they_came(http: Http) -> None:
    assert 'answered 422: {"errors": []};' in await refusal(http, '{"errors": []}', status=422)


async def test_a_month_the_vendor_does_not_know_names_the_settings(http: Http) -> None:
    said = await refusal(http, "", status=404)

    assert "check sources.voices.period_day, and sources.voices.history" in said


@pytest.mark.parametrize("limited_by", ["token", "address"])
async def test_a_limit_says_when_to_come_back_in_a_header_or_in_the_body(
    segment: Segment, limited_by: Literal["token", "address"]
) -> None:
    segment.stand_in.faults.limit, segment.stand_in.faults.limited_by = 0, limited_by
    with pytest.raises(SourceError, match="answered 429: Too many requests") as caught:
        await segment.ask()

    assert not isinstance(caught.value, SourceRefused)
    assert caught.value.retry_after == timedelta(minutes=1)


async def test_a_second_page_of_another_shape_is_still_a_change(http: Http) -> None:
    with pytest.raises(SourceChanged):
        await told(http, recording(page(row("1", 1), next="Mg=="), page(row(1, 2))))


async def test_a_page_of_html_is_for_later(http: Http) -> None:
    with pytest.raises(SourceError, match="expected JSON, got HTML") as caught:
        await told(http, recording("<html>"))

    assert not isinstance(caught.value, SourceRefused)


def test_an_address_wins_over_the_regions_own() -> None:
    assert host("us", None) == "https://api.segmentapis.com"
    assert host("eu", None) == "https://eu1.api.segmentapis.com"
    assert host("eu", "http://here") == "http://here"
