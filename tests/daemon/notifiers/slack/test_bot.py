import logging
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web

from daemon.clock import WallClock
from daemon.http import open_http
from daemon.notifier import DeliveryError, DeliveryRefused, Receipt
from daemon.notifiers.slack.blocks import message
from daemon.notifiers.slack.bot import Slack
from daemon.sandbox.loopback import serve
from daemon.sandbox.slack.stand_in import Channel, Fault, SlackStandIn
from daemon.secret import Secret
from rules.alert import Change
from tests.make import letter

CHANNEL = "C0123456789"
TOKEN = "xoxb-very-secret"


@asynccontextmanager
async def posting(slack, **fields):
    """A `send` that reaches this stand-in."""
    async with serve(slack.app()) as url, open_http() as http:
        bot = Slack(**{"token": Secret(TOKEN), "channel": CHANNEL, "url": f"{url}/api/"} | fields)
        yield lambda told: bot.send(http, told)


@pytest.fixture
def slack():
    return SlackStandIn(WallClock(), token=TOKEN, paced=False)


async def refusal(slack, told=None, **fields):
    async with posting(slack, **fields) as send:
        with pytest.raises(DeliveryError) as error:
            await send(told or letter())
    return error.value


async def test_an_opened_alert_is_posted_with_its_blocks_and_its_key(slack):
    async with posting(slack) as send:
        receipt = await send(letter())

    [posted] = slack.messages
    assert receipt == Receipt(CHANNEL, posted.ts)
    assert posted.now.text == message(letter()).text
    assert posted.now.blocks[0]["type"] == "header"
    assert posted.metadata == {
        "event_type": "meterwatch_alert",
        "event_payload": {"key": letter().key},
    }


async def test_links_in_a_message_are_not_unfolded():
    calls = []

    async def post(request):
        calls.append(await request.json())
        return web.json_response({"ok": True, "channel": CHANNEL, "ts": "1.0"})

    app = web.Application()
    app.router.add_post("/api/chat.postMessage", post)
    async with serve(app) as url, open_http() as http:
        await Slack(Secret(TOKEN), CHANNEL, f"{url}/api/").send(http, letter())

    assert (calls[0]["unfurl_links"], calls[0]["unfurl_media"]) == (False, False)


async def test_a_resolved_alert_edits_the_message_it_was_opened_with(slack):
    async with posting(slack) as send:
        opened = await send(letter())
        resolved = await send(letter(Change.RESOLVED, receipt=opened))

    [posted] = slack.messages
    assert resolved == opened
    assert len(posted.versions) == 2
    assert posted.now.blocks[0]["text"]["text"].startswith("✅ Back to usual: Agatha")
    assert "~Agatha, sona_speech_1: 41.2 minutes" in posted.now.blocks[1]["text"]["text"]


async def test_what_is_worse_is_edited_in_and_called_out_in_its_thread(slack):
    async with posting(slack) as send:
        opened = await send(letter())
        worse = await send(letter(Change.WORSENED, receipt=opened))

    first, reply = slack.messages
    assert worse == opened
    assert first.now.blocks[0]["text"]["text"].startswith("🟠 Worse: Agatha")
    assert (first.thread, reply.thread, reply.broadcast) == (None, opened.id, True)
    assert reply.now.text == message(letter(Change.WORSENED)).text
    assert reply.now.text.startswith("🟠 Worse: Agatha, sona_speech_1: 60 minutes in an hour")
    assert reply.metadata["event_payload"] == {"key": letter(Change.WORSENED).key}


async def test_what_got_worse_ends_where_it_began(slack):
    async with posting(slack) as send:
        receipt = await send(letter())
        receipt = await send(letter(Change.WORSENED, receipt=receipt))
        await send(letter(Change.RESOLVED, receipt=receipt))

    first, reply = slack.messages
    assert first.now.blocks[0]["text"]["text"].startswith("✅")
    assert len(reply.versions) == 1


async def test_an_edit_that_was_made_is_made_again_where_the_call_out_failed(slack):
    async with posting(slack) as send:
        opened = await send(letter())
        slack.faults += [Fault(200, '{"ok": false, "error": "fatal_error"}')]
        slack.faults.insert(0, None)
        with pytest.raises(DeliveryError):
            await send(letter(Change.WORSENED, receipt=opened))
        await send(letter(Change.WORSENED, receipt=opened))

    assert [len(posted.versions) for posted in slack.messages] == [3, 1]


async def test_where_the_message_was_deleted_what_is_worse_is_a_new_one_and_no_reply(slack):
    async with posting(slack) as send:
        opened = await send(letter())
        slack.delete(slack.messages[0])
        worse = await send(letter(Change.WORSENED, receipt=opened))

    [posted] = slack.messages
    assert (worse.id, posted.thread) == (posted.ts, None)


async def test_editing_twice_is_harmless(slack):
    async with posting(slack) as send:
        opened = await send(letter())
        told = letter(Change.WITHDRAWN, receipt=opened)
        await send(told)
        await send(told)

    assert slack.messages[0].versions[1] == slack.messages[0].versions[2]
    assert len(slack.messages) == 1


async def test_an_end_nobody_was_told_the_beginning_of_is_posted_whole(slack):
    async with posting(slack) as send:
        receipt = await send(letter(Change.RESOLVED))

    assert receipt.id == slack.messages[0].ts
    assert "~Agatha" in slack.messages[0].now.blocks[1]["text"]["text"]


async def test_an_alert_opened_anew_is_a_new_message(slack):
    async with posting(slack) as send:
        first = await send(letter())
        second = await send(letter(receipt=first))

    assert len(slack.messages) == 2
    assert second != first


async def test_where_the_message_was_deleted_the_end_is_a_new_one(slack):
    async with posting(slack) as send:
        opened = await send(letter())
        slack.delete(slack.messages[0])
        resolved = await send(letter(Change.RESOLVED, receipt=opened))

    assert resolved == Receipt(CHANNEL, slack.messages[0].ts)
    assert resolved != opened


async def test_where_another_token_wrote_it_the_end_is_a_new_message():
    slack = SlackStandIn(WallClock(), paced=False)
    async with posting(slack, token=Secret("xoxb-old")) as send:
        opened = await send(letter())
    async with posting(slack) as send:
        await send(letter(Change.RESOLVED, receipt=opened))

    assert [len(posted.versions) for posted in slack.messages] == [1, 1]


async def test_the_end_follows_its_beginning_into_another_channel(slack):
    async with posting(slack) as send:
        opened = await send(letter())
    async with posting(slack, channel="C0000000002") as send:
        resolved = await send(letter(Change.RESOLVED, receipt=opened))

    assert resolved.place == CHANNEL
    assert len(slack.messages) == 1


async def test_where_that_channel_is_gone_the_end_is_told_in_the_new_one():
    slack = SlackStandIn(WallClock(), channels=(Channel(CHANNEL),), paced=False)
    async with posting(slack) as send:
        receipt = await send(letter(Change.RESOLVED, receipt=Receipt("C0000000002", "1.0")))

    assert receipt.place == CHANNEL


@pytest.mark.parametrize(
    ("channel", "code", "advice"),
    [
        (Channel("C0000000002"), "channel_not_found", "Channel ID"),
        (Channel(CHANNEL, joined=False), "not_in_channel", "/invite @"),
        (Channel(CHANNEL, archived=True), "is_archived", "unarchive"),
    ],
)
async def test_a_channel_that_takes_nothing_is_named_with_what_to_do(channel, code, advice):
    error = await refusal(SlackStandIn(WallClock(), channels=(channel,)))

    assert isinstance(error, DeliveryRefused)
    assert str(error).startswith(f"slack answered {code} for the channel {CHANNEL}: ")
    assert advice in str(error)


async def test_a_token_that_slack_does_not_know_needs_a_person():
    error = await refusal(SlackStandIn(WallClock(), token="another"))

    assert isinstance(error, DeliveryRefused)
    assert "invalid_auth" in str(error)


async def test_too_many_messages_come_again_when_slack_says():
    slack = SlackStandIn(WallClock(), token=TOKEN)
    slack.faults.append(Fault(429, '{"ok": false, "error": "ratelimited"}', {"Retry-After": "30"}))
    error = await refusal(slack)

    assert not isinstance(error, DeliveryRefused)
    assert error.retry_after == timedelta(seconds=30)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(200, '{"ok": false, "error": "fatal_error"}'),
        Fault(200, '{"ok": false, "error": "internal_error"}'),
        Fault(200, '{"ok": false}'),
        Fault(503, '{"ok": false, "error": "service_unavailable"}'),
        Fault(502, "<html>Bad gateway</html>", content_type="text/html"),
        Fault(500, "", content_type="text/plain"),
        Fault(200, "<html>Please log in</html>", content_type="text/html"),
        Fault(200, "ok", content_type="text/plain"),
        Fault(200, '{"ok": tr'),
        Fault(200, "[]"),
        Fault(200, "[1]"),
        Fault(200, "null"),
        Fault(dropped=True),
    ],
)
async def test_what_passes_by_itself_is_for_later(slack, fault):
    slack.faults.append(fault)
    error = await refusal(slack)

    assert type(error) is DeliveryError
    assert not slack.messages


async def test_nothing_is_tried_twice_here(slack):
    slack.faults += [Fault(dropped=True), Fault(500)]
    await refusal(slack)

    assert slack.calls == 1


async def test_an_address_that_is_no_slack_needs_a_person(slack):
    slack.faults.append(Fault(404, "<html>Not found</html>", content_type="text/html"))
    error = await refusal(slack)

    assert isinstance(error, DeliveryRefused)
    assert "check `url`" in str(error)


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_too_long", "msg_blocks_too_long"])
async def test_a_refused_layout_is_said_once_more_in_plain_words(slack, caplog, code):
    slack.faults.append(Fault(200, f'{{"ok": false, "error": "{code}"}}'))
    async with posting(slack) as send:
        await send(letter())

    assert slack.messages[0].now.text == message(letter()).plain
    assert slack.messages[0].now.blocks == ()
    assert caplog.messages == ["slack refused the layout"]


async def test_an_edit_in_plain_words_takes_the_old_blocks_away(slack):
    async with posting(slack) as send:
        opened = await send(letter())
        slack.faults.append(Fault(200, '{"ok": false, "error": "invalid_blocks"}'))
        await send(letter(Change.RESOLVED, receipt=opened))

    assert slack.messages[0].now.blocks == ()
    assert "Back to usual" in slack.messages[0].now.text


async def test_plain_words_refused_too_need_a_person(slack):
    slack.faults += [Fault(200, '{"ok": false, "error": "invalid_blocks"}')] * 2
    error = await refusal(slack)

    assert isinstance(error, DeliveryRefused)
    assert slack.calls == 2


async def test_a_lost_answer_is_for_later_though_the_message_stands(slack):
    slack.faults.append(Fault(delivered=True, dropped=True))
    error = await refusal(slack)

    assert type(error) is DeliveryError
    assert len(slack.messages) == 1


@pytest.mark.parametrize("name", ["#alerts", "alerts", "c0123456789", ""])
def test_a_channels_name_is_refused_with_where_to_find_its_id(name):
    with pytest.raises(ValueError, match=r"C0123456789, found '.*Channel ID"):
        Slack(Secret(TOKEN), name)


async def test_an_address_that_is_none_needs_a_person(slack):
    error = await refusal(slack, url="nowhere")

    assert isinstance(error, DeliveryRefused)
    assert "check `url`" in str(error)


async def test_the_token_is_in_no_log(slack, caplog):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "slack_sdk")  # a log that was set up before keeps it quiet
    async with posting(slack) as send:
        await send(letter())

    assert caplog.text
    assert TOKEN not in caplog.text


async def test_proxies_are_the_sessions_business(slack, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    async with posting(slack) as send:
        await send(letter())

    assert len(slack.messages) == 1


async def probing(slack, **fields):
    async with serve(slack.app()) as url, open_http() as http:
        bot = Slack(**{"token": Secret(TOKEN), "channel": CHANNEL, "url": f"{url}/api/"} | fields)
        return await bot.probe(http)


async def test_a_probe_signs_in_with_one_call_and_posts_nothing(slack):
    said = await probing(slack)

    assert said == "signed in to Sandbox as meterwatch; only a message shows if it may post"
    assert (slack.calls, slack.messages) == (1, [])


async def test_a_probe_with_a_wrong_token_needs_a_person(slack):
    with pytest.raises(DeliveryRefused) as error:
        await probing(slack, token=Secret("xoxb-other"))

    assert str(error.value).startswith("slack answered invalid_auth for the token: put a new bot ")
    assert "xoxb-other" not in str(error.value)


@pytest.mark.parametrize(
    ("scopes", "works"),
    [("chat:write", True), ("users:read,chat:write", True), ("chat:write.public", False)],
)
async def test_a_probe_looks_at_the_scopes_where_they_are_told(slack, scopes, works):
    """Slack tells them in a header of every answer."""
    body = '{"ok": true, "user": "watch", "team": "Ours"}'
    slack.faults.append(Fault(200, body, {"X-OAuth-Scopes": scopes}))
    if works:
        assert (await probing(slack)).startswith("signed in to Ours as watch")
        return
    with pytest.raises(DeliveryRefused, match="': give the app the scope chat:write"):
        await probing(slack)


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (Fault(503), DeliveryError, "slack answered HTTP 503 for the token"),
        (Fault(200, "<html>", content_type="text/html"), DeliveryError, "slack "),
        (Fault(404, "no"), DeliveryRefused, "which no Slack says: check `url`"),
    ],
)
async def test_a_probe_fails_as_a_message_would(slack, fault, kind, words):
    slack.faults.append(fault)
    with pytest.raises(DeliveryError, match=words) as error:
        await probing(slack)

    assert type(error.value) is kind
