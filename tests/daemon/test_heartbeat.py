"""Whoever is outside is told only after a full, successful cycle."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from daemon.clock import WallClock
from daemon.config.settings import HeartbeatConfig
from daemon.heartbeat import Beat, Heartbeat, Watched
from daemon.http import Http
from daemon.notifier import Destination
from daemon.notifiers.console import Console
from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.sandbox.webhook import WebhookStandIn
from daemon.secret import Secret
from daemon.source import Answer, Feed, Window
from daemon.store import Store, open_store
from daemon.store.frame import Frame
from tests.blank import blank
from tests.fakes import Meter
from tests.make import AT

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TTS = Feed("tts", Meter(), every=5 * MINUTE, grace=30 * MINUTE)
SLOW = Feed("slow", Meter(), every=HOUR, grace=MINUTE)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(blank(tmp_path)) as store:
        yield store


@dataclass
class Outside:
    """Who is told, and the daemon that tells."""

    store: Store
    heart: Heartbeat
    hook: WebhookStandIn
    anew: Callable[[], Heartbeat]
    delivered_at: list[datetime] = field(default_factory=lambda: [AT])

    def reload(self) -> None:
        before, self.heart = self.heart, self.anew()
        self.heart.follow(before)

    def told(self) -> list[str]:
        return [one.path for one in self.hook.posts]

    async def read(self, at: datetime, *feeds: Feed) -> None:
        async with self.store.transaction() as tx:
            for feed in feeds or (TTS, SLOW):
                await tx.polls.succeeded(feed.name, at)

    async def beat(self, at: datetime, delivered_at: datetime | None = None) -> Beat:
        self.delivered_at[0] = delivered_at or at
        return await self.heart.beat(at)


@pytest.fixture
async def outside(store: Store, http: Http) -> AsyncIterator[Outside]:
    hook, delivered_at = WebhookStandIn(WallClock()), [AT]
    names = ("team", "mail")
    async with serve(hook.app()) as url:
        settings = HeartbeatConfig(
            Secret(f"{url}/well\n"), timeout=MINUTE / 60, fail_url=Secret(f"{url}/well/fail")
        )
        watched = Watched(
            (TTS, SLOW),
            {name: Destination(name, Console()) for name in names},
            lambda: delivered_at[0],
        )
        anew = partial(Heartbeat, settings, watched, store, http, "1.2.3")
        yield Outside(store, anew(), hook, anew, delivered_at)


async def test_it_tells_how_far_each_source_was_judged_and_what_is_owed(
    outside: Outside, store: Store
) -> None:
    [metric] = TTS.source.metrics("tts")
    answer = Answer(metric, Window(AT - 3 * HOUR, AT + HOUR), [])
    async with store.transaction() as tx:
        await tx.usage.record(answer, Frame(AT, timedelta(0), HOUR, 100))
    await outside.read(AT)

    assert await outside.beat(AT + MINUTE) is Beat.TOLD
    assert outside.told() == ["/well"]
    assert outside.hook.posts[0].body == {
        "version": "1.2.3",
        "at": "2026-11-20T14:01:00Z",
        "well": True,
        "wrong": [],
        "sources": {
            "tts": {"read_at": "2026-11-20T14:00:00Z", "judged_until": "2026-11-20T14:00:00Z"},
            "slow": {"read_at": "2026-11-20T14:00:00Z", "judged_until": None},
        },
        "letters": {"owed": 0, "unknown": 0, "failed": 0},
    }


async def test_before_the_first_full_cycle_nothing_is_said_at_all(outside: Outside) -> None:
    assert await outside.beat(AT) is Beat.WITHHELD
    await outside.read(AT, TTS)
    assert await outside.beat(AT + MINUTE) is Beat.WITHHELD
    await outside.read(AT, SLOW)

    assert await outside.beat(AT + 2 * MINUTE) is Beat.TOLD
    assert outside.told() == ["/well"]


@pytest.mark.parametrize(
    ("read", "other", "until"), [(TTS, SLOW, 35 * MINUTE), (SLOW, TTS, 2 * HOUR)]
)
async def test_a_source_that_hangs_withholds_it_and_is_said_once(
    outside: Outside, read: Feed, other: Feed, until: timedelta
) -> None:
    await outside.read(AT)
    await outside.read(AT + until, other)
    beats = [await outside.beat(AT + until)]
    beats += [await outside.beat(AT + until + n * timedelta(seconds=1)) for n in (1, 2)]
    await outside.read(AT + until + MINUTE, read)
    beats.append(await outside.beat(AT + until + MINUTE))

    assert beats == [Beat.TOLD, Beat.WITHHELD, Beat.WITHHELD, Beat.TOLD]
    assert outside.told() == ["/well", "/well/fail", "/well"]
    assert outside.hook.posts[1].body["wrong"] == [
        f"{read.name} was last read at 2026-11-20 14:00 UTC"
    ]


async def test_a_source_that_is_left_out_is_not_waited_for(store: Store, http: Http) -> None:
    spare = replace(SLOW, optional=True, lacks="environment variable 'KEY' is not set")
    async with serve(WebhookStandIn(WallClock()).app()) as url:
        watched = Watched((TTS, spare), {}, lambda: AT)
        heart = Heartbeat(HeartbeatConfig(Secret(f"{url}/well")), watched, store, http, "1.2.3")
        async with store.transaction() as tx:
            await tx.polls.succeeded(TTS.name, AT, ())

        assert await heart.beat(AT + MINUTE) is Beat.TOLD


async def test_what_was_well_before_a_reload_and_is_not_after_it_is_said_once(
    outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    await outside.read(AT)
    beats = [await outside.beat(AT)]
    for turn in (1, 2):
        outside.reload()
        outside.delivered_at[0] = AT - HOUR
        beats += [await outside.heart.beat(AT + n * MINUTE) for n in range(turn, turn + 3)]

    assert beats == [Beat.TOLD, *6 * [Beat.WITHHELD]]
    assert outside.told() == ["/well", "/well/fail"]
    assert sum("all is well" in one for one in caplog.messages) == 1


async def test_what_a_reload_brought_has_a_beats_time_to_become_well(outside: Outside) -> None:
    await outside.read(AT)
    beats = [await outside.beat(AT)]
    for _ in range(2):
        outside.reload()
        outside.delivered_at[0] = AT - HOUR
        beats += [await outside.heart.beat(AT + MINUTE), await outside.beat(AT + MINUTE)]

    assert beats == [Beat.TOLD, *2 * [Beat.WITHHELD, Beat.TOLD]]
    assert outside.told() == 3 * ["/well"]


async def test_a_round_of_letters_that_hangs_withholds_it(outside: Outside) -> None:
    await outside.read(AT)
    beats = [
        await outside.beat(AT + 2 * MINUTE, delivered_at=AT),
        await outside.beat(AT + 2 * MINUTE + timedelta(seconds=1), delivered_at=AT),
    ]

    assert beats == [Beat.TOLD, Beat.WITHHELD]


async def failing(store: Store, at: datetime, *names: str) -> None:
    async with store.transaction() as tx:
        for name in names:
            await tx.destinations.failed(name, at, at, "401")


async def test_a_broken_destination_is_no_reason_while_another_hears_of_it(
    outside: Outside, store: Store
) -> None:
    """FAULTS 36: the last that is left cannot say that it is broken; this does."""
    await outside.read(AT + HOUR)
    await failing(store, AT, "team")
    one = await outside.beat(AT + HOUR + MINUTE)
    await failing(store, AT + MINUTE, "mail")
    both = [await outside.beat(AT + HOUR + MINUTE), await outside.beat(AT + HOUR + 2 * MINUTE)]

    assert one is Beat.TOLD
    assert both == [Beat.TOLD, Beat.WITHHELD]
    assert outside.hook.posts[-1].body["wrong"] == [
        "mail takes no messages, and nobody hears of it",
        "team takes no messages, and nobody hears of it",
    ]


async def test_who_is_outside_may_be_gone_and_that_is_logged_once(
    outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    outside.hook.answers.canned.extend([Canned(404), Canned(delay=HOUR), None])
    await outside.read(AT)
    beats = [await outside.beat(AT + n * MINUTE) for n in (1, 2, 3)]

    assert beats == [Beat.LOST, Beat.LOST, Beat.TOLD]
    assert sum("nobody outside was told" in one for one in caplog.messages) == 1
    assert "well" not in caplog.text.replace("all is well", "")
