"""Five thousand alerts at once: a few messages that a person can read, and nothing is lost."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.route import Routing
from daemon.sandbox.slack.stand_in import Channel
from daemon.store.outbox import LetterState
from rules.alert import Change
from rules.route import Route
from tests.crowd import BUSY, NOON, SOURCES, Crowd, crowd, shown
from tests.daemon.notifiers.slack.told import CHANNEL
from tests.fakes import HOUR

MINUTE = timedelta(minutes=1)
MANY = {"sqlite": 5000, "postgresql": 1000}
READABLE = 3000
"""Characters: a message that is longer nobody reads to its end."""
GROUPED = Route(tell=("team", "mail", "box"), group_by=("rule",), group_wait=MINUTE)


@pytest.fixture
async def world(store_url: str) -> AsyncIterator[Crowd]:
    async with crowd(store_url, MANY[store_url.partition("+")[0]]) as world:
        yield world


async def test_a_burst_is_told_in_few_messages_and_nothing_is_dropped(world: Crowd) -> None:
    """FAULTS row 35. A place that is full, as others write there too, keeps nobody waiting."""
    many = world.many
    world.use(0, busy=range(many))
    assert await world.poll_all() == Counter({Change.OPENED: many})
    world.slack.workspace.post(Channel(CHANNEL), "xoxb-of-another", {"text": "good morning"})
    await world.courier().deliver(world.clock.now())

    assert world.posted() == [], "Slack said 429"
    assert (len(world.mail.mails), len(world.box.messages)) == (1, 1), "the others are told in time"
    assert len(world.box.letters) == many
    await world.pass_(MINUTE)
    [message] = world.posted()
    assert len(world.mail.mails) == len(world.box.messages) == 1
    title = f"{many:,} alerts of voice-busy"
    assert title in shown(message)
    assert len(shown(message)) < READABLE
    assert title in world.mail.mails[0].message["Subject"]
    assert await world.states() == {LetterState.SENT: 3 * many}


async def test_what_ends_together_is_said_where_it_began(world: Crowd) -> None:
    """And what spikes anew afterwards is a message of its own."""
    many = world.many = world.many // 5
    world.use(0, busy=range(many))
    await world.poll_all()
    await world.pass_(MINUTE)
    still = range(4 * many // 5, many)
    world.use(1, busy=still)
    world.clock.at = NOON + 2 * HOUR + MINUTE
    assert await world.poll_all() == Counter({Change.RESOLVED: 4 * many // 5})
    await world.pass_(MINUTE)

    [message] = world.posted()
    [reply] = [one for one in world.slack.messages if one.thread]
    assert f"{len(still):,} of {many:,} alerts of voice-busy still go on" in shown(message)
    assert f"{4 * many // 5:,} alerts of voice-busy are over" in reply.now.text
    assert reply.thread == message.ts
    first, over = (one.message for one in world.mail.mails)
    assert over["In-Reply-To"] == first["Message-ID"]
    assert len(world.box.messages) == 2

    world.use(2, busy=range(many))
    world.clock.at += HOUR
    assert await world.poll_all() == Counter({Change.OPENED: 4 * many // 5})
    await world.pass_(MINUTE)

    assert len(world.posted()) == 2
    assert (len(world.mail.mails), len(world.box.messages)) == (3, 3)
    assert f"{4 * many // 5:,} alerts of voice-busy" in shown(world.posted()[1])
    assert await world.states() == {LetterState.SENT: 3 * (many + 2 * (4 * many // 5))}


@pytest.mark.parametrize(("tree", "messages"), [(None, SOURCES), (GROUPED, 1)])
async def test_what_comes_in_the_course_of_a_minute_is_told_in_one_message_where_asked_for(
    world: Crowd, tree: Route | None, messages: int
) -> None:
    many = world.many = world.many // 5
    if tree is not None:
        world.rule, world.routing = replace(BUSY, tell=None), Routing(tree)
    world.use(0, busy=range(many))
    for source in range(SOURCES):
        await world.poll(source)
        await world.pass_(MINUTE / 6)
    await world.pass_(MINUTE)

    assert len(world.posted()) == messages
    assert len(world.mail.mails) == len(world.box.messages) == messages
    assert len({letter.alert for letter in world.box.letters}) == many
    assert await world.states() == {LetterState.SENT: 3 * many}
