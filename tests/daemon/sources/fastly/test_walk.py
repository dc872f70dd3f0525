"""The walk over pages: whole, or not at all, and no service counted twice."""

import json

import pytest

from daemon.http import Http
from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.source import SourceChanged, SourceError, SourceRefused, Standing
from daemon.sources.fastly import FastlyServiceUsage
from daemon.sources.fastly.walk import MOST_PAGES
from tests.daemon.sources.fastly.vendor import Fastly, ask, by_label
from tests.daemon.sources.vendor import recording

PAIR = ("cdn_usage/North America Requests",)


def page(*services: tuple[str, float], cursor: str = "", **data: object) -> str:
    details = [{"service_id": name, "usage_units": units} for name, units in services]
    meta = {"next_cursor": cursor, **data.pop("meta", {})}
    return json.dumps({"data": {"details": details, "meta": meta, **data}})


async def told(http: Http, *pages: str) -> Standing:
    async with serve(recording(*pages).app()) as url:
        [may] = await ask(FastlyServiceUsage, url, http, usage=PAIR)
    return may


async def test_pages_of_any_size_tell_the_same(fastly: Fastly) -> None:
    whole = await fastly.ask(FastlyServiceUsage)
    for size in (1, 2, 3, 4):
        fastly.stand_in.faults.page = size

        assert await fastly.ask(FastlyServiceUsage) == whole


async def test_a_service_that_comes_on_two_pages_is_counted_once_and_said(fastly: Fastly) -> None:
    [whole] = await fastly.ask(FastlyServiceUsage, usage=PAIR)
    fastly.stand_in.faults.page, fastly.stand_in.faults.repeats = 2, True
    [may] = await fastly.ask(FastlyServiceUsage, usage=PAIR)

    assert may.totals == whole.totals
    assert may.notes[0].startswith("Fastly counts 5 rows of cdn_usage/North America Requests in")


async def test_of_two_pages_the_later_stands_and_parts_on_one_page_are_added(http: Http) -> None:
    may = await told(http, page(("a", 1.0), ("b", 2.0), ("b", 0.5), cursor="x"), page(("a", 1.25)))

    assert by_label(may, "service_id") == {"a": 1.25, "b": 2.5}


async def test_a_cursor_the_vendor_no_longer_knows_begins_a_new_walk_later(fastly: Fastly) -> None:
    fastly.stand_in.faults.page = 2
    fastly.stand_in.faults.canned.extend([None, Canned(400, '{"msg": "cursor expired"}')])
    with pytest.raises(SourceError, match=r"cursor expired.*the pages will be asked for") as caught:
        await fastly.ask(FastlyServiceUsage, usage=PAIR)

    assert not isinstance(caught.value, SourceRefused)


async def test_pages_without_end_are_refused(http: Http) -> None:
    pages = [page(cursor=f"c{number}") for number in range(MOST_PAGES + 1)]
    with pytest.raises(SourceRefused, match=f"do not end: read {MOST_PAGES + 1} of"):
        await told(http, *pages)


async def test_a_cursor_beside_data_is_followed_too(http: Http) -> None:
    first = '{"data": [], "meta": {"next_cursor": "x"}}'
    may = await told(http, first, page(("a", 1.0)))

    assert by_label(may, "service_id") == {"a": 1.0}


async def test_the_unit_is_taken_from_whichever_page_tells_it(http: Http) -> None:
    may = await told(http, page(("a", 1.0), cursor="x"), page(("b", 1.0), unit="gb"))

    assert by_label(may, "unit") == {"gb": 2.0}


@pytest.mark.parametrize("start", ["2025-05-01T00:00:00Z", "2025-04-30T15:00:00Z", "soon", ""])
async def test_a_span_that_may_be_the_asked_month_is_taken(http: Http, start: str) -> None:
    assert (await told(http, page(("a", 1.0), start_time=start))).totals


@pytest.mark.parametrize("start", ["2025-04-01T00:00:00Z", "2025-06-01T00:00:00Z"])
async def test_a_span_of_another_month_is_another_contract(http: Http, start: str) -> None:
    with pytest.raises(SourceChanged, match=f"asked for 2025-05, told of what began {start}"):
        await told(http, page(("a", 1.0), start_time=start))


async def test_an_answer_under_another_name_is_said(http: Http) -> None:
    by_key = await told(http, page(("a", 1.0), usage_type="na_requests"))
    by_name = await told(
        http, page(("a", 1.0), usage_type="na_requests", name="North America Requests")
    )

    assert "Fastly calls its answer na_requests" in by_key.notes[0]
    assert by_name.notes == ()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('{"data": {}}', "`data.details` is gone"),
        ('{"data": [{}]}', "details` is gone"),
        ('{"data": {"details": [{"service_id": "a"}]}}', "usage_units` is gone"),
        ('{"data": {"details": [{"usage_units": 1}]}}', "service_id` is gone"),
        ('{"data": {"details": [{"service_id": "a", "usage_units": null}]}}', "usage_units` is "),
        ('{"data": {"details": [{"service_id": "", "usage_units": 1}]}}', "service_id"),
        ('{"data": {"details": [], "meta": {"next_cursor": 7}}}', "next_cursor` is "),
    ],
)
async def test_what_is_not_the_contract_is_refused(http: Http, body: str, found: str) -> None:
    with pytest.raises(SourceChanged, match=found):
        await told(http, body)
