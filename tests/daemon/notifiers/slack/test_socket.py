import asyncio
import logging
from contextlib import asynccontextmanager, suppress

import pytest

from daemon.clock import WallClock
from daemon.http import open_http
from daemon.notifiers.slack.buttons import Button
from daemon.notifiers.slack.socket import Line, listen
from daemon.sandbox.loopback import serve
from daemon.sandbox.slack.stand_in import Fault, SlackStandIn
from daemon.secret import Secret
from tests.daemon.notifiers.slack.told import posting, told

BUTTONS = {"app_token": Secret("xapp-1"), "people": ("U0123456789",)}
ANNA = "U0123456789"
APP_TOKEN = "xapp-very-secret"


class Presses:
    """What was heard; it breaks as often as it is told to."""

    def __init__(self):
        self.heard = asyncio.Queue()
        self.breaks = 0

    async def __call__(self, press):
        if self.breaks:
            self.breaks -= 1
            raise RuntimeError("broken")
        self.heard.put_nowait(press)


@pytest.fixture
def slack():
    return SlackStandIn(WallClock(), paced=False)


@asynccontextmanager
async def hearing(slack, token=APP_TOKEN):
    """Somebody who listens; and a message with buttons to press."""
    presses = Presses()
    async with serve(slack.app()) as url, open_http() as http, asyncio.timeout(5):
        line = Line(Secret(token), f"{url}/api/", within=0.3, look=0.02, pause=0.01, longest=0.02)
        task = asyncio.create_task(listen(line, http, presses))
        try:
            yield presses
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def alert(slack):
    async with posting(slack, **BUTTONS) as send:
        await send(told())
    return slack.messages[-1]


async def pressed(slack, button="acknowledge"):
    await slack.sockets.connected()
    message = slack.messages[-1] if slack.messages else await alert(slack)
    return await slack.sockets.press(message, f"meterwatch_{button}", ANNA)


async def test_a_press_is_acknowledged_and_then_heard(slack):
    async with hearing(slack) as presses:
        envelope = await pressed(slack)
        press = await presses.heard.get()

    assert envelope.acknowledged.is_set()
    assert (press.button, press.alert, press.destination) == (Button.ACKNOWLEDGE, 12, "team")
    assert (press.user, press.name) == (ANNA, "anna")


async def test_a_press_that_breaks_is_acknowledged_and_the_next_is_heard(slack):
    async with hearing(slack) as presses:
        presses.breaks = 1
        first = await pressed(slack)
        await first.acknowledged.wait()
        await pressed(slack, "silence_1d")

        assert (await presses.heard.get()).button is Button.SILENCE_DAY


async def test_what_is_no_press_is_acknowledged_and_left_alone(slack):
    async with hearing(slack) as presses:
        await slack.sockets.connected()
        for body in ({"type": "events_api", "payload": {}}, {"type": "interactive", "payload": {}}):
            envelope = await slack.sockets.tell(body)
            await envelope.acknowledged.wait()

        assert presses.heard.empty()


async def test_a_connection_that_breaks_is_made_again(slack):
    async with hearing(slack) as presses:
        await slack.sockets.connected()
        slack.sockets.cut()
        await pressed(slack)
        await presses.heard.get()

    assert slack.sockets.made == 2


async def test_a_connection_that_slack_wants_renewed_is_renewed(slack):
    async with hearing(slack) as presses:
        await slack.sockets.connected()
        old = list(slack.sockets.open)
        await slack.sockets.refresh()
        while old[0] in slack.sockets.open:
            await asyncio.sleep(0.01)
        await pressed(slack)
        await presses.heard.get()

    assert slack.sockets.made >= 2


@pytest.mark.parametrize(
    "fault",
    [
        Fault(503),
        Fault(200, '{"ok": false, "error": "fatal_error"}'),
        Fault(200, '{"ok": true}'),
        Fault(200, '{"ok": true, "url": "ws://127.0.0.1:1/"}'),
        Fault(200, "[]"),
        Fault(dropped=True),
    ],
)
async def test_a_connection_that_is_not_to_be_had_is_tried_again_and_said_once(
    slack, caplog, fault
):
    slack.faults += [fault] * 2
    async with hearing(slack) as presses:
        await pressed(slack)
        await presses.heard.get()

    assert len([one for one in caplog.messages if "buttons do not work for now" in one]) == 1


async def test_a_token_that_is_none_is_said_with_what_to_put_in_its_place(slack, caplog):
    async with hearing(slack, "xoxb-very-secret"):
        while not caplog.messages:
            await asyncio.sleep(0.01)

    assert "slack answered not_allowed_token_type: put a new app-level token" in caplog.text
    assert "very-secret" not in caplog.text


async def test_neither_the_token_nor_the_address_given_out_is_in_any_log(slack, caplog):
    caplog.set_level(logging.DEBUG)
    async with hearing(slack) as presses:
        await pressed(slack)
        await presses.heard.get()

    assert "very-secret" not in caplog.text
    assert "ticket0" not in caplog.text
    assert not [one for one in caplog.records if one.name.startswith("slack_sdk")]
