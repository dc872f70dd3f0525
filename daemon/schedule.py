"""When: one job for each source, one to deliver, one to prune. It decides nothing else."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from logging import getLogger

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from daemon.clock import Clock, WallClock
from daemon.metrics import Metrics
from rules.series import EPOCH

log = getLogger(__name__)

_SHORTEST = timedelta(milliseconds=200)
"""No job rings more often than this on the wall, however fast the clock runs."""

_STUCK = timedelta(minutes=2)
"""Letters are looked for every few seconds; no tick at all for this long means we hang."""

Act = Callable[[datetime], Awaitable[object]]
Broke = Callable[[datetime, Exception], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done every so often; `act` is given the moment of its tick."""

    name: str
    every: timedelta
    act: Act
    spread: bool = field(kw_only=True, default=True)
    """Whether its ticks are moved by an offset of their own, so that jobs do not crowd."""
    broke: Broke | None = field(kw_only=True, default=None)
    """Told when `act` fails by an error of our own, which is logged here in any case."""


class Every(BaseTrigger):  # type: ignore[misc]  # apscheduler ships no types
    """Ticks on multiples of a span of the clock, so that no tick drifts."""

    def __init__(self, job: Job, clock: Clock) -> None:
        self._every = job.every
        self._offset = _offset(job) if job.spread else timedelta(0)
        self._clock = clock

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        # A timer may ring a moment early; that tick must not ring again.
        here = self._clock.now()
        after = here + timedelta(milliseconds=2)
        next_tick = after + self._every - (after - EPOCH - self._offset) % self._every
        return now + max(self._clock.wall(next_tick - here), _SHORTEST)


class Schedule:
    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics
        self._turned_at: float | None = None
        self._running: set[asyncio.Task[object]] = set()
        self._busy: set[str] = set()
        """The jobs of these."""
        self._asked: dict[str, datetime] = {}
        """When jobs are to run again that were hurried meanwhile."""
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            # A late tick is run, once, and never beside itself.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def add(self, job: Job) -> None:
        """Run a job now, and then whenever its span comes round."""
        trigger = Every(job, self._clock)
        self._scheduler.add_job(self._tick, trigger, [job], id=job.name, next_run_time=EPOCH)

    def hurry(self, name: str, after: timedelta = timedelta(0)) -> None:
        """Run a job at once, or soon, not only when its span comes round."""
        # The timer itself runs on the wall, whatever the clock of the house does.
        soon = WallClock().now() + max(self._clock.wall(after), _SHORTEST if after else after)
        if name in self._busy:  # never beside itself: once it is done
            self._asked[name] = min(soon, self._asked.get(name, soon))
        else:
            self._hasten(name, soon)

    def _hasten(self, name: str, soon: datetime) -> None:
        if (job := self._scheduler.get_job(name)) and soon < job.next_run_time:
            job.modify(next_run_time=soon)

    def start(self) -> None:
        self._scheduler.start()

    def turns(self) -> bool:
        """Whether ticks come to their end. One source that hangs does not stop the others; a
        store that hangs stops all, and then this is false."""
        at = asyncio.get_running_loop().time()
        return self._turned_at is None or at - self._turned_at < _STUCK.total_seconds()

    async def drain(self, within: timedelta) -> None:
        """Begin nothing more, and let what runs come to its end; what does not is cancelled."""
        self._scheduler.pause()
        if self._running:
            log.info("waiting for %d running jobs", len(self._running))
            _, late = await asyncio.wait(self._running, timeout=within.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._scheduler.shutdown(wait=False)

    async def _act(self, job: Job) -> None:
        at = self._clock.now()
        try:
            await job.act(at)
        except Exception as error:  # told, and raised all the same
            if job.broke is not None:
                await job.broke(at, error)
            raise

    async def _tick(self, job: Job) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
        self._busy.add(job.name)
        try:
            await self._act(job)
        except Exception:  # a tick that fails must not end the daemon
            log.exception("%s failed", job.name)
            self._metrics.ticks_failed.labels(job.name).inc()
        finally:
            self._turned_at = asyncio.get_running_loop().time()
            if task is not None:
                self._running.discard(task)
            self._busy.discard(job.name)
            if (asked := self._asked.pop(job.name, None)) is not None:
                # Not at once: to the scheduler it runs until this very moment is over.
                self._hasten(job.name, max(asked, WallClock().now() + _SHORTEST))


@asynccontextmanager
async def open_schedule(
    clock: Clock, metrics: Metrics, within: timedelta
) -> AsyncIterator[Schedule]:
    """A schedule that starts when its block is entered, and is drained when it is left."""
    schedule = Schedule(clock, metrics)
    schedule.start()
    try:
        yield schedule
    finally:
        await schedule.drain(within)


def _offset(job: Job) -> timedelta:
    """A job's place within its span: always the same for the same name."""
    digest = hashlib.sha256(job.name.encode()).digest()
    return job.every * (int.from_bytes(digest[:4], "big") / 2**32)
