"""Rows 8 to 13 and 16 to 18: what comes is taken whole or not at all, and never for zero."""

import gzip
import json
from pathlib import Path

import pytest
from aiohttp import web

from daemon.http import Http
from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.secret import Secret
from daemon.sources.supertone import SupertoneCredits, SupertoneUsage, SupertoneVoiceUsage
from rules.alert import Change
from rules.series import OTHER
from tests.blank import blank
from tests.daemon.sources.stand import NOW
from tests.daemon.sources.vendor import AGATHA, KEY
from tests.vendor_faults.house import HOUR, MUCH, TURN, House, open_house
from tests.vendor_faults.truth import check

GZIP = {"Content-Encoding": "gzip"}
PACKED = gzip.compress(b'{"data": []}')
CHANGED, BLIND = "data contract changed", "blind source"


def hour(row: str) -> Canned:
    """A page with a row of the hour that just began."""
    start = NOW.replace(minute=0)
    bucket = f'"starting_at": "{start:%FT%TZ}", "ending_at": "{start + HOUR:%FT%TZ}"'
    return Canned(200, f'{{"data": [{{{bucket}, "results": [{row}]}}]}}')


@pytest.mark.parametrize(
    "canned",
    [
        Canned(200, '{"data": [', cut=True),
        Canned(200, '{"data": ['),
        Canned(200, PACKED[:-9], GZIP),
        Canned(200, PACKED[:-8] + b"12345678", GZIP),
        Canned(200, f"<html>log in, {KEY}</html>"),
        Canned(200, ""),
        Canned(200, "null"),
        *[hour(f'{{"voice_id": "v", "minutes_used": {number}}}') for number in (
            '"1.5"', "NaN", "1e400", "-1", "true", "null", "9" * 400, "[]")],
        hour('{"voice_id": "v", "minutes": 1}'),
        hour('{"minutes_used": 1}'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("pages", [0, 1])
async def test_rows_08_to_11_what_cannot_be_read_leaves_all_as_it_was(
    house: House, canned: Canned, pages: int
) -> None:
    """On the first page or on a later one: none of the pages counts."""
    await house.polls(TURN)
    before = await house.panel()
    house.says(*[None] * pages, *[canned] * 3)
    house.clock.at += HOUR
    polled = await house.poll()
    after = await house.panel()

    assert polled.failure
    assert polled.failure.startswith("voices: ")
    assert after.values.tobytes() == before.values.tobytes()
    assert (await house.state()).failure == polled.failure
    results = [house.counted("polls", source="voices", result=how) for how in ("failed", "refused")]
    assert sum(results) == 1
    house.vendor.faults.canned.clear()
    house.clock.at += HOUR
    assert (await house.poll()).failure is None


@pytest.mark.parametrize(
    ("canned", "heard"),
    [
        (Canned(200, f"<html>log in, {KEY}</html>"), []),
        (Canned(200, ""), []),
        (Canned(200, "null"), [(CHANGED, Change.OPENED)]),
        (hour('{"voice_id": "v", "minutes": 1}'), [(CHANGED, Change.OPENED)]),
        (hour('{"voice_id": "v", "minutes_used": "1.5"}'), [(CHANGED, Change.OPENED)]),
    ],
)
async def test_rows_09_to_11_a_changed_contract_is_told_at_once_and_a_login_page_may_pass(
    house: House, canned: Canned, heard: list[tuple[str, Change]]
) -> None:
    house.says(*[canned] * 100)

    assert await house.polls(TURN) == heard
    assert await house.polls(HOUR) == ([] if heard else [(BLIND, Change.OPENED)])


async def test_row_09_a_sample_of_the_page_is_kept_without_the_key(house: House) -> None:
    house.says(Canned(200, f"<html>log in, {KEY}</html>"))
    await house.poll()

    assert 'got HTML that begins "<html>log in, ***' in ((await house.state()).failure or "")


async def test_row_11_a_field_nobody_knows_does_no_harm(house: House) -> None:
    house.says(hour('{"voice_id": "v", "minutes_used": 1.5, "brand_new": {"a": []}}'))

    assert await house.polls(TURN) == []
    assert [series.labels for series in (await house.panel()).series] == [(("voice_id", "v"),)]


async def test_row_12_a_balance_of_null_is_not_known_and_pages_nobody(house: House) -> None:
    house.source = SupertoneCredits(Secret(KEY), house.url)
    house.vendor.faults.null_balance = True
    assert await house.polls(HOUR) == []

    async with house.store.transaction() as tx:
        assert all(panel.metric.name != "credits" for panel in await tx.usage.panels("voices"))
    assert (await house.state()).failing_since is None


async def test_row_13_a_total_that_misleads_is_noted_once_and_never_added(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    page = json.loads(str(hour('{"voice_id": "v", "minutes_used": 1.5}').body))
    house.says(*[Canned(200, json.dumps({**page, "total": 77}))] * 3)
    await house.polls(3 * TURN)

    assert (await house.panel()).values.tolist() == [[1.5]]
    told = "GET /v1/usage told 1 buckets and says that they are 77"
    assert (await house.state()).notes == (told,)
    assert sum(record.message == f"voices: {told}" for record in caplog.records) == 1


async def test_row_16_pages_that_are_forgotten_midway_are_asked_for_again(house: House) -> None:
    house.says(None, Canned(400, '{"message": "unknown token"}'))
    polled = await house.poll()
    assert "the pages will be asked for again" in (polled.failure or "")

    assert await house.polls(2 * TURN) == []
    check(house, await house.panel())


async def test_row_17_a_hundred_megabytes_are_not_read_on(house: House) -> None:
    sent = 0

    async def pour(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        while sent < 100:
            await response.write(b" " * 2**20)
            sent += 1
        return response

    app = web.Application()
    app.router.add_get("/v1/usage", pour)
    async with serve(app) as url:
        house.source = SupertoneUsage(Secret(KEY), url, names=False)
        polled = await house.poll()

    assert "larger than this daemon is willing to read" in (polled.failure or "")
    assert sent < 100


async def test_row_17_a_hundred_thousand_new_series_are_a_thousand_and_one_notice(
    tmp_path: Path, http: Http
) -> None:
    """Nothing of what they used is lost, and nobody hears of it twice."""
    rows = [
        {"date": NOW.date().isoformat(), "voice_id": f"v{number}", "total_minutes_used": 0.5}
        for number in range(100_000)
    ]
    body = json.dumps({"usages": rows})
    async with open_house(blank(tmp_path, "house.db"), http, max_series=1000) as house:
        house.source = SupertoneVoiceUsage(Secret(KEY), house.url)
        house.says(*[Canned(200, body)] * 2)
        heard = await house.polls(2 * TURN)
        panel = await house.panel()

    assert heard.count(("too many series", Change.OPENED)) == 1
    assert len(panel.series) == 1001
    assert panel.series[-1].labels == OTHER
    assert panel.values[-1].sum() == 50_000
    assert house.counted("events", rule="too many series", change="opened") == 1


@pytest.mark.parametrize("minutes", [3 * MUCH, 0.25, 0.0])
async def test_row_18_a_revision_is_taken_over_and_told_once_where_it_changes_a_verdict(
    house: House, minutes: float
) -> None:
    await house.polls(TURN)
    house.vendor.revise(AGATHA, NOW, 2 * MUCH)
    house.clock.at = NOW.replace(minute=15) + HOUR
    assert await house.polls(TURN) == [("busy", Change.OPENED)]
    house.vendor.revise(AGATHA, NOW, minutes)
    heard = await house.polls(3 * TURN)

    assert heard == ([] if minutes > MUCH else [("busy", Change.WITHDRAWN)])
    check(house, await house.panel())
