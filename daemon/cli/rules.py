"""The command that says what each rule knows by now."""

import asyncio
import os
from collections import Counter
from pathlib import Path

import click

from daemon.cli.exits import complaints, failures
from daemon.cli.held import as_planned, read_store_of
from daemon.cli.options import config_option, find_config, state_option, store_url
from daemon.config import SHELVES, load
from daemon.config.placeholders import Placeholders
from daemon.learnt import as_json, as_lines, learnt
from daemon.store import read_store


@click.command("rules")
@config_option
@state_option
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def rules_command(config_path: Path | None, state_dir: Path | None, format_: str) -> None:
    """Say what each rule knows by now.

    How many series it watches, how many of them it judges, and how many it is still learning:
    of these it tells nobody anything yet. It reads the store, beside a daemon that may be running.
    """
    with complaints(), failures():
        config = load(find_config(config_path), Placeholders(os.environ))
        held = as_planned(read_store_of(config, state_dir), config)
        firing = asyncio.run(_firing(store_url(config, state_dir)))
        words = {kind: word for word, kind in SHELVES.kinds.items()}
        found = learnt(config.rules, words, held, firing)
    if not found and format_ == "text":
        click.echo("Nothing is held of what any rule watches. The daemon polls as soon as it runs.")
        return
    for line in map(as_json, found) if format_ == "json" else as_lines(found):
        click.echo(line)


async def _firing(url: str) -> Counter[str]:
    async with read_store(url) as store, store.transaction() as tx:
        return Counter(one.rule for one in await tx.alerts.firing())
