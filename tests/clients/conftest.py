"""Others' clients as judges: what they read must be what our stand-ins hold true."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
CLIENTS = HERE.parents[1] / ".venv" / "clients"


class Node:
    """Runs the scripts beside this file, each with a vendor's own JavaScript client.

    A script is started once and then answers a line with a line: to read such a client takes
    longer than all that it is asked here.
    """

    def __init__(self, program: str, stack: ExitStack) -> None:
        self.program = program
        self.stack = stack
        self.running: dict[str, subprocess.Popen[str]] = {}

    async def run(self, script: str, question: object) -> Any:
        if script not in self.running:
            self.running[script] = self.stack.enter_context(started(self.program, script))
        process = self.running[script]
        try:
            said = await asyncio.wait_for(asyncio.to_thread(exchange, process, question), 60)
        except TimeoutError:
            process.kill()  # which ends the thread as well
            raise
        assert said, f"{script} died; what it said is above"
        return json.loads(said)


@contextmanager
def started(program: str, script: str) -> Iterator[subprocess.Popen[str]]:
    """It knows nothing of this machine's proxies, and ends with its input."""
    environment = {"PATH": os.environ["PATH"], "NODE_PATH": str(CLIENTS / "node_modules")}
    pipe = subprocess.PIPE
    command = [program, str(HERE / script)]
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        yield process


def exchange(process: subprocess.Popen[str], question: object) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{json.dumps(question)}\n")
    process.stdin.flush()
    return process.stdout.readline()


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    program = shutil.which("node")
    if program is None or not (CLIENTS / ".stamp").exists():
        pytest.skip("needs node, and the clients that tools/clients.py fetches")
    with ExitStack() as stack:
        yield Node(program, stack)
