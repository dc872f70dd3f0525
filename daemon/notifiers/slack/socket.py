"""Hears of pressed buttons over Socket Mode: a connection of our own making, so no port is open."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from daemon.http import Http
from daemon.notifiers.slack.answers import FRESH_APP, ODD, code_of
from daemon.notifiers.slack.bot import client_of, unread
from daemon.notifiers.slack.buttons import Press, press_in
from daemon.secret import Secret

log = logging.getLogger(__name__)

Pressed = Callable[[Press], Awaitable[None]]

REVOKED = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "not_allowed_token_type"}
)


@dataclass(frozen=True, slots=True)
class Line:
    """What presses come over: one for each app, however many channels it posts into."""

    app_token: Secret
    url: str = "https://slack.com/api/"
    within: float = 20.0
    """Seconds in which a connection is made, or given up."""
    look: float = 5.0
    """How often, in seconds, it is looked at whether the connection still holds."""
    pause: float = 1.0
    """Seconds before it is made again; twice as long each time that it is not to be had."""
    longest: float = 300.0


async def listen(line: Line, http: Http, pressed: Pressed) -> None:
    """Until it is cancelled. A connection that breaks, or cannot be had, is made again.

    Nothing of it is worth more than a line in the log: alerts are told without it.
    """
    failed, pause = False, line.pause
    while True:
        try:
            async with _connected(line, http, pressed) as client:
                log.log(logging.WARNING if failed else logging.INFO, "slack: buttons work")
                failed, pause = False, line.pause
                await _until_lost(client, line.look)
        except ODD as error:
            if not failed:
                log.warning("slack: buttons do not work for now: %s", _why(error))
            failed, pause = True, min(pause * 2, line.longest)
        await asyncio.sleep(pause)


@asynccontextmanager
async def _connected(line: Line, http: Http, pressed: Pressed) -> AsyncIterator[SocketModeClient]:
    web = client_of(http, line.url)
    client = SocketModeClient(
        line.app_token.reveal(),
        logger=unread(),
        web_client=web,
        auto_reconnect_enabled=False,
        ping_interval=line.look,
    )
    try:
        async with asyncio.timeout(line.within):
            await _prepare(client)
            client.socket_mode_request_listeners.append(_hears(pressed))
            client.wss_uri = await _address(web, client.app_token)
            await client.connect()  # type: ignore[no-untyped-call]
        yield client
    finally:
        # First what it stands on: nobody at the other end need say goodbye.
        await client.aiohttp_client_session.close()
        await client.close()  # type: ignore[no-untyped-call]


async def _address(web: AsyncWebClient, token: str) -> str:
    """Where to connect to; it holds for one connection, and not for long."""
    url = (await web.apps_connections_open(app_token=token)).get("url")
    if not isinstance(url, str):
        raise TypeError(f"expected an address, got {type(url).__name__}")
    return url


async def _until_lost(client: SocketModeClient, look: float) -> None:
    while True:
        await asyncio.sleep(look)
        if not await client.is_connected():
            return


async def _prepare(client: SocketModeClient) -> None:
    """Give it a session that knows of proxies as ours does, and of where none is needed."""
    await client.aiohttp_client_session.close()
    client.aiohttp_client_session = aiohttp.ClientSession(trust_env=True)
    client.proxy = None


def _hears(
    pressed: Pressed,
) -> Callable[[AsyncBaseSocketModeClient, SocketModeRequest], Awaitable[None]]:
    async def hear(client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        # First of all: Slack waits three seconds, then shows the person that it failed. Where
        # this fails Slack tells of the press again, over another connection.
        await client.send_socket_mode_response({"envelope_id": request.envelope_id})
        press = press_in(request.payload) if request.type == "interactive" else None
        if press is not None:
            await pressed(press)

    return hear


def _why(error: Exception) -> str:
    """In our own words: aiohttp's may quote the address."""
    if isinstance(error, TimeoutError):
        return "no connection came about in time"
    if isinstance(error, SlackApiError):
        code = code_of(error)
        return f"slack answered {code}" + (f": {FRESH_APP}" if code in REVOKED else "")
    return f"slack was not reached ({type(error).__name__})"
