"""One question about one subscription, and which answers to it are let in."""

import json
from decimal import Decimal

import pytest

from daemon.secret import Secret
from daemon.source import SourceChanged
from daemon.sources.killbill.meter import Meter
from daemon.sources.killbill.search import Amounts
from daemon.sources.killbill.wire import Login, endpoint
from tests.daemon.sources.killbill.stand import KEY, PASSWORD, SECRET, USER
from tests.daemon.sources.killbill.vendor import RECORDED, TODAY, Vendor
from tests.daemon.sources.stand import NOW


async def told(killbill: Vendor, unit: str | None = None) -> Amounts:
    login = Login(USER, Secret(PASSWORD), Secret(KEY), Secret(SECRET))
    asked = endpoint("voices", killbill.url, f"/1.0/kb/usages/{RECORDED}", login)
    return await Meter(asked, killbill.http, RECORDED, unit, TODAY.date(), NOW)(0, 1)


def body(amount: str, **words: object) -> str:
    dates = {"startDate": "2025-05-22T00:00:00.000Z", "endDate": "2025-05-23T00:00:00.000Z"}
    units = [{"unitType": "disk", "amount": "AMOUNT"}]
    whole = {"subscriptionId": RECORDED, **dates, "rolledUpUnits": units, **words}
    return json.dumps(whole).replace('"AMOUNT"', amount)


@pytest.mark.parametrize(
    ("amount", "number"),
    [
        ("18234", Decimal(18234)),
        ("12.250000000", Decimal("12.25")),
        ("0E-9", Decimal(0)),
        ("0e400", None),
        ("-3.5", Decimal("-3.5")),
        ("1.5E+3", Decimal(1500)),
        ("123456789.123456789", Decimal("123456789.123456789")),
        ("999999999999999999", Decimal(10**18 - 1)),
        ("1000000000000000000", None),
        ("1e400", None),
        ("1e-41", None),
        ("1e99999999999", None),
        ("9" * 400, None),
        ('"12.5"', None),
        ('"NaN"', None),
        ("null", None),
        ("true", None),
        ("[]", None),
    ],
)
async def test_an_amount_is_a_decimal_of_a_size_that_can_be(
    killbill: Vendor, amount: str, number: Decimal | None
) -> None:
    killbill.say(body(amount))
    if number is not None or amount == "0e400":
        assert await told(killbill) == {"disk": number or Decimal(0)}
        return
    with pytest.raises(SourceChanged, match=r"`rolledUpUnits\[\].amount` is .*, expected a dec"):
        await told(killbill)


@pytest.mark.parametrize(
    "words",
    [
        {"subscriptionId": "0d4a7c1e-7777-4888-9999-aaaabbbbcccc"},
        {"startDate": "2025-05-21T00:00:00.000Z"},
        {"endDate": "2025-05-22"},
    ],
)
async def test_an_answer_to_another_question_is_none(
    killbill: Vendor, words: dict[str, object]
) -> None:
    killbill.say(body("1", **words))

    with pytest.raises(SourceChanged, match=f"expected the usage of {RECORDED} from 2025-05-22 to"):
        await told(killbill)


async def test_a_unit_comes_once_and_only_if_it_was_asked_for(killbill: Vendor) -> None:
    one = {"unitType": "disk", "amount": 1}
    killbill.say(body("1", rolledUpUnits=[one, one]))
    killbill.say(body("1"))

    with pytest.raises(SourceChanged, match="expected one sum a unit, got another of 'disk'"):
        await told(killbill)
    with pytest.raises(SourceChanged, match="got another of 'disk'"):
        await told(killbill, unit="calls")
