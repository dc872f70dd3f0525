"""Stores as a first start leaves them, nothing in them: the tables are made once, then copied.

To make them takes four times as long as all else that opening a store does, and a thousand tests
open one.
"""

import asyncio
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from daemon.store import open_store


def blank(folder: Path, name: str = "meterwatch.db") -> str:
    """The URL of a SQLite file in this folder, which is left as it is where it already exists."""
    path = folder / name
    if not path.exists():
        path.write_bytes(_tables())
    return f"sqlite:///{path}"


def make_tables(url: str) -> None:
    """As the daemon does. In a thread of its own: a loop may be running in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _start(url)).result()


async def _start(url: str) -> None:
    async with open_store(url):
        pass


@cache
def _tables() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "blank.db")
        make_tables(f"sqlite:///{path}")
        return path.read_bytes()
