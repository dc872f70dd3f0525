"""The door to the sandbox: a configuration's own sources and channels, pointed at stand-ins."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain
from typing import TypeVar

from aiohttp import web

from daemon.clock import Clock
from daemon.notifier import Destination, Notifier
from daemon.notifiers.email.smtp import Email
from daemon.notifiers.slack.bot import Slack
from daemon.notifiers.slack.webhook import SlackWebhook
from daemon.recorder import Ledger, Recorder
from daemon.sandbox.elsewhere import open_elsewhere
from daemon.sandbox.fastly.stand_in import FastlyStandIn
from daemon.sandbox.http_json.stand_in import HttpJsonStandIn
from daemon.sandbox.incidents import newcomers_story
from daemon.sandbox.killbill.stand_in import KillBillStandIn
from daemon.sandbox.loopback import serve
from daemon.sandbox.mail import HOST, MailStandIn
from daemon.sandbox.narrator import Narrator
from daemon.sandbox.prometheus import PrometheusStandIn
from daemon.sandbox.segment.stand_in import SegmentStandIn
from daemon.sandbox.slack.stand_in import SlackStandIn
from daemon.sandbox.supertone.stand_in import SupertoneStandIn
from daemon.sandbox.world import World
from daemon.secret import Secret
from daemon.source import Feed, Source
from daemon.sources.fastly import FastlyServiceUsage, FastlyUsageMetrics
from daemon.sources.http_json import HttpJson
from daemon.sources.killbill import KillBillUsage
from daemon.sources.killbill.recorder import KillBillRecorder
from daemon.sources.prometheus import Prometheus
from daemon.sources.segment import SegmentSourceCalls, SegmentWorkspaceCalls
from daemon.sources.supertone import SupertoneCredits, SupertoneUsage, SupertoneVoiceUsage

_HISTORY = timedelta(days=120)
"""How old the invented accounts are."""


def _world(clock: Clock) -> World:
    return World(seed=1, began=clock.now() - _HISTORY)


def _supertone(clock: Clock) -> web.Application:
    return SupertoneStandIn(_world(clock), newcomers_story(clock.now()), clock).app()


def _fastly(clock: Clock) -> web.Application:
    return FastlyStandIn(_world(clock), clock).app()


def _segment(clock: Clock) -> web.Application:
    return SegmentStandIn(_world(clock), clock).app()


def _killbill(clock: Clock) -> web.Application:
    return KillBillStandIn(clock).app()


def _http_json(clock: Clock) -> web.Application:
    return HttpJsonStandIn(_world(clock), clock).app()


def _prometheus(clock: Clock) -> web.Application:
    return PrometheusStandIn(_world(clock), clock).app()


StandIn = Callable[[Clock], web.Application]
STAND_INS: Mapping[type, StandIn] = {
    SupertoneCredits: _supertone,
    SupertoneUsage: _supertone,
    SupertoneVoiceUsage: _supertone,
    FastlyUsageMetrics: _fastly,
    FastlyServiceUsage: _fastly,
    SegmentSourceCalls: _segment,
    SegmentWorkspaceCalls: _segment,
    KillBillUsage: _killbill,
    KillBillRecorder: _killbill,
    HttpJson: _http_json,
    Prometheus: _prometheus,
}
"""Which stand-in answers for a source or a recorder. Those that name the same one share it."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What to run in place of what was configured."""

    feeds: tuple[Feed, ...]
    ledgers: tuple[Ledger, ...]
    destinations: tuple[Destination, ...]


@asynccontextmanager
async def open_sandbox(
    real: Sandbox, clock: Clock, say: Callable[[str], None]
) -> AsyncIterator[Sandbox]:
    """Stand-ins for the vendors that are really meant, a Slack and a mail server; `say` is told, in
    words, of every message that people would have seen."""
    narrator = Narrator(say)
    narrator.welcome(clock)
    async with AsyncExitStack() as stack:
        plugins = [feed.source for feed in real.feeds], [one.recorder for one in real.ledgers]
        vendors: dict[StandIn, str] = {}
        for stand_in in dict.fromkeys(STAND_INS[type(one)] for one in chain(*plugins)):
            vendors[stand_in] = await stack.enter_async_context(serve(stand_in(clock)))
        slack = SlackStandIn(clock, told=narrator.slack)
        slack_url = await stack.enter_async_context(serve(slack.app()))
        mail = await stack.enter_async_context(MailStandIn(told=narrator.mail))
        elsewhere = await stack.enter_async_context(open_elsewhere(clock, narrator))
        yield Sandbox(
            tuple(replace(one, source=_aimed(one.source, vendors)) for one in real.feeds),
            tuple(replace(one, recorder=_aimed(one.recorder, vendors)) for one in real.ledgers),
            tuple(
                replace(one, notifier=elsewhere(_divert(one, slack_url, mail.port)))
                for one in real.destinations
            ),
        )


Plugin = TypeVar("Plugin", Source, Recorder)


def _aimed(plugin: Plugin, vendors: Mapping[StandIn, str]) -> Plugin:
    # Every one of them has its vendor's address in a field of this name.
    url = vendors[STAND_INS[type(plugin)]]
    return replace(plugin, url=url)  # type: ignore[type-var]


def _divert(destination: Destination, slack_url: str, mail_port: int) -> Notifier:
    """The same notifier, talking to a stand-in. One that stays on this machine stays as it is."""
    match destination.notifier:
        case Slack() as bot:
            line = Secret("xapp-sandbox") if bot.app_token else None
            token = Secret("xoxb-sandbox")
            return replace(bot, url=f"{slack_url}/api/", token=token, app_token=line)
        case SlackWebhook() as hook:
            path = f"/services/T0SANDBOX/B0SANDBOX/{destination.name}"
            return replace(hook, url=Secret(slack_url + path))
        case Email() as email:
            # On loopback, so in the clear: nobody signs a certificate for a stand-in.
            return replace(
                email, host=HOST, port=mail_port, security="none", username=None, password=None
            )
        case other:
            return other
