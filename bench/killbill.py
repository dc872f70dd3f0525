"""What polling a large Kill Bill costs: every subscription is found, read for a day, and kept.

It is the daemon's own poll, governor and store included, on a clock that runs fast, so that a limit
of calls a minute is kept in minutes of that clock. The stand-in answers from a process of its own
over loopback: memory and processor time are those of the polling alone.

    python bench/killbill.py --subscriptions 100000 --calls-a-minute 600 --speed 40
"""

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import SystemRandom
from time import perf_counter, process_time

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from daemon.clock import Clock, FastClock
from daemon.governor import Governor
from daemon.governor.account import account_of
from daemon.http import Call, Reply, Web, open_http
from daemon.metrics import build_metrics
from daemon.poll import Poller
from daemon.read import Reader
from daemon.sandbox.killbill.stand_in import KillBillStandIn
from daemon.sandbox.loopback import serve
from daemon.secret import Secret
from daemon.source import Feed
from daemon.sources.killbill import KillBillUsage
from daemon.store import open_store

NOW = datetime(2025, 5, 22, 10, 20, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(slots=True)
class Counted:
    """The way out below the governor, with the moment of every call by the fast clock."""

    http: Web
    clock: Clock
    moments: "array[float]" = field(default_factory=lambda: array("d"))

    async def send(self, call: Call) -> Reply:
        self.moments.append(self.clock.now().timestamp())
        return await self.http.send(call)

    def busiest(self) -> int:
        """The most calls in any minute."""
        moments = np.sort(np.array(self.moments))
        return int((np.searchsorted(moments, moments + 60) - np.arange(len(moments))).max())


async def stand(subscriptions: int) -> None:
    """Serve, say where, and go on until the input ends."""
    async with serve(KillBillStandIn.large(FastClock(NOW, speed=1), subscriptions).app()) as url:
        print(url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


@asynccontextmanager
async def large(subscriptions: int) -> AsyncIterator[str]:
    """The address of a stand-in in another process."""
    command = [sys.executable, __file__, "--stand", "--subscriptions", str(subscriptions)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
    assert server.stdin is not None  # noqa: S101
    assert server.stdout is not None  # noqa: S101
    try:
        yield (await asyncio.to_thread(server.stdout.readline)).strip()
    finally:
        server.stdin.close()
        server.wait()


def peak() -> float:
    """The most memory this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def measure(asked: argparse.Namespace) -> None:
    clock = FastClock(NOW, asked.speed)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            large(asked.subscriptions) as url,
            open_http() as http,
            open_store(f"sqlite:///{folder}/bench.db") as store,
        ):
            secret = Secret("bench")
            source = KillBillUsage(
                url, "bench", secret, secret, secret, calls_a_minute=asked.calls_a_minute
            )
            feed = Feed("bench", source, history=DAY / 2, max_series=10**6, check_units=False)
            for turn in ("first poll", "second poll"):
                counted = Counted(http, clock)
                way = Governor(store, clock, SystemRandom()).over(counted, account_of(source))
                poller = Poller(Reader(feed, store, way), [], build_metrics("bench"))
                await report(turn, poller, counted, NOW)


async def report(turn: str, poller: Poller, counted: Counted, at: datetime) -> None:
    before, began = peak(), counted.clock.now()
    wall, processor = perf_counter(), process_time()
    polled = await poller.poll(at)
    wall, processor = perf_counter() - wall, process_time() - processor
    assert polled.failure is None, polled.failure  # noqa: S101
    async with poller.reader.store.transaction() as tx:
        [panel] = await tx.usage.panels("bench")
    print(
        f"{turn}: {len(counted.moments)} calls in {(counted.clock.now() - began) / DAY * 24:.2f} h"
        f" of the fast clock, at most {counted.busiest()} in any minute of it;"
        f" {len(panel.series)} series kept; {wall:.0f} s ({processor:.0f} s of processor),"
        f" peak {peak():.0f} MB, {peak() - before:+.0f} MB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscriptions", type=int, default=100_000)
    parser.add_argument("--stand", action="store_true", help="be the stand-in")
    parser.add_argument("--calls-a-minute", type=int, default=600)
    parser.add_argument("--speed", type=float, default=40, help="of the clock")
    words = parser.parse_args()
    asyncio.run(stand(words.subscriptions) if words.stand else measure(words))


if __name__ == "__main__":
    main()
