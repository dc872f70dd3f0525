"""What every notifier must honour, whatever place it speaks to."""

import asyncio
import inspect
import socket
import traceback
from contextlib import asynccontextmanager
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from importlib import import_module

import pytest

from daemon.http import open_http
from daemon.notifier import DeliveryError, DeliveryRefused, Receipt
from daemon.notifiers import NOTIFIERS
from daemon.secret import Secret
from rules.alert import Change
from tests.make import letter, message

SECRET = "very-secret"
SOON = timedelta(seconds=0.2)
FAR = {
    "slack": lambda port: NOTIFIERS["slack"](
        Secret(SECRET), "C0123456789", f"http://127.0.0.1:{port}/api/", SOON
    ),
    "slack_webhook": lambda port: NOTIFIERS["slack_webhook"](
        Secret(f"http://127.0.0.1:{port}/services/T1/B1/{SECRET}"), SOON
    ),
    "alertmanager": lambda port: NOTIFIERS["alertmanager"](
        (f"http://127.0.0.1:{port}",), Secret(SECRET), timeout=SOON
    ),
    "pagerduty": lambda port: NOTIFIERS["pagerduty"](
        Secret(SECRET), f"http://127.0.0.1:{port}", SOON
    ),
    "webhook": lambda port: NOTIFIERS["webhook"](
        Secret(f"http://127.0.0.1:{port}/{SECRET}"), timeout=SOON
    ),
    "email": lambda port: NOTIFIERS["email"](
        "127.0.0.1",
        "meterwatch@example.com",
        ("a@example.com",),
        "none",
        port,
        "mw",
        Secret(SECRET),
        timeout=SOON,
    ),
}
"""Those that speak to a place, aimed at a port of this machine."""
LETTERS = [
    message(letter()),
    message(letter(Change.RESOLVED), receipt=Receipt("C0123456789", "1.0")),
]


@asynccontextmanager
async def silence():
    """A place that takes the call and says nothing."""
    hung_up = asyncio.Event()

    async def listen(reader, writer):
        await hung_up.wait()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        hung_up.set()
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0)


def nobody():
    """A port where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


async def failure(notifier, told):
    async with open_http() as http:
        with pytest.raises(DeliveryError) as error:
            await notifier.send(http, told)
    return error.value


def everything_said(error):
    return repr(error) + "".join(traceback.format_exception(error))


def test_every_place_is_tried_here():
    # Apprise goes wherever its address says, by a library that not everybody has.
    assert FAR.keys() | {"console", "file", "apprise"} == NOTIFIERS.keys()


@pytest.mark.parametrize("told", LETTERS, ids=["opened", "resolved"])
@pytest.mark.parametrize("name", FAR)
async def test_a_place_that_hangs_is_left_in_time_for_a_later_try(name, told):
    async with silence() as port, asyncio.timeout(5):
        error = await failure(FAR[name](port), told)

    assert not isinstance(error, DeliveryRefused)
    assert SECRET not in everything_said(error)


@pytest.mark.parametrize("told", LETTERS, ids=["opened", "resolved"])
@pytest.mark.parametrize("name", FAR)
async def test_a_place_that_is_down_is_for_a_later_try(name, told):
    error = await failure(FAR[name](nobody()), told)

    assert not isinstance(error, DeliveryRefused)
    assert SECRET not in everything_said(error)


PROBED = [name for name in FAR if name not in {"slack_webhook", "webhook"}]


@pytest.mark.parametrize("name", PROBED)
@pytest.mark.parametrize("place", ["hangs", "is down"])
async def test_a_probe_of_a_place_that_does_not_answer_says_so(name, place):
    async with silence() as port, open_http() as http, asyncio.timeout(5):
        notifier = FAR[name](port if place == "hangs" else nobody())
        with pytest.raises(DeliveryError) as error:
            await notifier.probe(http)

    assert not isinstance(error.value, DeliveryRefused)
    assert SECRET not in everything_said(error.value)


@pytest.mark.parametrize("name", FAR)
def test_no_notifier_prints_its_secrets(name):
    assert SECRET not in repr(FAR[name](1))
    assert SECRET not in str(FAR[name](1))


@pytest.mark.parametrize("kind", NOTIFIERS.values(), ids=list(NOTIFIERS))
def test_every_notifier_is_frozen_and_every_option_explained(kind):
    source = inspect.getsource(import_module(kind.__module__))

    assert is_dataclass(kind)
    assert kind.__dataclass_params__.frozen
    for field in fields(kind):
        explained = source.partition(f"\n    {field.name}: ")[2].splitlines()[1]
        assert explained.strip().startswith('"""')
        assert explained.endswith('"""')


@pytest.mark.parametrize("name", FAR)
def test_every_deadline_can_be_set(name):
    assert replace(FAR[name](1), timeout=timedelta(minutes=1)).timeout == timedelta(minutes=1)
