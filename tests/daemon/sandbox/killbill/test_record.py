"""What may be recorded in the stand-in for Kill Bill."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from daemon.sandbox.killbill.large import LargeTenant
from daemon.sandbox.killbill.record import Ledger, RefusedError, Use, moment, uses_posted

AT = datetime(2025, 5, 20, tzinfo=UTC)
DAY = timedelta(days=1)
SOMEONE = LargeTenant(10, date(2025, 1, 1)).bundle(0).subscriptions[0]
USE = Use("api-calls", AT, Decimal(5))


def _body(**words: object) -> dict[str, object]:
    records = [{"recordDate": "2025-05-20", "amount": 9000}]
    units = [{"unitType": "api-calls", "usageRecords": records}]
    return {"subscriptionId": SOMEONE.id, "unitUsageRecords": units} | words


def test_a_post_tells_units_moments_and_amounts() -> None:
    records = [{"recordDate": "2025-05-20T15:00:00+02:00", "amount": 12.25}]
    units = [{"unitType": "disk", "usageRecords": records}]
    posted, uses = uses_posted(json.dumps(_body(unitUsageRecords=units, trackingId="t")).encode())

    assert (str(posted.subscription_id), posted.tracking_id) == (SOMEONE.id, "t")
    assert uses == [Use("disk", AT + timedelta(hours=13), Decimal("12.25"))]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"subscriptionId": None}, "subscriptionId needs to be set"),
        ({"subscriptionId": "acme"}, "UUID"),
        ({"unitUsageRecords": []}, "unitUsageRecords needs to be set"),
        ({"unitUsageRecords": [{"usageRecords": [{}]}]}, "unitType need to be set"),
        ({"unitUsageRecords": [{"unitType": "a", "usageRecords": []}]}, "at least one element"),
        ({"unitUsageRecords": [{"unitType": "a", "usageRecords": [{"amount": 1}]}]}, "recordDate"),
        (
            {
                "unitUsageRecords": [
                    {"unitType": "a", "usageRecords": [{"recordDate": "2025-05-20"}]}
                ]
            },
            "amount needs to be set",
        ),
        ({"unitUsageRecords": 7}, "array"),
    ],
)
def test_what_is_missing_or_misshapen_is_refused_in_words(
    words: dict[str, object], said: str
) -> None:
    with pytest.raises(RefusedError, match=said) as caught:
        uses_posted(json.dumps(_body(**words)).encode())
    assert caught.value.status == 400
    assert caught.value.kind


def test_a_tracking_id_is_good_once_for_a_subscription_whatever_it_holds() -> None:
    ledger, other = Ledger(), replace(SOMEONE, id="another")
    ledger.post(SOMEONE, "run-1", [USE])
    ledger.post(other, "run-1", [USE])
    ledger.post(SOMEONE, None, [USE])
    ledger.post(SOMEONE, None, [USE])

    with pytest.raises(RefusedError, match="tracking ID run-1 already exists") as caught:
        ledger.post(SOMEONE, "run-1", [replace(USE, amount=Decimal(1))])
    assert (caught.value.status, caught.value.code) == (400, 50000)
    assert ledger.used(SOMEONE.id, AT, AT + DAY) == {"api-calls": Decimal(15)}


def test_use_after_the_end_is_refused_without_a_word_and_at_the_end_is_not() -> None:
    ledger, ended = Ledger(), replace(SOMEONE, end=AT.date())
    ledger.post(ended, "at-the-end", [USE])

    with pytest.raises(RefusedError) as caught:
        ledger.post(ended, "after", [USE, replace(USE, at=AT + timedelta(hours=1))])
    assert (caught.value.status, caught.value.kind) == (400, "")
    assert caught.value.response().body is None
    assert ledger.used(ended.id, AT, AT + DAY) == {"api-calls": Decimal(5)}


@pytest.mark.parametrize(
    ("tracking", "use"),
    [
        (129 * "x", USE),
        ("t", replace(USE, unit=256 * "x")),
        ("t", replace(USE, amount=Decimal(10) ** 9)),
        ("t", replace(USE, amount=Decimal("NaN"))),
    ],
)
def test_what_its_columns_cannot_hold_breaks_down_and_leaves_nothing(
    tracking: str, use: Use
) -> None:
    ledger = Ledger()

    with pytest.raises(RefusedError) as caught:
        ledger.post(SOMEONE, tracking, [use])
    assert caught.value.status == 500
    assert ledger.used(SOMEONE.id, AT, AT + DAY) == {}


def test_a_moment_is_of_utc_unless_it_says_otherwise() -> None:
    assert moment("2025-05-20") == moment("2025-05-20T00:00:00.000Z") == AT
    assert moment("2025-05-20T02:00:00+02:00") == AT
    with pytest.raises(RefusedError, match='Invalid format: "yesterday"'):
        moment("yesterday")


def test_the_start_is_in_and_the_end_is_not() -> None:
    ledger = Ledger()
    ledger.post(SOMEONE, None, [USE, replace(USE, amount=Decimal(-5))])

    assert ledger.used(SOMEONE.id, AT, AT + DAY) == {"api-calls": 0}
    assert ledger.used(SOMEONE.id, AT - DAY, AT) == {}
