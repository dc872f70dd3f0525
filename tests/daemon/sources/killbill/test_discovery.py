"""Finding a tenant's subscriptions."""

import json
from collections.abc import Mapping
from datetime import date

import pytest

from daemon.sandbox.faults import Canned
from daemon.secret import Secret
from daemon.source import Ask, SourceChanged, SourceRefused, Window
from daemon.sources.killbill.discovery import PAGE, Subscription, discover
from daemon.sources.killbill.wire import Login, endpoint
from tests.daemon.sources.killbill.stand import KEY, PASSWORD, SECRET, USER
from tests.daemon.sources.killbill.vendor import RECORDED, Vendor
from tests.daemon.sources.stand import NOW

NEXT = "X-Killbill-Pagination-NextOffset"
BUNDLE = "b3a1c9d2-1111-4222-8333-444455556666"
ID = "0d4a7c1e-7777-4888-9999-aaaabbbbcccc"


async def found(killbill: Vendor) -> Mapping[str, Subscription]:
    login = Login(USER, Secret(PASSWORD), Secret(KEY), Secret(SECRET))
    asked = endpoint("voices", killbill.url, "/1.0/kb/bundles/pagination", login)
    return await discover(asked, Ask("voices", killbill.http, Window(NOW, NOW)))


async def one(killbill: Vendor, **words: object) -> Subscription:
    """The only subscription of a tenant, described like this."""
    told = {"subscriptionId": ID} | words
    bundle = {"bundleId": BUNDLE, "externalKey": "acme-main", "subscriptions": [told]}
    killbill.say(json.dumps([bundle]))
    return (await found(killbill))[ID]


async def test_the_walk_follows_the_offsets_that_it_is_given(killbill: Vendor) -> None:
    killbill.play("bundles.page1", headers={NEXT: "7"})
    killbill.play("bundles.page2")
    subscriptions = await found(killbill)

    assert list(subscriptions) == [ID, RECORDED]
    asked = [(query["offset"], query["limit"], query["audit"]) for _, query in killbill.asked()]
    assert asked == [(["0"], [str(PAGE)], ["NONE"]), (["7"], [str(PAGE)], ["NONE"])]


async def test_a_page_without_bundles_ends_it_whatever_it_offers(killbill: Vendor) -> None:
    killbill.stand_in.faults.canned.append(Canned(200, "[]", {NEXT: "200"}))

    assert await found(killbill) == {}
    assert len(killbill.asked()) == 1


async def test_the_header_may_come_in_small_letters(killbill: Vendor) -> None:
    killbill.play("bundles.page1", headers={NEXT.lower(): "1"})
    killbill.play("bundles.page2")
    await found(killbill)

    assert len(killbill.asked()) == 2


@pytest.mark.parametrize("offset", ["0", "-1", "soon", "", "1" * 30])
async def test_an_offset_that_leads_nowhere_is_refused(killbill: Vendor, offset: str) -> None:
    killbill.play("bundles.page1", headers={NEXT: offset})

    with pytest.raises(SourceChanged, match="expected a next offset above 0, got"):
        await found(killbill)


async def test_a_page_that_comes_again_is_refused(killbill: Vendor) -> None:
    for offset in ("1", "2", "3"):
        killbill.play("bundles.page1", headers={NEXT: offset})

    with pytest.raises(SourceRefused, match=f"its pages do not end: bundle {BUNDLE} came twice"):
        await found(killbill)


async def test_days_are_the_earliest_start_and_the_latest_end(killbill: Vendor) -> None:
    plain = await one(killbill)
    dated = await one(
        killbill,
        startDate="2025-02-01",
        billingStartDate="2025-01-15T00:00:00.000Z",
        cancelledDate="2025-05-01",
        billingEndDate="2025-05-31",
    )

    assert (plain.start, plain.end) == (None, None)
    assert (dated.start, dated.end) == (date(2025, 1, 15), date(2025, 5, 31))


@pytest.mark.parametrize("day", ["soon", "", "2025-02-30"])
async def test_a_day_that_is_none_is_a_change_of_contract(killbill: Vendor, day: str) -> None:
    with pytest.raises(SourceChanged, match="expected a date of a subscription, got"):
        await one(killbill, cancelledDate=day)


@pytest.mark.parametrize("identity", ["../../tenants", "", f"{ID}/x", f"{ID}\n"])
async def test_an_id_that_is_none_never_becomes_an_address(killbill: Vendor, identity: str) -> None:
    with pytest.raises(SourceChanged, match="its contract has changed"):
        await one(killbill, subscriptionId=identity)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (
            {"externalKey": "acme-metered", "productName": "Metered"},
            "acme-main/acme-metered (Metered)",
        ),
        ({"externalKey": ID, "productName": "Metered"}, "acme-main (Metered)"),
        ({"externalKey": None}, "acme-main"),
    ],
)
async def test_a_name_is_the_keys_that_people_gave(
    killbill: Vendor, words: dict[str, str | None], name: str
) -> None:
    assert (await one(killbill, **words)).name == name


async def test_what_nobody_named_goes_by_its_product(killbill: Vendor) -> None:
    bundle = {"bundleId": BUNDLE, "externalKey": BUNDLE, "subscriptions": [{"subscriptionId": ID}]}
    killbill.say(json.dumps([bundle]))
    killbill.say(
        json.dumps([bundle]).replace('"subscriptionId"', '"productName": "Gold", "subscriptionId"')
    )

    assert (await found(killbill))[ID].name is None
    assert (await found(killbill))[ID].name == "Gold"
