import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Any

import pytest

from daemon.endpoint import Endpoint
from daemon.http import Call, Reply
from daemon.sandbox.faults import Canned
from daemon.sandbox.world import VOICES
from daemon.secret import Secret
from daemon.source import Ask, SourceChanged, SourceError, SourceRefused, Window
from daemon.sources.http_json.fields import FieldPath, parse, parse_one
from daemon.sources.http_json.pages import Paging, Style, Walk
from daemon.sources.http_json.request import Request
from tests.daemon.sources.http_json.stand import (
    DAY,
    DAYS,
    EVENTS,
    HOUR,
    KEY,
    LINKS,
    NEXT,
    NOW,
    SHAPES,
    USAGE,
    Vendor,
)

PAGED = ["usage", "days", "events", "links", "next"]


async def total(acme: Vendor, shape: Mapping[str, Any], span: timedelta, **options: Any) -> float:
    answer = await acme.ask(shape, span, **options)
    return sum(reading.value for reading in answer.readings)


@pytest.mark.parametrize("shape", PAGED)
async def test_every_page_is_read_and_nothing_twice(acme: Vendor, shape: str) -> None:
    span = 9 * HOUR if shape == "events" else 7 * DAY
    answer = await acme.ask(SHAPES[shape], span)

    truth = sum(acme.stand_in.used(voice, answer.told.start, NOW) for voice in VOICES)
    scale = 60 if shape == "events" else 1
    assert len(acme.asked) > 1
    assert sum(row.value for row in answer.readings) == pytest.approx(truth * scale, rel=1e-6)


async def test_a_size_that_the_vendor_caps_loses_no_rows(acme: Vendor) -> None:
    await acme.ask(EVENTS, 20 * HOUR, page_size=500)

    offsets = [call.partition("offset=")[2].partition("&")[0] for call in acme.asked]
    assert offsets[:2] == ["0", "100"]
    assert int(offsets[-1]) % 100 != 0  # the page that is empty


async def test_more_spares_the_call_for_an_empty_page(acme: Vendor) -> None:
    await acme.ask(DAYS, 5 * DAY)
    spared = len(acme.asked)
    await acme.ask(DAYS, 5 * DAY, more=None)

    assert len(acme.asked) - spared == spared + 1


async def test_pages_may_be_counted_from_nothing(acme: Vendor) -> None:
    with pytest.raises(SourceError, match="answered 400"):
        await acme.ask(DAYS, DAY, first_page=-1)

    assert "page=-1" in acme.asked[0]


@pytest.mark.parametrize("shape", [USAGE, LINKS, NEXT])
async def test_pages_that_lead_in_a_circle_are_refused(
    acme: Vendor, shape: Mapping[str, Any]
) -> None:
    acme.stand_in.faults.loop = True
    with pytest.raises(SourceRefused, match=r"its pages do not end: one (leads back|came twice)"):
        await acme.ask(shape, 9 * DAY)

    assert len(acme.asked) <= 3


@pytest.mark.parametrize("shape", [USAGE, LINKS])
async def test_rows_that_know_themselves_make_no_circle_a_way(
    acme: Vendor, shape: Mapping[str, Any]
) -> None:
    acme.stand_in.faults.loop = True
    with pytest.raises(SourceRefused, match="its pages do not end: one leads back"):
        await acme.ask(shape, 9 * DAY, row_id=(shape["labels"]["voice"],))


@pytest.mark.parametrize("shape", [DAYS, EVENTS])
async def test_a_vendor_that_reads_no_page_number_is_found_out(
    acme: Vendor, shape: Mapping[str, Any]
) -> None:
    acme.stand_in.faults.same_page = True
    with pytest.raises(SourceRefused, match="its pages do not end: one came twice, kept none"):
        await acme.ask(shape, 9 * DAY, more=None, page_size=100)

    assert len(acme.asked) == 2


async def test_a_page_that_comes_twice_is_refused_or_counted_once(acme: Vendor) -> None:
    whole = await total(acme, USAGE, 9 * DAY)
    acme.stand_in.faults.pages_twice = True
    with pytest.raises(SourceRefused, match="one came twice"):
        await total(acme, USAGE, 9 * DAY)
    once = await total(acme, USAGE, 9 * DAY, row_id=("^.starting_at", "who.id"))

    assert once == pytest.approx(whole)


async def test_a_page_that_is_lost_midway_is_asked_for_again_later(acme: Vendor) -> None:
    acme.stand_in.faults.lost_cursor = True
    with pytest.raises(SourceError, match=r"no longer known; .*asked for again") as caught:
        await acme.ask(USAGE, 9 * DAY)

    assert not isinstance(caught.value, SourceRefused)
    acme.stand_in.faults.canned.extend([None, Canned(404)])
    with pytest.raises(SourceError, match=r"answered 404: .*asked for again"):
        await acme.ask(USAGE, 9 * DAY)


async def test_a_first_page_that_is_refused_needs_a_person(acme: Vendor) -> None:
    with pytest.raises(SourceRefused, match=r"answered 404: .*; check sources.voices.url"):
        await acme.ask({**USAGE, "path": "/v1/none"}, DAY)
    with pytest.raises(SourceRefused, match=r"answered 400: start: expected a moment .*\.query"):
        await acme.ask({**USAGE, "query": {**USAGE["query"], "start": ("{start_unix}x",)}}, DAY)


@pytest.mark.parametrize("shape", [LINKS, NEXT])
async def test_a_key_goes_to_no_other_host(acme: Vendor, shape: Mapping[str, Any]) -> None:
    acme.stand_in.faults.elsewhere = "evil.example"
    with pytest.raises(SourceRefused, match=r"its next page is on another host, evil.example"):
        await acme.ask(shape, 9 * DAY)

    assert len(acme.asked) == 1


async def test_a_key_among_the_parameters_goes_along_to_the_next_page(acme: Vendor) -> None:
    login = {"token": None, "query": {**LINKS["query"], "api_key": (Secret(KEY),)}}
    await acme.ask(LINKS, 9 * DAY, **login)

    assert len(acme.asked) > 1
    assert all(f"api_key={KEY}" in call for call in acme.asked)


@dataclass(slots=True)
class Told:
    """A vendor that answers with these bodies, one after the other, and then with the last."""

    bodies: list[object]
    asked: list[dict[str, str]] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)

    async def send(self, call: Call) -> Reply:
        self.asked.append(dict(call.params))
        body = self.bodies[min(len(self.asked), len(self.bodies)) - 1]
        return Reply(200, self.headers, json.dumps(body).encode())


async def walk(vendor: Told, style: Style, most: int = 1000, **paths: str) -> list[object]:
    holes = {"cursor": "{cursor}", "page": "{page}", "offset": "{offset}"}
    query = (("at", holes[style]),) if style in holes else ()
    made = {key: parse_one(key, path, FieldPath()) for key, path in paths.items()}
    paging = Paging(style, parse("rows", "rows[]"), **made)
    paging.check(Request("/v1", query, None, UTC).holes)
    ask = Ask("voices", vendor, Window(NOW - HOUR, NOW))
    read: list[object] = []
    endpoint = Endpoint("voices", "http://h", "/v1")
    await Walk(endpoint, Request("/v1", query, None, UTC), paging, ask, most).read(
        ask.window, read.append
    )
    return read


@pytest.mark.parametrize("end", [None, "", False])
async def test_a_cursor_that_is_null_or_empty_ends_the_walk(end: object) -> None:
    vendor = Told([{"rows": [1], "next": "b"}, {"rows": [2], "next": 3}, {"rows": [], "next": end}])

    assert len(await walk(vendor, "cursor", next="next")) == 3
    assert [call.get("at") for call in vendor.asked] == [None, "b", "3"]


async def test_a_cursor_that_is_missing_ends_the_walk_only_where_it_may() -> None:
    body = {"rows": [1]}
    with pytest.raises(SourceChanged, match="its contract has changed: `next` is gone"):
        await walk(Told([body]), "cursor", next="next")

    assert await walk(Told([body]), "cursor", next="next?") == [body]


async def test_the_last_row_may_be_the_cursor() -> None:
    vendor = Told([{"rows": [{"id": 7}], "more": True}, {"rows": [], "more": False}])

    assert len(await walk(vendor, "cursor", next="rows[-1]?.id", more="more")) == 2
    assert vendor.asked[1] == {"at": "7"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"rows": [], "next": None, "more": True}, "it says that there is more, and not where"),
        ({"rows": [], "next": "b", "more": "no"}, '`more` is text \\("no"\\), expected true or'),
        ({"rows": [], "next": "b"}, "`more` is gone"),
        ({"rows": [], "next": [], "more": True}, "`next` is a list, expected text or a whole"),
        ({"rows": None, "next": "b", "more": True}, "`rows` is null, expected a list"),
    ],
)
async def test_pages_of_another_shape_are_a_change_of_contract(body: object, words: str) -> None:
    with pytest.raises(SourceChanged, match=words):
        await walk(Told([body]), "cursor", next="next", more="more")


@pytest.mark.parametrize(("style", "asked"), [("page", "123"), ("offset", "012")])
async def test_a_page_of_one_row_is_followed_by_another_and_an_empty_one_by_none(
    style: Style, asked: str
) -> None:
    vendor = Told([{"rows": [1]}, {"rows": [2]}, {"rows": []}])

    assert len(await walk(vendor, style)) == 3
    assert [call["at"] for call in vendor.asked] == list(asked)


async def test_there_is_an_end_to_pages() -> None:
    pages = [{"rows": [number], "next": number} for number in range(1, 9)]
    ended = [*pages[:2], {"rows": [], "next": None}]

    assert len(await walk(Told(ended), "cursor", most=3, next="next")) == 3
    with pytest.raises(SourceRefused, match="its pages do not end: read 3, kept none"):
        await walk(Told(pages), "cursor", most=3, next="next")


async def test_empty_pages_may_follow_each_other_where_a_cursor_leads_on() -> None:
    pages = [{"rows": [], "next": "a"}, {"rows": [], "next": "b"}, {"rows": [], "next": None}]

    assert len(await walk(Told(pages), "cursor", next="next")) == 3


@pytest.mark.parametrize(
    ("style", "holes", "options", "words"),
    [
        ("cursor", {"start"}, {}, r"query: expected \{cursor\} in it, since paging is cursor"),
        ("offset", set(), {}, r"query: expected \{offset\} in it"),
        ("page", set(), {}, r"query: expected \{page\} in it"),
        ("none", {"page"}, {}, r"paging: expected page, since query asks for \{page\}"),
        ("link", {"cursor"}, {}, r"paging: expected cursor, since query"),
        ("cursor", {"cursor"}, {}, "next: expected the field path of the next cursor"),
        ("page", {"page"}, {"next": FieldPath()}, "next: nothing reads it where paging is page"),
        ("none", set(), {"more": FieldPath()}, "more: nothing reads it where paging is none"),
        ("page", {"page"}, {"rows": FieldPath()}, r"rows: expected a list, such as data\[\]"),
    ],
)
def test_paging_that_leads_nowhere_is_refused(
    style: Style, holes: set[str], options: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Paging(**{"style": style, "rows": parse("rows", "a[]"), **options}).check(frozenset(holes))
