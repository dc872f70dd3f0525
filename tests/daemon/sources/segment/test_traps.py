"""One test for each trap of the vendor's contract; `docs/vendors.md` says which is which."""

import json
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.http import Call, Http
from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.source import SourceChanged, SourceError, SourceRefused, Window
from daemon.sources.segment import SegmentWorkspaceCalls
from tests.daemon.sources.segment.workspace import (
    APP,
    DAY,
    NOW,
    SOURCES_PATH,
    TODAY,
    TOKEN,
    WEBSITE,
    Segment,
    amounts,
    days,
    may,
    page,
    row,
    stand_in,
    told,
)
from tests.daemon.sources.vendor import recording

ROOT = Path(__file__).parents[4]


async def test_trap_01_counts_past_what_floats_can_hold_are_told_apart(http: Http) -> None:
    rows = row(str(2**60), 1), row(str(2**60 + 3), 2), row(str(2**60 + 4), 3)
    answer = await told(http, recording(page(*rows)))

    assert amounts(answer) == {1: float(2**60), 2: 3, 3: 1}


async def test_trap_01_the_stand_in_counts_past_them_too(segment: Segment) -> None:
    segment.stand_in.restate(WEBSITE, may(1), 2**60)
    answer = await segment.ask()

    assert amounts(answer)[2] == segment.stand_in.used(WEBSITE, may(2))


async def test_trap_02_running_totals_are_not_summed(segment: Segment) -> None:
    answer = await segment.ask()

    truth = sum(segment.stand_in.used(None, may(day)) for day in range(1, 23))
    assert sum(days(answer).values()) == truth


async def test_trap_03_a_new_month_is_no_fall(segment: Segment) -> None:
    answer = await segment.over(Window(may(1) - DAY, may(3)))

    assert amounts(answer)[1] == segment.stand_in.used(WEBSITE, may(1)) > 0
    assert answer.notes == ()


async def test_trap_03_a_total_that_falls_is_a_correction_and_nobody_used_less_than_nothing(
    segment: Segment,
) -> None:
    before = sum(amounts(await segment.ask()).values())
    lost = segment.stand_in.used(WEBSITE, may(20)) + 5_000
    segment.stand_in.restate(WEBSITE, may(20), -5_000)
    after = await segment.ask()

    assert sum(amounts(after).values()) == pytest.approx(before - lost)
    assert min(amounts(after).values()) == amounts(after)[20] == 0
    assert f"the total of {WEBSITE} fell" in after.notes[0]


async def test_trap_04_paging_is_written_with_dots(segment: Segment) -> None:
    segment.stand_in.faults.most = 100
    await segment.ask()

    assert [query.partition("?")[2] for query in segment.stand_in.faults.asked] == [
        "period=2025-05-01&pagination.count=200",
        "period=2025-05-01&pagination.count=200&pagination.cursor=MDEwMA%3D%3D",
    ]


async def test_trap_05_the_equals_sign_of_a_cursor_is_encoded(http: Http) -> None:
    workspace = stand_in()
    workspace.faults.most = 100
    async with serve(workspace.app()) as url:
        await Segment(workspace, url, http).ask()

    cursors = [query.partition("cursor=")[2] for query in workspace.faults.asked]
    assert [cursor for cursor in cursors if cursor] == ["MDEwMA%3D%3D"]


@pytest.mark.parametrize("end", [{}, {"next": None}, {"next": ""}])
async def test_trap_06_no_cursor_a_null_or_an_empty_one_ends_the_walk(
    http: Http, end: dict[str, str | None]
) -> None:
    recorder = recording(page(row("1", 1), **end))
    await told(http, recorder)

    assert len(recorder.asked) == 1


async def test_trap_06_a_page_without_rows_may_lead_on(http: Http) -> None:
    answer = await told(http, recording(page(next="Mg=="), page(row("7", 1))))

    assert amounts(answer) == {1: 7}


async def test_trap_06_pages_without_rows_do_not_lead_on_for_ever(http: Http) -> None:
    empty = [page(next=str(number)) for number in range(20)]
    with pytest.raises(SourceRefused, match="its pages do not end"):
        await told(http, recording(*empty))


async def test_trap_07_paging_at_the_top_is_not_the_contract(http: Http) -> None:
    body = {"data": {"dailyPerSourceAPICallsUsage": []}, "pagination": {"current": "MA=="}}

    with pytest.raises(SourceChanged, match=r"`data.pagination` is gone"):
        await told(http, recording(json.dumps(body)))


@pytest.mark.parametrize("body", ["{}", '{"data": null}', '{"errors": [{"type": "odd"}]}'])
async def test_trap_08_an_answer_without_data_is_none(http: Http, body: str) -> None:
    with pytest.raises(SourceChanged, match="its contract has changed: `data` is"):
        await told(http, recording(body))


@pytest.mark.parametrize("name", ["dailyPerSourceApiCallsUsage", "dailyWorkspaceAPICallsUsage"])
async def test_trap_09_the_list_has_its_capitals(http: Http, name: str) -> None:
    body = page(row("1", 1)).replace("dailyPerSourceAPICallsUsage", name)

    with pytest.raises(SourceChanged, match=r"`data.dailyPerSourceAPICallsUsage` is gone"):
        await told(http, recording(body))


async def test_trap_09_the_rows_have_theirs(http: Http) -> None:
    body = page(row("1", 1)).replace('"apiCalls"', '"APICalls"')

    with pytest.raises(SourceChanged, match=r"apiCalls` is gone"):
        await told(http, recording(body))


async def test_trap_10_a_401_may_mean_that_a_right_is_missing(segment: Segment) -> None:
    segment.stand_in.powerless = frozenset({TOKEN})
    with pytest.raises(SourceRefused) as caught:
        await segment.ask()

    assert str(caught.value) == (
        f"voices: GET {SOURCES_PATH} answered 401: Unauthorized; the token was refused,"
        " check sources.voices.token and its right to read usage,"
        " and sources.voices.region: one region does not know the tokens of another"
    )


async def test_trap_11_the_reset_is_a_date_in_words_and_no_number(segment: Segment) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    query = [("period", "2025-05-01")]
    reply = await segment.http.send(Call(segment.url + SOURCES_PATH, params=query, headers=headers))
    told = {"X-RateLimit-Reset": reply.headers["X-RateLimit-Reset"]}
    segment.stand_in.faults.canned.append(Canned(429, headers=told))
    with pytest.raises(SourceError) as caught:
        await segment.ask()

    assert told["X-RateLimit-Reset"] == "Thu, 22 May 2025 10:21:00 GMT"
    assert caught.value.retry_after == timedelta(minutes=1)


@pytest.mark.parametrize(("region", "known"), [("eu", True), ("us", False)])
async def test_trap_12_a_token_is_known_in_its_own_region(
    segment: Segment, region: str, known: bool
) -> None:
    segment.stand_in.tokens, segment.stand_in.region = {TOKEN: "eu"}, region
    if known:
        assert days(await segment.ask(region=region))
        return
    with pytest.raises(SourceRefused, match=r"check sources\.voices\.token .*voices\.region"):
        await segment.ask(region=region)


async def test_trap_13_a_deleted_source_that_keeps_its_rows_used_nothing_since(
    segment: Segment,
) -> None:
    segment.stand_in.workspace.delete(APP, may(10))
    told = amounts(await segment.ask(), APP)

    assert told[9] > 0
    assert {value for day, value in told.items() if day >= 10} == {0}


async def test_trap_13_one_that_loses_them_is_told_as_the_vendor_tells_it(
    segment: Segment,
) -> None:
    segment.stand_in.workspace.delete(APP, may(10))
    segment.stand_in.faults.forgets_deleted = True
    sources = await segment.ask()
    workspace = await segment.ask(kind=SegmentWorkspaceCalls)

    assert amounts(sources, APP) == {}
    assert sources.told == Window(may(1), TODAY + DAY)
    assert days(workspace)["", may(9)] == segment.stand_in.used(None, may(9))


async def test_trap_14_a_source_that_begins_in_mid_month_begins_with_its_first_day(
    segment: Segment,
) -> None:
    segment.stand_in.workspace.create(APP, may(10) + DAY / 2)
    told = amounts(await segment.ask(), APP)

    assert min(told) == 10
    assert told[10] == segment.stand_in.used(APP, may(10)) > 0


async def test_trap_15_the_workspaces_numbers_are_calls_and_not_users(segment: Segment) -> None:
    answer = await segment.ask(kind=SegmentWorkspaceCalls)

    assert (answer.metric.name, answer.metric.unit) == ("calls", "calls")
    assert days(answer)["", may(5)] == segment.stand_in.used(None, may(5))
    assert max(reading.start for reading in answer.readings) > NOW - DAY


def test_trap_16_no_client_of_the_vendors_is_needed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert not [name for name in project["project"]["dependencies"] if "segment" in name]
