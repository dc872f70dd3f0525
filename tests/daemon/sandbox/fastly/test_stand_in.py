"""The stand-in for Fastly, asked over real HTTP as any client would."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from daemon.sandbox.fastly.account import METERS, SERVICES
from daemon.sandbox.fastly.stand_in import FastlyStandIn
from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.sandbox.world import World
from tests.fakes import HandClock

NOW = datetime(2025, 5, 22, 10, 20, tzinfo=UTC)
MAY, JUNE = datetime(2025, 5, 1, tzinfo=UTC), datetime(2025, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
REQUESTS = "North America Requests"
USAGE, SERVICE = "usage-metrics", "service-usage-metrics"
Json = dict[str, Any]


@dataclass
class Client:
    vendor: FastlyStandIn
    url: str
    session: aiohttp.ClientSession

    async def get(self, path: str, key: str = "k", **query: str) -> tuple[int, Json]:
        place, headers = f"{self.url}/billing/v3/{path}", {"Fastly-Key": key}
        async with self.session.get(place, params=query, headers=headers) as reply:
            return reply.status, await reply.json()

    async def usage(self, first: str = "2025-05", last: str = "2025-05") -> list[Json]:
        status, body = await self.get(USAGE, start_month=first, end_month=last)
        assert status == 200, body
        return body["data"]

    async def services(self, **query: str) -> Json:
        asked = {"product_id": "cdn_usage", "usage_type_name": REQUESTS, **query}
        status, body = await self.get(SERVICE, **asked)
        assert status == 200, body
        return body["data"]

    async def total(self, usage_type: str = REQUESTS, month: str = "2025-05") -> float:
        [row] = [r for r in await self.usage(month, month) if r["usage_type"] == usage_type]
        return row["quantity"]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    vendor = FastlyStandIn(
        World(7, NOW), HandClock(NOW), keys=frozenset({"k"}), powerless=frozenset({"weak"})
    )
    async with serve(vendor.app()) as url, aiohttp.ClientSession() as session:
        yield Client(vendor, url, session)


@pytest.mark.parametrize("path", [USAGE, SERVICE])
async def test_keys_are_looked_at_first_and_refused_in_older_shapes(
    client: Client, path: str
) -> None:
    for key in ("", "other"):
        assert await client.get(path, key) == (
            401,
            {"msg": "Provided credentials are missing or invalid"},
        )
    status, body = await client.get(path, "weak")

    assert status == 403
    assert body["errors"][0]["status"] == "403"


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({}, "start_month"),
        ({"start_month": "2025-05"}, "end_month"),
        ({"start_month": "2025-5", "end_month": "2025-05"}, "start_month"),
        ({"start_month": "2025-05", "end_month": "2025-13"}, "end_month"),
        ({"start_month": "2025-05", "end_month": "2025-04"}, "end_month"),
        ({"start_month": "2025-02", "end_month": "2025-05"}, "end_month"),
    ],
)
async def test_the_account_wants_both_months_and_three_at_most(
    client: Client, query: dict[str, str], wrong: str
) -> None:
    status, body = await client.get(USAGE, **query)

    assert status == 400
    assert (body["title"], body["code"]) == ("Bad Request", f"invalid_{wrong}")
    assert body["status"] == "400"


async def test_three_months_are_told_and_the_one_to_come_is_not(client: Client) -> None:
    rows = await client.usage("2025-04", "2025-06")

    assert {row["month"] for row in rows} == {"2025-04", "2025-05"}
    assert len(rows) == 2 * len(METERS)


async def test_a_row_has_all_that_is_documented_and_a_region_only_where_there_is_one(
    client: Client,
) -> None:
    *regional, images = await client.usage()

    assert regional[0] == {
        "month": "2025-05",
        "product_id": "cdn_usage",
        "usage_type": REQUESTS,
        "name": REQUESTS,
        "region": "North America",
        "unit": "unit",
        "quantity": regional[0]["quantity"],
        "raw_quantity": pytest.approx(regional[0]["quantity"] * 10_000, abs=1),
        "last_updated_at": "2025-05-22T10:00:00Z",
    }
    assert "region" not in images
    assert images["name"] == "Image Optimizer"


async def test_the_current_month_grows_whenever_the_vendor_counts(client: Client) -> None:
    told = []
    for minutes in (0, 39, 41, 99, 101):
        client.vendor.clock.at = NOW + timedelta(minutes=minutes)
        told.append(await client.total())

    assert told[0] == told[1] < told[2] == told[3] < told[4]


async def test_a_month_that_is_over_is_whole_and_begins_at_nothing(client: Client) -> None:
    client.vendor.clock.at = JUNE + 2 * HOUR
    may, june = await client.total(), await client.total(month="2025-06")
    truth = [
        sum(client.vendor.used(each, METERS[0], start, end) for each in SERVICES)
        for start, end in ((MAY, JUNE), (JUNE, JUNE + 2 * HOUR))
    ]

    assert [may, june] == pytest.approx(truth, abs=1e-4)


async def test_a_month_that_is_over_is_counted_once_more_at_its_end(client: Client) -> None:
    client.vendor.recalculates = 7 * HOUR
    [last, *_] = [row["last_updated_at"] for row in await client.usage("2025-04", "2025-04")]

    assert "2025-05-01T00:00:00Z" <= last < "2025-05-01T07:00:00Z"


async def test_services_add_up_to_the_account(client: Client) -> None:
    data = await client.services()
    told = sum(row["usage_units"] for row in data["details"])

    assert told == pytest.approx(await client.total(), abs=1e-3)
    assert (data["usage_type"], data["unit"]) == (REQUESTS, "unit")
    assert (data["start_time"], data["end_time"]) == (
        "2025-05-01T00:00:00Z",
        "2025-05-31T23:59:59Z",
    )


async def test_only_services_with_use_are_told(client: Client) -> None:
    names = {row["service_name"] for row in (await client.services())["details"]}
    [one] = (await client.services(service=SERVICES[0].id))["details"]

    assert names == {"www", "img", "api", "nightly-export", "old-docs"}  # not the one of Europe
    assert one["service_id"] == SERVICES[0].id


async def test_pages_are_led_through_by_a_cursor_inside_data(client: Client) -> None:
    first = await client.services(limit="3")
    second = await client.services(limit="3", cursor=first["meta"]["next_cursor"])
    everything = await client.services(cursor="")

    assert first["meta"] | {"next_cursor": None} == {
        "next_cursor": None,
        "limit": 3,
        "sort": "billing_start_date",
        "total": 5,
    }
    assert first["details"] + second["details"] == everything["details"]
    assert second["meta"]["next_cursor"] == ""
    assert everything["meta"]["limit"] == 1000


async def test_a_cursor_belongs_to_its_question(client: Client) -> None:
    cursor = (await client.services(limit="3"))["meta"]["next_cursor"]
    asked = {"product_id": "cdn_usage", "usage_type_name": REQUESTS, "cursor": cursor}
    other = await client.get(SERVICE, **asked, limit="2")

    assert other[0] == 400
    assert other[1]["code"] == "invalid_cursor"


async def test_what_was_never_used_is_no_error(client: Client) -> None:
    data = await client.services(product_id="nothing")

    assert (data["details"], data["meta"]["total"]) == ([], 0)
    assert "usage_type" not in data


async def test_a_restatement_sets_right_what_was_and_leaves_what_comes(client: Client) -> None:
    before = await client.total()
    client.vendor.restate(REQUESTS, "2025-05", 0.5)
    fallen = await client.total()
    client.vendor.clock.at = NOW + HOUR
    grown = await client.total() - fallen
    counted_at = NOW.replace(minute=0)
    truth = sum(
        client.vendor.used(each, METERS[0], counted_at, counted_at + HOUR) for each in SERVICES
    )

    assert fallen == pytest.approx(before / 2, abs=1e-3)
    assert grown == pytest.approx(truth, abs=1e-3)
    assert await client.total("Europe Requests") > 0


async def test_a_month_that_is_over_is_restated_whole_and_says_when(client: Client) -> None:
    before = await client.total(month="2025-04")
    client.vendor.restate(REQUESTS, "2025-04", 2)
    [row, *_] = await client.usage("2025-04", "2025-04")

    assert row["quantity"] == pytest.approx(before * 2, abs=1e-3)
    assert row["last_updated_at"] == "2025-05-22T10:00:00Z"


async def test_the_same_question_has_the_same_answer(client: Client) -> None:
    assert await client.usage() == await client.usage()
    assert await client.services(limit="2") == await client.services(limit="2")


async def test_over_the_limit_it_says_when_in_headers_of_its_own(client: Client) -> None:
    client.vendor.faults.calls_left = 1
    await client.services()
    place = f"{client.url}/billing/v3/{USAGE}"
    async with client.session.get(place, headers={"Fastly-Key": "k"}) as reply:
        headers = reply.headers

    assert reply.status == 429
    assert headers["Fastly-RateLimit-Remaining"] == "0"
    assert int(headers["Fastly-RateLimit-Reset"]) == int(NOW.timestamp()) + 60
    assert "Retry-After" not in headers


async def test_it_can_be_odd_in_the_ways_that_were_seen(client: Client) -> None:
    faults = client.vendor.faults
    faults.data = "list"
    assert isinstance(await client.services(), list)
    faults.data = "null"
    assert (await client.services(), await client.usage()) == (None, None)
    faults.data, faults.null_details, faults.bare = "object", True, True
    assert (await client.services(product_id="nothing"))["details"] is None
    assert set((await client.usage())[0]) == {
        "month",
        "product_id",
        "usage_type",
        "quantity",
        "raw_quantity",
    }
    faults.canned.append(Canned(418, "{}", {"Content-Type": "application/json"}))
    assert await client.get(USAGE) == (418, {})


async def test_pages_may_lead_back_or_overlap(client: Client) -> None:
    faults = client.vendor.faults
    faults.page, faults.repeats = 3, True
    first = await client.services()
    second = await client.services(cursor=first["meta"]["next_cursor"])
    faults.loop = True
    again = await client.services(cursor=first["meta"]["next_cursor"])

    assert second["details"][0] == first["details"][-1]
    assert again["meta"]["next_cursor"] == first["meta"]["next_cursor"]


async def test_nothing_is_counted_any_more_where_the_vendor_stopped(client: Client) -> None:
    client.vendor.faults.counts_until = NOW
    before = await client.total()
    client.vendor.clock.at = NOW + 9 * HOUR

    assert await client.total() == before
