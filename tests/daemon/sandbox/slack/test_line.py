import asyncio
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from daemon.sandbox.loopback import serve
from daemon.sandbox.slack.call import Refusal
from daemon.sandbox.slack.history import Message, Version
from daemon.sandbox.slack.line import Sockets

BUTTON = {"type": "button", "action_id": "ack", "value": "12"}
MESSAGE = Message("C1", "1.0", "bot", (Version("a", ({"type": "actions", "elements": [BUTTON]},)),))


@asynccontextmanager
async def dialling():
    sockets = Sockets()
    app = web.Application()
    app.router.add_get("/link", sockets.serve)
    async with serve(app) as url, aiohttp.ClientSession() as session, asyncio.timeout(5):
        yield sockets, url.removeprefix("http://"), session


async def dialled(sockets, host, session):
    socket = await session.ws_connect(sockets.ticket("xapp-1", host)["url"])
    assert (await socket.receive_json())["type"] == "hello"
    await sockets.connected()
    return socket


async def test_a_press_is_told_until_it_is_acknowledged():
    async with dialling() as (sockets, host, session):
        socket = await dialled(sockets, host, session)
        envelope = await sockets.press(MESSAGE, "ack", "U1", "anna")
        told = await socket.receive_json()

        assert not envelope.acknowledged.is_set()
        await socket.send_json({"envelope_id": "another"})
        await socket.send_json({"envelope_id": told["envelope_id"]})
        await envelope.acknowledged.wait()

    payload = told["payload"]
    assert (told["type"], payload["type"]) == ("interactive", "block_actions")
    assert (payload["user"]["id"], payload["user"]["username"]) == ("U1", "anna")
    assert payload["container"]["channel_id"] == "C1"
    assert payload["actions"][0]["value"] == "12"


async def test_a_ticket_opens_one_connection():
    async with dialling() as (sockets, host, session):
        url = sockets.ticket("xapp-1", host)["url"]
        await session.ws_connect(url)

        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


def test_only_an_app_level_token_gets_a_ticket():
    with pytest.raises(Refusal, match="not_allowed_token_type"):
        Sockets().ticket("xoxb-1", "host")


async def test_a_connection_may_be_renewed_or_cut():
    async with dialling() as (sockets, host, session):
        socket = await dialled(sockets, host, session)
        await sockets.refresh()
        assert (await socket.receive_json())["reason"] == "refresh_requested"
        sockets.cut()

        assert (await socket.receive()).type in {
            aiohttp.WSMsgType.CLOSED,
            aiohttp.WSMsgType.ERROR,
        }
        assert not sockets.open


async def test_a_button_that_is_not_there_cannot_be_pressed():
    with pytest.raises(ValueError, match="not enough values"):
        await Sockets().press(MESSAGE, "silence", "U1")
