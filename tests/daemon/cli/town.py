"""A vendor, a Slack and a mail server for commands to meet, in a thread of their own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from daemon.clock import WallClock
from daemon.sandbox.incidents import Script
from daemon.sandbox.killbill.stand_in import KillBillStandIn
from daemon.sandbox.loopback import serve
from daemon.sandbox.mail import MailStandIn
from daemon.sandbox.slack.stand_in import SlackStandIn
from daemon.sandbox.supertone.stand_in import SupertoneStandIn
from daemon.sandbox.world import World
from tests.billing import SUBSCRIPTION, kill_bill

CONNECTED = """\
page: null
sources:
  credits: {{type: supertone.credits, key: "${{env:KEY}}", url: "{vendor}"}}
  voices: {{type: supertone.usage, key: "${{env:KEY}}", url: "{vendor}"}}
destinations:
  terminal: {{type: console}}
  ops-slack: {{type: slack, token: "${{env:TOKEN}}", channel: C0123456789, url: "{slack}/api/"}}
  ops-hook: {{type: slack_webhook, url: "${{env:HOOK}}"}}
  ops-mail: {{type: email, host: 127.0.0.1, port: {mail}, security: none,
             sender: watch@example.com, to: [ops@example.com]}}
"""
BILLED = """\
page: null
sources:
  voices: {{type: supertone.usage, key: "${{env:KEY}}", url: "{vendor}"}}
recorders:
  acme: {{type: killbill, source: voices, url: "{billing}", username: clerk,
         password: "${{env:PASSWORD}}", api_key: "${{env:KEY}}", api_secret: "${{env:SECRET}}",
         subscription: {subscription}, unit: minutes, created_by: tests}}
"""


def _vendor() -> SupertoneStandIn:
    now = WallClock().now()
    return SupertoneStandIn(World(7, now - timedelta(days=3)), Script(now, 50_000), WallClock())


@dataclass
class Town:
    """A vendor, a Slack and a mail server in a thread of their own: commands run a loop too."""

    folder: Path
    vendor: SupertoneStandIn = field(default_factory=_vendor)
    slack: SlackStandIn = field(
        default_factory=lambda: SlackStandIn(WallClock(), token="xoxb-right")
    )
    mail: MailStandIn = field(default_factory=MailStandIn)
    ready: threading.Event = field(default_factory=threading.Event)

    billing: KillBillStandIn = field(default_factory=lambda: kill_bill(WallClock()))

    @property
    def config(self) -> Path:
        return self.folder / "connected.yaml"

    @property
    def billed(self) -> Path:
        """A configuration with a recorder."""
        return self.folder / "billed.yaml"

    async def stand(self, stop: asyncio.Event) -> None:
        async with AsyncExitStack() as stack:
            vendor = await stack.enter_async_context(serve(self.vendor.app()))
            slack = await stack.enter_async_context(serve(self.slack.app()))
            await stack.enter_async_context(self.mail)
            text = CONNECTED.format(vendor=vendor, slack=slack, mail=self.mail.port)
            self.config.write_text(text)
            billing = await stack.enter_async_context(serve(self.billing.app()))
            bills = BILLED.format(vendor=vendor, billing=billing, subscription=SUBSCRIPTION)
            self.billed.write_text(bills)
            self.ready.set()
            await stop.wait()


@contextmanager
def open_town(folder: Path) -> Iterator[Town]:
    """It lives beside the loop that a command runs of its own."""
    town, loop, stop = Town(folder), asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(town.stand(stop),))
    thread.start()
    try:
        assert town.ready.wait(10)
        yield town
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
