"""What was planned alarms nobody and is not usual afterwards, whoever said so, and when."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from daemon import app
from daemon.config.settings import Config
from daemon.http import Http, open_http
from daemon.letter import Letter
from daemon.metrics import build_metrics
from daemon.notifier import Destination
from daemon.planned.occasion import Occasion, expected
from daemon.planned.once import Once
from daemon.poll import Poller
from daemon.read import Reader
from daemon.replay import Span, replay
from daemon.source import Feed
from daemon.store import Store, open_store
from daemon.wording import wording
from rules.alert import Change, Event
from rules.kind import Kind
from rules.kinds.spike import Spike
from rules.kinds.threshold import Threshold
from rules.panel import Panel
from rules.planned import Planned, over
from rules.rule import Rule
from rules.verdict import Verdicts
from tests.fakes import HOUR, HandClock, Mailbox, Meter

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
WEEKS = 10
LAUNCH = Occasion("launch", Once("2026-11-20T12:00", "2026-11-20T16:00"))


@dataclass(frozen=True)
class Ordinary:
    """A kind that looks at what is ordinary, as every statistical one does."""

    kind: Kind

    def judge(self, panel: Panel, rows: slice) -> Verdicts:
        return self.kind.judge(panel.ordinary(), rows)


RULE = Rule("unusual", "tts", Spike(min_change=1), tell=("team",))


@dataclass
class Voice:
    """Ten weeks of a voice that speaks alike every day, polled hour by hour from Friday noon on."""

    store: Store
    http: Http
    meter: Meter = field(default_factory=Meter)
    planned: tuple[Occasion, ...] = ()
    events: list[Event] = field(default_factory=list)

    def speaks(self, start: datetime, hours: int, times: float = 1.0) -> None:
        """Minutes of hours, some more and some less."""
        for hour in (start + each * HOUR for each in range(hours)):
            minutes = 10 + (7 * hour.hour + 13 * hour.day) % 10 / 10
            self.meter.used["agatha", hour] = minutes * times

    async def poll(self, at: datetime) -> list[tuple[Change, datetime]]:
        feed = Feed("tts", self.meter, history=WEEKS * WEEK)
        reader = Reader(feed, self.store, self.http)
        polled = await Poller(reader, [RULE], build_metrics("t"), planned=self.planned).poll(at)
        self.events += polled.events
        return [(event.change, event.verdict.at) for event in polled.events]

    async def hours(self, start: datetime, count: int) -> list[tuple[Change, datetime]]:
        """Polled at half past and at the end of each hour."""
        halves = [start + half * HOUR / 2 for half in range(1, 2 * count + 1)]
        return [change for at in halves for change in await self.poll(at)]

    async def mark(self, name: str, start: datetime, end: datetime) -> int:
        async with self.store.transaction() as tx:
            return await tx.planned.mark(Planned(name, start, end), end, "anna")

    async def panels(self) -> list[Panel]:
        """What is remembered, with what is planned."""
        async with self.store.transaction() as tx:
            made = []
            for one in await tx.usage.panels("tts"):
                said = expected(self.planned, one.start, one.end)
                made.append(over(one, [*said, *await tx.planned.between(one.start, one.end)]))
        return made

    async def letters(self) -> list[Letter]:
        """All that is owed to the team, sent in its turn."""
        at = NOON + WEEK
        async with self.store.transaction() as tx:
            due = await tx.bag.due("team", at)
            await tx.bag.sent([one.id for one in due], at, None)
        return [one.content for one in due if isinstance(one.content, Letter)]

    async def replayed(self, start: datetime) -> list[tuple[Change, datetime]]:
        told = replay([RULE], await self.panels(), Span(start))
        return [(event.change, event.verdict.at) for event in told]


@pytest.fixture
async def voice(store_url: str) -> AsyncIterator[Voice]:
    async with open_store(store_url) as store, open_http() as http:
        voice = Voice(store, http)
        voice.speaks(NOON - WEEKS * WEEK, WEEKS * 168 + 336)
        await voice.poll(NOON)
        yield voice


async def test_what_nobody_planned_is_told(voice: Voice) -> None:
    voice.speaks(NOON, 4, times=13)

    assert began_and_over(await voice.hours(NOON, 12), NOON, 4)


async def test_what_was_planned_is_told_to_nobody(voice: Voice) -> None:
    voice.planned = (LAUNCH,)
    voice.speaks(NOON, 4, times=13)

    assert await voice.hours(NOON, 5) == []
    assert await voice.replayed(NOON - HOUR) == []


async def test_after_what_was_planned_the_rule_goes_on(voice: Voice) -> None:
    voice.planned = (LAUNCH,)
    voice.speaks(NOON, 6, times=13)
    told = await voice.hours(NOON, 14)

    assert began_and_over(told, NOON + 4 * HOUR, 2)
    assert await voice.replayed(NOON - HOUR) == told


async def test_what_is_usual_afterwards_is_as_if_it_had_not_been(voice: Voice) -> None:
    """The week after is judged, to the bit, as if the hours of the launch had never been told."""
    voice.speaks(NOON, 4, times=13)
    await voice.poll(NOON + WEEK + 5 * HOUR)
    (used,) = await voice.panels()
    voice.planned = (LAUNCH,)
    (planned,) = await voice.panels()

    assert verdicts(planned) == verdicts(without_launch(used))
    assert verdicts(planned) != verdicts(used)


async def test_a_mark_after_the_fact_does_the_same(voice: Voice) -> None:
    voice.speaks(NOON, 4, times=13)
    await voice.poll(NOON + WEEK + 5 * HOUR)
    (used,) = await voice.panels()
    await voice.mark("launch", NOON, NOON + 4 * HOUR)
    (marked,) = await voice.panels()

    assert verdicts(marked) == verdicts(without_launch(used))
    assert await voice.replayed(NOON - HOUR) == []


async def test_a_mark_taken_back_is_as_if_it_had_not_been(voice: Voice) -> None:
    voice.speaks(NOON, 4, times=13)
    await voice.poll(NOON + 12 * HOUR)
    told = await voice.replayed(NOON - HOUR)
    number = await voice.mark("launch", NOON, NOON + 4 * HOUR)
    async with voice.store.transaction() as tx:
        await tx.planned.unmark(number)

    assert began_and_over(told, NOON, 4)
    assert await voice.replayed(NOON - HOUR) == told


async def test_the_daemon_knows_what_its_configuration_plans(store_url: str) -> None:
    """The hour of the launch is fifty times the one before it, and above any limit."""
    meter, box = Meter(), Mailbox()
    meter.used = {("agatha", NOON - HOUR): 1.0, ("agatha", NOON): 50.0}
    loud = replace(RULE, kind=Ordinary(Threshold(above=10)))
    config = Config((Feed("tts", meter),), (loud,), destinations=(Destination("team", box),))
    ground = app.Ground(store_url, HandClock(NOON + HOUR / 2), Random(1))  # noqa: S311
    await app.run_once(replace(config, planned=(LAUNCH,)), ground)
    assert box.letters == []

    await app.run_once(config, ground)
    assert [letter.event.change for letter in box.letters] == [Change.OPENED]


def began_and_over(told: list[tuple[Change, datetime]], at: datetime, hours: int) -> bool:
    """Whether one alert opened at a moment and was over so many hours later, or soon after: what
    came of a day is not calm the moment its last odd hour ends."""
    (opened, began), (resolved, ended) = told
    over = at + hours * HOUR
    return (opened, began, resolved) == (Change.OPENED, at, Change.RESOLVED) and (
        over <= ended < over + 6 * HOUR
    )


def without_launch(panel: Panel) -> Panel:
    """As if its hours had never been told."""
    values = panel.values.copy()
    values[panel.row(NOON) : panel.row(NOON) + 4] = float("nan")
    return replace(panel, values=values)


def verdicts(panel: Panel) -> list[bytes]:
    """What is thought of the same hours a week later."""
    later = slice(panel.row(NOON + WEEK), panel.row(NOON + WEEK) + 4)
    seen = RULE.kind.judge(panel, later)
    return [each.tobytes() for each in (seen.outcome, seen.expected, seen.high, seen.score)]


async def test_an_alert_that_rests_on_what_is_marked_is_withdrawn_once(voice: Voice) -> None:
    voice.speaks(NOON, 4, times=13)
    await voice.hours(NOON, 2)
    await voice.mark("load test", NOON, NOON + 4 * HOUR)
    told = await voice.hours(NOON + 2 * HOUR, 6)

    assert [change for change, _ in told] == [Change.WITHDRAWN]
    said = voice.events[-1].verdict
    assert said.why.reason == "it was planned: load test"
    assert said.observed > 100
    words = wording((await voice.letters())[-1])
    assert words.title.endswith(", it was planned: load test")
    assert words.lead == ()


async def test_an_alert_that_goes_on_after_what_is_marked_is_still_an_alert(voice: Voice) -> None:
    voice.speaks(NOON, 4, times=13)
    await voice.hours(NOON, 3)
    await voice.mark("load test", NOON, NOON + HOUR)
    told = await voice.hours(NOON + 3 * HOUR, 8)

    assert [change for change, _ in told] == [Change.RESOLVED]


async def test_what_is_over_is_not_told_of_again(voice: Voice) -> None:
    voice.speaks(NOON, 2, times=13)
    told = await voice.hours(NOON, 10)
    await voice.mark("load test", NOON, NOON + 2 * HOUR)

    assert told[-1][0] is Change.RESOLVED
    assert await voice.hours(NOON + 10 * HOUR, 3) == []
