"""The stand-in for Segment, asked over real HTTP as any client would."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
import pytest
from multidict import CIMultiDictProxy

from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.sandbox.segment.calls import SOURCES
from daemon.sandbox.segment.stand_in import SegmentStandIn
from daemon.sandbox.world import World
from tests.fakes import HandClock

NOW = datetime(2025, 5, 22, 10, 20, 30, tzinfo=UTC)
WORKSPACE, BY_SOURCE = "/usage/api-calls/daily", "/usage/api-calls/sources/daily"
LISTS = {WORKSPACE: "dailyWorkspaceAPICallsUsage", BY_SOURCE: "dailyPerSourceAPICallsUsage"}
WEBSITE, APP = SOURCES[0].id, SOURCES[1].id
Row = Mapping[str, str]


@dataclass
class Client:
    vendor: SegmentStandIn
    url: str
    session: aiohttp.ClientSession
    headers: CIMultiDictProxy[str] | None = None

    async def get(
        self, path: str, query: Mapping[str, str], login: str = "Bearer t"
    ) -> tuple[int, dict]:
        headers = {"Authorization": login}
        async with self.session.get(self.url + path, params=query, headers=headers) as reply:
            self.headers = reply.headers
            return reply.status, await reply.json()

    async def page(self, path: str = BY_SOURCE, **paging: object) -> tuple[list[Row], dict]:
        query = {"period": "2025-05-01"}
        query |= {f"pagination.{name}": str(value) for name, value in paging.items()}
        status, body = await self.get(path, query)
        assert status == 200, body
        return body["data"][LISTS[path]], body["data"]["pagination"]

    async def pages(self, count: int) -> list[list[Row]]:
        rows, paging = await self.page(count=count)
        told = [rows]
        while cursor := paging.get("next"):
            rows, paging = await self.page(count=count, cursor=cursor)
            told.append(rows)
        return told


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    vendor = SegmentStandIn(
        World(7, NOW),
        HandClock(NOW),
        tokens={"t": "us", "weak": "us", "europe": "eu"},
        powerless=frozenset({"weak"}),
    )
    async with serve(vendor.app()) as url, aiohttp.ClientSession() as session:
        yield Client(vendor, url, session)


@pytest.mark.parametrize("path", [WORKSPACE, BY_SOURCE])
@pytest.mark.parametrize(
    "login", ["", "t", "Basic t", "Bearer", "Bearer ", "Bearer x", "Bearer weak", "Bearer europe"]
)
async def test_a_token_must_be_good_of_this_region_and_in_its_right(
    client: Client, path: str, login: str
) -> None:
    told = await client.get(path, {}, login)

    error = {"type": "unauthorized", "message": "Unauthorized", "status": 401}
    assert told == (401, {"errors": [error]})


async def test_any_token_will_do_where_none_are_given(client: Client) -> None:
    client.vendor.tokens = None

    assert (await client.get(WORKSPACE, {"period": "2025-05-01"}, "Bearer any"))[0] == 200
    assert (await client.get(WORKSPACE, {"period": "2025-05-01"}, "Bearer "))[0] == 401


@pytest.mark.parametrize("path", [WORKSPACE, BY_SOURCE])
async def test_a_question_without_its_period_is_none(client: Client, path: str) -> None:
    status, body = await client.get(path, {})

    error = {"type": "input-validation", "message": '"period" is required', "field": "period"}
    assert (status, body) == (422, {"errors": [error]})


async def test_what_is_nowhere_is_not_found_in_json(client: Client) -> None:
    status, body = await client.get("/usage/mtu/daily", {})

    assert (status, body["errors"][0]["type"]) == (404, "not-found")


async def test_totals_run_from_the_months_first_day_to_this_moment(client: Client) -> None:
    rows, _ = await client.page(WORKSPACE)
    totals = [int(row["apiCalls"]) for row in rows]
    first, today = (datetime(2025, 5, day, tzinfo=UTC) for day in (1, 22))

    assert [row["timestamp"] for row in rows][::21] == [
        "2025-05-01T00:00:00.000Z",
        "2025-05-22T00:00:00.000Z",
    ]
    assert totals == sorted(totals)
    assert totals[0] == client.vendor.used(None, first)
    assert totals[21] - totals[20] == client.vendor.used(None, today)


async def test_today_grows_and_yesterday_stands(client: Client) -> None:
    before, _ = await client.page(WORKSPACE)
    client.vendor.clock.at = NOW + timedelta(hours=3)
    after, _ = await client.page(WORKSPACE)

    assert before[:-1] == after[:-1]
    assert int(before[-1]["apiCalls"]) < int(after[-1]["apiCalls"])


async def test_the_sources_together_are_the_workspace(client: Client) -> None:
    rows, _ = await client.page()
    whole, _ = await client.page(WORKSPACE)
    last = {row["sourceId"]: int(row["apiCalls"]) for row in rows}

    assert set(last) == {source.id for source in SOURCES}
    assert sum(last.values()) == int(whole[-1]["apiCalls"])


async def test_a_day_that_adds_nothing_comes_by_turns(client: Client) -> None:
    """The old forum is quiet on most days."""
    rows, _ = await client.page()
    totals = [row["apiCalls"] for row in rows if row["sourceId"] == SOURCES[5].id]

    assert len(totals) < 22
    assert len(set(totals)) < len(totals)


@pytest.mark.parametrize(
    ("last", "days"), [("2025-04-01", 30), ("2025-02-01", 28), ("2025-06-01", 0)]
)
async def test_a_month_that_is_over_is_whole_and_one_to_come_is_empty(
    client: Client, last: str, days: int
) -> None:
    _, body = await client.get(WORKSPACE, {"period": last})

    assert len(body["data"][LISTS[WORKSPACE]]) == days


async def test_two_hundred_rows_are_a_page_unless_asked(client: Client) -> None:
    client.vendor.workspace.sources |= {f"more-{number}": SOURCES[0] for number in range(10)}
    rows, paging = await client.page()
    more, _ = await client.page(count=1000)

    assert len(rows) == 200 < len(more)
    assert paging["next"].endswith("=")


async def test_pages_hold_every_row_once_and_in_order(client: Client) -> None:
    whole, _ = await client.page(count=1000)
    pages = await client.pages(50)

    assert [row for rows in pages for row in rows] == whole
    assert [len(rows) for rows in pages[:-1]] == [50] * (len(pages) - 1)


@pytest.mark.parametrize("days", [12, 13, 14, 15])
async def test_the_last_page_has_no_cursor_or_a_null_and_mostly_a_count(
    client: Client, days: int
) -> None:
    client.vendor.clock.at = datetime(2025, 5, days, 12, tzinfo=UTC)
    rows, paging = await client.page(WORKSPACE)

    assert len(rows) == days
    assert paging.get("next") is None
    assert ("next" in paging) == (days % 2 == 0)
    assert paging.get("totalEntries") == (days if days % 3 else None)


async def test_a_page_says_where_it_is_and_where_it_came_from(client: Client) -> None:
    _, first = await client.page(count=2)
    _, second = await client.page(count=2, cursor=first["next"])

    assert (first["current"], first["next"], "previous" in first) == ("MA==", "Mg==", False)
    assert (second["current"], second["previous"]) == ("Mg==", "MA==")


async def test_faults_of_paging_keep_all_rows(client: Client) -> None:
    whole, _ = await client.page(count=1000)
    faults = client.vendor.faults
    faults.shuffled, faults.overlap, faults.empty_pages, faults.most = True, 3, True, 20
    pages = await client.pages(50)

    told = [row for rows in pages for row in rows]
    assert [rows for rows in pages[1:-1:2] if rows] == []
    assert len(told) > len(whole)
    assert {str(row) for row in told} == {str(row) for row in whole}
    assert pages[0] != whole[:20]


async def test_a_loop_leads_back_to_the_first_page(client: Client) -> None:
    client.vendor.faults.loop = True
    _, paging = await client.page(count=10)

    assert paging["next"] == paging["current"]


async def test_days_may_be_written_as_dates(client: Client) -> None:
    client.vendor.faults.plain_dates = True
    rows, _ = await client.page(WORKSPACE)

    assert rows[0]["timestamp"] == "2025-05-01"


async def test_a_restated_day_moves_the_totals_after_it(client: Client) -> None:
    before, _ = await client.page(WORKSPACE)
    used = client.vendor.used(APP, datetime(2025, 5, 4, tzinfo=UTC))
    client.vendor.restate(APP, datetime(2025, 5, 4, tzinfo=UTC), used - 100)
    after, _ = await client.page(WORKSPACE)

    moved = [
        int(old["apiCalls"]) - int(new["apiCalls"]) for old, new in zip(before, after, strict=True)
    ]
    assert moved == [0, 0, 0, *(19 * [100])]


async def test_months_out_of_reach_are_empty(client: Client) -> None:
    client.vendor.faults.reach = timedelta(days=30)
    _, body = await client.get(WORKSPACE, {"period": "2025-04-01"})

    assert body["data"][LISTS[WORKSPACE]] == []


async def test_success_says_how_much_is_left_until_when(client: Client) -> None:
    await client.page()
    await client.page()

    assert client.headers["X-RateLimit-Consumed"] == "2"
    assert client.headers["X-RateLimit-Remaining"] == "998"
    reset = parsedate_to_datetime(client.headers["X-RateLimit-Reset"])
    assert reset == NOW.replace(minute=21, second=0)


@pytest.mark.parametrize(("by", "header"), [("token", "30"), ("address", None)])
async def test_one_call_too_many_is_told_to_wait(
    client: Client, by: str, header: str | None
) -> None:
    client.vendor.faults.limit, client.vendor.faults.limited_by = 1, by
    await client.page()
    status, body = await client.get(WORKSPACE, {"period": "2025-05-01"})

    points = {"remainingPoints": 0, "msBeforeNext": 30_000, "consumedPoints": 2}
    assert (status, body["errors"][0]["data"]) == (429, points)
    assert client.headers.get("Retry-After") == header


async def test_the_next_minute_is_another(client: Client) -> None:
    client.vendor.faults.limit = 1
    await client.page()
    client.vendor.clock.at = NOW + timedelta(seconds=30)

    assert await client.page()


async def test_canned_answers_come_first_and_then_the_true_ones(client: Client) -> None:
    canned = Canned(503, "{}", {"Content-Type": "application/json"})
    client.vendor.faults.canned.extend([canned, None])
    told = [(await client.get(WORKSPACE, {"period": "2025-05-01"}))[0] for _ in range(3)]

    assert told == [503, 200, 200]
    assert client.vendor.faults.asked[0] == f"{WORKSPACE}?period=2025-05-01"
