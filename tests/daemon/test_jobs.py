"""What is done every so often, and what it sets off."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any, ClassVar

import pytest

from daemon.config.settings import Config, HeartbeatConfig
from daemon.house import Floor, Ground, House, build, open_floor
from daemon.http import Http
from daemon.jobs import hurry, jobs
from daemon.letter import Letter
from daemon.notifier import DeliveryError, Destination, DestinationDown
from daemon.report.asked import Asked, Report
from daemon.schedule import Job
from daemon.secret import Secret
from daemon.source import Feed
from rules.kinds.threshold import Threshold
from rules.route import Route
from rules.rule import Rule
from tests.fakes import HOUR, HandClock, Mailbox, Meter
from tests.make import AT

MINUTE = timedelta(minutes=1)


@dataclass
class Hurried:
    """A schedule that only remembers who was hurried, and by how much."""

    names: list[str] = field(default_factory=list)
    after: list[timedelta] = field(default_factory=list)

    def hurry(self, name: str, after: timedelta = timedelta(0)) -> None:
        self.names.append(name)
        self.after.append(after)


@dataclass
class Forgetful(Mailbox):
    """A place that must be told again what fires."""

    refresh_every: ClassVar[timedelta] = MINUTE
    spacing: ClassVar[timedelta] = timedelta(seconds=1)

    again: list[Letter] = field(default_factory=list)
    gone: bool = False

    async def refresh(self, http: Http, letters: Sequence[Letter]) -> None:
        self.again += letters

    async def probe(self, http: Http) -> str:
        if self.gone:
            raise DestinationDown("the token is gone")
        return "it would take one"


@dataclass
class Work:
    """Every job there is, to be done by hand."""

    house: House
    floor: Floor
    hurried: Hurried
    waiting: set[str]
    team: Forgetful

    @property
    def jobs(self) -> dict[str, Job]:
        made = jobs(self.house, self.floor, self.hurried, self.waiting)  # type: ignore[arg-type]
        return {job.name: job for job in made}

    async def do(self, name: str) -> list[str]:
        """Do one, and answer who was hurried by it."""
        self.hurried.names.clear()
        await self.jobs[name].act(self.floor.ground.clock.now())
        return list(self.hurried.names)


@asynccontextmanager
async def work(url: str, **fields: Any) -> AsyncIterator[Work]:
    meter, team = Meter(used={("a", AT): 50.0}), Forgetful()
    config = Config(
        feeds=(Feed("tts", meter),),
        rules=(Rule("busy", "tts", Threshold(above=10), tell=("team",)),),
        destinations=(Destination("team", team), Destination("boss", Mailbox())),
    )
    clock = HandClock(AT + HOUR / 2)
    async with open_floor(Ground(url, clock, Random(1))) as floor:  # noqa: S311
        house = build(replace(config, **fields), floor)
        yield Work(house, floor, Hurried(), {"tts"}, team)


@pytest.fixture
async def plain(store_url: str) -> AsyncIterator[Work]:
    async with work(store_url) as made:
        yield made


EVERYONE = ["deliver team", "deliver boss"]


async def test_each_source_and_each_destination_has_a_job_of_its_own(plain: Work) -> None:
    assert set(plain.jobs) == {
        *("poll tts", "deliver team", "deliver boss", "give up letters", "refresh team"),
        *("attend", "check destinations", "prune"),
    }
    assert plain.jobs["poll tts"].every == plain.house.config.feeds[0].every


async def test_no_two_jobs_share_a_name_whatever_people_call_what_is_theirs(store_url: str) -> None:
    names = ("elsewhere", "letters", "destinations")
    places = tuple(Destination(name, Mailbox()) for name in names)
    async with work(store_url, destinations=places) as made:
        waits: set[str] = set()
        all_ = [job.name for job in jobs(made.house, made.floor, made.hurried, waits)]  # type: ignore[arg-type]

    assert len(all_) == len(set(all_))


async def test_there_are_reports_and_a_heartbeat_where_they_are_asked_for(store_url: str) -> None:
    beat = HeartbeatConfig(Secret("http://127.0.0.1:9"), every=7 * MINUTE)
    reports = (Report("weekly", Asked("week"), ("team",)),)
    async with work(store_url, heartbeat=beat, reports=reports) as made:
        assert made.jobs["heartbeat"].every == 7 * MINUTE
        assert "report" in made.jobs
        await made.do("heartbeat")
        counted = made.floor.metrics.registry.get_sample_value

        assert counted("meterwatch_heartbeats_total", {"result": "withheld"}) == 1


async def test_a_heartbeat_goes_on_in_the_next_house_where_both_have_one(store_url: str) -> None:
    beat = HeartbeatConfig(Secret("http://127.0.0.1:9"))
    async with work(store_url, heartbeat=beat) as made:
        before, bare = made.house, build(replace(made.house.config, heartbeat=None), made.floor)
        after = build(before.config, made.floor)
        assert before.heartbeat is not None
        before.heartbeat.well = True
        for house in (bare, after):
            house.follow(before)
            house.follow(bare)

    assert after.heartbeat is not None
    assert after.heartbeat.well


async def test_news_of_a_poll_hurries_those_who_carry_it(plain: Work) -> None:
    assert await plain.do("poll tts") == EVERYONE
    assert plain.waiting == set()
    assert await plain.do("poll tts") == []


async def test_who_acted_has_everyone_hurried(plain: Work) -> None:
    hurry(plain.house, plain.hurried)  # type: ignore[arg-type]

    assert plain.hurried.names == EVERYONE


async def test_a_round_is_remembered_and_one_that_is_not_done_is_gone_on_with(plain: Work) -> None:
    await plain.do("poll tts")
    assert await plain.do("deliver team") == []
    assert plain.house.rounds.oldest() is None
    await plain.do("deliver boss")

    assert plain.house.rounds.oldest() == AT + HOUR / 2
    assert [letter.destination for letter in plain.team.letters] == ["team"]


async def test_a_place_that_wants_a_pause_is_gone_to_again_after_it(plain: Work) -> None:
    plain.house.pollers[0].feed.source.used["b", AT] = 70.0
    await plain.do("poll tts")

    assert await plain.do("deliver team") == ["deliver team"]
    assert plain.hurried.after[-1] == timedelta(seconds=1)


async def test_what_fires_is_said_again_where_it_would_be_forgotten(plain: Work) -> None:
    await plain.do("refresh team")
    assert plain.team.again == []
    await plain.do("poll tts")
    await plain.do("deliver team")
    await plain.do("refresh team")

    assert plain.team.again == plain.team.letters


async def test_a_destination_that_is_found_broken_hurries_the_others(plain: Work) -> None:
    assert await plain.do("check destinations") == []
    plain.team.gone = True
    plain.floor.ground.clock.at += timedelta(days=1)

    assert await plain.do("check destinations") == EVERYONE


async def test_a_reminder_that_is_due_is_carried_at_once(store_url: str) -> None:
    async with work(store_url, route=Route(tell=("team",), repeat=HOUR)) as made:
        await made.do("poll tts")
        await made.do("deliver team")
        assert await made.do("attend") == []
        made.floor.ground.clock.at += HOUR

        assert await made.do("attend") == EVERYONE


async def test_a_round_that_breaks_lets_its_place_rest(plain: Work) -> None:
    job = plain.jobs["deliver team"]
    assert job.broke is not None
    await job.broke(AT, ValueError("ours"))
    async with plain.floor.store.transaction() as tx:
        state = await tx.destinations.state("team")

    assert state.failure == "an error of our own, ValueError: report it"


async def test_what_is_too_old_to_keep_is_forgotten(plain: Work) -> None:
    plain.house.pollers[0].feed.source.used["a", AT - timedelta(days=50)] = 7.0
    await plain.do("poll tts")
    plain.floor.ground.clock.at += timedelta(days=380)
    await plain.do("prune")
    async with plain.floor.store.transaction() as tx:
        (panel,) = await tx.usage.panels("tts")

    assert AT - timedelta(days=20) <= panel.start <= AT


async def test_a_place_that_fails_is_not_hurried(plain: Work) -> None:
    await plain.do("poll tts")
    plain.team.failures.append(DeliveryError("down"))

    assert await plain.do("deliver team") == []
