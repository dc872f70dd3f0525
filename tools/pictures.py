"""Take the pictures in docs/pictures anew: what people see of a made-up Friday, and of a week.

    .venv/bin/python -m tools.pictures [FOLDER]

With FOLDER: all there are, whole. Needs Chromium. The Slack messages were really sent, to the
stand-in, and are drawn as Slack draws them, as far as a page can.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from daemon.bundle import Bundle
from daemon.compose import composed
from daemon.drill import tell
from daemon.http import Http, open_http
from daemon.letter import Circular, Letter
from daemon.notifier import Destination, Message, Receipt
from daemon.notifiers.email.page import page as mail_page
from daemon.notifiers.slack.bot import Slack
from daemon.report.files import charts
from daemon.report.gather import Gatherer
from daemon.report.make import circulars
from daemon.report.page import page as report_page
from daemon.report.term import last_before
from daemon.report.worded import worded
from daemon.sandbox.loopback import serve
from daemon.sandbox.slack.stand_in import Message as Posted
from daemon.sandbox.slack.stand_in import SlackStandIn
from daemon.secret import Secret
from daemon.store.outbox import Delivery, LetterState
from tests.daemon.report import past
from tests.fakes import HandClock
from tools import example, slack_page
from tools.camera import open_camera

ROOT = Path(__file__).resolve().parent.parent
PHONE, DESK, MAIL, PAGE = 390, 700, 640, 820
SHOWN = (
    "slack-opened-phone-dark",
    "slack-acknowledged",
    "slack-resolved",
    "slack-withdrawn-dark",
    "slack-digest",
    "slack-report-dark",
    "mail-opened",
    "mail-digest-dark",
    "report-phone-dark",
    "report",
)
"""Those the documentation shows. All others are taken for whoever works on the looks."""
SCREENS, WHOLE = 960, 20_000
"""How much is shown of what is long, in pixels of a page: in the documentation its beginning."""


@dataclass(frozen=True, slots=True)
class Shot:
    name: str
    html: str
    width: int
    dark: bool


def bundled(contents: Sequence[Letter | Circular], receipt: Receipt | None = None) -> Message:
    """What a courier makes of what is owed."""
    told = tuple(
        Delivery(number, one, LetterState.OWED, one.owed_at, 0, 0)
        for number, one in enumerate(contents)
    )
    return composed(Bundle(f"{len(told)}+{contents[0].key}", told, receipt=receipt), {})


class Channel:
    """A channel in a Slack that is not there, and a bot in it."""

    def __init__(self, bot: Slack, http: Http, slack: SlackStandIn, clock: HandClock) -> None:
        self._bot, self._http, self._slack, self._clock = bot, http, slack, clock

    async def says(self, *news: Letter | Circular) -> str:
        """One message and what became of it, as a piece of a page."""
        self._slack.workspace.messages.clear()
        receipt = None
        for one in news:
            self._clock.at = one.owed_at
            receipt = await self._bot.send(self._http, bundled([one], receipt))
        return self._drawn()

    async def says_together(self, letters: Sequence[Letter]) -> str:
        self._slack.workspace.messages.clear()
        self._clock.at = letters[0].owed_at
        await self._bot.send(self._http, bundled(letters))
        return self._drawn()

    async def tests(self) -> str:
        self._slack.workspace.messages.clear()
        self._clock.at = example.AT
        await tell(Destination("ops-slack", self._bot), self._http, "Anna", example.AT)
        return self._drawn()

    def _drawn(self) -> str:
        first, *replies = self._slack.messages
        files = {one.id: one.content or b"" for one in self._slack.files.all.values()}
        edited = len({one.text for one in first.versions}) > 1
        thread = [(_when(one), _words(one)) for one in replies]
        return slack_page.message(first.now.blocks, _when(first), files, thread, edited=edited)


def _when(posted: Posted) -> str:
    return f"{datetime.fromtimestamp(float(posted.ts), UTC):%H:%M}"


def _words(posted: Posted) -> str:
    return f"📄 {posted.now.text}" if posted.files else posted.now.text


@asynccontextmanager
async def open_channel() -> AsyncIterator[Channel]:
    clock = HandClock(example.AT)
    slack = SlackStandIn(clock, paced=False)
    async with serve(slack.app()) as url, open_http() as http:
        bot = Slack(
            Secret("xoxb-1"),
            "C0123456789",
            f"{url}/api/",
            app_token=Secret("xapp-1"),
            people=("U0123456789",),
        )
        yield Channel(bot, http, slack, clock)


async def of_slack(report: Circular) -> AsyncIterator[Shot]:
    opened = example.opened()
    async with open_channel() as channel:
        said = {
            "opened": await channel.says(opened),
            "acknowledged": await channel.says(opened, example.acknowledged()),
            "worse": await channel.says(opened, example.worsened()),
            "resolved": await channel.says(opened, example.worsened(), example.resolved()),
            "fired": await channel.says(example.unheard()),
            "withdrawn": await channel.says(opened, example.withdrawn()),
            "credits": await channel.says(example.low_credits()),
            "digest": await channel.says_together(list(example.burst())),
            "report": await channel.says(report),
            "test": await channel.tests(),
        }
    for name, message in said.items():
        for dark in (False, True):
            html = slack_page.page([message], dark=dark)
            yield Shot(f"slack-{name}", html, DESK, dark)
            yield Shot(f"slack-{name}", html, PHONE, dark)


def of_mail(report: Circular) -> Iterator[Shot]:
    said = {
        "opened": bundled([example.opened()]),
        "resolved": bundled([example.resolved()]),
        "digest": bundled(list(example.burst())),
        "report": bundled([report]),
    }
    for name, message in said.items():
        html = _mail(message)
        for dark in (False, True):
            yield Shot(f"mail-{name}", html, MAIL, dark)
            yield Shot(f"mail-{name}", html, PHONE, dark)


def _mail(message: Message) -> str:
    """The page of a mail, its pictures in their places."""
    shown = {str(number): one for number, one in enumerate(message.pictures)}
    html = mail_page(message, shown)
    for cid, picture in shown.items():
        html = html.replace(f"cid:{cid}", slack_page.inside(picture.content))
    return html


async def week() -> tuple[Circular, str]:
    """A report, as it is sent and as a page."""
    with TemporaryDirectory() as folder:
        async with past.remembered(Path(folder)) as store:
            config = past.config()
            report = config.reports[0]
            term = last_before(report.asked.per, past.NOW, report.asked.place)
            gatherer = Gatherer(config.feeds, config.rules, store, config.planned)
            found = await gatherer.gather(report, term, past.NOW)
    html = report_page(worded(found), list(charts(found)))
    return circulars(report, found, past.NOW)[0], html


async def shots() -> AsyncIterator[Shot]:
    report, html = await week()
    async for shot in of_slack(report):
        yield shot
    for shot in of_mail(report):
        yield shot
    for dark in (False, True):
        yield Shot("report", html, PAGE, dark)
        yield Shot("report", html, PHONE, dark)


async def take(folder: Path, only: Sequence[str], most: float) -> None:
    async with open_camera() as camera:
        async for shot in shots():
            name = _named(shot)
            if not only or name in only:
                scale = 1.5 if shot.width == PHONE else 1
                png = await camera.shoot(
                    shot.html, width=shot.width, dark=shot.dark, scale=scale, most=most
                )
                (folder / f"{name}.png").write_bytes(png)
                print(f"{name}.png: {len(png) // 1024} KB")


def _named(shot: Shot) -> str:
    return f"{shot.name}{'-phone' if shot.width == PHONE else ''}{'-dark' if shot.dark else ''}"


if __name__ == "__main__":
    if sys.argv[1:]:
        Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
        asyncio.run(take(Path(sys.argv[1]), (), WHOLE))
    else:
        asyncio.run(take(ROOT / "docs" / "pictures", SHOWN, SCREENS))
