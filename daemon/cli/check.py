"""The commands about a configuration: whether it is right, what may stand in it."""

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from daemon.cli.exits import Exit, complaints
from daemon.clock import WallClock
from daemon.config import Config, load
from daemon.config import schema as config_schema
from daemon.config.placeholders import Placeholders
from daemon.config.references import Surroundings
from daemon.connect import Place, Result, Try, as_lines, connect
from daemon.http import Http, open_http
from daemon.recorder import Ledger
from rules.words import count


@click.command("check")
@click.option(
    "--connect",
    "connecting",
    is_flag=True,
    help="Ask every source and every channel once, and leave nothing there. Needs the secrets.",
)
@click.argument("config_path", metavar="CONFIG", type=click.Path(path_type=Path))
def check_command(*, config_path: Path, connecting: bool) -> None:
    """Say what is wrong with a configuration.

    Every complaint, with its line. Secrets need not be there, unless it is to connect: a
    configuration is checked where it is written, and run elsewhere.
    """
    known = Surroundings(os.environ) if connecting else Placeholders(os.environ)
    # Here the complaints are what was asked for.
    with complaints(to_stderr=False):
        config = load(config_path, known)
    if isinstance(known, Placeholders):
        spared = any(feed.optional for feed in config.feeds)
        will = f"will need it{', but for a source that is optional' if spared else ''}"
        for reason in known.missing:
            click.echo(f"{config_path}: note: {reason}; `meterwatch run` {will}", err=True)
    there_are = [
        count(len(config.feeds), "source"),
        count(len(config.rules), "rule"),
        *([count(len(config.ledgers), "recorder")] if config.ledgers else []),
        count(len(config.destinations), "destination"),
    ]
    click.echo(f"{config_path}: fine: {', '.join(there_are)}")
    if connecting:
        tries = asyncio.run(_connect(config))
        for line in as_lines(tries):
            click.echo(line)
        sys.exit(Exit.FAILURE if any(one.result is Result.FAILS for one in tries) else 0)


@click.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of the configuration, for editors."""
    click.echo(config_schema(), nl=False)


async def _connect(config: Config) -> Sequence[Try]:
    places = [Place(f"destinations.{one.name}", one.notifier.probe) for one in config.destinations]
    now = WallClock().now()
    places += [Place(f"recorders.{one.name}", partial(_probe, one, now)) for one in config.ledgers]
    async with open_http() as http:
        return await connect(config.feeds, places, http, now)


async def _probe(ledger: Ledger, at: datetime, http: Http) -> str:
    return await ledger.recorder.probe(ledger.name, http, at)
