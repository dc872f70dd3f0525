"""All that is done every so often, and what it sets off."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta

from daemon.house import Floor, House
from daemon.metrics import Metrics
from daemon.notifier import Destination, Repeats
from daemon.poll import Poller
from daemon.recording.record import Recording
from daemon.schedule import Job, Schedule
from daemon.store import Store

_DELIVER_EVERY = timedelta(seconds=5)
_GIVE_UP_EVERY = timedelta(minutes=5)
_ATTEND_EVERY = timedelta(seconds=30)
_REPORT_EVERY = timedelta(minutes=1)
_CHECK_EVERY = timedelta(hours=1)
_RECORD_EVERY = timedelta(minutes=5)
_PRUNE_EVERY = timedelta(hours=6)

Act = Callable[[datetime], Awaitable[None]]


def jobs(house: House, floor: Floor, schedule: Schedule, waiting: set[str]) -> Iterator[Job]:
    """`waiting` holds the sources that were not read yet, and loses each when it was."""
    for poller in house.pollers:
        act = _polling(poller, house, schedule, waiting)
        yield Job(f"poll {poller.feed.name}", poller.feed.every, act, broke=poller.broke)
    for recording in house.recordings:
        act = _recording(recording, house, schedule, floor.metrics)
        yield Job(f"record {recording.ledger.name}", _RECORD_EVERY, act)
    for name in house.courier.destinations:
        act, broke = _delivering(house, name, schedule), house.courier.broke(name)
        yield Job(_deliver(name), _DELIVER_EVERY, act, broke=broke)
    yield Job("give up letters", _GIVE_UP_EVERY, house.courier.give_up_gone)
    yield Job("attend", _ATTEND_EVERY, _attending(house, schedule))
    yield Job("check destinations", _CHECK_EVERY, _checking(house, schedule))
    yield from _told_outside(house, floor)
    if house.reports is not None:
        yield Job("report", _REPORT_EVERY, _reporting(house, schedule))
    yield Job("prune", _PRUNE_EVERY, _pruning(floor.store, house.config.store.keep))


def hurry(house: House, schedule: Schedule) -> None:
    """People wait for what was just found, or done."""
    for name in house.courier.destinations:
        schedule.hurry(_deliver(name))


def _deliver(name: str) -> str:
    return f"deliver {name}"


def _told_outside(house: House, floor: Floor) -> Iterator[Job]:
    """What others forget, or miss, when it is not said again."""
    for destination in house.config.destinations:
        notifier = destination.notifier
        if isinstance(notifier, Repeats):
            act = _refreshing(destination, notifier, floor)
            yield Job(f"refresh {destination.name}", notifier.refresh_every, act)
    if house.heartbeat is not None and house.config.heartbeat is not None:
        act = _beating(house, floor.metrics)
        yield Job("heartbeat", house.config.heartbeat.every, act)


def _polling(poller: Poller, house: House, schedule: Schedule, waiting: set[str]) -> Act:
    async def poll(at: datetime) -> None:
        polled = await poller.poll(at)
        waiting.discard(poller.feed.name)
        if polled.events:
            hurry(house, schedule)
        if polled.again_after is not None:
            schedule.hurry(f"poll {poller.feed.name}", polled.again_after)

    return poll


def _recording(recording: Recording, house: House, schedule: Schedule, metrics: Metrics) -> Act:
    async def record(at: datetime) -> None:
        taken = await recording.record(at)
        for one in taken.results:
            metrics.recordings.labels(recording.ledger.name, one.outcome.value).inc()
        if taken.events:
            hurry(house, schedule)

    return record


def _delivering(house: House, name: str, schedule: Schedule) -> Act:
    async def deliver(at: datetime) -> None:
        done = await house.courier.round(name, at)
        house.rounds.turned(name, at)
        if done.again_after is not None:
            schedule.hurry(_deliver(name), done.again_after)

    return deliver


def _attending(house: House, schedule: Schedule) -> Act:
    async def attend(at: datetime) -> None:
        if await house.attendant.attend(at):
            hurry(house, schedule)

    return attend


def _checking(house: House, schedule: Schedule) -> Act:
    async def check(at: datetime) -> None:
        if any(one.events for one in await house.checkup.check(at)):
            hurry(house, schedule)

    return check


def _reporting(house: House, schedule: Schedule) -> Act:
    async def report(at: datetime) -> None:
        if house.reports is not None and await house.reports.make(at):
            hurry(house, schedule)

    return report


def _refreshing(destination: Destination, notifier: Repeats, floor: Floor) -> Act:
    async def refresh(_at: datetime) -> None:
        async with floor.store.transaction() as tx:
            firing = await tx.bag.still_firing(destination.name)
        if firing:
            await notifier.refresh(floor.http, firing)

    return refresh


def _beating(house: House, metrics: Metrics) -> Act:
    async def beat(at: datetime) -> None:
        if house.heartbeat is not None:
            metrics.heartbeats.labels((await house.heartbeat.beat(at)).value).inc()

    return beat


def _pruning(store: Store, keep: timedelta) -> Act:
    async def prune(at: datetime) -> None:
        async with store.transaction() as tx:
            await tx.usage.prune(at - keep)

    return prune
