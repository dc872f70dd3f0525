"""The stand-in for a vendor without a module, asked over real HTTP as any client would."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from daemon.sandbox.http_json.stand_in import HttpJsonStandIn
from daemon.sandbox.loopback import serve
from daemon.sandbox.world import VOICES, World
from tests.fakes import HandClock

NOW = datetime(2025, 5, 22, 10, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
AGATHA = VOICES[0]
SPAN = {"start": "2025-05-22T05:00:00Z", "end": "2025-05-22T11:00:00Z"}
DAYS = {"first": "2025-05-20", "last": "2025-05-22"}
MILLIS = {"from": "1747893600000", "to": "1747911600000"}
UNIX = {"since": "1747893600", "until": "1747911600"}


@dataclass
class Client:
    vendor: HttpJsonStandIn
    url: str
    session: aiohttp.ClientSession
    links: str = ""

    async def get(self, path: str, status: int = 200, **query: str) -> Any:
        headers = {"Authorization": "Bearer k"}
        async with self.session.get(self.url + path, params=query, headers=headers) as reply:
            assert reply.status == status
            self.links = reply.headers.get("Link", "")
            return await reply.json()


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    vendor = HttpJsonStandIn(
        World(7, NOW), HandClock(NOW), keys=frozenset({"k"}), powerless=frozenset({"weak"})
    )
    async with serve(vendor.app()) as url, aiohttp.ClientSession() as session:
        yield Client(vendor, url, session)


@pytest.mark.parametrize(("key", "status"), [("k", 200), ("weak", 403), ("x", 401), ("", 401)])
@pytest.mark.parametrize("where", ["bearer", "header", "query"])
async def test_a_key_may_stand_in_three_places(
    client: Client, key: str, status: int, where: str
) -> None:
    headers = {"bearer": {"Authorization": f"Bearer {key}"}, "header": {"X-Api-Key": key}}
    query = {"api_key": key} if where == "query" else {}
    url = client.url + "/v1/balance"
    async with client.session.get(url, params=query, headers=headers.get(where)) as reply:
        body = await reply.json()

    assert reply.status == status
    assert status == 200 or body["error"]["code"] == status


async def test_a_cursor_leads_from_page_to_page(client: Client) -> None:
    first = await client.get("/v1/usage", limit="4", **SPAN)
    second = await client.get("/v1/usage", limit="4", cursor=first["meta"]["next_cursor"], **SPAN)

    assert (len(first["data"]), len(second["data"])) == (4, 2)
    assert second["meta"] == {"next_cursor": None, "total": 6}
    assert first["data"][0]["starting_at"] == "2025-05-22T05:00:00Z"


async def test_the_hour_of_now_fills(client: Client) -> None:
    before = (await client.get("/v1/usage", **SPAN))["data"][-1]["results"][0]
    client.vendor.clock.at = NOW + timedelta(minutes=20)
    after = (await client.get("/v1/usage", **SPAN))["data"][-1]["results"][0]

    assert before["who"] == after["who"] == {"id": AGATHA.id, "name": "Agatha"}
    assert 0 < before["minutes"] < after["minutes"]


async def test_all_shapes_tell_of_one_account(client: Client) -> None:
    client.vendor.world = World(7, NOW, voices=(AGATHA,))
    start = datetime(2025, 5, 22, 6, tzinfo=UTC)
    truth = client.vendor.used(AGATHA, start, NOW)
    usage = await client.get("/v1/usage", start=start.isoformat(), end=SPAN["end"])
    events = await client.get("/v1/events", **MILLIS)
    links = await client.get("/v1/links", **UNIX)

    told = sum(row["minutes"] for bucket in usage["data"] for row in bucket["results"])
    assert told == pytest.approx(truth, abs=1e-4)
    seconds = sum(event["seconds"] for event in events["events"])
    assert seconds == pytest.approx(60 * truth, abs=1e-3)
    assert sum(used for _, used in links["voices"][AGATHA.id]) == pytest.approx(truth, abs=1e-4)


async def test_days_come_as_text_by_page_number(client: Client) -> None:
    first = await client.get("/v1/days", limit="10", **DAYS)
    second = await client.get("/v1/days", limit="10", page="2", **DAYS)

    assert (first["has_more"], second["has_more"]) == (True, False)
    assert isinstance(first["usages"][0]["minutes"], str)
    assert {row["day"][:8] for row in first["usages"] + second["usages"]} == {"2025-05-"}


async def test_no_page_of_events_holds_more_than_a_hundred(client: Client) -> None:
    long = {**MILLIS, "from": "1747800000000", "limit": "500"}
    first = await client.get("/v1/events", **long)
    again = await client.get("/v1/events", offset="100", **long)

    ids = [event["id"] for event in first["events"] + again["events"]]
    assert len(first["events"]) == 100
    assert len(set(ids)) == len(ids)


async def test_the_next_page_is_an_address_in_a_header_or_in_the_body(client: Client) -> None:
    await client.get("/v1/links", limit="2", **UNIX)
    links = client.links
    body = await client.get("/v1/next", limit="2", **UNIX)

    assert links.endswith('rel="next"')
    assert f"<{client.url}/v1/links?" in links
    assert body["next"].startswith("/v1/next?limit=2&since=1747893600&until=1747911600&cursor=c-2")
    assert (await client.get(body["next"]))["next"].endswith("cursor=c-4")


async def test_a_running_total_grows_day_by_day(client: Client) -> None:
    rows = (await client.get("/v1/totals", **DAYS))["totals"]
    month = (await client.get("/v1/month"))["month_to_date"]

    agatha = [row["month_to_date"] for row in rows if row["voice"] == AGATHA.id]
    assert agatha == sorted(agatha)
    assert agatha[-1] == next(row["minutes"] for row in month if row["voice"] == AGATHA.id)


async def test_a_balance_falls_by_what_is_used_and_may_be_lost(client: Client) -> None:
    before = (await client.get("/v1/balance"))["account"]["balance"]
    client.vendor.clock.at = NOW + HOUR
    after = (await client.get("/v1/balance"))["account"]["balance"]
    client.vendor.faults.null_balance = True

    used = sum(client.vendor.used(voice, NOW, NOW + HOUR) for voice in VOICES)
    assert before - after == pytest.approx(used, abs=1e-4)
    assert (await client.get("/v1/balance"))["account"]["balance"] is None


async def test_a_day_and_a_revision_are_told(client: Client) -> None:
    hour = datetime(2025, 5, 21, 3, tzinfo=UTC)
    before = (await client.get("/v1/day/2025-05-21"))["minutes"][AGATHA.id]
    client.vendor.revise(AGATHA.id, hour, client.vendor.used(AGATHA, hour, hour + HOUR) + 7)
    after = (await client.get("/v1/day/2025-05-21"))["minutes"][AGATHA.id]

    assert after - before == pytest.approx(7, abs=1e-4)


async def test_what_it_does_not_understand_it_says_in_words(client: Client) -> None:
    body = await client.get("/v1/usage", 400, start="yesterday", end=SPAN["end"])
    day = await client.get("/v1/day/yesterday", 400)

    assert body["error"]["message"] == "start: expected a moment such as 2025-05-20T10:00:00Z"
    assert day["error"]["message"] == "day: expected a date"
