"""What every test may ask for, and what every test is held to."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from daemon.http import Http, open_http
from tests.blank import blank
from tests.postgres import Postgres, postgres

TURNS = 20
"""What is closing may take a few turns of the loop to be gone."""


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """Started when a test first asks; where it cannot be, that test fails and says why."""
    with postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A store of either kind, of this test's own: its tables are made, and nothing is in them."""
    if request.param == "sqlite":
        yield blank(tmp_path).replace("sqlite:", "sqlite+aiosqlite:")
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    with server.store() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """As well, but for the tables: where a first start finds nothing yet."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/meterwatch.db"
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    with server.database() as url:
        yield url


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    """The way out, closed when the test is over."""
    async with open_http() as http:
        yield http


@pytest.fixture(autouse=True)
def _log_left_alone() -> Iterator[None]:
    """What a test sets up of the process's log is gone with it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    # Every process that runs a share of the tests must find the same names, and packed bytes may
    # hold the second they were packed in.
    return argname if isinstance(val, bytes) else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    # Next to nothing of what is imported and collected is ever garbage; to look for it while that
    # grows takes a third of the time.
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    # What was imported stays: frozen, it costs the collection after each test nothing.
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _nothing_forgotten(request: pytest.FixtureRequest) -> None:
    """Asynchronous tests only: the others need no loop, and starting one is not free."""
    if request.node.get_closest_marker("asyncio"):
        request.getfixturevalue("_loop_left_clean")


@pytest.fixture
async def _loop_left_clean() -> AsyncIterator[None]:
    """Fails the test when an exception was lost in a forgotten task, or a task outlived it."""
    lost: list[str] = []

    def remember(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        lost.append(f"{context['message']}: {context.get('exception')!r}")

    asyncio.get_running_loop().set_exception_handler(remember)
    yield
    left = await _left_over()
    gc.collect()
    # What outlived the test is pytest's own; looked through after every test, it costs minutes.
    gc.freeze()
    if lost or left:
        pytest.fail("\n".join([*lost, *(f"still running: {task!r}" for task in left)]))


async def _left_over() -> set[asyncio.Task[Any]]:
    for _ in range(TURNS):
        left = asyncio.all_tasks() - {asyncio.current_task()}
        if not left:
            break
        await asyncio.sleep(0)
    return left
