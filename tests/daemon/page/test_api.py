"""Everybody reads what goes on; who knows the token acts, once, and only if it is understood."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from daemon.secret import Secret
from daemon.store import Store, open_store
from daemon.store.acts import Via
from rules.alert import Phase
from tests import make
from tests.daemon.page.caller import NOW, TOKEN, Caller, caller, told

WISH = {"match": {"rule": "voice-*"}, "for": "2h", "reason": "load test", "by": "Anna"}
WRITES = [
    ("POST", "/alerts/1/acknowledge", {"by": "Anna"}),
    ("POST", "/alerts/1/expected", {"by": "Anna"}),
    ("POST", "/silences", WISH),
    ("DELETE", "/silences/1?by=Anna", None),
]


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    async with open_store(store_url) as store:
        yield store


@pytest.fixture
async def page(store: Store) -> AsyncIterator[Caller]:
    async with caller(store) as calls:
        yield calls


async def test_what_goes_on_is_listed_and_what_was_over_lately_if_asked(
    store: Store, page: Caller
) -> None:
    number = await told(store)
    over = {"phase": Phase.RESOLVED, "ended_at": NOW - timedelta(hours=5)}
    async with store.transaction() as tx:
        ended = await tx.alerts.keep(make.alert(since=make.AT - 9 * make.HOUR, **over))

    async def listed(query: str) -> tuple[list[int], bool]:
        reply = await page.get(f"/alerts{query}")
        return [one["alert"] for one in reply.told["alerts"]], reply.told["more"]

    assert await listed("") == ([number], False)
    assert await listed("?since=4h59m") == ([number], False)
    assert await listed("?since=5h") == ([number, ended], False)
    assert await listed("?since=5h&limit=2") == ([number, ended], False)
    assert await listed("?since=5h&limit=1") == ([number], True)


async def test_an_alert_is_told_whole(store: Store, page: Caller) -> None:
    number = await told(store)
    one = (await page.get(f"/alerts/{number}")).told

    assert (one["what"], one["phase"]) == ("Agatha, sona_speech_1", "firing")
    assert one["told"] == {"team": "owed"}
    assert [event["change"] for event in one["events"]] == ["opened"]
    assert one["now"] == {
        "bucket": "2026-11-20T14:00:00Z",
        "observed": 41.23999,
        "expected": 3.2,
    }


async def test_an_alert_is_acknowledged_and_that_is_taken_back(store: Store, page: Caller) -> None:
    path = f"/alerts/{await told(store)}/acknowledge"
    done, again = [await page.post(path, {"by": "Anna"}) for _ in range(2)]
    undone = await page.post(path, {"by": "Ben", "undo": True})

    assert (done.status, again.status, undone.status) == (200, 200, 200)
    assert done.told["alert"]["acknowledged"] == {"by": "Anna", "at": "2026-11-20T15:30:00Z"}
    assert "already, by Anna" in again.told["done"]
    assert undone.told["alert"]["acknowledged"] is None
    assert [act["by"] for act in undone.told["alert"]["acts"]] == ["Anna", "Ben"]
    assert {act["via"] for act in undone.told["alert"]["acts"]} == {Via.API.value}


async def test_two_who_acknowledge_at_once_do_it_once(store: Store, page: Caller) -> None:
    path = f"/alerts/{await told(store)}/acknowledge"
    replies = await asyncio.gather(*(page.post(path, {"by": by}) for by in ("Anna", "Ben")))

    assert sum("already" in reply.told["done"] for reply in replies) == 1
    assert all(len(reply.told["alert"]["acts"]) == 1 for reply in replies)


async def test_what_was_expected_is_marked(store: Store, page: Caller) -> None:
    reply = await page.post(f"/alerts/{await told(store)}/expected", {"by": "Anna"})
    async with store.transaction() as tx:
        (mark,) = await tx.planned.all()

    assert reply.status == 200
    assert (mark.by, mark.planned.start) == ("Anna", make.AT)


async def test_a_silence_is_made_listed_and_ended(store: Store, page: Caller) -> None:
    made = await page.post("/silences", WISH)
    listed = await page.get("/silences")
    ended = await page.call("DELETE", "/silences/1?by=Ben")
    again = await page.call("DELETE", "/silences/1?by=Ben")

    assert made.status == 201
    assert made.told == {
        "silence": 1,
        "match": {"rule": ["voice-*"]},
        "start": "2026-11-20T15:30:00Z",
        "end": "2026-11-20T17:30:00Z",
        "active": True,
        "by": "Anna",
        "reason": "load test",
    }
    assert listed.told == {"silences": [made.told]}
    assert (ended.status, ended.told["silence"]["active"]) == (200, False)
    assert (again.status, "already" in again.told["done"]) == (200, True)
    assert (await page.get("/silences")).told == {"silences": []}
    assert len((await page.get("/silences?over=true")).told["silences"]) == 1


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
@pytest.mark.parametrize("token", [None, Secret("")])
async def test_where_nobody_said_who_may_write_it_only_reads(
    store: Store, method: str, path: str, body: object, token: Secret | None
) -> None:
    async with caller(store, token) as page:
        page.headers["Authorization"] = "Bearer "
        reply = await page.call(method, path, json=body)
        read = await page.get("/alerts")

    assert (reply.status, read.status) == (403, 200)
    assert "only reads" in reply.told["error"]
    assert reply.told["expected"].startswith("page.token in the configuration")


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
@pytest.mark.parametrize(
    "given",
    ["", "Bearer", "Bearer open-sesame2", "Bearer öpen", "Basic open-sesame", "open-sesame"],
)
async def test_who_does_not_know_the_token_changes_nothing(
    store: Store, page: Caller, method: str, path: str, body: object, given: str
) -> None:
    await told(store)
    page.headers["Authorization"] = given
    reply = await page.call(method, path, json=body)

    assert reply.status == 401
    assert reply.headers["WWW-Authenticate"] == "Bearer"
    async with store.transaction() as tx:
        assert await tx.acts.between(NOW, NOW + make.HOUR) == []
        assert await tx.silences.all() == []


async def test_a_token_that_was_changed_on_disk_is_the_new_one(store: Store) -> None:
    now = ["first"]
    async with caller(store, Secret("first", lambda: now[0])) as page:
        now[0] = "second"
        statuses = []
        for token in ("first", "second"):
            page.headers["Authorization"] = f"Bearer {token}"
            statuses.append((await page.post("/silences", WISH)).status)

    assert statuses == [401, 201]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
async def test_what_a_form_of_another_site_could_send_is_not_read(
    store: Store, page: Caller, kind: str
) -> None:
    number = await told(store)
    path, body = f"/alerts/{number}/acknowledge", json.dumps({"by": "Anna"})
    reply = await page.call("POST", path, data=body, headers={"Content-Type": kind})

    assert (reply.status, reply.told["expected"]) == (415, "Content-Type: application/json")
    assert "Access-Control-Allow-Origin" not in reply.headers


async def test_a_cookie_opens_nothing(store: Store, page: Caller) -> None:
    del page.headers["Authorization"]
    cookie = {"Cookie": f"token={TOKEN.reveal()}; Authorization=Bearer {TOKEN.reveal()}"}
    reply = await page.call("POST", "/silences", json=WISH, headers=cookie)

    assert reply.status == 401
    assert "Set-Cookie" not in reply.headers


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"for": None}, ("for", "a span such as 2h or 1d", "nothing")),
        ({"for": "91d"}, ("end", "no later than 90 days from now", "2027-02-19T15:30:00Z")),
        ({"end": "2026-11-21T00:00:00Z"}, ("no silence", "either for or end", "both")),
        (
            {"match": {}},
            ("match", "at least one label with a pattern, such as rule=voice-*", "none"),
        ),
        ({"match": {"rule": []}}, ("match.rule", None, "[]")),
        ({"match": {"rule": [1]}}, ("match.rule", None, "[1]")),
        ({"match": "rule=*"}, ("match", None, '"rule=*"')),
        ({"by": "\u202e"}, ("by", "text of 1 to 60 characters", None)),
        ({"by": "a" * 61}, ("by", "text of 1 to 60 characters", None)),
        ({"reason": 7}, ("reason", "text of 1 to 500 characters", "7")),
        ({"start": "noon"}, ("start", "a time such as 2026-11-20T14:00:00Z", '"noon"')),
        ({"start": "2026-11-20T19:00:00Z", "end": "2026-11-20T18:00:00Z", "for": ...}, ("end",)),
        ({"author": "Ben"}, ("unknown key 'author'", "only by, end, for, match", "author")),
    ],
)
async def test_a_silence_that_cannot_be_is_refused_with_what_was_expected(
    store: Store, page: Caller, change: dict[str, object], said: tuple[str | None, ...]
) -> None:
    wish = {key: value for key, value in {**WISH, **change}.items() if value is not ...}
    reply = await page.post("/silences", wish)
    words = (reply.told["error"], reply.told["expected"], reply.told["found"])

    assert reply.status == 400
    assert all(
        part is None or word.startswith(part) for part, word in zip(said, words, strict=False)
    )
    async with store.transaction() as tx:
        assert await tx.silences.all() == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/alerts/7", 404),
        ("/alerts/0", 404),
        ("/alerts/1x", 404),
        (f"/alerts/{10**18}", 404),
        ("/nothing", 404),
        ("/alerts?limit=0", 400),
        ("/alerts?limit=1001", 400),
        ("/alerts?limit=²", 400),
        ("/alerts?since=yesterday", 400),
        ("/alerts?sicne=1d", 400),
        ("/alerts/7?full=1", 400),
        ("/silences?over=yes", 400),
        ("/alerts/1/acknowledge", 405),
        ("/silences/1", 405),
    ],
)
async def test_whatever_is_wrong_is_told_alike(page: Caller, path: str, status: int) -> None:
    reply = await page.get(path)

    assert reply.status == status
    assert set(reply.told) == {"error", "expected", "found"}
    assert all(reply.told.values())


async def test_what_cannot_be_done_says_why(store: Store, page: Caller) -> None:
    async with store.transaction() as tx:
        over = make.alert(phase=Phase.RESOLVED, ended_at=make.AT)
        number = await tx.alerts.keep(over)
    refused = await page.post(f"/alerts/{number}/acknowledge", {"by": "Anna"})
    missing = await page.post("/alerts/7/expected", {"by": "Anna"})

    assert (refused.status, missing.status) == (409, 404)
    assert "is over" in refused.told["error"]
    assert "There is no alert 7" in missing.told["error"]
    assert (await page.call("DELETE", "/silences/7?by=Anna")).status == 404
