"""Rows 14, 15, 20 and 22: pages without an end, rows told twice, buckets of another grid."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.secret import Secret
from daemon.source import Source
from daemon.sources.http_json import HttpJson
from daemon.sources.supertone import SupertoneUsage, SupertoneVoiceUsage
from rules.alert import Change
from tests.daemon.sources.fastly.stand import STANDS as FASTLY
from tests.daemon.sources.http_json import stand as http_json
from tests.daemon.sources.killbill.stand import STANDS as KILLBILL
from tests.daemon.sources.segment.stand import STANDS as SEGMENT
from tests.daemon.sources.stand import NOW, Stand
from tests.daemon.sources.supertone.stand import STANDS as SUPERTONE
from tests.daemon.sources.vendor import KEY
from tests.vendor_faults.house import DAY, HOUR, TURN, House
from tests.vendor_faults.truth import check

BUNDLE = """[{"bundleId": "0b1c2d3e-0000-4000-8000-000000000001", "accountId": "a",
    "externalKey": "e", "subscriptions": []}]"""


def by_cursor(url: str) -> Source:
    return HttpJson(url=url, token=Secret(http_json.KEY), **http_json.USAGE)


PAGED = {
    "supertone.usage": SUPERTONE["supertone.usage"],
    "fastly.service_usage": FASTLY["fastly.service_usage"],
    "segment.source_calls": SEGMENT["segment.source_calls"],
    "killbill.usage": KILLBILL["killbill.usage"],
    "http_json": Stand(http_json.stand_in, by_cursor, (http_json.KEY,)),
}


def lead_back(stand_in: object) -> None:
    """The next walk finds no end."""
    faults = stand_in.faults  # type: ignore[attr-defined]
    if hasattr(faults, "loop"):
        faults.loop = True
        for size in ("most", "page"):  # a small account fits on one page of Segment's or Fastly's
            if hasattr(faults, size):
                setattr(faults, size, 2)
        return
    for offset in range(1, 4):
        following = {"X-Killbill-Pagination-NextOffset": str(offset)}
        faults.canned.append(Canned(200, BUNDLE, following))


@pytest.mark.parametrize("vendor", PAGED)
async def test_row_14_pages_that_lead_in_a_circle_are_refused_and_nothing_is_lost(
    house: House, vendor: str
) -> None:
    stand = PAGED[vendor]
    stand_in = stand.stand_in()
    house.secrets += stand.secrets
    async with serve(stand_in.app()) as url:
        house.source = replace(stand.source(url), revises=9 * DAY)  # type: ignore[type-var]
        house.history = 9 * DAY
        assert (await house.poll()).failure is None
        async with house.store.transaction() as tx:
            before = await tx.usage.panels("voices")
        lead_back(stand_in)
        polled = await house.poll()
        async with house.store.transaction() as tx:
            after = await tx.usage.panels("voices")

    assert "its pages do not end" in (polled.failure or "")
    assert [event.change for event in polled.events if event.alert.rule == "blind source"] == [
        Change.OPENED
    ]
    assert [panel.values.tobytes() for panel in after] == [
        panel.values.tobytes() for panel in before
    ]


async def test_row_15_pages_that_come_twice_count_once(house: House) -> None:
    house.vendor.faults.pages_twice = True
    assert await house.polls(2 * TURN) == []

    check(house, await house.panel())


def day(start: datetime, minutes: float = 1.0) -> Canned:
    row = {"voice_id": "v", "minutes_used": minutes}
    end = start + DAY
    bucket = {"starting_at": start.isoformat(), "ending_at": end.isoformat(), "results": [row]}
    return Canned(200, json.dumps({"data": [bucket]}))


async def test_row_20_a_bucket_of_the_future_is_refused_and_told(house: House) -> None:
    house.source = SupertoneUsage(Secret(KEY), house.url, bucket="day", names=False)
    house.says(day(NOW.replace(hour=0, minute=0) + 2 * DAY))

    assert await house.polls(TURN) == [("data contract changed", Change.OPENED)]
    assert "got one of 2025-05-24" in await house.kept()


async def test_row_20_rows_in_any_order_are_the_same_rows(house: House) -> None:
    house.source = SupertoneVoiceUsage(Secret(KEY), house.url)
    rows = [
        {"date": f"2025-05-{day}", "voice_id": "v", "total_minutes_used": float(day)}
        for day in (22, 20, 21)
    ]
    house.says(Canned(200, json.dumps({"usages": rows})))
    await house.poll()

    assert (await house.panel()).values.tolist() == [[20.0], [21.0], [22.0]]


@pytest.mark.parametrize("hours", [9, -5.5])
async def test_row_22_days_of_another_zone_are_found_and_no_day_counts_twice(
    house: House, hours: float
) -> None:
    house.source = SupertoneUsage(Secret(KEY), house.url, bucket="day", names=False)
    yesterday = datetime(2025, 5, 21, tzinfo=UTC)
    house.says(day(yesterday, 7.0))
    await house.poll()
    house.says(day(yesterday - timedelta(hours=hours), 7.0))
    heard = await house.polls(TURN)

    assert heard == [("data contract changed", Change.OPENED)]
    assert (await house.panel()).values[:, 0].sum() == 7.0
    house.clock.at = NOW + HOUR
    house.says(day(yesterday, 7.0))
    assert await house.polls(TURN) == [("data contract changed", Change.RESOLVED)]
