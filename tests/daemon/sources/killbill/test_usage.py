"""The source over the stand-in: what is told, in how few calls."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from daemon.sandbox.killbill.bundles import Page, bundles
from daemon.sandbox.killbill.large import LargeTenant
from daemon.secret import Secret
from daemon.source import Answer, SourceError, SourceRefused, Window
from daemon.sources.killbill import KillBillUsage
from rules.panel import Panel
from rules.series import Series
from tests.daemon.sources.killbill.vendor import DAY, HOUR, NOW, RECORDED, TODAY, Vendor, by_day

LISTED = {"url": "u", "username": "u"} | dict.fromkeys(
    ("password", "api_key", "api_secret"), Secret("s")
)


def remembered(answer: Answer, closed: int) -> Panel:
    """What a store would know after an answer: all of its days, some of them closed."""
    labels = list(dict.fromkeys(reading.labels for reading in answer.readings))
    days = (answer.told.end - answer.told.start) // DAY
    values = np.full((days, len(labels)), np.nan)
    for reading in answer.readings:
        row = (reading.start - answer.told.start) // DAY
        values[row, labels.index(reading.labels)] = reading.value
    series = tuple(Series("voices", "usage", each) for each in labels)
    return Panel(answer.metric, series, answer.told.start, values, closed)


def usage_calls(killbill: Vendor) -> int:
    return sum("/usages/" in path for path, _ in killbill.asked())


async def test_days_of_every_unit_are_the_vendors_own(killbill: Vendor) -> None:
    answer = await killbill.ask(6 * DAY)

    metered = killbill.id("acme-metered")
    assert answer.told == Window(TODAY - 6 * DAY, TODAY + DAY)
    for ago in range(7):
        start = TODAY - ago * DAY
        truth = killbill.stand_in.used(metered, start, start + DAY)
        assert by_day(answer, metered, "gigabytes")[ago] == float(truth["gigabytes"])
        assert by_day(answer, metered, "api-calls")[ago] == float(truth.get("api-calls", 0))


async def test_what_was_never_used_is_no_series_and_what_was_has_its_zeros(
    killbill: Vendor,
) -> None:
    none = await killbill.ask(6 * DAY)
    platform = killbill.id("acme-platform")
    killbill.stand_in.revise(platform, "seats", TODAY - 2 * DAY, Decimal(3))
    some = await killbill.ask(6 * DAY)

    assert by_day(none, platform, "seats") == {}
    assert by_day(some, platform, "seats") == {0: 0, 1: 0, 2: 3, 3: 0, 4: 0, 5: 0, 6: 0}
    assert len(some.readings) == len(none.readings) + 7 == 7 * 4


async def test_names_are_of_those_that_are_told(killbill: Vendor) -> None:
    answer = await killbill.ask(6 * DAY)

    assert answer.names == {
        killbill.id("acme-metered"): "acme-main/acme-metered (Metered)",
        killbill.id("acme-messaging"): "acme-main/acme-messaging (Messaging)",
    }


async def test_what_is_remembered_costs_one_call_and_only_open_days_are_told(
    killbill: Vendor,
) -> None:
    whole = await killbill.ask(20 * DAY)
    killbill.stand_in.faults.asked.clear()
    again = await killbill.ask(20 * DAY, [remembered(whole, closed=19)])

    assert usage_calls(killbill) == 3
    assert {reading.start for reading in again.readings} == {TODAY - DAY, TODAY}
    assert set(again.readings) <= set(whole.readings)


async def test_a_late_record_is_told_and_nothing_else_that_is_closed(killbill: Vendor) -> None:
    whole = await killbill.ask(20 * DAY)
    metered = killbill.id("acme-metered")
    killbill.stand_in.revise(metered, "api-calls", TODAY - 9 * DAY + 5 * HOUR, Decimal("2.5"))
    killbill.stand_in.faults.asked.clear()
    again = await killbill.ask(20 * DAY, [remembered(whole, closed=21)])

    before, after = (by_day(each, metered, "api-calls") for each in (whole, again))
    assert after == {9: before[9] + 2.5}
    assert len(again.readings) == 1
    assert usage_calls(killbill) < 3 + 10


async def test_a_day_that_nobody_told_is_told_though_nothing_was_used(killbill: Vendor) -> None:
    killbill.stand_in.revise(killbill.id("acme-platform"), "seats", TODAY, Decimal(3))
    whole = await killbill.ask(6 * DAY)
    panel = remembered(whole, closed=7)
    values = np.where(panel.values == 0, np.nan, panel.values)
    again = await killbill.ask(6 * DAY, [replace(panel, values=values)])

    assert by_day(again, killbill.id("acme-platform"), "seats") == dict.fromkeys(range(1, 7), 0.0)
    assert len(again.readings) == 6


async def test_one_unit_is_asked_for_by_its_address(killbill: Vendor) -> None:
    metered = killbill.id("acme-metered")
    at = NOW - 2 * HOUR
    killbill.stand_in.revise(metered, "GB/month & more", at, Decimal(3))
    answer = await killbill.ask(0 * DAY, subscriptions=(metered.upper(),), unit="GB/month & more")

    assert answer.metric.unit == "GB/month & more"
    assert by_day(answer, metered, "GB/month & more") == {0: 3.0}
    assert len(answer.readings) == 1


async def test_listed_subscriptions_are_not_looked_for(killbill: Vendor) -> None:
    metered = killbill.id("acme-metered")
    answer = await killbill.ask(0 * DAY, subscriptions=(metered,))

    assert [path for path, _ in killbill.asked()] == [f"/1.0/kb/usages/{metered}"]
    assert answer.names == {}


async def test_an_ended_subscription_is_read_up_to_its_last_day(killbill: Vendor) -> None:
    tenant = killbill.stand_in.tenant
    ended = (TODAY - 3 * DAY).date()
    bundle = tenant.bundles[0]
    subscriptions = tuple(replace(each, end=ended) for each in bundle.subscriptions)
    killbill.stand_in.tenant = type(tenant)(
        tenant.world, [replace(bundle, subscriptions=subscriptions)]
    )
    answer = await killbill.ask(6 * DAY)
    calls = usage_calls(killbill)
    later = await killbill.ask(2 * DAY)

    assert min(by_day(answer, killbill.id("acme-metered"), "gigabytes")) == 3
    assert later.readings == []
    assert usage_calls(killbill) == calls


async def test_days_before_a_subscription_began_are_not_told(killbill: Vendor) -> None:
    tenant = killbill.stand_in.tenant
    began = (TODAY - 2 * DAY).date()
    bundle = tenant.bundles[0]
    subscriptions = tuple(replace(each, start=began) for each in bundle.subscriptions)
    killbill.stand_in.tenant = type(tenant)(
        tenant.world, [replace(bundle, subscriptions=subscriptions)]
    )
    answer = await killbill.ask(6 * DAY)

    assert set(by_day(answer, killbill.id("acme-metered"), "gigabytes")) == {0, 1, 2}


async def test_found_subscriptions_that_vanished_are_left_out_with_a_note(
    killbill: Vendor,
) -> None:
    killbill.play("bundles.page1")
    answer = await killbill.ask(0 * DAY)

    gone = f"0d4a7c1e-7777-4888-9999-aaaabbbbcccc, {RECORDED}"
    assert answer.notes == (f"gone since they were listed: subscriptions {gone}",)
    assert answer.readings == []


async def test_of_many_that_vanished_three_are_named(killbill: Vendor) -> None:
    tenant = killbill.stand_in.tenant
    killbill.stand_in.tenant = LargeTenant(20, TODAY.date())
    page = json.dumps(bundles(killbill.stand_in.tenant, Page(0, 9, "NONE"), TODAY.date(), set()))
    killbill.stand_in.tenant = tenant
    killbill.say(page)
    answer = await killbill.ask(0 * DAY)

    assert answer.notes[0].endswith(" and 15 more")
    assert answer.notes[0].count("-4c0a-") == 3


async def test_a_page_that_is_not_found_is_no_vanished_subscription(killbill: Vendor) -> None:
    killbill.stand_in.faults.canned.append(None)
    killbill.say("<html>Not Found</html>", status=404)

    with pytest.raises(SourceRefused, match="answered 404: <html>"):
        await killbill.ask(0 * DAY)


async def test_a_listed_subscription_that_is_unknown_is_refused_by_name(killbill: Vendor) -> None:
    with pytest.raises(SourceRefused, match=f"{RECORDED} .*check sources.voices.subscriptions"):
        await killbill.ask(0 * DAY, subscriptions=(RECORDED,))


async def test_a_tenant_without_subscriptions_is_noted(killbill: Vendor) -> None:
    killbill.say("[]")
    answer = await killbill.ask(0 * DAY)

    assert answer.readings == []
    assert answer.notes == ("the tenant has no subscriptions",)


async def test_a_server_in_trouble_is_asked_again_later(killbill: Vendor) -> None:
    killbill.stand_in.faults.canned.append(None)
    killbill.say('{"className": "java.lang.IllegalStateException", "message": "m"}', status=500)

    with pytest.raises(SourceError, match="answered 500: IllegalStateException: m") as caught:
        await killbill.ask(0 * DAY)
    assert not isinstance(caught.value, SourceRefused)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ({"subscriptions": ("acme",)}, r"subscriptions: expected ids \(UUIDs\), got 'acme'"),
        ({"subscriptions": (RECORDED, RECORDED.upper())}, "subscriptions: expected each id once"),
        ({"unit": ""}, "unit: expected 1 to 255 characters, got 0"),
        ({"unit": 256 * "x"}, "unit: expected 1 to 255 characters, got 256"),
    ],
)
def test_settings_that_cannot_be_are_refused(words: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        KillBillUsage(**LISTED, **words)


def test_it_reads_two_billing_periods_again() -> None:
    source = KillBillUsage(**LISTED)

    assert source.revises >= timedelta(days=2 * 31)
    assert source.tells_past
