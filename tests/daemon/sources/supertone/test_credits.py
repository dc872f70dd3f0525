"""The balance: a level at this instant, or not known."""

import pytest

from daemon.http import Http
from daemon.sandbox.loopback import serve
from daemon.source import SourceRefused, Window
from daemon.sources.supertone import SupertoneCredits
from rules.series import Reading
from tests.daemon.sources.vendor import HOUR, NOW, Vendor, recorded, recording


async def test_a_balance_is_a_reading_of_this_minute(http: Http) -> None:
    async with serve(recording(*recorded(["credits"])).app()) as url:
        answer = await Vendor(None, url, http).ask(SupertoneCredits, HOUR)

    assert answer.readings == [Reading((), NOW, 146.0)]
    assert answer.told == Window(NOW, NOW + HOUR / 60)


async def test_a_null_balance_is_not_known_and_is_not_zero(http: Http) -> None:
    async with serve(recording(*recorded(["credits.null"])).app()) as url:
        answer = await Vendor(None, url, http).ask(SupertoneCredits, HOUR)

    assert answer.readings == []
    assert answer.metric.absent == "unknown"


async def test_the_stand_in_can_lose_its_balance(vendor: Vendor) -> None:
    vendor.stand_in.faults.null_balance = True

    assert (await vendor.ask(SupertoneCredits, HOUR)).readings == []


@pytest.mark.parametrize("body", ["{}", '{"balance": "146"}', '{"balance": true}'])
async def test_a_balance_that_is_no_number_is_refused(http: Http, body: str) -> None:
    async with serve(recording(body).app()) as url:
        with pytest.raises(SourceRefused, match=r"its contract has changed.*balance"):
            await Vendor(None, url, http).ask(SupertoneCredits, HOUR)


async def test_an_unknown_account_is_named_as_such(http: Http) -> None:
    async with serve(recording("", status=404).app()) as url:
        with pytest.raises(SourceRefused) as caught:
            await Vendor(None, url, http).ask(SupertoneCredits, HOUR)

    assert str(caught.value) == (
        "voices: GET /v1/credits answered 404: without a word;"
        " the account is unknown, check sources.voices.key and sources.voices.url"
    )
