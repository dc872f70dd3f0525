import asyncio
import logging
import ssl
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
import trustme
from aiohttp import web

from daemon.clock import WallClock
from daemon.http import open_http
from daemon.notifier import (
    DeliveryError,
    DeliveryRefused,
    DeliveryUnknown,
    DestinationDown,
    Receipt,
)
from daemon.notifiers.slack.answers import SHUT
from daemon.notifiers.slack.blocks import said
from daemon.notifiers.slack.bot import Slack
from daemon.sandbox.loopback import serve
from daemon.sandbox.slack.stand_in import Channel, Fault, SlackStandIn
from daemon.secret import Secret
from rules.alert import Change
from tests.daemon.notifiers.slack.told import CHANNEL, TOKEN, posting, told


@pytest.fixture
def slack():
    return SlackStandIn(WallClock(), token=TOKEN, paced=False)


async def refusal(slack, message=None, **fields):
    async with posting(slack, **fields) as send:
        with pytest.raises(DeliveryError) as error:
            await send(message or told())
    return error.value


async def test_an_opened_alert_is_posted_with_its_blocks_and_its_key(slack):
    async with posting(slack) as send:
        receipt = await send(told())

    [posted] = slack.messages
    assert receipt == Receipt(CHANNEL, posted.ts)
    assert posted.now.text == said(told()).text
    assert posted.now.blocks[0]["type"] == "header"
    assert posted.metadata == {
        "event_type": "meterwatch_alert",
        "event_payload": {"key": sha256(told().key.encode()).hexdigest()},
    }


async def test_links_in_a_message_are_not_unfolded():
    calls = []

    async def post(request):
        calls.append(await request.json())
        return web.json_response({"ok": True, "channel": CHANNEL, "ts": "1.0"})

    app = web.Application()
    app.router.add_post("/api/chat.postMessage", post)
    async with serve(app) as url, open_http() as http:
        await Slack(Secret(TOKEN), CHANNEL, url=f"{url}/api/").send(http, told())

    assert (calls[0]["unfurl_links"], calls[0]["unfurl_media"]) == (False, False)


async def test_a_resolved_alert_edits_the_message_it_was_opened_with(slack):
    async with posting(slack) as send:
        opened = await send(told())
        resolved = await send(told(Change.RESOLVED, receipt=opened))

    [posted] = slack.messages
    assert resolved == opened
    assert len(posted.versions) == 2
    assert posted.now.blocks[0]["text"]["text"].startswith("✅ Back to usual: Agatha")
    assert "~Agatha, sona_speech_1: 41.2 minutes" in posted.now.blocks[1]["text"]["text"]


async def test_editing_twice_is_harmless(slack):
    async with posting(slack) as send:
        opened = await send(told())
        again = told(Change.WITHDRAWN, receipt=opened)
        await send(again)
        await send(again)

    assert slack.messages[0].versions[1] == slack.messages[0].versions[2]
    assert len(slack.messages) == 1


async def test_an_end_nobody_was_told_the_beginning_of_is_posted_whole(slack):
    async with posting(slack) as send:
        receipt = await send(told(Change.RESOLVED))

    assert receipt.id == slack.messages[0].ts
    assert "~Agatha" in slack.messages[0].now.blocks[1]["text"]["text"]


async def test_an_alert_opened_anew_is_a_new_message(slack):
    async with posting(slack) as send:
        first = await send(told())
        second = await send(told())

    assert len(slack.messages) == 2
    assert second != first


async def test_where_the_message_was_deleted_the_end_is_a_new_one(slack):
    """Fault 41."""
    async with posting(slack) as send:
        opened = await send(told())
        slack.delete(slack.messages[0])
        resolved = await send(told(Change.RESOLVED, receipt=opened))

    assert resolved == Receipt(CHANNEL, slack.messages[0].ts)
    assert resolved != opened


async def test_where_another_token_wrote_it_the_end_is_a_new_message():
    slack = SlackStandIn(WallClock(), paced=False)
    async with posting(slack, token=Secret("xoxb-old")) as send:
        opened = await send(told())
    async with posting(slack) as send:
        await send(told(Change.RESOLVED, receipt=opened))

    assert [len(posted.versions) for posted in slack.messages] == [1, 1]


async def test_the_end_follows_its_beginning_into_another_channel(slack):
    async with posting(slack) as send:
        opened = await send(told())
    async with posting(slack, channel="C0000000002") as send:
        resolved = await send(told(Change.RESOLVED, receipt=opened))

    assert resolved.place == CHANNEL
    assert len(slack.messages) == 1


async def test_where_that_channel_is_gone_the_end_is_told_in_the_new_one():
    slack = SlackStandIn(WallClock(), channels=(Channel(CHANNEL),), paced=False)
    async with posting(slack) as send:
        receipt = await send(told(Change.RESOLVED, receipt=Receipt("C0000000002", "1.0")))

    assert receipt.place == CHANNEL


async def test_where_the_bot_may_not_speak_there_any_more_the_new_channel_has_it_all():
    """The channel was changed, and the bot taken out of the old one: no fault of the new."""
    left, now = Channel("C0000000002"), Channel(CHANNEL)
    slack = SlackStandIn(WallClock(), channels=(left, now), paced=False)
    async with posting(slack, channel=left.id) as send:
        opened = await send(told())
    slack.workspace._channels = (replace(left, joined=False), now)
    async with posting(slack) as send:
        worse = await send(told(Change.WORSENED, news="Worse", receipt=opened))
        await send(told(Change.RESOLVED, news="Over", receipt=worse))

    assert worse.place == CHANNEL
    there, *here = slack.messages
    assert len(there.versions) == 2
    assert [(one.channel, one.thread) for one in here] == [(CHANNEL, None), (CHANNEL, worse.id)]


@pytest.mark.parametrize("code", sorted(SHUT))
async def test_where_a_thread_takes_no_word_the_news_is_a_new_message(slack, code):
    refused = Fault(200, f'{{"ok": false, "error": "{code}"}}', method="chat.postMessage")
    async with posting(slack) as send:
        opened = await send(told())
        slack.faults.append(refused)
        worse = await send(told(Change.WORSENED, news="Worse", receipt=opened))

    first, second = slack.messages
    assert (worse.id, second.thread) == (second.ts, None)
    assert first.now == second.now


@pytest.mark.parametrize(
    ("channel", "code", "advice"),
    [
        (Channel("C0000000002"), "channel_not_found", "Channel ID"),
        (Channel(CHANNEL, joined=False), "not_in_channel", "/invite @"),
        (Channel(CHANNEL, archived=True), "is_archived", "unarchive"),
    ],
)
async def test_a_channel_that_takes_nothing_is_named_with_what_to_do(channel, code, advice):
    """Fault 37."""
    error = await refusal(SlackStandIn(WallClock(), channels=(channel,)))

    assert type(error) is DestinationDown
    assert str(error).startswith(f"slack answered {code} for the channel {CHANNEL}: ")
    assert advice in str(error)


@pytest.mark.parametrize(
    "code", ["invalid_auth", "token_revoked", "account_inactive", "missing_scope"]
)
async def test_a_login_that_is_not_taken_needs_a_person(slack, code):
    """Fault 36."""
    slack.faults.append(Fault(200, f'{{"ok": false, "error": "{code}"}}'))
    error = await refusal(slack)

    assert type(error) is DestinationDown
    assert CHANNEL in str(error)


async def test_a_channel_that_is_spoken_to_too_fast_says_when(slack):
    """Fault 35."""
    async with posting(SlackStandIn(WallClock(), token=TOKEN)) as send:
        await send(told())
        with pytest.raises(DeliveryError) as error:
            await send(told(key="another"))

    assert error.value.retry_after == Slack.spacing


async def test_a_token_that_slack_does_not_know_needs_a_person():
    """Fault 36."""
    error = await refusal(SlackStandIn(WallClock(), token="another"))

    assert type(error) is DestinationDown
    assert "invalid_auth" in str(error)


async def test_too_many_messages_come_again_when_slack_says():
    """Fault 35."""
    slack = SlackStandIn(WallClock(), token=TOKEN)
    slack.faults.append(Fault(429, '{"ok": false, "error": "ratelimited"}', {"Retry-After": "30"}))
    error = await refusal(slack)

    assert type(error) is DeliveryError
    assert error.retry_after == timedelta(seconds=30)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(200, '{"ok": false, "error": "fatal_error"}'),
        Fault(200, '{"ok": false, "error": "internal_error"}'),
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
async def test_where_slack_broke_off_the_message_may_stand_all_the_same(slack, fault):
    """Fault 39."""
    slack.faults.append(fault)
    error = await refusal(slack)

    assert type(error) is DeliveryUnknown
    assert not slack.messages


@pytest.mark.parametrize("body", ['{"ok": false}', '{"ok": false, "error": "nobody_foresaw_this"}'])
async def test_a_plain_no_is_for_later(slack, body):
    slack.faults.append(Fault(200, body))

    assert type(await refusal(slack)) is DeliveryError


async def test_where_nobody_listens_the_message_did_not_arrive(slack):
    error = await refusal(slack, url="http://127.0.0.1:1/api/")

    assert type(error) is DeliveryError


async def test_a_certificate_that_is_not_accepted_needs_a_person():
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    slack = SlackStandIn(WallClock())
    async with serve(slack.app(), tls) as url, open_http() as http:
        with pytest.raises(DestinationDown, match="certificate"):
            await Slack(Secret(TOKEN), CHANNEL, url=f"{url}/api/").send(http, told())


async def test_a_place_that_takes_the_call_and_says_nothing_may_have_the_message():
    """Fault 39: a timeout after the request left."""

    async def hang(request):
        await asyncio.Event().wait()

    app = web.Application()
    app.router.add_post("/api/chat.postMessage", hang)
    async with serve(app) as url, open_http() as http:
        bot = Slack(Secret(TOKEN), CHANNEL, url=f"{url}/api/", timeout=timedelta(seconds=0.05))
        with pytest.raises(DeliveryUnknown, match="did not answer within"):
            await bot.send(http, told())


async def test_nothing_is_tried_twice_here(slack):
    slack.faults += [Fault(dropped=True), Fault(500)]
    await refusal(slack)

    assert slack.calls == 1


async def test_an_address_that_is_no_slack_needs_a_person(slack):
    slack.faults.append(Fault(404, "<html>Not found</html>", content_type="text/html"))
    error = await refusal(slack)

    assert type(error) is DestinationDown
    assert "check `url`" in str(error)


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_too_long", "msg_blocks_too_long"])
async def test_a_refused_layout_is_said_once_more_in_plain_words(slack, caplog, code):
    """Fault 38."""
    slack.faults.append(Fault(200, f'{{"ok": false, "error": "{code}"}}'))
    async with posting(slack) as send:
        await send(told())

    assert slack.messages[0].now.text == said(told()).plain
    assert slack.messages[0].now.blocks == ()
    assert caplog.messages == ["slack refused the layout"]


async def test_an_edit_in_plain_words_takes_the_old_blocks_away(slack):
    async with posting(slack) as send:
        opened = await send(told())
        slack.faults.append(Fault(200, '{"ok": false, "error": "invalid_blocks"}'))
        await send(told(Change.RESOLVED, receipt=opened))

    assert slack.messages[0].now.blocks == ()
    assert "Back to usual" in slack.messages[0].now.text


async def test_plain_words_refused_too_need_a_person(slack):
    slack.faults += [Fault(200, '{"ok": false, "error": "invalid_blocks"}')] * 2
    error = await refusal(slack)

    assert isinstance(error, DeliveryRefused)
    assert slack.calls == 2


async def test_where_the_answer_is_lost_nobody_knows_that_the_message_stands(slack):
    """Fault 39."""
    slack.faults.append(Fault(delivered=True, dropped=True))
    error = await refusal(slack)

    assert type(error) is DeliveryUnknown
    assert len(slack.messages) == 1


@pytest.mark.parametrize(
    ("fields", "lacks"),
    [
        ({"app_token": Secret("xapp-1")}, "no `people`"),
        ({"people": ("U0123456789",)}, "no `app_token`"),
        ({"app_token": Secret("xapp-1"), "people": ("anna",)}, "found 'anna'"),
    ],
)
def test_buttons_need_a_token_and_people_who_may_press_them(fields, lacks):
    with pytest.raises(ValueError, match=lacks):
        Slack(Secret(TOKEN), CHANNEL, **fields)


@pytest.mark.parametrize("name", ["#alerts", "alerts", "c0123456789", ""])
def test_a_channels_name_is_refused_with_where_to_find_its_id(name):
    with pytest.raises(ValueError, match=r"C0123456789, found '.*Channel ID"):
        Slack(Secret(TOKEN), name)


async def test_an_address_that_is_none_needs_a_person(slack):
    error = await refusal(slack, url="nowhere")

    assert type(error) is DestinationDown
    assert "check `url`" in str(error)


async def test_the_token_is_in_no_log(slack, caplog):
    caplog.set_level(logging.DEBUG)
    async with posting(slack) as send:
        await send(told())

    assert TOKEN not in caplog.text


async def test_proxies_are_the_sessions_business(slack, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    async with posting(slack) as send:
        await send(told())

    assert len(slack.messages) == 1
