"""What one poll of a large Kill Bill costs: every subscription is found, and read for a day.

The stand-in answers from a process of its own over loopback, so that the memory and the processor
time are those of the reading alone. The second poll remembers what the first one told.

    python bench/killbill.py --subscriptions 100000
"""

import argparse
import asyncio
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from daemon.clock import FastClock
from daemon.http import Reply, Web, open_http
from daemon.sandbox.killbill import KillBillStandIn
from daemon.sandbox.loopback import serve
from daemon.secret import Secret
from daemon.source import Answer, Ask, Window
from daemon.sources.killbill import KillBillUsage
from rules.panel import Panel
from rules.series import Series

NOW = datetime(2025, 5, 22, 10, 20, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(slots=True)
class Counted:
    """The way out, counted."""

    http: Web
    calls: int = 0

    async def get(self, url: str, **words: Any) -> Reply:
        self.calls += 1
        return await self.http.get(url, **words)

    async def post(self, url: str, **words: Any) -> Reply:
        self.calls += 1
        return await self.http.post(url, **words)


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


async def poll(http: Web, url: str, past: Sequence[Panel] = ()) -> Answer:
    """One day, of every subscription there is."""
    secret = Secret("bench")
    source = KillBillUsage(url, "bench", secret, secret, secret)
    [answer] = await source.fetch(Ask("bench", http, Window(NOW, NOW), past))
    return answer


def remembered(answer: Answer) -> Panel:
    series = tuple(Series("bench", "usage", reading.labels) for reading in answer.readings)
    values = np.array([[reading.value for reading in answer.readings]])
    return Panel(answer.metric, series, answer.told.start, values, closed=0)


def peak() -> float:
    """The most memory this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def measure(subscriptions: int) -> None:
    async with large(subscriptions) as url, open_http() as http:
        past: list[Panel] = []
        for turn in ("first poll", "second poll"):
            counted, before = Counted(http), peak()
            wall, processor = perf_counter(), process_time()
            answer = await poll(counted, url, past)
            wall, processor = perf_counter() - wall, process_time() - processor
            print(
                f"{turn}: {counted.calls} calls, {len(answer.readings)} readings,"
                f" {wall:.1f} s ({processor:.1f} s of processor),"
                f" peak {peak():.0f} MB, {peak() - before:+.0f} MB"
            )
            past = [remembered(answer)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscriptions", type=int, default=100_000)
    parser.add_argument("--stand", action="store_true", help="be the stand-in")
    words = parser.parse_args()
    asyncio.run((stand if words.stand else measure)(words.subscriptions))


if __name__ == "__main__":
    main()
