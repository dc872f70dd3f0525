"""One daemon to a SQLite file: the second is refused, and told who holds it."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daemon.store.database import StoreError


class StoreInUse(StoreError):
    """Another daemon has this store open."""


@contextmanager
def sole_owner(database: Path) -> Iterator[None]:
    """Hold the database for this process; raises `StoreInUse` where another holds it.

    The kernel lets go of the lock when its holder dies, however it dies, so a stale one cannot
    be left behind: the file's text is only for people.
    """
    path = database.with_name(database.name + ".lock")
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another process"
            raise StoreInUse(
                f"{database} is in use by {holder}; stop that daemon first, "
                "or give this one a --state-dir of its own"
            ) from None
        file.truncate(0)
        file.write(f"pid {os.getpid()} on host {socket.gethostname()}\n")
        file.flush()
        yield
