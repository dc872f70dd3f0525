"""Builds everything from the configuration, in order, and takes it down in reverse."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from logging import getLogger
from typing import Any

from daemon.clock import Clock
from daemon.config.settings import Config
from daemon.deliver import Courier
from daemon.house import Floor, Ground, House, build, move_in, note_reading, open_floor
from daemon.jobs import hurry, jobs
from daemon.listen import Listener, open_listener
from daemon.notifiers.slack.bot import Slack
from daemon.page import open_page
from daemon.page.api import Api
from daemon.reload import Again, own_fault
from daemon.schedule import Schedule, open_schedule
from daemon.service import Supervisor
from daemon.store import Store
from rules.alert import Event

log = getLogger(__name__)

_DRAIN = timedelta(seconds=12)
_LAST_DELIVERY = timedelta(seconds=6)
_STORE_AWAY = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Life:
    """Who may end it, or change it, and who is told."""

    stop: asyncio.Event
    supervisor: Supervisor
    again: Again | None = None
    """None: what it was started with stays to its end."""


async def run(config: Config, ground: Ground, life: Life) -> None:
    """The daemon: until it is stopped, or a part of it dies, which takes the rest down too.

    A configuration that is read again takes the place of the one before it once all that runs has
    come to its end. The store, the page and what is counted stay.
    """
    waiting = {feed.name for feed in config.feeds}
    async with AsyncExitStack() as stack:
        floor = await stack.enter_async_context(open_floor(ground))
        if config.page is not None:
            ready = _readiness(floor.store, waiting)
            api = Api(floor.store, ground.clock, config.page.token)
            where = await stack.enter_async_context(
                open_page(config.page.host, config.page.port, floor.metrics, ready, api)
            )
            log.info("health and metrics at %s", where)
        watch = await stack.enter_async_context(_open_watch(life))
        house: House | None = build(config, floor)
        await note_reading(config, floor, None)  # the last start may have left one that was not
        while house is not None:
            await move_in(house, floor)
            waiting.intersection_update(feed.name for feed in house.config.feeds)
            before, house = house, await _reign(house, floor, watch, waiting)
            if house is not None:
                house.follow(before)
    log.info("stopped")


async def run_once(config: Config, ground: Ground) -> bool:
    """Every source polled once, every day that is due recorded, every letter tried once; answers
    whether all went well."""
    clock = ground.clock
    async with open_floor(ground) as floor:
        house = build(config, floor)
        await note_reading(config, floor, None)
        await move_in(house, floor)
        at = clock.now()
        polled = [(poller.feed, await poller.poll(at)) for poller in house.pollers]
        for recording in house.recordings:
            await recording.record(clock.now())
        await _deliver_all(house.courier, clock)
        async with floor.store.transaction() as tx:
            owed = await tx.outbox.next_due()
    failed = [feed.name for feed, one in polled if one.failure and feed.lacks is None]
    return owed is None and not failed


@dataclass(slots=True)
class _Watch:
    """What goes on whichever configuration is in force."""

    life: Life
    schedule: Schedule | None = None
    """The one in force, or being taken down: only what hangs must not count as alive."""
    stopped: asyncio.Task[object] = field(init=False)
    alive: asyncio.Task[None] = field(init=False)

    def turns(self) -> bool:
        return self.schedule is None or self.schedule.turns()


@asynccontextmanager
async def _open_watch(life: Life) -> AsyncIterator[_Watch]:
    watch = _Watch(life)
    watch.stopped = asyncio.create_task(life.stop.wait(), name="stop")
    watch.alive = asyncio.create_task(life.supervisor.keep_alive(watch.turns), name="watchdog")
    try:
        yield watch
    finally:
        await _ended(watch.stopped, watch.alive)


async def _reign(house: House, floor: Floor, watch: _Watch, waiting: set[str]) -> House | None:
    """The daemon under one configuration; answers the house of the next one, or None to stop."""
    supervisor = watch.life.supervisor
    async with AsyncExitStack() as stack:
        stack.push_async_callback(_deliver_last, house.courier, floor.ground.clock)
        # Left after the schedule was drained: people may press as long as anything runs.
        await stack.enter_async_context(_buttons(house, floor, watch))
        opened = open_schedule(floor.ground.clock, floor.metrics, _DRAIN)
        watch.schedule = schedule = await stack.enter_async_context(opened)
        for job in jobs(house, floor, schedule, waiting):
            schedule.add(job)
        names = ", ".join(feed.name for feed in house.config.feeds)
        log.info("watching %s with %d rules", names, len(house.config.rules))
        supervisor.ready(f"watching {names}")
        following = await _until_over(_following(house, floor, watch), watch)
        if following is None:
            supervisor.stopping("finishing what runs")
            log.info("stopping: nothing new begins, what runs may finish")
        else:
            log.info("the configuration changed: what runs may finish under the old one")
    return following


def _buttons(house: House, floor: Floor, watch: _Watch) -> AbstractAsyncContextManager[None]:
    def acted() -> None:
        if watch.schedule is not None:
            hurry(house, watch.schedule)

    def listener(bots: Mapping[str, Slack]) -> Listener:
        return Listener(bots, floor.store, floor.http, floor.ground.clock, acted)

    return open_listener(house.config.destinations, listener)


async def _until_over(following: Coroutine[object, object, House], watch: _Watch) -> House | None:
    """Wait until it is stopped, or another configuration is there; a side task that ends before
    that ends the daemon with its own error."""
    again = asyncio.create_task(following, name="reload")
    try:
        tasks = {watch.stopped, watch.alive, again}
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if watch.alive in done:
            watch.alive.result()
            raise RuntimeError("the watchdog task ended uninvited")
        return None if watch.stopped in done else again.result()
    finally:
        await _ended(again)


async def _ended(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _following(house: House, floor: Floor, watch: _Watch) -> House:
    """The house that comes after this one, if one ever does. It is built while this one stands:
    where it cannot be, this one goes on."""
    again = watch.life.again
    if again is None:
        await asyncio.Event().wait()
        raise AssertionError("nobody set this event")

    async def noted(failure: str | None) -> None:
        if await _note_until_kept(house.config, floor, failure) and watch.schedule is not None:
            hurry(house, watch.schedule)

    while True:
        config = await again.next(house.config, noted)
        try:
            return build(config, floor)
        except Exception as error:  # people believe that they are watched: by the one before it
            log.exception("the configuration cannot be used")
            await noted(own_fault(error))


async def _note_until_kept(config: Config, floor: Floor, failure: str | None) -> Sequence[Event]:
    """A store that is away takes neither the daemon down nor this piece of news."""
    while True:
        try:
            return await note_reading(config, floor, failure)
        except Exception:  # whatever the store has, it is asked again: the news must not be lost
            log.exception("the store did not take how the configuration was read; again soon")
            await floor.ground.clock.sleep(_STORE_AWAY)


def _readiness(store: Store, waiting: set[str]) -> Callable[[], Awaitable[str | None]]:
    async def unready() -> str | None:
        if waiting:
            return f"waiting for the first poll of {', '.join(sorted(waiting))}"
        async with store.transaction() as tx:
            await tx.outbox.next_due()
        return None

    return unready


async def _deliver_all(courier: Courier, clock: Clock) -> None:
    """What is due, and what is due once that was sent."""
    while (done := await courier.deliver(clock.now())).sent:
        if done.again_after is not None:
            await clock.sleep(done.again_after)


async def _deliver_last(courier: Courier, clock: Clock) -> None:
    """One last round, bounded: what is not delivered by then stays owed."""
    try:
        async with asyncio.timeout(_LAST_DELIVERY.total_seconds()):
            await _deliver_all(courier, clock)
    except TimeoutError:
        log.warning("some letters stay owed until the next start")
