import asyncio
import logging
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from daemon.clock import WallClock
from daemon.http import open_http
from daemon.notifier import DeliveryError, DeliveryRefused, DeliveryUnknown, DestinationDown
from daemon.notifiers.slack.blocks import said
from daemon.notifiers.slack.webhook import SlackWebhook
from daemon.sandbox.loopback import serve
from daemon.sandbox.slack.stand_in import Channel, Fault, SlackStandIn
from daemon.secret import Secret
from rules.alert import Change
from tests.daemon.notifiers.slack.told import CSV, PNG, circular, told

PATH = "/services/T1/B1/very-secret"


@asynccontextmanager
async def posting(slack):
    async with serve(slack.app()) as url, open_http() as http:
        webhook = SlackWebhook(Secret(url + PATH))
        yield lambda message: webhook.send(http, message)


@pytest.fixture
def slack():
    return SlackStandIn(WallClock(), paced=False)


async def refusal(slack):
    async with posting(slack) as send:
        with pytest.raises(DeliveryError) as error:
            await send(told())
    return error.value


async def test_a_letter_is_posted_with_its_blocks(slack):
    async with posting(slack) as send:
        receipt = await send(told())

    assert receipt is None
    assert slack.messages[0].now.text == said(told()).text
    assert slack.messages[0].now.blocks[0]["type"] == "header"


async def test_an_end_is_a_message_of_its_own(slack):
    async with posting(slack) as send:
        await send(told())
        await send(told(Change.RESOLVED))

    assert [len(posted.versions) for posted in slack.messages] == [1, 1]


@pytest.mark.parametrize(
    ("channel", "code"),
    [
        (Channel("B9"), "no_service"),
        (Channel("B1", archived=True), "channel_is_archived"),
        (Channel("B1", prohibited=True), "action_prohibited"),
    ],
)
async def test_a_webhook_that_takes_nothing_needs_a_person(channel, code):
    error = await refusal(SlackStandIn(WallClock(), channels=(channel,)))

    assert type(error) is DestinationDown
    assert f"slack answered {code} for the webhook: " in str(error)


async def test_a_refused_layout_is_said_once_more_in_plain_words(slack, caplog):
    slack.faults.append(Fault(400, "invalid_blocks", content_type="text/plain"))
    async with posting(slack) as send:
        await send(told())

    assert slack.messages[0].now.text == said(told()).plain
    assert slack.messages[0].now.blocks == ()
    assert caplog.messages == ["slack refused the layout"]


async def test_plain_words_refused_too_need_a_person(slack):
    slack.faults += [Fault(400, "invalid_payload", content_type="text/plain")] * 2
    error = await refusal(slack)

    assert isinstance(error, DeliveryRefused)
    assert slack.calls == 2


async def test_too_many_messages_come_again_when_slack_says(slack):
    slack.faults.append(Fault(429, "rate_limited", {"Retry-After": "7"}))
    error = await refusal(slack)

    assert type(error) is DeliveryError
    assert error.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(500, "rollup_error"),
        Fault(503, ""),
        Fault(dropped=True),
    ],
)
async def test_where_it_broke_off_the_message_may_stand_all_the_same(slack, fault):
    """Fault 39: a webhook cannot be asked what it has."""
    slack.faults.append(fault)
    error = await refusal(slack)

    assert type(error) is DeliveryUnknown
    assert slack.calls == 1


async def test_where_the_connection_never_came_about_the_message_did_not_arrive():
    """A handshake that hangs: nothing left, so the next try need not say that it repeats."""
    hung_up = asyncio.Event()

    async def listen(_reader, writer):
        await hung_up.wait()
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server, open_http() as http:
        port = server.sockets[0].getsockname()[1]
        hook = SlackWebhook(Secret(f"https://127.0.0.1:{port}{PATH}"), timedelta(seconds=0.1))
        with pytest.raises(DeliveryError) as error:
            await hook.send(http, told())
        hung_up.set()

    assert type(error.value) is DeliveryError
    assert "very-secret" not in str(error.value)


async def test_an_address_that_points_elsewhere_is_not_followed_there(slack):
    slack.faults.append(Fault(307, "", {"Location": "/services/T1/B2/other"}))
    error = await refusal(slack)

    assert type(error) is DestinationDown
    assert slack.calls == 1


async def test_a_page_in_place_of_an_answer_is_for_later(slack):
    slack.faults.append(Fault(200, " <html>Please log in</html>"))

    assert type(await refusal(slack)) is DeliveryError


async def test_what_a_webhook_cannot_carry_is_said(slack):
    async with posting(slack) as send:
        await send(circular(pictures=(PNG,), files=(CSV,)))

    [note] = [block for block in slack.messages[0].now.blocks if block["type"] == "context"]
    assert note["elements"][0]["text"] == "allocation.csv cannot come through a webhook."


async def test_a_message_that_may_have_arrived_says_that_it_repeats(slack):
    async with posting(slack) as send:
        await send(told(repeats=True))

    assert "Possibly a repeat" in str(slack.messages[0].now.blocks[-1])


async def test_a_service_that_says_yes_in_other_words_is_believed(slack):
    slack.faults.append(Fault(200, '{"success": true}'))
    async with posting(slack) as send:
        await send(told())

    assert slack.calls == 1


async def test_a_page_that_repeats_the_address_is_not_repeated(slack):
    slack.faults.append(Fault(404, f"No such page: {PATH}"))
    error = await refusal(slack)

    assert type(error) is DestinationDown
    assert "very-secret" not in str(error)


@pytest.mark.parametrize("address", ["nowhere/very-secret", "ftp://e.com/very-secret", ""])
async def test_an_address_that_is_none_is_refused_and_not_shown(address):
    async with open_http() as http:
        with pytest.raises(DestinationDown, match="check `url`") as error:
            await SlackWebhook(Secret(address)).send(http, told())

    assert "very-secret" not in str(error.value)


async def test_the_address_is_in_no_log(slack, caplog):
    caplog.set_level(logging.DEBUG)
    async with posting(slack) as send:
        await send(told())

    assert "very-secret" not in caplog.text


async def test_it_cannot_be_probed_without_a_message():
    hook = SlackWebhook(Secret("http://127.0.0.1:1/services/T1/B1/secret"))

    assert await hook.probe(None) is None
