"""A running daemon is killed, really, with SIGKILL; the next one finishes what it left."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from daemon import app
from daemon.clock import WallClock
from daemon.config import load
from daemon.config.references import Surroundings
from daemon.house import Ground
from daemon.sandbox.incidents import Script
from daemon.sandbox.loopback import serve
from daemon.sandbox.mail import MailStandIn
from daemon.sandbox.slack.stand_in import SlackStandIn
from daemon.sandbox.supertone.stand_in import SupertoneStandIn
from daemon.sandbox.world import World

CONFIG = """
store: {{url: "sqlite:///{state}/meterwatch.db"}}
page: null
sources:
  credits: {{type: supertone.credits, key: "${{env:KEY}}", url: "{vendor}"}}
rules:
  low-credits: {{kind: threshold, source: credits, below: 20000}}
destinations:
  ops-slack: {{type: slack, token: "${{env:KEY}}", channel: C0123456789, url: "{slack}/api/"}}
  ops-mail: {{type: email, host: 127.0.0.1, port: {mail}, security: none,
             sender: watch@example.com, to: [ops@example.com]}}
"""


@dataclass
class Town:
    """What outlives every daemon: the vendor, people's Slack and mail, and a state directory."""

    state: Path
    slack: SlackStandIn
    mail: MailStandIn
    vendor: SupertoneStandIn
    deadly: str = ""
    """The moment that kills the daemon: a place that was reached, or words in its log."""
    daemon: Process | None = None
    heard: list[str] = field(default_factory=list)
    mailed: asyncio.Event = field(default_factory=asyncio.Event)

    def reach(self, moment: str) -> None:
        """Told of everything that happens; kills when it is the moment."""
        self.heard.append(moment)
        if moment == "mailed":
            self.mailed.set()
        if self.deadly and self.deadly in moment and self.daemon is not None:
            self.deadly = ""
            self.daemon.send_signal(signal.SIGKILL)

    async def life(self, *options: str) -> int:
        """One daemon, from its start to its end."""
        command = (sys.executable, "-m", "daemon", "run", "--config", str(self.config), *options)
        environment = {**os.environ, "KEY": "secret-1"}
        daemon = await asyncio.create_subprocess_exec(*command, stderr=PIPE, env=environment)
        self.daemon = daemon
        assert daemon.stderr is not None
        try:
            async with asyncio.timeout(60):  # nothing in here waits for longer than moments
                async for line in daemon.stderr:
                    self.reach(line.decode())
                return await daemon.wait()
        finally:
            if daemon.returncode is None:
                daemon.kill()
                await daemon.wait()

    async def next_life(self) -> bool:
        """One round of the next daemon, here: it need not be killed."""
        config = load(self.config, Surroundings({"KEY": "secret-1"}))
        url = f"sqlite:///{self.state}/meterwatch.db"
        return await app.run_once(config, Ground(url, WallClock(), Random(1)))  # noqa: S311

    @property
    def config(self) -> Path:
        return self.state / "config.yaml"

    def mails(self) -> Counter[str]:
        return Counter(mail.message["Message-ID"] for mail in self.mail.mails)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    clock, towns = WallClock(), list[Town]()

    def told(what: str) -> Callable[[object], None]:
        return lambda _message: towns[0].reach(what)

    @web.middleware
    async def asked(request: web.Request, handler: Handler) -> web.StreamResponse:
        towns[0].reach("the vendor is asked")
        return await handler(request)

    start = clock.now()
    vendor = SupertoneStandIn(
        World(seed=1, began=start - timedelta(days=90)), Script(start, opening=9_000), clock
    )
    # A second life may tell it again at once: its patience is tested elsewhere.
    slack = SlackStandIn(clock, told=told("slack is told"), paced=False)
    mail = MailStandIn(told=told("mailed"))
    web_app = vendor.app()
    web_app.middlewares.append(asked)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(mail)
        vendor_url = await stack.enter_async_context(serve(web_app))
        slack_url = await stack.enter_async_context(serve(slack.app()))
        town = Town(tmp_path, slack, mail, vendor)
        towns.append(town)
        text = CONFIG.format(state=tmp_path, vendor=vendor_url, slack=slack_url, mail=mail.port)
        town.config.write_text(text)
        yield town


MOMENTS = (
    "the vendor is asked",
    "slack is told",
    "mailed",
    "sent to ops-slack: alert 1 opened",
    "sent to ops-mail: alert 1 opened",
)

SETTLED = ("the vendor is asked", "sent to ops-mail: alert 1 opened")
"""At these moments no mail is on its way."""


@pytest.mark.parametrize("moment", MOMENTS)
async def test_whenever_it_is_killed_everyone_hears_once_or_is_told_that_it_may_be_a_repeat(
    town: Town, moment: str
) -> None:
    town.deadly = moment
    assert await town.life() == -signal.SIGKILL
    assert await town.next_life()

    # Slack is asked what it has; mail cannot be.
    assert len(town.slack.messages) == 1
    assert len(town.mails()) == 1, "a repeated mail bears the same Message-ID"
    _first, *again = town.mail.mails
    assert len(again) <= (0 if moment in SETTLED else 1)
    assert all("possibly a repeat" in str(mail.message).casefold() for mail in again)


async def test_it_has_its_store_alone_and_ends_well_when_asked_to(town: Town) -> None:
    first = asyncio.create_task(town.life())
    await asyncio.wait_for(town.mailed.wait(), 60)
    daemon = town.daemon
    assert daemon is not None
    second = await town.life("--once")
    refusal = town.heard[-1]
    daemon.terminate()

    assert second == 75
    assert f"pid {daemon.pid} on host" in refusal
    assert await asyncio.wait_for(first, 30) == 0
    assert any("app: stopped" in line for line in town.heard)
