"""The past of tests/daemon/report/past.py, filled in once and copied for whoever writes to it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from daemon.store import Store, open_store
from tests.daemon.report.past import remembered, url


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("past")

    async def fill() -> None:
        async with remembered(folder):
            pass

    asyncio.run(fill())
    return folder


@pytest.fixture
def state(filled: Path, tmp_path: Path) -> Path:
    """A state directory of its own."""
    shutil.copy(filled / "meterwatch.db", tmp_path / "meterwatch.db")
    return tmp_path


@pytest.fixture
async def store(state: Path) -> AsyncIterator[Store]:
    async with open_store(url(state)) as store:
        yield store
