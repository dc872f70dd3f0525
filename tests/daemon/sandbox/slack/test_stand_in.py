from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import pytest

from daemon.sandbox.loopback import serve
from daemon.sandbox.slack.stand_in import Channel, Fault, SlackStandIn
from tests.make import AT

TOKEN = {"Authorization": "Bearer xoxb-1"}
ALERTS = Channel("C1", "alerts")


class Now:
    """A clock that stands still until a test moves it."""

    def __init__(self):
        self.at = AT

    def now(self):
        return self.at

    def wall(self, span):
        return span


@dataclass
class Caller:
    session: aiohttp.ClientSession
    url: str

    async def api(self, method, headers=TOKEN, **call):
        async with self.session.post(
            f"{self.url}/api/{method}", json=call, headers=headers
        ) as answer:
            return await answer.json()

    async def post(self, path, **request):
        async with self.session.post(f"{self.url}{path}", **request) as answer:
            return answer.status, await answer.text()


@asynccontextmanager
async def calling(slack) -> AsyncIterator[Caller]:
    async with serve(slack.app()) as url, aiohttp.ClientSession() as session:
        yield Caller(session, url)


@pytest.fixture
def slack():
    return SlackStandIn(Now(), paced=False)


async def test_a_posted_message_is_kept_and_told_of():
    told = []
    slack = SlackStandIn(Now(), told=told.append)
    async with calling(slack) as caller:
        answer = await caller.api(
            "chat.postMessage", channel="C1", text="a", metadata={"event_type": "e"}
        )

    assert answer["ok"]
    assert answer["channel"] == "C1"
    assert slack.messages[0].ts == answer["ts"]
    assert slack.messages[0].now.text == "a"
    assert slack.messages[0].metadata == {"event_type": "e"}
    assert told == slack.messages


async def test_a_form_with_its_token_in_it_will_do(slack):
    async with calling(slack) as caller:
        form = {"token": "xoxb-1", "channel": "C1", "text": "a"}
        status, _ = await caller.post("/api/chat.postMessage", data=form)

    assert status == 200
    assert slack.messages[0].author == "xoxb-1"


async def test_an_edit_is_kept_behind_what_was_said_before(slack):
    async with calling(slack) as caller:
        ts = (await caller.api("chat.postMessage", channel="C1", text="a"))["ts"]
        edited = await caller.api("chat.update", channel="C1", ts=ts, text="b")

    assert edited["ts"] == ts
    assert [version.text for version in slack.messages[0].versions] == ["a", "b"]


async def test_an_edit_keeps_the_blocks_unless_it_is_given_others(slack):
    divider = [{"type": "divider"}]
    async with calling(slack) as caller:
        ts = (await caller.api("chat.postMessage", channel="C1", text="a", blocks=divider))["ts"]
        await caller.api("chat.update", channel="C1", ts=ts, text="b")
        await caller.api("chat.update", channel="C1", ts=ts, text="c", blocks=[])

    assert [len(version.blocks) for version in slack.messages[0].versions] == [1, 1, 0]


@pytest.mark.parametrize(
    ("method", "headers", "call", "code"),
    [
        ("auth.test", {}, {}, "not_authed"),
        ("auth.test", {}, {"token": "xoxb-1"}, "not_authed"),
        ("auth.test", {"Authorization": "Bearer xoxb-2"}, {}, "invalid_auth"),
        ("chat.delete", TOKEN, {}, "unknown_method"),
        ("conversations.info", TOKEN, {"channel": "C9"}, "channel_not_found"),
        ("chat.postMessage", TOKEN, {"channel": "C9", "text": "a"}, "channel_not_found"),
        ("chat.postMessage", TOKEN, {"channel": "C2", "text": "a"}, "not_in_channel"),
        ("chat.postMessage", TOKEN, {"channel": "C3", "text": "a"}, "is_archived"),
        ("chat.postMessage", TOKEN, {"channel": "C1"}, "no_text"),
        (
            "chat.postMessage",
            TOKEN,
            {"channel": "C1", "blocks": [{"type": "x"}]},
            "invalid_blocks",
        ),
        ("chat.update", TOKEN, {"channel": "C1", "ts": "1.0", "text": "a"}, "message_not_found"),
    ],
)
async def test_a_refusal_is_status_200_with_slacks_own_code(method, headers, call, code):
    left = Channel("C2", "left", joined=False)
    archived = Channel("C3", "old", archived=True)
    slack = SlackStandIn(Now(), token="xoxb-1", channels=(ALERTS, left, archived))
    async with calling(slack) as caller:
        answer = await caller.api(method, headers, **call)

    assert (answer["ok"], answer["error"]) == (False, code)
    assert not slack.messages


async def test_who_is_calling_and_where_to_are_answered():
    slack = SlackStandIn(Now(), channels=(ALERTS,))
    async with calling(slack) as caller:
        who = await caller.api("auth.test")
        where = await caller.api("conversations.info", channel="#alerts")

    assert who["ok"]
    assert where["channel"] == {
        "id": "C1",
        "name": "alerts",
        "is_archived": False,
        "is_member": True,
        "is_private": False,
    }


async def test_only_its_author_edits_a_message(slack):
    async with calling(slack) as caller:
        ts = (await caller.api("chat.postMessage", channel="C1", text="a"))["ts"]
        other = {"Authorization": "Bearer xoxb-2"}
        answer = await caller.api("chat.update", other, channel="C1", ts=ts, text="b")

    assert answer["error"] == "cant_update_message"


async def test_a_deleted_message_is_not_found(slack):
    async with calling(slack) as caller:
        ts = (await caller.api("chat.postMessage", channel="C1", text="a"))["ts"]
        slack.delete(slack.messages[0])
        answer = await caller.api("chat.update", channel="C1", ts=ts, text="b")

    assert answer["error"] == "message_not_found"


@pytest.mark.parametrize(("length", "fits"), [(4000, True), (4001, False)])
async def test_an_edit_takes_four_thousand_characters(slack, length, fits):
    async with calling(slack) as caller:
        ts = (await caller.api("chat.postMessage", channel="C1", text="a"))["ts"]
        answer = await caller.api("chat.update", channel="C1", ts=ts, text="b" * length)

    assert answer.get("error") == (None if fits else "msg_too_long")


async def test_a_channel_takes_one_message_a_second():
    clock = Now()
    slack = SlackStandIn(clock)
    async with calling(slack) as caller:
        first = await caller.api("chat.postMessage", channel="C1", text="a")
        elsewhere = await caller.api("chat.postMessage", channel="C2", text="a")
        clock.at += timedelta(seconds=0.999)
        soon = await caller.api("chat.postMessage", channel="C1", text="b")
        clock.at += timedelta(seconds=0.001)
        later = await caller.api("chat.postMessage", channel="C1", text="c")

    assert [answer["ok"] for answer in (first, elsewhere, soon, later)] == [True, True, False, True]
    assert soon["error"] == "ratelimited"


async def test_too_many_messages_are_answered_429_and_when_to_come_back():
    slack = SlackStandIn(Now())
    async with calling(slack) as caller:
        await caller.api("chat.postMessage", channel="C1", text="a")
        url = f"{caller.url}/api/chat.postMessage"
        call = {"channel": "C1", "text": "b"}
        async with caller.session.post(url, json=call, headers=TOKEN) as answer:
            status, wait = answer.status, answer.headers["Retry-After"]

    assert (status, wait) == (429, "1")


async def test_a_webhook_answers_ok_and_no_json(slack):
    async with calling(slack) as caller:
        answer = await caller.post("/services/T1/B1/secret", json={"text": "a"})

    assert answer == (200, "ok")
    assert slack.messages[0].now.text == "a"
    assert slack.messages[0].author == "webhooks"


@pytest.mark.parametrize(
    ("hook", "body", "answer"),
    [
        ("B1", "{", (400, "invalid_payload")),
        ("B1", "{}", (400, "no_text")),
        ("B1", '{"blocks": [{"type": "x"}]}', (400, "invalid_blocks")),
        ("B9", '{"text": "a"}', (404, "no_service")),
        ("B2", '{"text": "a"}', (410, "channel_is_archived")),
        ("B3", '{"text": "a"}', (403, "action_prohibited")),
    ],
)
async def test_a_webhook_refuses_in_plain_words(hook, body, answer):
    channels = (Channel("B1"), Channel("B2", archived=True), Channel("B3", prohibited=True))
    slack = SlackStandIn(Now(), channels=channels)
    async with calling(slack) as caller:
        assert await caller.post(f"/services/T1/{hook}/secret", data=body) == answer


async def test_a_webhook_is_paced_too():
    async with calling(SlackStandIn(Now())) as caller:
        await caller.post("/services/T1/B1/secret", json={"text": "a"})
        status, _ = await caller.post("/services/T1/B1/secret", json={"text": "b"})

    assert status == 429


async def test_a_fault_is_answered_once_instead(slack):
    slack.faults += [Fault(status=503, body="busy")]
    async with calling(slack) as caller:
        call = {"headers": TOKEN, "json": {"channel": "C1", "text": "a"}}
        first = await caller.post("/api/chat.postMessage", **call)
        second, _ = await caller.post("/api/chat.postMessage", **call)

    assert first == (503, "busy")
    assert second == 200
    assert len(slack.messages) == 1


async def test_a_message_may_arrive_and_its_answer_be_lost(slack):
    slack.faults += [Fault(delivered=True, dropped=True)]
    async with calling(slack) as caller:
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await caller.api("chat.postMessage", channel="C1", text="a")

    assert [message.now.text for message in slack.messages] == ["a"]


@pytest.mark.parametrize(
    ("method", "needed"),
    [
        ("chat.postMessage", "chat:write"),
        ("conversations.history", "channels:history"),
        ("files.getUploadURLExternal", "files:write"),
    ],
)
async def test_a_scope_that_lacks_is_named(method, needed):
    slack = SlackStandIn(Now(), scopes=("users:read",))
    async with calling(slack) as caller:
        answer = await caller.api(method, channel="C1", text="a")

    assert answer["error"] == "missing_scope"
    assert (answer["needed"], answer["provided"]) == (needed, "users:read")


async def test_the_scopes_are_told_with_every_answer():
    async with calling(SlackStandIn(Now(), scopes=("chat:write", "files:write"))) as caller:
        url = f"{caller.url}/api/auth.test"
        async with caller.session.post(url, json={}, headers=TOKEN) as answer:
            assert answer.headers["X-OAuth-Scopes"] == "chat:write,files:write"


async def test_a_method_that_reads_takes_its_arguments_in_the_address(slack):
    async with calling(slack) as caller:
        await caller.api("chat.postMessage", channel="C1", text="a")
        url = f"{caller.url}/api/conversations.history?channel=C1&limit=5"
        async with caller.session.get(url, headers=TOKEN) as answer:
            assert [one["text"] for one in (await answer.json())["messages"]] == ["a"]


async def test_a_file_is_uploaded_to_the_address_that_was_granted(slack):
    async with calling(slack) as caller:
        granted = await caller.api("files.getUploadURLExternal", filename="a.png", length=3)
        path = granted["upload_url"].removeprefix(caller.url)
        taken = await caller.post(path, data=b"abc")
        again = await caller.post(path, data=b"abc")

    assert (taken, again[0]) == ((200, "OK"), 400)


async def test_a_fault_of_one_method_waits_for_it(slack):
    slack.faults += [None, Fault(status=503, method="chat.update"), Fault(status=502)]
    async with calling(slack) as caller:
        call = {"headers": TOKEN, "json": {"channel": "C1", "text": "a"}}
        statuses = [
            (await caller.post(f"/api/{method}", **call))[0]
            for method in ("auth.test", "auth.test", "auth.test", "chat.update")
        ]

    assert statuses == [200, 502, 200, 503]
