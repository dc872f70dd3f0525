"""The command that says how every source fares."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from daemon.cli.exits import complaints, failures
from daemon.cli.options import config_option, find_config, state_option, store_url
from daemon.clock import WallClock
from daemon.config import Config, load
from daemon.config.placeholders import Placeholders
from daemon.config.references import Surroundings, Unresolved
from daemon.governor.account import Account, account_of
from daemon.overview import Seen, State, overview
from daemon.roster import Line, as_json, as_lines
from daemon.store import read_store

_COLOURS: Mapping[State, str] = {
    State.BLIND: "red",
    State.CHANGED: "red",
    State.FAILING: "red",
    State.LEFT_OUT: "yellow",
    State.RESTING: "yellow",
    State.HISTORY: "yellow",
}
"""The others are as they should be, and stay as they are."""


@click.command("sources")
@config_option
@state_option
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def sources_command(config_path: Path | None, state_dir: Path | None, format_: str) -> None:
    """Say how every source fares.

    When it was read last and how far, what is wrong with it, and how often its vendor may still
    be asked this minute. It reads the store, beside a daemon that may be running.
    """
    with complaints(), failures():
        known = _References(os.environ)
        config = load(find_config(config_path), known)
        # An account is known by its key: a placeholder would name one that nobody has.
        feeds = () if known.missing else config.feeds
        accounts = {feed.name: account_of(feed.source) for feed in feeds}
        seen = asyncio.run(_seen(config, accounts, store_url(config, state_dir)))
    if known.missing:
        click.echo(f"note: {known.missing[0]}; so nobody knows the calls left", err=True)
    if format_ == "json":
        for one in seen:
            click.echo(as_json(one))
        return
    if all(one.state is State.NEVER for one in seen):
        click.echo("Nothing was polled yet. The daemon does it as soon as it runs.\n")
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    for line in as_lines(seen):
        click.echo(_coloured(line), color=False if plain else None)


class _References:
    """Placeholders for what is not set; `missing` says what of it a source would need."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._real = Surroundings(environ)
        self._placeholders = Placeholders(environ)
        self.missing: list[str] = []

    def resolve(self, kind: str, name: str, key: str) -> str:
        try:
            return self._real.resolve(kind, name, key)
        except Unresolved as error:
            if key.startswith("sources."):
                self.missing.append(str(error))
            return self._placeholders.resolve(kind, name, key)


async def _seen(config: Config, accounts: Mapping[str, Account], store: str) -> Sequence[Seen]:
    async with read_store(store) as opened:
        return await overview(config.feeds, accounts, opened, WallClock().now())


def _coloured(line: Line) -> str:
    colour = None if line.state is None else _COLOURS.get(line.state)
    return line.text if colour is None else click.style(line.text, fg=colour)
