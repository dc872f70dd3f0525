"""The stand-in for Kill Bill, asked over real HTTP as any client would."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import aiohttp
import pytest

from daemon.sandbox.faults import Canned
from daemon.sandbox.killbill.doors import Doors
from daemon.sandbox.killbill.stand_in import KillBillStandIn
from daemon.sandbox.loopback import serve
from tests.fakes import HandClock

NOW = datetime(2025, 5, 22, 10, 20, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = NOW.replace(hour=0, minute=0)
USAGES, BUNDLES = "/1.0/kb/usages", "/1.0/kb/bundles/pagination"
WINDOW = {"startDate": "2025-05-21", "endDate": "2025-05-22"}


def basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


GOOD = {
    "Authorization": basic("admin", "pw"),
    "X-Killbill-ApiKey": "key",
    "X-Killbill-ApiSecret": "secret",
}
READER = {"Authorization": basic("reader", "pw")}


@dataclass(frozen=True)
class Heard:
    status: int
    headers: Mapping[str, str]
    text: str
    json: object = field(default=None)


@dataclass
class Client:
    vendor: KillBillStandIn
    url: str
    session: aiohttp.ClientSession

    async def get(self, path: str, query: Mapping[str, str] = WINDOW, **headers: str) -> Heard:
        words = {"params": query, "headers": GOOD | headers}
        async with self.session.get(self.url + path, **words) as reply:
            return await _heard(reply)

    async def post(self, body: object, **headers: str) -> Heard:
        told = GOOD | {"X-Killbill-CreatedBy": "tests"} | headers
        async with self.session.post(self.url + USAGES, json=body, headers=told) as reply:
            return await _heard(reply)

    def id(self, key: str) -> str:
        bundles = [self.vendor.tenant.bundle(place) for place in range(len(self.vendor.tenant))]
        [found] = [one.id for bundle in bundles for one in bundle.subscriptions if one.key == key]
        return found

    async def amounts(self, subscription: str, start: str, end: str) -> dict[str, float]:
        query = {"startDate": start, "endDate": end}
        heard = await self.get(f"{USAGES}/{subscription}", query)
        units = json.loads(heard.text)["rolledUpUnits"]
        return {unit["unitType"]: unit["amount"] for unit in units}


async def _heard(reply: aiohttp.ClientResponse) -> Heard:
    text = await reply.text()
    told = json.loads(text) if text and reply.content_type == "application/json" else None
    return Heard(reply.status, reply.headers, text, told)


def use(subscription: str, tracking: str | None = "run-1", day: str = "2025-05-20") -> dict:
    records = [{"recordDate": day, "amount": 9000.5}]
    units = [{"unitType": "seats", "usageRecords": records}]
    tracked = {} if tracking is None else {"trackingId": tracking}
    return {"subscriptionId": subscription, **tracked, "unitUsageRecords": units}


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    doors = Doors({"admin": "pw", "reader": "pw"}, {"key": "secret"}, frozenset({"reader"}))
    vendor = KillBillStandIn(HandClock(NOW), doors=doors)
    async with serve(vendor.app()) as url, aiohttp.ClientSession() as session:
        yield Client(vendor, url, session)


@pytest.mark.parametrize("login", ["", "Basic x", "Bearer key", READER["Authorization"] + "A="])
async def test_a_wrong_login_is_challenged_and_not_in_json(client: Client, login: str) -> None:
    heard = await client.get(BUNDLES, Authorization=login)

    assert heard.status == 401
    assert heard.headers["WWW-Authenticate"].startswith("BASIC")
    assert heard.text.startswith("<html>")


@pytest.mark.parametrize("tenant", [{"X-Killbill-ApiKey": "k"}, {"X-Killbill-ApiSecret": ""}])
async def test_a_wrong_tenant_gets_the_containers_page(
    client: Client, tenant: dict[str, str]
) -> None:
    heard = await client.get(BUNDLES, **tenant)

    assert heard.status == 401
    assert "WWW-Authenticate" not in heard.headers
    assert heard.text.startswith("<html>")


async def test_anyone_is_let_in_where_nobody_is_named(client: Client) -> None:
    client.vendor.doors = Doors()
    stranger = basic("x", "y")

    assert (await client.get(BUNDLES, Authorization=stranger)).status == 200
    assert (await client.get(BUNDLES, Authorization="")).status == 401


@pytest.mark.parametrize("query", [{}, {"startDate": "2025-05-20"}, {"endDate": "2025-05-20"}])
async def test_a_missing_date_is_a_400_without_a_body(
    client: Client, query: dict[str, str]
) -> None:
    heard = await client.get(f"{USAGES}/{client.id('acme-metered')}", query)

    assert (heard.status, heard.text) == (400, "")
    assert heard.headers["Content-Type"] == "application/json"


async def test_a_date_that_cannot_be_read_is_a_400_in_json(client: Client) -> None:
    query = WINDOW | {"startDate": "yesterday"}
    heard = await client.get(f"{USAGES}/{client.id('acme-metered')}", query)

    assert heard.status == 400
    assert heard.json == {
        "className": "java.lang.IllegalArgumentException",
        "code": None,
        "message": 'Invalid format: "yesterday"',
        "causeClassName": None,
        "causeMessage": None,
        "stackTrace": [],
    }


async def test_usage_is_one_sum_a_unit_with_nine_decimals(client: Client) -> None:
    metered = client.id("acme-metered")
    heard = await client.get(f"{USAGES}/{metered}")
    truth = client.vendor.used(metered, TODAY - DAY, TODAY)

    assert heard.json["subscriptionId"] == metered
    assert heard.json["startDate"] == "2025-05-21T00:00:00.000Z"
    assert heard.json["endDate"] == "2025-05-22T00:00:00.000Z"
    assert f'"amount":{truth["api-calls"]}.000000000' in heard.text
    assert {each["unitType"] for each in heard.json["rolledUpUnits"]} == set(truth)


async def test_one_unit_may_be_asked_for_and_an_unknown_one_looks_unused(client: Client) -> None:
    path = f"{USAGES}/{client.id('acme-metered')}"
    disk, none = await client.get(f"{path}/gigabytes"), await client.get(f"{path}/gigabites")

    assert [each["unitType"] for each in disk.json["rolledUpUnits"]] == ["gigabytes"]
    assert (none.status, none.json["rolledUpUnits"]) == (200, [])


async def test_the_end_is_not_in_and_may_lie_before_the_start(client: Client) -> None:
    metered = client.id("acme-metered")

    assert await client.amounts(metered, "2025-05-21", "2025-05-21") == {}
    assert await client.amounts(metered, "2025-05-21", "2025-05-20") == {}


async def test_offsets_are_turned_into_utc(client: Client) -> None:
    metered = client.id("acme-metered")
    east = await client.amounts(metered, "2025-05-21T02:00:00+02:00", "2025-05-22T02:00+02:00")

    assert east == await client.amounts(metered, "2025-05-21", "2025-05-22")


async def test_today_fills_hour_by_hour(client: Client) -> None:
    metered, told = client.id("dune-metered"), []
    for hours in (10, 11, 24, 30):
        client.vendor.clock.at = TODAY + hours * HOUR
        told.append((await client.amounts(metered, "2025-05-22", "2025-05-23"))["gigabytes"])

    assert told[0] < told[1] < told[2] == told[3]


async def test_a_subscription_that_is_not_there_is_a_404_in_json(client: Client) -> None:
    heard = await client.get(f"{USAGES}/f3a4c2d0-0000-4000-8000-0000000000ff")

    assert heard.status == 404
    assert heard.json["className"].endswith("$ObjectDoesNotExist")
    assert heard.json["code"] is None


@pytest.mark.parametrize("identity", ["acme", "a-b-c-d-e", "a/b/c"])
async def test_an_id_that_is_none_leads_nowhere(client: Client, identity: str) -> None:
    heard = await client.get(f"{USAGES}/{identity}")

    assert heard.status == 404
    assert heard.text.startswith("<html>")


async def test_another_tenants_subscription_breaks_the_server_down(client: Client) -> None:
    client.vendor.elsewhere.add(client.id("acme-metered"))
    heard = await client.get(f"{USAGES}/{client.id('acme-metered')}")

    assert heard.status == 500
    assert heard.json["className"] == "java.lang.IllegalStateException"


async def test_a_subscription_that_vanished_is_neither_listed_nor_known(client: Client) -> None:
    metered = client.id("acme-metered")
    client.vendor.gone.add(metered)
    listed = await client.get(BUNDLES, {})

    assert metered not in listed.text
    assert (await client.get(f"{USAGES}/{metered}")).status == 404


async def test_bundles_come_as_an_array_with_their_pages_in_headers(client: Client) -> None:
    first = await client.get(BUNDLES, {"offset": "0", "limit": "4"})
    last = await client.get(BUNDLES, {"offset": "4", "limit": "4"})

    assert [len(heard.json) for heard in (first, last)] == [4, 3]
    assert first.headers["X-Killbill-Pagination-NextOffset"] == "4"
    assert first.headers["X-Killbill-Pagination-TotalNbRecords"] == "7"
    assert "X-Killbill-Pagination-NextOffset" not in last.headers
    assert set(first.json[0]) == {
        *("accountId", "bundleId", "externalKey", "subscriptions", "timeline", "auditLogs")
    }
    assert first.json[0]["subscriptions"][1]["productCategory"] == "ADD_ON"
    assert last.json[-1]["subscriptions"] == []


async def test_what_is_recorded_is_there_at_once(client: Client) -> None:
    platform = client.id("acme-platform")
    heard = await client.post(use(platform))

    assert (heard.status, heard.text) == (201, "")
    assert heard.headers["Content-Type"] == "application/json"
    assert await client.amounts(platform, "2025-05-20", "2025-05-21") == {"seats": 9000.5}


async def test_a_repeated_tracking_id_is_code_50000_and_stores_nothing(client: Client) -> None:
    platform = client.id("acme-platform")
    told = [await client.post(use(platform, day=f"2025-05-{day}")) for day in (20, 20, 19)]

    assert [heard.status for heard in told] == [201, 400, 400]
    assert [heard.json["code"] for heard in told[1:]] == [50000, 50000]
    assert await client.amounts(platform, "2025-05-01", "2025-05-22") == {"seats": 9000.5}


async def test_use_without_a_tracking_id_counts_every_time(client: Client) -> None:
    platform = client.id("acme-platform")
    for _ in range(2):
        await client.post(use(platform, tracking=None))

    assert await client.amounts(platform, "2025-05-20", "2025-05-21") == {"seats": 18001}


async def test_who_records_must_say_so_and_may_have_to_be_allowed(client: Client) -> None:
    nobody = await client.post(use(client.id("acme-platform")), **{"X-Killbill-CreatedBy": ""})
    reader = await client.post(use(client.id("acme-platform")), **READER)

    assert (nobody.status, nobody.json["code"]) == (400, None)
    assert reader.status == 401
    assert "[usage:record]" in reader.json["message"]


async def test_recording_for_nobody_is_a_404_with_its_code(client: Client) -> None:
    heard = await client.post(use("f3a4c2d0-0000-4000-8000-0000000000ff"))

    assert (heard.status, heard.json["code"]) == (404, 1082)
    assert heard.json["className"].endswith("EntitlementApiException")


async def test_recording_after_the_end_is_a_400_without_a_body(client: Client) -> None:
    heard = await client.post(use(client.id("fjord-metered")))

    assert (heard.status, heard.text) == (400, "")


async def test_an_answer_may_be_lost_though_the_record_stands(client: Client) -> None:
    client.vendor.faults.lose_replies = 1
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.post(use(client.id("acme-platform")))

    assert (await client.post(use(client.id("acme-platform")))).json["code"] == 50000


async def test_old_servers_tell_plain_dates_and_whole_numbers(client: Client) -> None:
    client.vendor.faults.old = True
    heard = await client.get(f"{USAGES}/{client.id('acme-metered')}")

    assert heard.json["startDate"] == "2025-05-21"
    assert all(isinstance(each["amount"], int) for each in heard.json["rolledUpUnits"])


async def test_what_cancels_out_is_told_as_a_zero_with_an_exponent(client: Client) -> None:
    platform = client.id("acme-platform")
    for amount in (5, -5):
        client.vendor.revise(platform, "seats", TODAY - HOUR, Decimal(amount))
    heard = await client.get(f"{USAGES}/{platform}")

    assert '"amount":0E-9' in heard.text


async def test_canned_answers_come_first_and_then_the_true_ones(client: Client) -> None:
    client.vendor.faults.canned.extend([Canned(503), None])

    assert [(await client.get(BUNDLES, {})).status for _ in range(3)] == [503, 200, 200]


async def test_a_large_tenant_is_served_like_any_other(client: Client) -> None:
    client.vendor.tenant = KillBillStandIn.large(client.vendor.clock, 40_002).tenant
    beyond = await client.get(BUNDLES, {"offset": "20001", "limit": "5"})
    last = await client.get(BUNDLES, {"offset": "20000", "limit": "5"})
    used = [one["subscriptionId"] for one in last.json[0]["subscriptions"]]

    assert beyond.json == []
    assert beyond.headers["X-Killbill-Pagination-NextOffset"] == "20006"
    assert [bool(await client.amounts(each, "2025-05-21", "2025-05-22")) for each in used] == [
        False,
        True,
    ]
