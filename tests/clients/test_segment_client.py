"""Segment's own client for TypeScript reads our stand-in and finds what is true."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from daemon.sandbox.loopback import serve
from daemon.sandbox.segment.calls import DAY, SOURCES
from daemon.sandbox.segment.stand_in import SegmentStandIn
from tests.clients.conftest import Node
from tests.daemon.sources.segment.workspace import TOKEN, WEBSITE, may, stand_in

BY_SOURCE, WORKSPACE = "getDailyPerSourceAPICallsUsage", "getDailyWorkspaceAPICallsUsage"


@dataclass
class Judge:
    vendor: SegmentStandIn
    url: str
    node: Node

    async def asks(self, *questions: Mapping[str, object]) -> list[Mapping[str, Any]]:
        usual = {"token": TOKEN, "period": "2025-05-01", "method": WORKSPACE, "count": 10}
        asked = [{**usual, **question} for question in questions]
        return await self.node.run("segment.cjs", {"url": self.url, "questions": asked})

    async def rows(self, method: str, name: str, count: int) -> list[Mapping[str, str]]:
        [told] = await self.asks({"method": method, "count": count})
        return [row for page in told["pages"] for row in page["data"][name]]


@pytest.fixture
async def judge(node: Node) -> AsyncIterator[Judge]:
    vendor = stand_in(tokens={TOKEN: "us"})
    async with serve(vendor.app()) as url:
        yield Judge(vendor, url, node)


def total(vendor: SegmentStandIn, source: str | None, day: int) -> int:
    """The running total of a day, added up from what was used on each."""
    return sum(vendor.used(source, may(1) + step * DAY) for step in range(day))


async def test_the_client_walks_a_month_of_every_source(judge: Judge) -> None:
    rows = await judge.rows(BY_SOURCE, "dailyPerSourceAPICallsUsage", 50)

    assert len(judge.vendor.faults.asked) == 3
    assert {row["sourceId"] for row in rows} == {source.id for source in SOURCES}
    for row in rows:
        assert set(row) == {"sourceId", "apiCalls", "timestamp"}
        day = int(row["timestamp"][8:10])
        assert row["apiCalls"] == str(total(judge.vendor, row["sourceId"], day))


async def test_the_client_walks_a_month_of_the_workspace(judge: Judge) -> None:
    rows = await judge.rows(WORKSPACE, "dailyWorkspaceAPICallsUsage", 7)

    assert len(judge.vendor.faults.asked) == 4
    assert rows == [
        {
            "apiCalls": str(total(judge.vendor, None, day)),
            "timestamp": f"2025-05-{day:02}T00:00:00.000Z",
        }
        for day in range(1, 23)
    ]


async def test_the_client_writes_its_paging_in_brackets_and_reads_every_field_of_ours(
    judge: Judge,
) -> None:
    [told] = await judge.asks({"count": 10})
    asked = [query.partition("?")[2] for query in judge.vendor.faults.asked]

    assert asked[:2] == [
        "period=2025-05-01&pagination%5Bcount%5D=10",
        "period=2025-05-01&pagination%5Bcursor%5D=MTA%3D&pagination%5Bcount%5D=10",
    ]
    assert [page["data"]["pagination"] for page in told["pages"]] == [
        {"current": "MA==", "next": "MTA=", "totalEntries": 22},
        {"current": "MTA=", "next": "MjA=", "previous": "MA==", "totalEntries": 22},
        {"current": "MjA=", "next": None, "previous": "MTA=", "totalEntries": 22},
    ]


async def test_the_client_passes_on_counts_that_javascript_could_not_hold(judge: Judge) -> None:
    judge.vendor.restate(WEBSITE, may(1), 2**60 + 1)
    rows = await judge.rows(BY_SOURCE, "dailyPerSourceAPICallsUsage", 200)

    website = [row["apiCalls"] for row in rows if row["sourceId"] == WEBSITE]
    assert website[0] == str(2**60 + 1)


async def test_the_client_hears_our_errors(judge: Judge) -> None:
    judge.vendor.faults.limit = 1
    nobody, unread, often = await judge.asks({"token": "other"}, {"period": "May"}, {})

    told = [(each["status"], each["said"]["errors"][0]) for each in (nobody, unread, often)]
    assert [(status, error["type"]) for status, error in told] == [
        (401, "unauthorized"),
        (422, "input-validation"),
        (429, "RequestError"),
    ]
    assert told[2][1]["data"]["consumedPoints"] == 2
