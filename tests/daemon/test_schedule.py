"""Ticks come when they should, one at a time, and stopping waits for what runs."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from daemon.clock import FastClock, WallClock
from daemon.metrics import build_metrics
from daemon.schedule import Every, Job, open_schedule
from tests.fakes import HandClock

AT = datetime(2026, 11, 20, 15, 0, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


async def nothing(_at: datetime) -> None:
    """Done at once."""


def test_ticks_fall_on_multiples_of_the_span_wherever_they_are_counted_from() -> None:
    job = Job("deliver", timedelta(minutes=5), nothing, spread=False)
    next_tick = Every(job, HandClock(AT)).get_next_fire_time(None, AT)

    assert next_tick == datetime(2026, 11, 20, 15, 5, tzinfo=UTC)


def test_a_timer_that_rings_a_moment_early_does_not_ring_twice() -> None:
    early = datetime(2026, 11, 20, 15, 5, tzinfo=UTC) - timedelta(milliseconds=1)
    job = Job("deliver", timedelta(minutes=5), nothing, spread=False)
    next_tick = Every(job, HandClock(early)).get_next_fire_time(None, early)

    assert next_tick - early > timedelta(minutes=4)


def test_jobs_of_one_span_do_not_crowd_and_keep_their_place() -> None:
    clock = HandClock(AT)
    ticks = {
        name: Every(Job(name, timedelta(minutes=5), nothing), clock).get_next_fire_time(None, AT)
        for name in ("voices", "credits", "voice-days")
    }
    again = Every(Job("voices", timedelta(minutes=5), nothing), clock)

    assert len(set(ticks.values())) == 3
    assert again.get_next_fire_time(None, AT) == ticks["voices"]


def test_a_fast_clock_rings_sooner_on_the_wall_but_never_in_a_rush() -> None:
    now = WallClock().now()
    job = Job("poll", timedelta(minutes=5), nothing, spread=False)
    soon = Every(job, FastClock(now, 60)).get_next_fire_time(None, now) - now
    rush = Every(job, FastClock(now, 1e6)).get_next_fire_time(None, now) - now

    assert soon <= 5 * SECOND
    assert rush == timedelta(milliseconds=200)


async def test_a_job_runs_at_once_and_is_told_the_moment() -> None:
    ticked: asyncio.Future[datetime] = asyncio.get_running_loop().create_future()

    async def act(at: datetime) -> None:
        ticked.set_result(at)

    async with open_schedule(HandClock(AT), build_metrics("test"), SECOND) as schedule:
        schedule.add(Job("poll", timedelta(hours=1), act))
        assert await ticked == AT


async def test_a_job_can_be_hurried() -> None:
    ticks: asyncio.Queue[datetime] = asyncio.Queue()
    async with open_schedule(HandClock(AT), build_metrics("test"), SECOND) as schedule:
        schedule.add(Job("deliver", timedelta(hours=1), ticks.put))
        await ticks.get()
        schedule.hurry("deliver")
        await ticks.get()


async def test_a_job_that_is_hurried_while_it_runs_comes_again_once_it_is_done() -> None:
    """What it was hurried for came too late for the look it had."""
    begun: asyncio.Queue[datetime] = asyncio.Queue()
    may_end = asyncio.Event()

    async def act(at: datetime) -> None:
        begun.put_nowait(at)
        await may_end.wait()

    async with open_schedule(HandClock(AT), build_metrics("test"), SECOND) as schedule:
        schedule.add(Job("deliver", timedelta(hours=1), act))
        await begun.get()
        schedule.hurry("deliver")
        schedule.hurry("deliver", timedelta(hours=3))
        await asyncio.sleep(0)
        assert begun.empty()
        may_end.set()

        assert await asyncio.wait_for(begun.get(), 10) == AT


async def test_what_is_hurried_when_all_is_over_does_not_begin() -> None:
    ticks: asyncio.Queue[datetime] = asyncio.Queue()
    async with open_schedule(HandClock(AT), build_metrics("test"), SECOND) as schedule:
        schedule.add(Job("deliver", timedelta(hours=1), ticks.put))
        await ticks.get()
    schedule.hurry("deliver")
    await asyncio.sleep(0.01)

    assert ticks.empty()


async def test_a_job_can_be_asked_to_come_sooner_but_not_later() -> None:
    ticks: asyncio.Queue[datetime] = asyncio.Queue()
    async with open_schedule(HandClock(AT), build_metrics("test"), SECOND) as schedule:
        schedule.add(Job("poll", timedelta(hours=1), ticks.put))
        await ticks.get()
        schedule.hurry("poll", timedelta(milliseconds=300))
        schedule.hurry("poll", timedelta(hours=3))
        schedule.hurry("nobody", timedelta(0))

        assert await asyncio.wait_for(ticks.get(), 10) == AT


async def test_a_tick_that_fails_is_logged_counted_and_the_next_one_comes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ticks: asyncio.Queue[datetime] = asyncio.Queue()

    async def act(at: datetime) -> None:
        ticks.put_nowait(at)
        raise ZeroDivisionError("a bug")

    metrics = build_metrics("test")
    async with open_schedule(HandClock(AT), metrics, SECOND) as schedule:
        schedule.add(Job("poll", timedelta(hours=1), act))
        await ticks.get()
        schedule.hurry("poll")
        await ticks.get()

    assert metrics.registry.get_sample_value("meterwatch_ticks_failed_total", {"job": "poll"}) == 2
    assert "a bug" in caplog.text


async def test_stopping_waits_for_what_runs() -> None:
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def act(_at: datetime) -> None:
        begun.set()
        await may_end.wait()
        ended.set()

    async with open_schedule(HandClock(AT), build_metrics("test"), 9 * SECOND) as schedule:
        schedule.add(Job("poll", timedelta(hours=1), act))
        await begun.wait()
        asyncio.get_running_loop().call_soon(may_end.set)

    assert ended.is_set()


async def test_stopping_does_not_wait_for_ever() -> None:
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def act(_at: datetime) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    within = timedelta(milliseconds=20)
    async with open_schedule(HandClock(AT), build_metrics("test"), within) as schedule:
        schedule.add(Job("poll", timedelta(hours=1), act))
        await begun.wait()

    assert cancelled.is_set()


async def test_a_schedule_turns_as_long_as_ticks_come_to_their_end() -> None:
    ticked = asyncio.Event()

    async def act(_at: datetime) -> None:
        ticked.set()

    async with open_schedule(HandClock(AT), build_metrics("test"), SECOND) as schedule:
        assert schedule.turns()
        schedule.add(Job("poll", timedelta(hours=1), act))
        await ticked.wait()
        assert schedule.turns()
        schedule._turned_at = asyncio.get_running_loop().time() - 121
        assert not schedule.turns()


async def test_an_error_of_our_own_is_told_to_the_job_and_counted_all_the_same() -> None:
    told: asyncio.Queue[tuple[datetime, Exception]] = asyncio.Queue()

    async def act(at: datetime) -> None:
        raise ZeroDivisionError("a bug")

    async def broke(at: datetime, error: Exception) -> None:
        told.put_nowait((at, error))

    metrics = build_metrics("test")
    async with open_schedule(HandClock(AT), metrics, SECOND) as schedule:
        schedule.add(Job("poll", timedelta(hours=1), act, broke=broke))
        at, error = await told.get()

    assert (at, str(error)) == (AT, "a bug")
    assert metrics.registry.get_sample_value("meterwatch_ticks_failed_total", {"job": "poll"}) == 1
