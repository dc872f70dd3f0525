"""Builds everything from the configuration, in order, and takes it down in reverse."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import version
from logging import getLogger
from random import Random

from daemon.clock import Clock
from daemon.config.settings import Config
from daemon.deliver import Courier
from daemon.governor import Governor
from daemon.governor.account import account_of
from daemon.http import open_http
from daemon.metrics import Metrics, build_metrics
from daemon.page import open_page
from daemon.poll import Poller
from daemon.progress import Progress, Silent
from daemon.read import Reader
from daemon.recording.record import Recording
from daemon.schedule import Job, Schedule, open_schedule
from daemon.service import Supervisor
from daemon.store import Store, open_store

log = getLogger(__name__)

_DRAIN = timedelta(seconds=12)
_LAST_DELIVERY = timedelta(seconds=6)
_DELIVER_EVERY = timedelta(seconds=5)
_RECORD_EVERY = timedelta(minutes=5)
_PRUNE_EVERY = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class House:
    """What both ways of running stand on."""

    store: Store
    pollers: tuple[Poller, ...]
    recordings: tuple[Recording, ...]
    courier: Courier
    metrics: Metrics


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the house stands: what it was started with, beside its configuration."""

    store_url: str
    clock: Clock
    chance: Random
    progress: Progress = field(default_factory=Silent)


async def run(config: Config, ground: Ground, stop: asyncio.Event, supervisor: Supervisor) -> None:
    """The daemon: until `stop` is set, or a part of it dies, which takes the rest down too."""
    waiting = {feed.name for feed in config.feeds}
    async with AsyncExitStack() as stack:
        clock = ground.clock
        house = await stack.enter_async_context(_build(config, ground))
        stack.push_async_callback(_deliver_last, house.courier, clock)
        schedule = await stack.enter_async_context(open_schedule(clock, house.metrics, _DRAIN))
        for poller in house.pollers:
            act = _polling(poller, schedule, waiting)
            name = f"poll {poller.feed.name}"
            schedule.add(Job(name, poller.feed.every, act, broke=poller.broke))
        for recording in house.recordings:
            act = _recording(recording, schedule, house.metrics)
            schedule.add(Job(f"record {recording.ledger.name}", _RECORD_EVERY, act))
        schedule.add(Job("deliver", _DELIVER_EVERY, house.courier.deliver))
        schedule.add(Job("prune", _PRUNE_EVERY, _pruning(house.store, config.store.keep)))
        if config.page is not None:
            ready = _readiness(house.store, waiting)
            where = await stack.enter_async_context(
                open_page(config.page.host, config.page.port, house.metrics, ready)
            )
            log.info("health and metrics at %s", where)
        names = ", ".join(feed.name for feed in config.feeds)
        log.info("watching %s with %d rules", names, len(config.rules))
        supervisor.ready(f"watching {names}")
        await _until_stopped(stop, supervisor, schedule)
        supervisor.stopping("finishing what runs")
        log.info("stopping: nothing new begins, what runs may finish")
    log.info("stopped")


async def run_once(config: Config, ground: Ground) -> bool:
    """Every source polled once, every day that is due recorded, every letter tried once; answers
    whether all went well."""
    clock = ground.clock
    async with _build(config, ground) as house:
        at = clock.now()
        polled = [await poller.poll(at) for poller in house.pollers]
        for recording in house.recordings:
            await recording.record(clock.now())
        while await house.courier.deliver(clock.now()):
            pass  # a letter that was waiting for the one ahead of it is due now
        async with house.store.transaction() as tx:
            owed = await tx.outbox.next_due()
    return owed is None and all(one.failure is None for one in polled)


@asynccontextmanager
async def _build(config: Config, ground: Ground) -> AsyncIterator[House]:
    metrics, clock = build_metrics(version("meterwatch")), ground.clock
    async with open_store(ground.store_url) as store, open_http() as http:
        governor = Governor(store, clock, ground.chance, metrics.called)
        yield House(
            store=store,
            pollers=tuple(
                Poller(
                    Reader(
                        feed,
                        store,
                        governor.over(http, account_of(feed.source)),
                        ground.progress,
                    ),
                    [rule for rule in config.rules if rule.source == feed.name],
                    metrics,
                    config.planned,
                    {other.name: other for other in config.feeds},
                )
                for feed in config.feeds
            ),
            recordings=tuple(
                Recording(
                    ledger,
                    next(feed for feed in config.feeds if feed.name == ledger.source),
                    store,
                    governor.over(http, account_of(ledger.recorder)),
                    clock,
                )
                for ledger in config.ledgers
            ),
            courier=Courier(
                {destination.name: destination for destination in config.destinations},
                store,
                http,
                clock,
                metrics,
            ),
            metrics=metrics,
        )


def _polling(
    poller: Poller, schedule: Schedule, waiting: set[str]
) -> Callable[[datetime], Awaitable[None]]:
    async def poll(at: datetime) -> None:
        polled = await poller.poll(at)
        waiting.discard(poller.feed.name)
        if polled.events:
            schedule.hurry("deliver")
        if polled.again_after is not None:
            schedule.hurry(f"poll {poller.feed.name}", polled.again_after)

    return poll


def _recording(
    recording: Recording, schedule: Schedule, metrics: Metrics
) -> Callable[[datetime], Awaitable[None]]:
    async def record(at: datetime) -> None:
        taken = await recording.record(at)
        for one in taken.results:
            metrics.recordings.labels(recording.ledger.name, one.outcome.value).inc()
        if taken.events:
            schedule.hurry("deliver")

    return record


def _pruning(store: Store, keep: timedelta) -> Callable[[datetime], Awaitable[None]]:
    async def prune(at: datetime) -> None:
        async with store.transaction() as tx:
            await tx.usage.prune(at - keep)

    return prune


def _readiness(store: Store, waiting: set[str]) -> Callable[[], Awaitable[str | None]]:
    async def unready() -> str | None:
        if waiting:
            return f"waiting for the first poll of {', '.join(sorted(waiting))}"
        async with store.transaction() as tx:
            await tx.outbox.next_due()
        return None

    return unready


async def _until_stopped(stop: asyncio.Event, supervisor: Supervisor, schedule: Schedule) -> None:
    """Wait for `stop`; a side task that ends before it ends the daemon with its own error."""
    stopped = asyncio.create_task(stop.wait(), name="stop")
    alive = asyncio.create_task(supervisor.keep_alive(schedule.turns), name="watchdog")
    try:
        done, _ = await asyncio.wait({stopped, alive}, return_when=asyncio.FIRST_COMPLETED)
        if stopped not in done:
            alive.result()
            raise RuntimeError("the watchdog task ended uninvited")
    finally:
        for task in (stopped, alive):
            task.cancel()
        await asyncio.gather(stopped, alive, return_exceptions=True)


async def _deliver_last(courier: Courier, clock: Clock) -> None:
    """One last round, bounded: what is not delivered by then stays owed."""
    try:
        async with asyncio.timeout(_LAST_DELIVERY.total_seconds()):
            await courier.deliver(clock.now())
    except TimeoutError:
        log.warning("some letters stay owed until the next start")
