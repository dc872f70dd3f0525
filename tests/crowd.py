"""Many voices of five sources, and three places that hear of them: Slack, a mailbox and a page.

The real poll, store and courier. Slack and the mail server are the stand-ins on loopback, and Slack
takes one message a second.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from daemon.carry import Means
from daemon.deliver import Courier
from daemon.http import Http, open_http
from daemon.metrics import build_metrics
from daemon.notifier import Destination, Notifier
from daemon.notifiers.email.smtp import Email
from daemon.poll import Poller
from daemon.read import Reader
from daemon.route import Routing
from daemon.sandbox.loopback import serve
from daemon.sandbox.mail import MailStandIn
from daemon.sandbox.slack.stand_in import Message, SlackStandIn
from daemon.secret import Secret
from daemon.source import Feed
from daemon.store import Store, open_store
from daemon.store.outbox import LetterState
from rules.alert import Change, Event, Policy
from rules.kinds.threshold import Threshold
from rules.rule import Rule
from tests.daemon.notifiers.slack.told import CHANNEL, Bot
from tests.fakes import HOUR, HandClock, Mailbox, Meter

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SOURCES = 5
BUSY = Rule("voice-busy", "tts", Threshold(above=10), tell=("team", "mail", "box"))


@dataclass
class Crowd:
    """A daemon with five sources and three places to tell, and time in the test's hands."""

    store: Store
    http: Http
    clock: HandClock
    slack: SlackStandIn
    mail: MailStandIn
    url: str
    many: int = 0
    routing: Routing = field(default_factory=Routing)
    rule: Rule = BUSY
    step: timedelta = SECOND
    """So long passes from one round to the next at least."""
    people: tuple[str, ...] = ()
    """Who may press buttons in Slack; nobody: there are none."""
    box: Mailbox = field(default_factory=Mailbox)
    meters: list[Meter] = field(default_factory=lambda: [Meter() for _ in range(SOURCES)])

    def use(self, hour: int, busy: range) -> None:
        """One minute of each voice in the hour, and fifty of the busy ones."""
        for each in range(self.many):
            used = self.meters[each % SOURCES].used
            used[f"voice {each:04}", NOON + hour * HOUR] = 50.0 if each in busy else 1.0

    async def poll(self, source: int) -> Sequence[Event]:
        feed = Feed(f"tts-{source}", self.meters[source], history=4 * HOUR)
        rule = replace(self.rule, source=feed.name, policy=Policy(patience=timedelta(0)))
        reader = Reader(feed, self.store, self.http)
        poller = Poller(reader, [rule], build_metrics("test"), self.routing)
        return (await poller.poll(self.clock.now())).events

    async def poll_all(self) -> Counter[Change]:
        return Counter([e.change for source in range(SOURCES) for e in await self.poll(source)])

    def courier(self) -> Courier:
        places: dict[str, Notifier] = {
            "team": self.bot(),
            "mail": Email(
                "127.0.0.1", "us@example.com", ("ops@example.com",), "none", self.mail.port
            ),
            "box": self.box,
        }
        means = Means(self.store, self.http, self.clock, build_metrics("test"), self.routing)
        return Courier({name: Destination(name, one) for name, one in places.items()}, means)

    def bot(self) -> Bot:
        given = Secret("xapp-x") if self.people else None
        return Bot(
            Secret("xoxb-x"), CHANNEL, f"{self.url}/api/", app_token=given, people=self.people
        )

    async def pass_(self, span: timedelta) -> None:
        """A round whenever something is due."""
        end = self.clock.at + span
        while self.clock.at < end:
            await self.courier().deliver(self.clock.now())
            due = await self.owed()
            self.clock.at = min(end, max(self.clock.at + self.step, due or end))

    async def owed(self) -> datetime | None:
        async with self.store.transaction() as tx:
            return await tx.outbox.next_due()

    async def states(self) -> dict[LetterState, int]:
        async with self.store.transaction() as tx:
            return await tx.outbox.counts()

    def posted(self) -> list[Message]:
        """What stands in the channel by itself, and not in a thread; of ours."""
        return [one for one in self.slack.messages if one.thread is None and one.metadata]


@asynccontextmanager
async def crowd(store_url: str, many: int) -> AsyncIterator[Crowd]:
    """Half past noon, after a quiet hour."""
    clock = HandClock(NOON - HOUR / 2)
    slack = SlackStandIn(clock)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(store_url))
        http = await stack.enter_async_context(open_http())
        mail = await stack.enter_async_context(MailStandIn())
        url = await stack.enter_async_context(serve(slack.app()))
        made = Crowd(store, http, clock, slack, mail, url, many)
        made.use(-1, busy=range(0))
        await made.poll_all()
        clock.at = NOON + HOUR / 2
        yield made


def shown(message: Message) -> str:
    """All that a person reads of it."""
    return str([block.get("text") or block.get("fields") for block in message.now.blocks])
