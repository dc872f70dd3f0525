"""A day's amount goes into a Kill Bill subscription, or it is said why it does not."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest

from daemon.http import Http
from daemon.recorder import Posting, RecorderError, RecorderRefused, Taken
from daemon.sandbox.faults import Canned
from daemon.sandbox.killbill.stand_in import KillBillStandIn
from daemon.sandbox.loopback import serve
from daemon.secret import Secret
from daemon.sources.killbill.recorder import KillBillRecorder
from tests.billing import (
    KEY,
    NOON,
    PASSWORD,
    SECRET,
    SUBSCRIPTION,
    TODAY,
    RacyKillBill,
    kill_bill,
    recorder,
)
from tests.fakes import HandClock

SECRETS = (PASSWORD, KEY, SECRET)


@dataclass(slots=True)
class Desk:
    stand_in: KillBillStandIn
    url: str
    http: Http

    async def record(self, amount: str = "41.5", day: date = TODAY, **fields: str) -> Taken:
        clerk = recorder(self.url, **fields)
        posting = Posting("acme", clerk.key("acme", day), day, Decimal(amount))
        return await clerk.record(self.http, posting, NOON)

    async def fails(self, canned: Canned) -> RecorderError:
        self.stand_in.faults.canned.append(canned)
        with pytest.raises(RecorderError) as caught:
            await self.record()
        return caught.value


@pytest.fixture
async def desk(http: Http) -> AsyncIterator[Desk]:
    stand_in = kill_bill(HandClock(NOON), end=TODAY + timedelta(days=5))
    async with serve(stand_in.app()) as url:
        yield Desk(stand_in, url, http)


def billed(desk: Desk) -> Decimal:
    return desk.stand_in.used(SUBSCRIPTION, NOON - timedelta(days=1), NOON)["minutes"]


async def test_an_amount_arrives_as_it_was_written(desk: Desk) -> None:
    assert await desk.record("0.000000001") is Taken.RECORDED
    assert billed(desk) == Decimal("0.000000001")


@pytest.mark.parametrize(
    ("amount", "written"), [("1E+3", b"1000"), ("0.50", b"0.5"), ("1E-9", b"0.000000001")]
)
async def test_numbers_are_written_plainly_and_days_as_dates(amount: str, written: bytes) -> None:
    clerk, place, bodies = recorder("http://kb"), RacyKillBill(), list[bytes]()
    place.fates = lambda: "late"
    with pytest.raises(RecorderError):
        await clerk.record(place, Posting("acme", "k", TODAY, Decimal(amount)), NOON)
    bodies += place.on_their_way

    assert b'"recordDate":"2026-11-20","amount":' + written + b"}" in bodies[0]
    assert json.loads(bodies[0])["trackingId"] == "k"


@pytest.mark.parametrize("amount", ["-0.1", "1000000000"])
async def test_what_the_database_cannot_hold_is_not_sent(desk: Desk, amount: str) -> None:
    with pytest.raises(RecorderRefused, match="expected at least 0 and less than"):
        await desk.record(amount)

    assert not desk.stand_in.faults.asked


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_what_may_pass_is_tried_again(desk: Desk, status: int) -> None:
    error = await desk.fails(Canned(status, "busy", {"Retry-After": "120"}))

    assert not isinstance(error, RecorderRefused)
    assert error.retry_after == timedelta(minutes=2)
    assert str(error) == f"acme: POST /1.0/kb/usages answered {status}: busy"


@pytest.mark.parametrize("canned", [Canned(cut=True, status=201), Canned(200, "<html>log in")])
async def test_an_answer_that_says_nothing_is_no_success(desk: Desk, canned: Canned) -> None:
    error = await desk.fails(canned)

    assert not isinstance(error, RecorderRefused)


@pytest.mark.parametrize(
    ("canned", "advice"),
    [
        (Canned(302), "it points elsewhere and is not followed, check recorders.acme.url"),
        (Canned(400, "no"), "it will not be taken as it stands, check recorders.acme"),
        (Canned(400), "perhaps the subscription ended before, check recorders.acme.subscription"),
        (Canned(401, f"no {KEY}"), "username, password, api_key and api_secret"),
        (Canned(404, "<html>"), "there is no Kill Bill, check recorders.acme.url"),
        (Canned(413), "it will not be taken as it stands, check recorders.acme"),
    ],
)
async def test_a_refusal_says_what_to_do_and_no_secret(
    desk: Desk, canned: Canned, advice: str
) -> None:
    error = await desk.fails(canned)

    assert isinstance(error, RecorderRefused)
    assert str(error).endswith(advice)
    assert not any(secret in str(error) for secret in SECRETS)


async def test_the_vendors_own_refusals_are_refusals(desk: Desk) -> None:
    with pytest.raises(RecorderRefused, match=r"401: .*check recorders.acme.username"):
        await desk.record(username="nobody")
    with pytest.raises(RecorderRefused, match=r"404: .*1082.*no such subscription"):
        await desk.record(subscription=SUBSCRIPTION.replace("f3", "a0"))
    with pytest.raises(RecorderRefused, match="perhaps the subscription ended"):
        await desk.record(day=TODAY + timedelta(days=9))


async def test_nobody_there_is_tried_again(http: Http) -> None:
    with pytest.raises(RecorderError, match=r"acme: POST /1\.0/kb/usages: http://127") as caught:
        clerk = recorder("http://127.0.0.1:1")
        await clerk.record(http, Posting("acme", "k", TODAY, Decimal(1)), NOON)

    assert not isinstance(caught.value, RecorderRefused)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"subscription": "acme-metered"}, "subscription: expected a UUID, got 'acme-metered'"),
        ({"unit": ""}, "unit: expected 1 to 255 characters, got 0"),
        ({"created_by": " "}, "created_by: expected a name, got nothing"),
        ({"created_by": "é\n"}, "created_by: expected plain ASCII text"),
    ],
)
def test_settings_that_cannot_be_right_are_refused(fields: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        recorder("http://kb", **fields)


def test_the_secrets_are_not_printed() -> None:
    clerk = KillBillRecorder(
        "http://kb", "u", Secret(PASSWORD), Secret(KEY), Secret(SECRET), SUBSCRIPTION, "minutes"
    )

    assert not any(secret in repr(clerk) for secret in SECRETS)
