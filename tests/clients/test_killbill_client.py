"""Kill Bill's own client for JavaScript reads and writes our stand-in, and finds what is true."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from daemon.sandbox.killbill.stand_in import Doors, KillBillStandIn
from daemon.sandbox.loopback import serve
from tests.clients.conftest import Node
from tests.daemon.sources.stand import NOW
from tests.fakes import HandClock

DAY = timedelta(days=1)
TUESDAY = datetime(2025, 5, 20, tzinfo=UTC)
DAYS = ("2025-05-20", "2025-05-21")
PAGED = "x-killbill-pagination-"


@dataclass
class Judge:
    vendor: KillBillStandIn
    url: str
    node: Node

    async def calls(self, *calls: tuple[object, ...], user: str = "admin") -> list[dict[str, Any]]:
        who = {"login": [user, "password"], "tenant": ["bob", "lazar"]}
        return await self.node.run("killbill.cjs", {"url": self.url, **who, "calls": calls})

    async def usage(self, *calls: tuple[object, ...], user: str = "admin") -> list[dict[str, Any]]:
        return await self.calls(*(("UsageApi", *call) for call in calls), user=user)

    def metered(self) -> str:
        """The subscription of our first customer that has two units."""
        return self.vendor.tenant.bundle(0).subscriptions[1].id

    def used(self, start: datetime = TUESDAY) -> dict[str, float]:
        truth = self.vendor.used(self.metered(), start, start + DAY)
        return {unit: float(amount) for unit, amount in truth.items()}


@pytest.fixture
async def judge(node: Node) -> AsyncIterator[Judge]:
    users = {"admin": "password", "reader": "password"}
    doors = Doors(users, {"bob": "lazar"}, readers=frozenset({"reader"}))
    vendor = KillBillStandIn(HandClock(NOW), doors=doors)
    async with serve(vendor.app()) as url:
        yield Judge(vendor, url, node)


def units(told: dict[str, Any]) -> dict[str, float]:
    return {each["unitType"]: each["amount"] for each in told["data"]["rolledUpUnits"]}


def record(subscription: str, amount: float, **more: str) -> dict[str, object]:
    uses = [
        {"recordDate": "2025-05-20", "amount": amount},
        {"recordDate": "2025-05-20T13:00:00.000Z", "amount": 0.5},
    ]
    units = [{"unitType": "gigabytes", "usageRecords": uses}]
    return {"subscriptionId": subscription, "unitUsageRecords": units, **more}


async def test_the_client_reads_all_units_of_a_day(judge: Judge) -> None:
    [told] = await judge.usage(("getAllUsage", judge.metered(), *DAYS))

    assert told["status"] == 200
    assert told["data"]["subscriptionId"] == judge.metered()
    assert told["data"]["startDate"] == "2025-05-20T00:00:00.000Z"
    assert units(told) == judge.used()
    assert set(judge.used()) == {"api-calls", "gigabytes"}


async def test_the_client_reads_one_unit_of_a_day_and_an_unknown_one_as_nothing(
    judge: Judge,
) -> None:
    one, none = await judge.usage(
        ("getUsage", judge.metered(), "gigabytes", *DAYS),
        ("getUsage", judge.metered(), "furlongs", *DAYS),
    )

    assert units(one) == {"gigabytes": judge.used()["gigabytes"]}
    assert (none["status"], units(none)) == (200, {})


async def test_the_client_may_leave_out_the_dates_and_is_refused(judge: Judge) -> None:
    """Its description says that they are optional. They are not."""
    [told] = await judge.usage(("getAllUsage", judge.metered()))

    assert (told["status"], told["data"]) == (400, "")


async def test_a_day_that_ends_where_it_begins_is_empty(judge: Judge) -> None:
    [told] = await judge.usage(("getAllUsage", judge.metered(), DAYS[0], DAYS[0]))

    assert units(told) == {}


async def test_what_the_client_records_it_reads_again(judge: Judge) -> None:
    before = judge.used()["gigabytes"]
    made, told = await judge.usage(
        ("recordUsage", record(judge.metered(), 12.25), "judge"),
        ("getUsage", judge.metered(), "gigabytes", *DAYS),
    )

    assert (made["status"], made["data"]) == (201, "")  # its description says 200
    assert units(told)["gigabytes"] == judge.used()["gigabytes"]
    assert units(told)["gigabytes"] == pytest.approx(before + 12.75)


async def test_what_the_client_records_twice_counts_once_by_its_tracking_id(judge: Judge) -> None:
    body = record(judge.metered(), 1, trackingId="run-2025-05-20")
    before = judge.used()["gigabytes"]
    made, again = await judge.usage(
        ("recordUsage", body, "judge"), ("recordUsage", {**body, "amount": 2}, "judge")
    )

    assert (made["status"], again["status"], again["data"]["code"]) == (201, 400, 50000)
    assert judge.used()["gigabytes"] == pytest.approx(before + 1.5)


async def test_the_client_hears_our_errors(judge: Judge) -> None:
    nobody = "f3a4c2d0-0000-4000-8000-0000000000ff"
    unknown, unread, unwritten = await judge.usage(
        ("getAllUsage", nobody, *DAYS),
        ("getAllUsage", judge.metered(), "yesterday", DAYS[1]),
        ("recordUsage", record(nobody, 1), "judge"),
    )

    assert unknown["status"] == 404
    assert unknown["data"]["className"].endswith("ObjectDoesNotExist")
    assert (unread["status"], unread["data"]["message"]) == (400, 'Invalid format: "yesterday"')
    assert (unwritten["status"], unwritten["data"]["code"]) == (404, 1082)


@pytest.mark.parametrize("user", ["nobody", "reader"])
async def test_the_client_hears_a_401_for_who_one_is_and_for_what_one_may(
    judge: Judge, user: str
) -> None:
    [told] = await judge.usage(("recordUsage", record(judge.metered(), 1), "judge"), user=user)

    assert told["status"] == 401
    assert isinstance(told["data"], dict) == (user == "reader")


async def test_the_client_pages_through_all_bundles(judge: Judge) -> None:
    pages = await judge.calls(*(("BundleApi", "getBundles", offset, 3) for offset in (0, 3, 6)))
    tenant = judge.vendor.tenant

    told = [bundle for page in pages for bundle in page["data"]]
    inside = [each["subscriptionId"] for bundle in told for each in bundle["subscriptions"]]
    truth = [tenant.bundle(place) for place in range(len(tenant))]
    assert [bundle["bundleId"] for bundle in told] == [bundle.id for bundle in truth]
    assert inside == [each.id for bundle in truth for each in bundle.subscriptions]


async def test_the_client_finds_its_way_in_the_headers(judge: Judge) -> None:
    first, last = await judge.calls(
        ("BundleApi", "getBundles", 0, 4), ("BundleApi", "getBundles", 4, 4)
    )
    count = str(len(judge.vendor.tenant))

    assert first["headers"][f"{PAGED}nextoffset"] == "4"
    assert first["headers"][f"{PAGED}totalnbrecords"] == count
    assert last["headers"][f"{PAGED}currentoffset"] == "4"
    assert f"{PAGED}nextoffset" not in last["headers"]
