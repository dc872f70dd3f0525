"""One HTTP answer in, one Slack message and one mail out: the real store, real wires, no fakes."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from daemon.carry import Means
from daemon.deliver import Courier
from daemon.http import open_http
from daemon.metrics import build_metrics
from daemon.notifier import Destination, Notifier
from daemon.notifiers.email.smtp import Email
from daemon.notifiers.slack.bot import Slack
from daemon.poll import Poller
from daemon.read import Reader
from daemon.route import Routing
from daemon.sandbox.incidents import Script, Spike
from daemon.sandbox.loopback import serve
from daemon.sandbox.mail import HOST, MailStandIn
from daemon.sandbox.slack.stand_in import Message, SlackStandIn
from daemon.sandbox.supertone.stand_in import SupertoneStandIn
from daemon.sandbox.world import VOICES, World
from daemon.secret import Secret
from daemon.source import Feed
from daemon.sources.supertone import SupertoneUsage
from daemon.store import open_store
from rules.kinds.spike import Spike as SpikeKind
from rules.rule import Rule
from tests.fakes import HandClock

START = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""A Wednesday noon."""
HOUR = timedelta(hours=1)
VOICE = VOICES[0]
VENDOR_KEY = "sup-0123456789"


@dataclass
class Journey:
    """A daemon with its hands on a vendor, a Slack and a mail server; the test winds the clock."""

    clock: HandClock
    poller: Poller
    courier: Courier
    vendor: SupertoneStandIn
    slack: SlackStandIn
    mail: MailStandIn
    heard: list[str] = field(default_factory=list)

    async def at(self, after: timedelta) -> None:
        """One tick, so long after the start."""
        self.clock.at = START + after
        polled = await self.poller.poll(self.clock.now())
        assert polled.failure is None
        self.heard += [event.change.value for event in polled.events]
        await self.courier.deliver(self.clock.now())

    @property
    def messages(self) -> list[Message]:
        """Those in the channel itself."""
        return [one for one in self.slack.messages if one.thread is None]

    @property
    def replies(self) -> list[str]:
        """What was said in their threads."""
        return [one.now.text for one in self.slack.messages if one.thread is not None]

    @property
    def mails(self) -> list[EmailMessage]:
        return [mail.message for mail in self.mail.mails]


@pytest.fixture
async def journey(store_url: str) -> AsyncIterator[Journey]:
    clock = HandClock(START)
    spike = Spike(VOICE.id, after=HOUR, lasts=HOUR, times=10, added=120)
    script = Script(START, opening=100_000, spikes=(spike,))
    vendor = SupertoneStandIn(World(seed=1, began=START - timedelta(days=120)), script, clock)
    slack, metrics = SlackStandIn(clock), build_metrics("test")
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(store_url))
        http = await stack.enter_async_context(open_http())
        vendor_url = await stack.enter_async_context(serve(vendor.app()))
        slack_url = await stack.enter_async_context(serve(slack.app()))
        mail = await stack.enter_async_context(MailStandIn())
        places: dict[str, Notifier] = {
            "ops-slack": Slack(Secret("xoxb-1"), "C0123456789", f"{slack_url}/api/"),
            "ops-mail": Email(
                HOST, "watch@example.com", ("ops@example.com",), port=mail.port, security="none"
            ),
        }
        rule = Rule("voice-spike", "voices", SpikeKind(min_change=5), tell=tuple(places))
        feed = Feed("voices", SupertoneUsage(Secret(VENDOR_KEY), vendor_url))
        poller = Poller(Reader(feed, store, http), [rule], metrics)
        destinations = {name: Destination(name, place) for name, place in places.items()}
        courier = Courier(destinations, Means(store, http, clock, metrics, Routing()))
        yield Journey(clock, poller, courier, vendor, slack, mail)


async def test_one_spike_is_one_slack_message_and_one_mail(journey: Journey) -> None:
    await journey.at(timedelta(0))
    assert journey.messages == []
    for minutes in range(65, 130, 5):
        await journey.at(timedelta(minutes=minutes))

    assert journey.heard == ["opened"]
    (message,) = journey.messages
    (mail,) = journey.mails
    assert VOICE.name in message.now.text
    assert "times as much as usual" in message.now.text
    assert mail["Subject"].startswith(f"{VOICE.name}: ")


async def test_when_it_is_over_the_same_message_says_so_and_the_mail_is_answered(
    journey: Journey,
) -> None:
    for minutes in (0, *range(65, 485, 30)):
        await journey.at(timedelta(minutes=minutes))

    assert journey.heard == ["opened", "resolved"]
    (message,) = journey.messages
    opened, resolved = journey.mails
    assert "Back to usual" in message.now.text
    assert journey.replies == ["✅ Back to usual after 3 hours"]
    assert resolved["In-Reply-To"] == opened["Message-ID"]


async def test_an_hour_the_vendor_takes_back_is_withdrawn_in_the_same_places(
    journey: Journey,
) -> None:
    for minutes in (0, 65, 75):
        await journey.at(timedelta(minutes=minutes))
    journey.vendor.script = Script(START, opening=100_000)
    for minutes in (140, 200):
        await journey.at(timedelta(minutes=minutes))

    assert journey.heard == ["opened", "withdrawn"]
    (message,) = journey.messages
    assert "Withdrawn" in message.now.text
    (reply,) = journey.replies
    assert reply.endswith("withdrawn"), "what it was, what it is now, and what became of it"
    assert len(journey.mails) == 2


async def test_an_ordinary_week_is_silent(journey: Journey) -> None:
    journey.vendor.script = Script(START, opening=100_000)
    for hour in range(0, 24 * 7, 4):
        await journey.at(hour * HOUR)

    assert (journey.heard, journey.messages, journey.mails) == ([], [], [])


async def test_no_secret_and_no_vendors_key_is_ever_logged(
    journey: Journey, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await journey.at(timedelta(0))
    await journey.at(timedelta(minutes=65))

    assert caplog.text
    assert "xoxb-1" not in caplog.text
    assert VENDOR_KEY not in caplog.text
