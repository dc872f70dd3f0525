"""What the service manager is told: ready, how it goes, still alive, stopping."""

import asyncio
import logging
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=1)
"""How long a message may wait for a service manager that does not read."""


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Whoever started this process and wants to hear of it; it may be nobody.

    The protocol is sd_notify(3): datagrams of NAME=VALUE lines to a socket.
    """

    address: str | None = None
    """A path, or "@" and an abstract name; None when nobody listens."""
    watchdog: timedelta | None = None
    """A silence of this span gets the process killed; None when nobody counts."""

    def ready(self, status: str) -> None:
        self._tell("READY=1", _status(status))

    def status(self, status: str) -> None:
        self._tell(_status(status))

    def stopping(self, status: str) -> None:
        self._tell("STOPPING=1", _status(status))

    async def keep_alive(self, well: Callable[[], bool]) -> None:
        """Say so, twice a span, for as long as all is well. Runs until it is cancelled.

        It belongs on the loop it speaks for: a loop that hangs falls silent, and that is the point.
        """
        if self.watchdog is None:
            await asyncio.Event().wait()
            return
        while True:
            if well():
                self._tell("WATCHDOG=1")
            await asyncio.sleep(self.watchdog.total_seconds() / 2)

    def _tell(self, *lines: str) -> None:
        if self.address is None:
            return
        try:
            _send(self.address, "\n".join(lines))
        except OSError as error:
            # Telling is a courtesy; what it is about goes on.
            log.warning("the service manager could not be told", extra={"error": str(error)})


def supervisor(environment: Mapping[str, str], pid: int) -> Supervisor:
    """Who listens, by the variables a service manager sets for the process it starts.

    A watchdog that was meant for another process (our parent, say) is none of ours.

    >>> supervisor({"NOTIFY_SOCKET": "@bus", "WATCHDOG_USEC": "60000000"}, pid=7)
    Supervisor(address='@bus', watchdog=datetime.timedelta(seconds=60))
    """
    span = environment.get("WATCHDOG_USEC", "")
    ours = environment.get("WATCHDOG_PID", str(pid)) == str(pid)
    counts = ours and span.isdecimal() and len(span) < 20
    counted = timedelta(microseconds=int(span)) if counts else None
    return Supervisor(environment.get("NOTIFY_SOCKET") or None, counted or None)


def _status(text: str) -> str:
    # A line break would begin another variable.
    return f"STATUS={' '.join(text.split())}"


def _send(address: str, message: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as door:
        door.settimeout(PATIENCE.total_seconds())
        door.connect("\0" + address[1:] if address.startswith("@") else address)
        door.sendall(message.encode())
