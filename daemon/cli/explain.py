"""The command that says why an alert opened, and decides it again."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import click

from daemon.cli.exits import complaints, failures
from daemon.cli.options import config_option, find_config, state_option, store_url
from daemon.config import Config, load
from daemon.config.placeholders import Placeholders
from daemon.explain import Explained, explain
from daemon.grounds import as_json, as_lines, recent_as_json, recent_as_lines
from daemon.store import read_store
from daemon.store.alerts import Numbered

RECENT = 20
"""So many alerts are listed."""


@click.command("explain")
@click.argument("alert", type=click.IntRange(min=1), required=False)
@config_option
@state_option
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def explain_command(
    alert: int | None, config_path: Path | None, state_dir: Path | None, format_: str
) -> None:
    """Say why an alert opened, and decide it again.

    ALERT is the number in its messages. What was decided is printed to the last digit, and beside
    it what the rule makes of the same bucket now, from what is stored. Without ALERT the latest
    ones are listed.
    """
    with complaints(), failures():
        config = load(find_config(config_path), Placeholders(os.environ))
        store = store_url(config, state_dir)
        if alert is None:
            _list(asyncio.run(_recent(store)), format_)
            return
        known = asyncio.run(_explained(config, store, alert))
    for line in [as_json(known)] if format_ == "json" else as_lines(known):
        click.echo(line)


def _list(recent: Sequence[Numbered], format_: str) -> None:
    if not recent and format_ == "text":
        click.echo("There is no alert yet.")
        return
    for line in map(recent_as_json, recent) if format_ == "json" else recent_as_lines(recent):
        click.echo(line)


async def _recent(url: str) -> Sequence[Numbered]:
    async with read_store(url) as store, store.transaction() as tx:
        return await tx.alerts.recent(RECENT)


async def _explained(config: Config, url: str, alert: int) -> Explained:
    async with read_store(url) as store:
        return await explain(config, store, alert)
