"""A SQLite file has one daemon; the second is told which."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.store import open_store
from daemon.store.lock import StoreInUse, sole_owner

HOLD = """
import sys
from pathlib import Path
from daemon.store.lock import sole_owner
with sole_owner(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(database: Path) -> subprocess.Popen[str]:
    """Another process that holds the database, until its standard input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_is_refused_with_the_pid_and_host_of_the_first(tmp_path: Path) -> None:
    database = tmp_path / "meterwatch.db"
    with holder(database) as first, pytest.raises(StoreInUse) as refused:
        with sole_owner(database):
            pass
    assert f"pid {first.pid} on host {socket.gethostname()}" in str(refused.value)


def test_a_holder_that_was_killed_leaves_nothing_behind(tmp_path: Path) -> None:
    database = tmp_path / "meterwatch.db"
    with holder(database) as first:
        first.kill()
        first.wait()
        with sole_owner(database):
            text = database.with_name("meterwatch.db.lock").read_text()

    assert text == f"pid {os.getpid()} on host {socket.gethostname()}\n"


async def test_the_first_is_unharmed_by_the_second(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/meterwatch.db"
    async with open_store(url) as store:
        with pytest.raises(StoreInUse):
            async with open_store(url):
                pass
        async with store.transaction() as tx:
            assert await tx.polls.state("tts") is None
