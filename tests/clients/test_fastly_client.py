"""Fastly's own client for Python reads our stand-in, and finds what is true."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from daemon.sandbox.fastly.account import METERS, SERVICES
from daemon.sandbox.fastly.query import YearMonth
from daemon.sandbox.fastly.stand_in import CUSTOMER, FastlyStandIn
from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.sandbox.world import World
from tests.daemon.sources.stand import NOW
from tests.fakes import HandClock

fastly = pytest.importorskip("fastly", reason="needs Fastly's client, a development dependency")
billing = pytest.importorskip("fastly.api.billing_usage_metrics_api")
Usagemetrics = pytest.importorskip("fastly.model.usagemetrics").Usagemetrics

APRIL, MAY = YearMonth(2025, 4), YearMonth(2025, 5)
REQUESTS = METERS[0]
MONTHS = {"start_month": "2025-04", "end_month": "2025-05"}


@dataclass
class Judge:
    vendor: FastlyStandIn
    url: str
    key: str = "good"

    async def calls(self, ask: Callable[[Any], Any]) -> Any:
        """What one call of the client comes to. It blocks, so it has a thread of its own."""
        return await asyncio.to_thread(self._blocking, ask)

    def _blocking(self, ask: Callable[[Any], Any]) -> Any:
        settings = fastly.Configuration(host=self.url, api_key={"token": self.key})
        with fastly.ApiClient(settings) as client:
            try:
                return ask(billing.BillingUsageMetricsApi(client))
            finally:
                client.rest_client.pool_manager.clear()

    async def services(self, **query: str) -> Any:
        asked = {"product_id": "cdn_usage", "usage_type_name": REQUESTS.usage_type, **query}
        return await self.calls(lambda api: api.get_service_level_usage(**asked))

    async def account(self) -> Any:
        """The rows of the whole account: by the client's option to leave an answer unread, and
        then by its strict reader, of the type that its documents show and its call does not."""

        def ask(api: Any) -> Any:
            unread = api.get_usage_metrics(**MONTHS, _preload_content=False)
            return api.api_client.deserialize(unread, (Usagemetrics,), _check_type=True)

        return (await self.calls(ask)).data


@pytest.fixture
async def judge() -> AsyncIterator[Judge]:
    vendor = FastlyStandIn(World(7, NOW), HandClock(NOW), keys=frozenset({"good"}))
    async with serve(vendor.app()) as url:
        yield Judge(vendor, url)


def total(judge: Judge, month: YearMonth) -> dict[str, float]:
    totals = {each.id: judge.vendor.total(each, REQUESTS, month) for each in SERVICES}
    return {service: total for service, total in totals.items() if total > 0}


async def test_the_client_reads_what_the_services_used(judge: Judge) -> None:
    told = await judge.services(start_month="2025-05", end_month="2025-05")

    assert (told.data.customer_id, told.data.usage_type) == (CUSTOMER, REQUESTS.usage_type)
    assert told.data.start_time.isoformat() == "2025-05-01T00:00:00+00:00"
    used = {row.service_id: row.usage_units for row in told.data.details}
    assert used == total(judge, MAY)


async def test_the_client_walks_by_the_cursor(judge: Judge) -> None:
    rows, cursor = [], ""
    while cursor or not rows:
        told = await judge.services(start_month="2025-05", limit="2", cursor=cursor)
        rows += [row.service_id for row in told.data.details]
        cursor = told.data.meta.next_cursor

    assert rows == list(total(judge, MAY))
    assert len(judge.vendor.faults.asked) == -(-len(rows) // 2) > 1
    assert (told.data.meta.limit, told.data.meta.total) == (2, len(rows))


async def test_the_client_takes_the_accounts_answer_for_what_it_declares(judge: Judge) -> None:
    """It declares one row where an envelope with a list of them comes, so that what it gives back
    is a row that lacks all its fields. That is the client's error, and not ours to please."""
    row = await judge.calls(lambda api: api.get_usage_metrics(**MONTHS))

    assert (row.get("month"), row.get("quantity")) == (None, None)
    assert len(row.data) == 2 * len(METERS)


async def test_the_client_reads_the_account_by_its_type_for_the_envelope(judge: Judge) -> None:
    told = [row for row in await judge.account() if row.usage_type == REQUESTS.usage_type]
    truth = {str(month): sum(total(judge, month).values()) for month in (APRIL, MAY)}

    assert {type(row).__name__ for row in told} == {"Usagemetric"}
    assert {row.month: row.quantity for row in told} == pytest.approx(truth, abs=1e-3)


async def test_the_clients_reader_of_the_right_type_is_strict(judge: Judge) -> None:
    judge.vendor.faults.canned.append(Canned(200, '{"data": [{"quantity": "12"}]}'))

    with pytest.raises(fastly.ApiTypeError, match="quantity"):
        await judge.account()


@pytest.mark.parametrize(("key", "status"), [("bad", 401), ("weak", 403)])
async def test_the_client_hears_that_a_key_is_not_good(judge: Judge, key: str, status: int) -> None:
    judge.vendor.powerless, judge.key = frozenset({"weak"}), key
    with pytest.raises(fastly.ApiException) as caught:
        await judge.services()

    assert caught.value.status == status


async def test_the_client_hears_what_is_wrong_with_a_question(judge: Judge) -> None:
    with pytest.raises(fastly.ApiException) as caught:
        await judge.calls(lambda api: api.get_usage_metrics("2025-01", "2025-05"))

    said = json.loads(caught.value.body)
    assert (caught.value.status, said["status"], said["title"]) == (400, "400", "Bad Request")
