import re
from contextlib import suppress
from dataclasses import replace

import pytest

from daemon.clock import WallClock
from daemon.notifier import (
    DeliveryError,
    DeliveryRefused,
    DeliveryUnknown,
    DestinationDown,
    Receipt,
)
from daemon.notifiers.slack.readback import mark
from daemon.sandbox.slack.stand_in import Channel, Fault, SlackStandIn
from rules.alert import Change
from tests.daemon.notifiers.slack.told import (
    CHANNEL,
    CSV,
    PNG,
    TOKEN,
    circular,
    posting,
    reaching,
    told,
)
from tests.fakes import HandClock
from tests.make import AT, HOUR

LOST = Fault(delivered=True, dropped=True)


@pytest.fixture
def slack():
    return SlackStandIn(HandClock(AT + 4 * HOUR), token=TOKEN, paced=False)


async def settled(slack, *messages):
    """As a courier does it: asked for first where nobody knows, and sent only if it is not there.

    Answers what came of each."""
    done = []
    async with reaching(slack) as (bot, http):
        for one in messages:
            try:
                done.append(await bot.send(http, one))
            except DeliveryUnknown:
                found = await bot.find(http, one)
                done.append(found or await bot.send(http, one))
    return done


async def test_a_message_whose_answer_was_lost_is_found_and_stands_once(slack):
    """Fault 39."""
    slack.faults.append(LOST)
    [receipt] = await settled(slack, told())

    [posted] = slack.messages
    assert receipt == Receipt(CHANNEL, posted.ts)


async def test_a_message_that_never_arrived_is_sent_again(slack):
    """Fault 39."""
    slack.faults.append(Fault(dropped=True))
    [receipt] = await settled(slack, told())

    assert [posted.ts for posted in slack.messages] == [receipt.id]


async def test_another_message_is_not_taken_for_it(slack):
    async with reaching(slack) as (bot, http):
        await bot.send(http, told(key="another"))

        assert await bot.find(http, told()) is None


def test_the_mark_is_short_and_plain_whatever_a_vendor_wrote():
    """Slack takes only so much of it, and nobody says what it makes of a voice called <&>."""
    one, other = (mark(told(key=f"<&> ü {name}" * 5000)).event_payload for name in "ab")

    assert re.fullmatch("[0-9a-f]{64}", one["key"])
    assert one != other


async def test_it_is_found_however_much_was_said_since(slack):
    async with reaching(slack) as (bot, http):
        receipt = await bot.send(http, told())
        for number in range(230):
            await bot.send(http, told(key=f"{number}"))

        assert await bot.find(http, told()) == receipt


async def test_where_too_much_was_said_since_nobody_knows(slack):
    async with reaching(slack) as (bot, http):
        await bot.send(http, told(key="another"))
        page = '{"ok": true, "messages": [], "response_metadata": {"next_cursor": "on"}}'
        slack.faults += [Fault(200, page)] * 20
        with pytest.raises(DeliveryError, match="too much was said"):
            await bot.find(http, told())


async def test_an_edit_and_its_news_whose_answer_was_lost_are_said_once(slack):
    """Fault 39."""
    async with posting(slack) as send:
        opened = await send(told())
    slack.faults += [None, LOST]
    await settled(slack, told(Change.WORSENED, news="Worse", receipt=opened))

    first, reply = slack.messages
    assert (len(first.versions), reply.now.text) == (2, "🟠 Worse")


async def test_an_edit_whose_news_never_arrived_gets_it_and_once(slack):
    """A crash between the edit and the line in its thread."""
    async with posting(slack) as send:
        opened = await send(told())
    slack.faults += [None, Fault(dropped=True)]
    await settled(slack, told(Change.WORSENED, news="Worse", receipt=opened))

    assert [len(posted.versions) for posted in slack.messages] == [3, 1]


async def test_an_edit_without_news_is_found_by_the_message_itself(slack):
    async with reaching(slack) as (bot, http):
        opened = await bot.send(http, told())
        edit = told(Change.RESOLVED, receipt=opened)

        assert await bot.find(http, edit) is None
        await bot.send(http, edit)
        assert await bot.find(http, edit) == opened


async def test_what_was_posted_anew_for_a_deleted_one_is_found(slack):
    """Faults 39 and 41."""
    async with posting(slack) as send:
        opened = await send(told())
    slack.delete(slack.messages[0])
    slack.faults += [None, LOST]
    [receipt] = await settled(slack, told(Change.RESOLVED, news="Over", receipt=opened))

    assert [posted.ts for posted in slack.messages] == [receipt.id]


@pytest.mark.parametrize("change", [Change.OPENED, Change.WORSENED])
async def test_a_chart_that_was_lost_with_the_answer_follows_once_the_words_are_found(
    slack, change
):
    """A crash after the words and before the chart is the same."""
    async with posting(slack) as send:
        opened = await send(told()) if change is Change.WORSENED else None
    slack.faults += [LOST] if opened is None else [None, LOST]
    news = "Worse" if opened else ""
    one = told(change, news=news, receipt=opened, pictures=(PNG,), repeats=True)
    await settled(slack, one)

    first = slack.messages[0].now.blocks
    assert [block["type"] for block in first].count("image") == 1
    assert "Possibly a repeat" not in str(first)
    assert len(slack.messages) == (1 if opened is None else 2)


@pytest.mark.parametrize(
    "lost", ["chat.postMessage", "files.getUploadURLExternal", "files.completeUploadExternal"]
)
async def test_the_files_of_a_report_follow_and_come_once(slack, lost):
    """Whatever of it was done when the answer was lost, or the daemon died."""
    one = circular(files=(CSV,))
    async with reaching(slack) as (bot, http):
        slack.faults.append(replace(LOST, method=lost))
        with suppress(DeliveryUnknown):
            await bot.send(http, one)
        await bot.find(http, one)
        await bot.find(http, one)

    shared = [posted for posted in slack.messages if posted.files]
    assert [slack.files.all[posted.files[0]].name for posted in shared] == [CSV.name]


async def test_what_is_whole_is_found_and_left_alone(slack):
    whole = told(pictures=(PNG,), files=(CSV,))
    async with reaching(slack) as (bot, http):
        receipt = await bot.send(http, whole)
        before = list(slack.messages)

        assert await bot.find(http, whole) == receipt
    assert slack.messages == before


async def test_without_the_scope_to_look_nobody_will_ever_know():
    slack = SlackStandIn(WallClock(), scopes=("chat:write",))
    async with reaching(slack) as (bot, http):
        with pytest.raises(DeliveryRefused, match="lacks the scope channels:history"):
            await bot.find(http, told())


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(503), DeliveryUnknown),
        (Fault(200, '{"ok": true}'), DeliveryUnknown),
        (Fault(200, '{"ok": false, "error": "token_revoked"}'), DestinationDown),
        (Fault(429, '{"ok": false, "error": "ratelimited"}'), DeliveryError),
    ],
)
async def test_a_place_that_cannot_be_asked_now_says_so(slack, fault, kind):
    slack.faults.append(fault)
    async with reaching(slack) as (bot, http):
        with pytest.raises(DeliveryError) as error:
            await bot.find(http, told())

    assert type(error.value) is kind


async def test_a_channel_the_bot_is_not_in_cannot_be_read_and_only_a_message_tells_more():
    """It may have left, which needs a person, or post there without being in it."""
    left, open_ = Channel(CHANNEL, joined=False), Channel(CHANNEL, joined=False, open=True)
    async with reaching(SlackStandIn(WallClock(), channels=(left,))) as (bot, http):
        with pytest.raises(DeliveryRefused, match="the bot is not in the channel"):
            await bot.find(http, told())
        with pytest.raises(DestinationDown, match=CHANNEL):
            await bot.send(http, told())
    async with reaching(SlackStandIn(WallClock(), channels=(open_,))) as (bot, http):
        assert await bot.send(http, told())
