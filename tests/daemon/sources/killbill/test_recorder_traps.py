"""One test for each trap of recording into Kill Bill; `docs/vendors.md` says which is which."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest

from daemon.http import Http
from daemon.recorder import Posting, RecorderRefused, Taken
from daemon.recording.post import Outcome
from daemon.sandbox.faults import Canned
from tests.billing import NOON, TODAY, Billing, open_billing, recorder
from tests.fakes import HOUR

POSTING = Posting("acme", "acme:2026-11-20", TODAY, Decimal("41.5"))
ELSE = '{"className": "x.UsageApiException", "code": 50001, "message": "exists", "stackTrace": []}'


@pytest.fixture
async def billing(store_url: str, http: Http) -> AsyncIterator[Billing]:
    async with open_billing(store_url, http) as billing:
        yield billing


async def test_trap_07_a_key_that_was_used_is_told_by_its_code(billing: Billing) -> None:
    clerk = recorder(billing.url)
    first = await clerk.record(billing.http, POSTING, NOON)
    again = await clerk.record(billing.http, POSTING, NOON)

    assert (first, again) == (Taken.RECORDED, Taken.ALREADY)
    assert billing.billed() == Decimal("41.5")


async def test_trap_07_any_other_400_is_a_refusal(billing: Billing) -> None:
    billing.stand_in.faults.canned.append(Canned(400, ELSE))
    with pytest.raises(RecorderRefused, match="exists"):
        await recorder(billing.url).record(billing.http, POSTING, NOON)


@pytest.mark.parametrize("status", [201, 200])
async def test_trap_08_no_body_under_a_json_content_type_is_success(
    billing: Billing, status: int
) -> None:
    empty = Canned(status, "", {"Content-Type": "application/json"})
    billing.stand_in.faults.canned.append(empty)

    assert await recorder(billing.url).record(billing.http, POSTING, NOON) is Taken.RECORDED


async def test_trap_09_a_day_whose_answer_was_lost_counts_once(billing: Billing) -> None:
    await billing.begin()
    await billing.use(41.5)
    billing.stand_in.faults.lose_replies = 1
    lost = await billing.record(13 * HOUR)
    soon = await billing.record(timedelta(minutes=4))
    again = await billing.record(timedelta(minutes=1))

    assert [one.outcome for one in lost.results] == [Outcome.LATER]
    assert soon.results == []
    assert [(one.outcome, one.why) for one in again.results] == [(Outcome.ALREADY, None)]
    assert billing.billed() == Decimal("41.5")


async def test_trap_09_the_key_is_the_same_however_often_it_is_made(billing: Billing) -> None:
    keys = {recorder(url).key("acme", TODAY) for url in ("http://a", "http://b")}

    assert keys == {"acme:2026-11-20:f3a4c2d0-8f5e-4a0b-9a63-0d8a2f0c1b11:minutes"}
