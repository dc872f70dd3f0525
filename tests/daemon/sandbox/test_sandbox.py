"""A configuration's own sources and channels are pointed at stand-ins, and at nothing else."""

from datetime import timedelta
from pathlib import Path

from daemon.clock import FastClock, WallClock
from daemon.http import open_http
from daemon.notifier import Destination
from daemon.notifiers import NOTIFIERS
from daemon.notifiers.alertmanager import Alertmanager
from daemon.notifiers.anywhere import Apprise
from daemon.notifiers.console import Console
from daemon.notifiers.email.smtp import Email
from daemon.notifiers.file import JsonLines
from daemon.notifiers.pagerduty import PagerDuty
from daemon.notifiers.slack.bot import Slack
from daemon.notifiers.slack.webhook import SlackWebhook
from daemon.notifiers.webhook import Webhook
from daemon.recorders import RECORDERS
from daemon.sandbox import STAND_INS, Sandbox, open_sandbox
from daemon.secret import Secret
from daemon.source import Ask, Feed, Window
from daemon.sources import SOURCES
from daemon.sources.supertone import SupertoneCredits, SupertoneUsage
from tests import make

FEEDS = (
    Feed("voices", SupertoneUsage(Secret("real-key"))),
    Feed("credits", SupertoneCredits(Secret("real-key"))),
)
DESTINATIONS = (
    Destination(
        "bot",
        Slack(
            Secret("xoxb-real"), "C0123456789",
            app_token=Secret("xapp-real"), people=("U0123456789",),
        ),
    ),
    Destination("hook", SlackWebhook(Secret("https://hooks.slack.com/services/T/B/x"))),
    Destination(
        "mail",
        Email(
            "smtp.example.com", "w@example.com", ("o@example.com",), username="w",
            password=Secret("real"),
        ),
    ),
    Destination("terminal", Console()),
    Destination("program", Webhook("https://far.example.net", signing_key=Secret("real"))),
    Destination("alertmanager", Alertmanager(("https://far.example.net",), Secret("real"))),
    Destination("pager", PagerDuty(Secret("real"), "https://far.example.net")),
    Destination("lines", JsonLines(Path("alerts.jsonl"))),
    Destination("phone", Apprise(Secret("ntfys://far.example.net/real"))),
)  # fmt: skip


def test_every_source_there_is_has_a_stand_in() -> None:
    assert set(STAND_INS) == {*SOURCES.values(), *RECORDERS.values()}
    assert {type(one.notifier) for one in DESTINATIONS} == set(NOTIFIERS.values())


async def test_sources_of_one_vendor_share_one_stand_in_and_it_answers() -> None:
    clock = FastClock(WallClock().now(), 600)
    async with open_sandbox(Sandbox(FEEDS, (), ()), clock, print) as sandbox, open_http() as http:
        voices, credit = (feed.source for feed in sandbox.feeds)
        assert isinstance(voices, SupertoneUsage)
        assert isinstance(credit, SupertoneCredits)
        now = clock.now()
        (answer,) = await voices.fetch(Ask("voices", http, Window(now - timedelta(days=60), now)))

    assert voices.url == credit.url
    assert voices.url.startswith("http://127.0.0.1:")
    assert len({reading.labels for reading in answer.readings}) >= 6
    assert "Agatha" in answer.names.values()


async def test_every_channel_delivers_to_a_stand_in_and_takes_no_secret_there() -> None:
    said: list[str] = []
    clock = FastClock(WallClock().now(), 600)
    real = Sandbox((), (), DESTINATIONS)
    async with open_sandbox(real, clock, said.append) as sandbox, open_http() as http:
        for destination in sandbox.destinations[:3]:
            told = make.message(make.letter(destination=destination.name))
            await destination.notifier.send(http, told)
        pointed = repr(sandbox.destinations)

    welcome = said.pop(0)
    assert "600 times" in welcome
    assert [line.split()[1].rstrip(",:") for line in said] == ["Slack", "Slack", "Mail"]
    assert "example.com'" not in pointed.split("sender")[0]
    assert "smtp.example.com" not in pointed
    assert "far.example.net" not in pointed
    bot = sandbox.destinations[0].notifier
    assert isinstance(bot, Slack)
    assert bot.app_token is not None
    assert {bot.token.reveal(), bot.app_token.reveal()} == {"xoxb-sandbox", "xapp-sandbox"}
    assert sandbox.destinations[3] == DESTINATIONS[3]
