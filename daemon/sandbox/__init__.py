"""The door to the sandbox: a configuration's own sources and channels, pointed at stand-ins."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from aiohttp import web

from daemon.clock import Clock
from daemon.notifier import Destination, Notifier
from daemon.notifiers.email.smtp import Email
from daemon.notifiers.slack.bot import Slack
from daemon.notifiers.slack.webhook import SlackWebhook
from daemon.sandbox.incidents import newcomers_story
from daemon.sandbox.loopback import serve
from daemon.sandbox.mail import HOST, MailStandIn
from daemon.sandbox.narrator import Narrator
from daemon.sandbox.slack import SlackStandIn
from daemon.sandbox.supertone import SupertoneStandIn
from daemon.sandbox.world import World
from daemon.secret import Secret
from daemon.source import Feed, Source
from daemon.sources.supertone import SupertoneCredits, SupertoneUsage, SupertoneVoiceUsage

_HISTORY = timedelta(days=120)
"""How old the invented accounts are."""


def _supertone(clock: Clock) -> web.Application:
    world = World(seed=1, began=clock.now() - _HISTORY)
    return SupertoneStandIn(world, newcomers_story(clock.now()), clock).app()


StandIn = Callable[[Clock], web.Application]
STAND_INS: Mapping[type[Source], StandIn] = {
    SupertoneCredits: _supertone,
    SupertoneUsage: _supertone,
    SupertoneVoiceUsage: _supertone,
}
"""Which stand-in answers for a source. Sources that name the same one share it."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What to run in place of what was configured."""

    feeds: tuple[Feed, ...]
    destinations: tuple[Destination, ...]


@asynccontextmanager
async def open_sandbox(
    feeds: Sequence[Feed],
    destinations: Sequence[Destination],
    clock: Clock,
    say: Callable[[str], None],
) -> AsyncIterator[Sandbox]:
    """Stand-ins for the vendors these feeds name, a Slack and a mail server; `say` is told, in
    words, of every message that people would have seen."""
    narrator = Narrator(say)
    narrator.welcome(clock)
    async with AsyncExitStack() as stack:
        vendors: dict[StandIn, str] = {}
        for feed in feeds:
            stand_in = STAND_INS[type(feed.source)]
            if stand_in not in vendors:
                vendors[stand_in] = await stack.enter_async_context(serve(stand_in(clock)))
        slack = SlackStandIn(clock, told=narrator.slack)
        slack_url = await stack.enter_async_context(serve(slack.app()))
        mail = await stack.enter_async_context(MailStandIn(told=narrator.mail))
        yield Sandbox(
            tuple(_aim(feed, vendors[STAND_INS[type(feed.source)]]) for feed in feeds),
            tuple(
                replace(one, notifier=_divert(one, slack_url, mail.port)) for one in destinations
            ),
        )


def _aim(feed: Feed, url: str) -> Feed:
    # Every source has its vendor's address in a field of this name.
    return replace(feed, source=replace(feed.source, url=url))  # type: ignore[type-var]


def _divert(destination: Destination, slack_url: str, mail_port: int) -> Notifier:
    """The same notifier, talking to a stand-in. One that stays on this machine stays as it is."""
    match destination.notifier:
        case Slack() as bot:
            return replace(bot, url=f"{slack_url}/api/", token=Secret("xoxb-sandbox"))
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
