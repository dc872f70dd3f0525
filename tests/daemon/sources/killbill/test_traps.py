"""A test for each trap of the vendor's contract that reading meets; `docs/vendors.md` says which
is which. Those of recording, 7 to 9, are in `test_recorder_traps.py`."""

import ast
import json
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import aiohttp
import pytest
from yarl import URL

from daemon.sandbox.killbill.doors import Doors
from daemon.sandbox.killbill.tenant import Bundle, InventedTenant
from daemon.secret import Secret
from daemon.source import Ask, SourceError, SourceRefused, Window
from daemon.sources.killbill import wire
from daemon.sources.killbill.discovery import Subscription, discover
from tests.daemon.sources.killbill.stand import KEY, PASSWORD, SECRET, USER
from tests.daemon.sources.killbill.vendor import DAY, HOUR, RECORDED, TODAY, Vendor, by_day
from tests.daemon.sources.stand import NOW

LOGIN = wire.Login(USER, Secret(PASSWORD), Secret(KEY), Secret(SECRET))
DAY_OF_NOW = "startDate=2025-05-22&endDate=2025-05-23"


async def bare(killbill: Vendor, path: str) -> tuple[int, bytes]:
    """What the vendor says to an address as it stands."""
    async with aiohttp.ClientSession(headers=LOGIN.headers()) as session:
        async with session.get(URL(killbill.url + path, encoded=True)) as reply:
            return reply.status, await reply.read()


async def found(killbill: Vendor, bundles: int) -> Mapping[str, Subscription]:
    """The subscriptions of a tenant with so many bundles, all empty but the last."""
    tenant = killbill.stand_in.tenant
    empty = [Bundle(str(UUID(int=number)), "account", "key") for number in range(1, bundles)]
    killbill.stand_in.tenant = InventedTenant(tenant.world, [*empty, tenant.bundle(0)])
    asked = wire.endpoint("voices", killbill.url, "/1.0/kb/bundles/pagination", LOGIN)
    return await discover(asked, Ask("voices", killbill.http, Window(NOW, NOW)))


async def test_trap_01_both_dates_go_with_every_question(killbill: Vendor) -> None:
    await killbill.ask(5 * DAY)
    questions = [query for path, query in killbill.asked() if "/usages/" in path]
    without = await bare(killbill, f"/1.0/kb/usages/{killbill.id('acme-metered')}")

    assert questions
    assert all(query.keys() == {"startDate", "endDate"} for query in questions)
    assert without == (400, b"")


async def test_trap_02_the_end_is_the_day_after_the_last(killbill: Vendor) -> None:
    metered = killbill.id("acme-metered")
    answer = await killbill.ask(0 * DAY, subscriptions=(metered,))
    same = f"/1.0/kb/usages/{metered}?startDate=2025-05-22&endDate=2025-05-22"
    _, body = await bare(killbill, same)

    assert killbill.asked()[0][1] == {"startDate": ["2025-05-22"], "endDate": ["2025-05-23"]}
    assert by_day(answer, metered, "gigabytes")[0] > 0
    assert json.loads(body)["rolledUpUnits"] == []


async def test_trap_03_days_are_asked_for_and_never_shared_out_of_a_sum(killbill: Vendor) -> None:
    metered = killbill.id("acme-metered")
    answer = await killbill.ask(13 * DAY, subscriptions=(metered,))

    told = by_day(answer, metered, "gigabytes")
    for ago, amount in told.items():
        start = TODAY - ago * DAY
        truth = killbill.stand_in.used(metered, start, start + DAY)["gigabytes"]
        assert amount == float(truth)
    assert len(set(told.values())) == 14


async def test_trap_04_a_unit_that_nobody_uses_is_no_zero(killbill: Vendor) -> None:
    metered = killbill.id("acme-metered")
    answer = await killbill.ask(3 * DAY, subscriptions=(metered,), unit="api-cals")

    assert answer.readings == []
    assert answer.metric.absent == "unknown"


async def test_trap_05_a_wrong_tenant_is_answered_without_json(killbill: Vendor) -> None:
    killbill.stand_in.doors = Doors({USER: PASSWORD}, {"other": "tenant"})

    with pytest.raises(SourceRefused, match=r"answered 401: <html>.*, api_key and api_secret"):
        await killbill.ask(0 * DAY)


async def test_trap_05_a_missing_permission_is_a_401_too(killbill: Vendor) -> None:
    killbill.play("error.permission", status=401)
    told = "answered 401: UnauthorizedException: Subject does not have permission .*its permissions"

    with pytest.raises(SourceRefused, match=told):
        await killbill.ask(0 * DAY)


async def test_trap_06_another_tenants_subscription_is_refused_and_not_asked_for_ever(
    killbill: Vendor,
) -> None:
    metered = killbill.id("acme-metered")
    killbill.stand_in.elsewhere.add(metered)

    with pytest.raises(
        SourceRefused, match=f"{metered} answered 500: .*another tenant's"
    ) as caught:
        await killbill.ask(0 * DAY, subscriptions=(metered,))
    assert "check sources.voices.subscriptions, api_key and api_secret" in str(caught.value)


async def test_trap_06_other_trouble_is_asked_again_later(killbill: Vendor) -> None:
    killbill.say('{"className": "java.lang.NullPointerException", "message": null}', status=500)

    with pytest.raises(SourceError) as caught:
        await killbill.ask(0 * DAY, subscriptions=(killbill.id("acme-metered"),))
    assert not isinstance(caught.value, SourceRefused)


async def test_trap_10_late_use_of_two_billing_periods_ago_is_found(killbill: Vendor) -> None:
    metered = killbill.id("acme-messaging")
    late = TODAY - 60 * DAY + 3 * HOUR
    before = await killbill.ask(62 * DAY, subscriptions=(metered,))
    killbill.stand_in.revise(metered, "messages", late, Decimal(7))
    after = await killbill.ask(62 * DAY, subscriptions=(metered,))

    told = [by_day(answer, metered, "messages")[60] for answer in (before, after)]
    assert told[1] == told[0] + 7


async def test_trap_11_add_ons_are_found_under_their_bundle(killbill: Vendor) -> None:
    answer = await killbill.ask(3 * DAY)

    plans = {plan: killbill.id(f"acme-{plan}") for plan in ("platform", "metered", "messaging")}
    asked = {path.rpartition("/")[2] for path, _ in killbill.asked()[1:]}
    assert asked == set(plans.values())
    told = {dict(reading.labels)["subscription"] for reading in answer.readings}
    assert told == {plans["metered"], plans["messaging"]}


async def test_trap_12_a_big_tenant_is_read_until_a_page_is_empty(killbill: Vendor) -> None:
    subscriptions = await found(killbill, bundles=20_001)

    assert len(subscriptions) == 3
    assert killbill.asked()[-1][1]["offset"] == ["20200"]


async def test_trap_12_a_small_tenant_ends_without_a_next_offset(killbill: Vendor) -> None:
    subscriptions = await found(killbill, bundles=400)

    assert len(subscriptions) == 3
    assert [query["offset"] for _, query in killbill.asked()] == [["0"], ["200"]]


async def test_trap_13_exponents_and_trailing_zeros_are_exact(killbill: Vendor) -> None:
    metered = killbill.id("acme-metered")
    for amount in ("0.1", "0.2", "-0.3"):
        killbill.stand_in.revise(metered, "credits", TODAY, Decimal(amount))
    _, body = await bare(killbill, f"/1.0/kb/usages/{metered}/credits?{DAY_OF_NOW}")
    answer = await killbill.ask(0 * DAY, subscriptions=(metered,))

    assert b'"amount":0E-9' in body
    assert by_day(answer, metered, "credits") == {}
    assert by_day(answer, metered, "gigabytes")[0] > 0


async def test_trap_13_old_servers_tell_whole_numbers_and_plain_dates(killbill: Vendor) -> None:
    killbill.play("usage.old", "usage", "usage.empty")
    told = [await killbill.ask(0 * DAY, subscriptions=(RECORDED,)) for _ in range(3)]

    calls = [by_day(answer, RECORDED, "api-calls") for answer in told]
    assert calls == [{0: 18234.0}, {0: 18234.0}, {}]
    assert by_day(told[1], RECORDED, "gigabytes") == {0: 12.25}


def test_trap_14_no_client_of_the_vendors_is_needed() -> None:
    """Its generated one cannot be imported, and its name on the index is taken by nothing."""
    imported: set[str] = set()
    for file in Path(wire.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Import(names=names):
                    imported |= {name.name.partition(".")[0] for name in names}
                case ast.ImportFrom(module=str(module)):
                    imported.add(module.partition(".")[0])

    assert imported - sys.stdlib_module_names == {"daemon", "rules", "msgspec", "numpy"}


async def test_trap_15_key_and_secret_go_in_the_headers_of_every_call(killbill: Vendor) -> None:
    await killbill.ask(3 * DAY)  # the stand-in lets nobody in without them

    assert len(killbill.asked()) > 4
    assert not [call for call in killbill.stand_in.faults.asked if KEY in call or SECRET in call]


async def test_trap_16_no_question_holds_a_plus(killbill: Vendor) -> None:
    path = f"/1.0/kb/usages/{killbill.id('acme-metered')}"
    end = "&endDate=2025-05-23"
    plus = await bare(killbill, f"{path}?startDate=2025-05-22T00:00:00+02:00{end}")
    encoded = await bare(killbill, f"{path}?startDate=2025-05-22T00:00:00%2B02:00{end}")
    killbill.stand_in.faults.asked.clear()
    await killbill.ask(3 * DAY)

    assert (plus[0], encoded[0]) == (400, 200)
    assert b"2025-05-21T22:00:00.000Z" in encoded[1]
    assert not [call for call in killbill.stand_in.faults.asked if "+" in call]
