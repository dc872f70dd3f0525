"""A store beside no daemon, in which an alert goes on and another is over."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from daemon.clock import WallClock
from daemon.notifier import Receipt
from daemon.store import open_store, read_store
from daemon.store.acts import Act
from daemon.store.alerts import Numbered
from daemon.store.planned import Mark
from rules.alert import Alert, Change, Phase
from rules.silence import Silence
from tests import make
from tests.blank import blank
from tests.daemon.cli.shell import CONFIG

Where = tuple[str | Path, ...]
HOUR = timedelta(hours=1)


def begun(hours: float, **fields: object) -> Alert:
    """An alert that began so many hours ago."""
    since = WallClock().now().replace(microsecond=0) - hours * HOUR
    worst = make.verdict(at=since, until=since + HOUR)
    return make.alert(since=since, judged_at=since, opened_at=since, worst=worst, **fields)


def remember(tmp_path: Path) -> Where:
    """Alert 1 was over two days ago, 2 goes on; 2 was told to the team and is owed to mail."""
    config = tmp_path / "meterwatch.yaml"
    config.write_text(CONFIG)
    asyncio.run(_remember(blank(tmp_path)))
    return "--config", config, "--state-dir", tmp_path


async def _remember(url: str) -> None:
    ended = WallClock().now() - timedelta(days=2)
    over = begun(50, phase=Phase.RESOLVED, ended_at=ended, calm_since=ended)
    going = begun(2)
    async with open_store(url) as store, store.transaction() as tx:
        await tx.names.learn({make.VOICE: "Agatha"})
        await tx.alerts.keep(over)
        number = await tx.alerts.keep(going)
        for destination in ("team", "mail"):
            event = make.event(Change.OPENED, alert=going, verdict=going.worst)
            letter = make.letter(
                event=event,
                key=destination,
                destination=destination,
                alert=number,
                owed_at=going.since + HOUR,
                labels={"rule": "voice-spike", "voice_id": make.VOICE, "severity": "warning"},
            )
            await tx.outbox.enqueue(letter)
        await tx.bag.sent([1], going.since + HOUR, Receipt("C1", "1.2"))


def silences(where: Where) -> list[Silence]:
    async def look() -> list[Silence]:
        async with read_store(_url(where)) as store, store.transaction() as tx:
            return list(await tx.silences.all())

    return asyncio.run(look())


def acts(where: Where) -> list[Act]:
    async def look() -> list[Act]:
        async with read_store(_url(where)) as store, store.transaction() as tx:
            now = WallClock().now()
            return list(await tx.acts.between(now - HOUR, now + HOUR))

    return asyncio.run(look())


def found(where: Where, number: int) -> Numbered:
    async def look() -> Numbered:
        async with read_store(_url(where)) as store, store.transaction() as tx:
            one = await tx.alerts.find(number)
        assert one is not None
        return one

    return asyncio.run(look())


def marks(where: Where) -> list[Mark]:
    async def look() -> list[Mark]:
        async with read_store(_url(where)) as store, store.transaction() as tx:
            return list(await tx.planned.all())

    return asyncio.run(look())


def many(where: Where, count: int) -> None:
    """So many more alerts, of which nobody was told."""

    async def add() -> None:
        async with open_store(_url(where)) as store, store.transaction() as tx:
            for each in range(count):
                await tx.alerts.keep(replace(begun(1), rule=f"rule-{each}"))

    asyncio.run(add())


def _url(where: Where) -> str:
    return f"sqlite:///{where[3]}/meterwatch.db"
