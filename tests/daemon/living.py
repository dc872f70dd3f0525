"""A daemon in a test's hands: a meter in breach, a mailbox, and a file that is read again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from daemon import app
from daemon.app import Life
from daemon.clock import Clock
from daemon.config import ConfigError
from daemon.config.settings import Config, PageConfig
from daemon.house import Ground
from daemon.notifier import Destination
from daemon.reload import Again
from daemon.service import Supervisor
from daemon.source import Feed
from rules.kinds.threshold import Threshold
from rules.rule import Rule
from tests.fakes import HOUR, HandClock, Mailbox, Meter

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AT = NOON + timedelta(minutes=30)


def busy(**fields: Any) -> Rule:
    return replace(Rule("busy", "tts", Threshold(above=10), tell=("team",)), **fields)


@dataclass
class Setting:
    """A meter in breach, a mailbox, and a configuration that joins them."""

    url: str
    meter: Meter = field(default_factory=Meter)
    box: Mailbox = field(default_factory=Mailbox)
    page: PageConfig | None = None
    rules: tuple[Rule, ...] | None = None
    others: tuple[Feed, ...] = ()
    supervisor: Supervisor = field(default_factory=Supervisor)

    def __post_init__(self) -> None:
        self.meter.used = {("a", NOON - HOUR): 1.0, ("a", NOON): 50.0}

    def config(self) -> Config:
        return Config(
            feeds=(Feed("tts", self.meter), *self.others),
            rules=(busy(),) if self.rules is None else self.rules,
            destinations=(Destination("team", self.box),),
            page=self.page,
        )

    def ground(self, clock: Clock) -> Ground:
        return Ground(self.url, clock, Random(1))  # noqa: S311

    async def once(self) -> bool:
        return await app.run_once(self.config(), self.ground(HandClock(AT)))


@dataclass
class SlowMeter(Meter):
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def fetch(self, ask):  # type: ignore[no-untyped-def, override]
        answers = await super().fetch(ask)
        await self.may_answer.wait()
        return answers


async def until(true: Callable[[], bool]) -> None:
    """Give the loop turns until something is so."""
    async with asyncio.timeout(8):
        while not true():
            await asyncio.sleep(0)


@dataclass
class Lived:
    """A daemon that runs, and a file that it is asked to read again."""

    setting: Setting
    clock: HandClock
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    says: list[Config | ConfigError] = field(default_factory=list)
    """What stood in the file, one after the other."""
    read: int = 0

    def __post_init__(self) -> None:
        config = self.setting.config()
        self.says.append(config)
        self.again = Again("a.yaml", self._read)
        life = Life(self.stop, self.setting.supervisor, self.again)
        ground = self.setting.ground(self.clock)
        self.life = asyncio.create_task(app.run(config, ground, life))

    def _read(self) -> Config:
        self.read += 1
        if isinstance(self.says[-1], ConfigError):
            raise self.says[-1]
        return self.says[-1]

    def unusable(self) -> None:
        self.says.append(ConfigError(("a.yaml:1:1: no",)))
        self.again.ask()

    def reload(self, **changes: Any) -> None:
        before = next(one for one in reversed(self.says) if isinstance(one, Config))
        self.says.append(replace(before, **changes))
        self.again.ask()

    def heard(self) -> list[tuple[str, str]]:
        """Of which rule what was said, in order."""
        letters = self.setting.box.letters
        return [(one.event.alert.rule, one.event.change.value) for one in letters]

    async def until_heard(self, *last: tuple[str, str]) -> None:
        await until(lambda: self.life.done() or self.heard()[-len(last) :] == list(last))
        assert not self.life.done(), self.life.result()


@asynccontextmanager
async def lived(setting: Setting, at: datetime = AT) -> AsyncIterator[Lived]:
    one = Lived(setting, HandClock(at))
    try:
        yield one
        one.stop.set()
        await one.life
    finally:
        one.life.cancel()
        await asyncio.gather(one.life, return_exceptions=True)
