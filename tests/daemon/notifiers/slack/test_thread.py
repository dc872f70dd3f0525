"""One message for each alert, and its story in the thread."""

from dataclasses import replace

import pytest

from daemon.clock import WallClock
from daemon.notifier import DeliveryError
from daemon.sandbox.slack.stand_in import Fault, SlackStandIn
from rules.alert import Change
from tests.daemon.notifiers.slack.told import TOKEN, posting, told
from tests.make import letter, message


@pytest.fixture
def slack():
    return SlackStandIn(WallClock(), token=TOKEN, paced=False)


@pytest.mark.parametrize(
    ("change", "loud"),
    [
        (Change.WORSENED, True),
        (Change.REMINDED, True),
        (Change.ESCALATED, True),
        (Change.ACKNOWLEDGED, False),
        (Change.RESOLVED, False),
        (Change.WITHDRAWN, False),
    ],
)
async def test_what_is_new_is_said_in_the_thread_and_what_is_grave_in_the_channel(
    slack, change, loud
):
    async with posting(slack) as send:
        opened = await send(told())
        changed = await send(told(change, news="News", receipt=opened))

    first, reply = slack.messages
    assert changed == opened
    assert len(first.versions) == 2
    assert (reply.thread, reply.broadcast) == (opened.id, loud)
    assert reply.now.text.endswith(" News")
    assert reply.metadata["event_type"] == "meterwatch_news"
    assert reply.metadata["event_payload"] == first.metadata["event_payload"]


async def test_the_story_of_an_alert_stays_in_one_thread(slack):
    async with posting(slack) as send:
        receipt = await send(told())
        for change in (Change.WORSENED, Change.ACKNOWLEDGED, Change.RESOLVED):
            receipt = await send(told(change, news=change.value, receipt=receipt))

    first, *replies = slack.messages
    assert len(first.versions) == 4
    assert {one.thread for one in replies} == {first.ts}
    assert first.now.blocks[0]["text"]["text"].startswith("✅")
    assert [len(one.versions) for one in replies] == [1, 1, 1]


async def test_a_message_without_news_leaves_its_thread_alone(slack):
    async with posting(slack) as send:
        opened = await send(told())
        await send(told(Change.RESOLVED, receipt=opened))

    assert len(slack.messages) == 1


async def test_an_edit_that_was_made_is_made_again_where_the_thread_refused(slack):
    async with posting(slack) as send:
        opened = await send(told())
        worse = told(Change.WORSENED, news="Worse", receipt=opened)
        slack.faults += [None, Fault(429, '{"ok": false, "error": "ratelimited"}')]
        with pytest.raises(DeliveryError):
            await send(worse)
        await send(worse)

    assert [len(posted.versions) for posted in slack.messages] == [3, 1]


async def test_where_the_message_was_deleted_its_news_is_a_new_one_and_no_reply(slack):
    """Fault 41."""
    async with posting(slack) as send:
        opened = await send(told())
        slack.delete(slack.messages[0])
        worse = await send(told(Change.WORSENED, news="Worse", receipt=opened))

    [posted] = slack.messages
    assert (worse.id, posted.thread) == (posted.ts, None)


@pytest.mark.parametrize(("unchanged", "loud"), [((), True), ((12,), True), ((13,), False)])
async def test_of_several_alerts_only_what_is_new_is_loud(slack, unchanged, loud):
    """The message says all that its alerts came to, however short ago."""
    over, worse = letter(Change.RESOLVED), letter(Change.WORSENED, alert=13)
    async with posting(slack) as send:
        opened = await send(told())
        both = message(worse, over, receipt=opened, unchanged=frozenset(unchanged))
        await send(replace(both, wording=replace(both.wording, news="News")))

    assert slack.messages[1].broadcast is loud
