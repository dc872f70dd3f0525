"""The commands by which a person answers an alert: they look after it, or it was expected."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import click

from daemon.act import Person, acknowledge, expect, take_back
from daemon.cli.options import config_option, state_option
from daemon.cli.person import by_option, refusals, store_of
from daemon.clock import WallClock
from daemon.store import Transaction, share_store

Answer = Callable[[Transaction, int, Person, datetime], Awaitable[str]]


@click.command("acknowledge")
@click.argument("alert", type=click.IntRange(1, 10**18 - 1))
@config_option
@state_option
@by_option
@click.option("--undo", is_flag=True, help="Take an acknowledgement back.")
def acknowledge_command(
    *, alert: int, config_path: Path | None, state_dir: Path | None, person: Person, undo: bool
) -> None:
    """Say that you look after an alert.

    ALERT is the number in its messages. Who was told of it is told that too, where messages
    change with their alert, and nobody is reminded of it any more. It is still told when it gets
    worse, and when it is over.
    """
    answer = take_back if undo else acknowledge
    with refusals():
        store = store_of(config_path, state_dir)
        click.echo(asyncio.run(_answered(store, alert, person, answer)))


@click.command("expected")
@click.argument("alert", type=click.IntRange(1, 10**18 - 1))
@config_option
@state_option
@by_option
def expected_command(
    alert: int, config_path: Path | None, state_dir: Path | None, person: Person
) -> None:
    """Say that what an alert is about was expected.

    ALERT is the number in its messages. From its beginning until now its series is marked as
    planned: the alert is withdrawn at the next poll, and what was used is not taken for usual.
    `meterwatch planned` lists the mark, and takes it back.
    """
    with refusals():
        store = store_of(config_path, state_dir)
        click.echo(asyncio.run(_answered(store, alert, person, expect)))


async def _answered(url: str, alert: int, person: Person, answer: Answer) -> str:
    async with share_store(url) as store, store.transaction() as tx:
        return await answer(tx, alert, person, WallClock().now())
