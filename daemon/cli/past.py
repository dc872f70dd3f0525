"""The commands that look at what was used: replay, score, export."""

import os
import sys
from pathlib import Path

import click

from daemon.cli.exits import complaints, failures
from daemon.cli.held import as_planned, read_panels, read_store_of
from daemon.cli.meanwhile import busy, meanwhile
from daemon.cli.options import (
    READABLE,
    Moment,
    Since,
    config_option,
    find_config,
    moment_of,
    state_option,
)
from daemon.clock import WallClock
from daemon.config import load
from daemon.config.placeholders import Placeholders
from daemon.replay import Span, as_json, as_text, replay
from daemon.score import score_file
from daemon.table import write_table


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
    with complaints(), failures(), busy():
        path = find_config(config_path)
        config = load(path, Placeholders(os.environ))
        meanwhile("reading what is held")
        held = read_store_of(config, state_dir) if data is None else read_panels(config, data)
        meanwhile("judging what is held")
        told = list(replay(config.rules, as_planned(held, config), _span(start, end)))
    declared = {feed.name for feed in config.feeds}
    for name in sorted({panel.metric.source for panel in held} - declared):
        click.echo(f"note: no source of {path} is called {name!r}; its rows are left", err=True)
    for each in told:
        click.echo(as_json(each) if format_ == "json" else as_text(each))


@click.command("score")
@click.argument("file", type=READABLE)
def score_command(file: str) -> None:
    """Score a CSV file of timestamp,value.

    Every row between 0 and 1; 0.5 is where a row is worth a word.
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
        write_table(read_store_of(config, state_dir), sys.stdout)


def _span(start: Since | None, end: Since | None) -> Span:
    now = WallClock().now()
    return Span(
        None if start is None else moment_of(start, now),
        None if end is None else moment_of(end, now),
    )
