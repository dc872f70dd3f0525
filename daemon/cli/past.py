"""The commands that look at what was used: replay, score, export."""

import asyncio
import os
import sys
from pathlib import Path

import click

from daemon.cli.exits import complaints, failures
from daemon.cli.options import (
    READABLE,
    Moment,
    Since,
    config_option,
    find_config,
    moment_of,
    state_option,
    store_url,
)
from daemon.clock import WallClock
from daemon.config import Config, load
from daemon.config.placeholders import Placeholders
from daemon.replay import Span, as_json, as_text, replay
from daemon.score import score_file
from daemon.store import read_store
from daemon.table import read_table, write_table
from rules.panel import Panel


@click.command("replay")
@config_option
@state_option
@click.option("--data", type=READABLE, help="Usage as CSV, instead of what the store holds.")
@click.option("--from", "start", type=Moment(), help="Judge buckets from here on.")
@click.option("--to", "end", type=Moment(), help="Judge buckets that start before this.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def replay_command(
    config_path: Path | None,
    state_dir: Path | None,
    data: str | None,
    start: Since | None,
    end: Since | None,
    format_: str,
) -> None:
    """Run the rules over the past, telling nobody."""
    with complaints(), failures():
        path = find_config(config_path)
        config = load(path, Placeholders(os.environ))
        panels = (
            asyncio.run(_remembered(config, state_dir))
            if data is None
            else read_panels(config, data)
        )
        declared = {feed.name for feed in config.feeds}
        for name in sorted({panel.metric.source for panel in panels} - declared):
            click.echo(f"note: no source of {path} is called {name!r}; its rows are left", err=True)
        for told in replay(config.rules, panels, _span(start, end)):
            click.echo(as_json(told) if format_ == "json" else as_text(told))


@click.command("score")
@click.argument("file", type=READABLE)
def score_command(file: str) -> None:
    """Score a CSV file of timestamp,value.

    Every row between 0 and 1, as the kind spike would.
    """
    with failures(), click.open_file(file, encoding="utf-8-sig") as rows:
        score_file(rows, file, sys.stdout)


@click.command("export")
@config_option
@state_option
def export_command(config_path: Path | None, state_dir: Path | None) -> None:
    """Print all usage that is remembered.

    As CSV, which `replay --data` reads.
    """
    with complaints(), failures():
        config = load(find_config(config_path), Placeholders(os.environ))
        write_table(asyncio.run(_remembered(config, state_dir)), sys.stdout)


def read_panels(config: Config, data: str) -> list[Panel]:
    """Usage as a CSV file tells it, on the grids that the configuration declares."""
    declared = {m.source: m for feed in config.feeds for m in feed.source.metrics(feed.name)}
    with click.open_file(data, encoding="utf-8-sig") as file:
        return read_table(file, data, declared)


async def _remembered(config: Config, state_dir: Path | None) -> list[Panel]:
    async with read_store(store_url(config, state_dir)) as store, store.transaction() as tx:
        return [panel for feed in config.feeds for panel in await tx.usage.panels(feed.name)]


def _span(start: Since | None, end: Since | None) -> Span:
    now = WallClock().now()
    return Span(
        None if start is None else moment_of(start, now),
        None if end is None else moment_of(end, now),
    )
