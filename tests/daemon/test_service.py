"""What a service manager hears, on a real datagram socket."""

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.service import Supervisor, supervisor

SOON = timedelta(milliseconds=2)


@pytest.fixture(params=["path", "abstract"])
def ear(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """An address as a service manager would give it, and the socket behind it."""
    path = f"{tmp_path}/notify"
    address = path if request.param == "path" else f"@{path}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bound:
        bound.bind(path if request.param == "path" else f"\0{path}")
        bound.setblocking(False)
        yield address, bound


def test_it_hears_that_we_are_ready_how_it_goes_and_that_we_stop(
    ear: tuple[str, socket.socket],
) -> None:
    address, bound = ear
    told = Supervisor(address)

    told.ready("2 sources, first poll done")
    told.status("watching 12 series")
    told.stopping("finishing the poll in hand")

    assert bound.recv(500) == b"READY=1\nSTATUS=2 sources, first poll done"
    assert bound.recv(500) == b"STATUS=watching 12 series"
    assert bound.recv(500) == b"STOPPING=1\nSTATUS=finishing the poll in hand"


def test_a_status_never_smuggles_in_another_variable(ear: tuple[str, socket.socket]) -> None:
    address, bound = ear

    Supervisor(address).status("tts failed:\n READY=1\n")

    assert bound.recv(500) == b"STATUS=tts failed: READY=1"


async def test_the_watchdog_hears_from_us_again_and_again(
    ear: tuple[str, socket.socket],
) -> None:
    address, bound = ear
    loop = asyncio.get_running_loop()
    alive = asyncio.create_task(Supervisor(address, watchdog=SOON).keep_alive(lambda: True))

    heard = [await asyncio.wait_for(loop.sock_recv(bound, 500), 5) for _ in range(3)]

    await _end(alive)
    assert heard == [b"WATCHDOG=1"] * 3


async def test_the_watchdog_hears_nothing_while_all_is_not_well(
    ear: tuple[str, socket.socket],
) -> None:
    address, bound = ear
    asked = asyncio.Event()
    answers = iter([False, False])

    def well() -> bool:
        answer = next(answers, None)
        if answer is None:
            asked.set()
        return bool(answer)

    alive = asyncio.create_task(Supervisor(address, watchdog=SOON).keep_alive(well))
    await asyncio.wait_for(asked.wait(), 5)

    await _end(alive)
    with pytest.raises(BlockingIOError):
        bound.recv(500)


async def test_without_a_watchdog_it_waits_and_says_nothing(
    ear: tuple[str, socket.socket],
) -> None:
    address, bound = ear
    alive = asyncio.create_task(Supervisor(address).keep_alive(lambda: True))
    await asyncio.sleep(0)

    assert not alive.done()
    await _end(alive)
    with pytest.raises(BlockingIOError):
        bound.recv(500)


def test_where_nobody_listens_nothing_is_said() -> None:
    Supervisor().ready("all well")


def test_a_service_manager_that_is_gone_is_logged_and_takes_nothing_with_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        Supervisor(f"{tmp_path}/nobody").ready("all well")

    assert [record.message for record in caplog.records] == [
        "the service manager could not be told"
    ]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, Supervisor()),
        ({"NOTIFY_SOCKET": ""}, Supervisor()),
        ({"NOTIFY_SOCKET": "/run/n"}, Supervisor("/run/n")),
        ({"WATCHDOG_USEC": "60000000"}, Supervisor(watchdog=timedelta(minutes=1))),
        (
            {"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "7"},
            Supervisor(watchdog=timedelta(minutes=1)),
        ),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "8"}, Supervisor()),
        ({"WATCHDOG_USEC": "0"}, Supervisor()),
        ({"WATCHDOG_USEC": "soon"}, Supervisor()),
    ],
)
def test_who_listens_is_read_from_what_we_are_handed(
    environment: dict[str, str], expected: Supervisor
) -> None:
    assert supervisor(environment, pid=7) == expected


@given(st.text() | st.integers().map(str) | st.text("0123456789", min_size=20))
def test_no_span_however_written_keeps_us_from_starting(span: str) -> None:
    supervisor({"WATCHDOG_USEC": span}, pid=7)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
