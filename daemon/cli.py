"""The command line: parse words, call one function, choose an exit code."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from enum import IntEnum
from functools import partial
from pathlib import Path
from typing import Any

import click

from daemon import app
from daemon.clock import Clock, FastClock, WallClock
from daemon.config import Config, ConfigError, load
from daemon.config import schema as config_schema
from daemon.config.placeholders import Placeholders
from daemon.config.references import Surroundings
from daemon.log import LogFormat, set_up_log
from daemon.page import PageError
from daemon.paths import config_places, state_directory
from daemon.replay import Span, as_json, as_text, replay
from daemon.score import score_file
from daemon.service import supervisor
from daemon.store import read_store
from daemon.store.database import StoreError
from daemon.store.lock import StoreInUse
from daemon.table import TableError, parse_moment, read_table, write_table
from rules.panel import Panel


class Exit(IntEnum):
    FAILURE = 1
    LATER = 75
    """Nothing is wrong that time will not mend: another daemon holds the store."""
    CONFIG = 78
    INTERRUPTED = 130


class Moment(click.ParamType[datetime]):
    """A time on the command line."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return parse_moment(value)
        except ValueError:
            self.fail(f"expected a time such as 2026-11-20T14:00:00Z, got {value!r}", param, ctx)


_READABLE = click.Path(exists=True, dir_okay=False, allow_dash=True)
_config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    help="The configuration. Default: $METERWATCH_CONFIG, ./config.yaml, "
    "~/.config/meterwatch/config.yaml, /etc/meterwatch/config.yaml.",
)
_state_option = click.option(
    "--state-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the SQLite file lies. Default: $STATE_DIRECTORY, ~/.local/state/meterwatch.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(
    package_name="meterwatch", prog_name="meterwatch", message="%(prog)s %(version)s"
)
def main() -> None:
    """Watches the usage APIs you pay by, and tells people when something is not usual."""


@main.command()
@click.argument("config_path", metavar="CONFIG", type=click.Path(path_type=Path))
def check(config_path: Path) -> None:
    """Say what is wrong with a configuration: every complaint, with its line.

    Secrets need not be there: a configuration is checked where it is written, and run elsewhere.
    """
    known = Placeholders(os.environ)
    # Here the complaints are what was asked for.
    with _complaints(to_stderr=False):
        config = load(config_path, known)
    for reason in known.missing:
        click.echo(f"{config_path}: note: {reason}; `meterwatch run` will need it", err=True)
    counts = f"{len(config.feeds)} sources, {len(config.rules)} rules"
    click.echo(f"{config_path}: fine: {counts}, {len(config.destinations)} destinations")


@main.command()
def schema() -> None:
    """Print the JSON Schema of the configuration, for editors."""
    click.echo(config_schema(), nl=False)


@main.command()
@_config_option
@_state_option
@click.option("--once", is_flag=True, help="Poll every source once, deliver, and end.")
@click.option("--sandbox", is_flag=True, help="Against stand-ins on this machine: no keys needed.")
@click.option(
    "--speed",
    type=click.FloatRange(min=1, max=3600),
    default=600,
    show_default=True,
    help="Sandbox only: how many times faster than the wall its clock runs.",
)
def run(
    *, config_path: Path | None, state_dir: Path | None, once: bool, sandbox: bool, speed: float
) -> None:
    """Run the daemon."""
    path = _find_config(config_path)
    known = Placeholders(os.environ) if sandbox else Surroundings(os.environ)
    with _complaints(), _failures():
        config = load(path, known)
        set_up_log(LogFormat(config.log.format), config.log.level, os.environ)
        if sandbox:
            work = partial(_rehearse, config, speed, once=once)
        else:
            work = partial(_run, config, _store_url(config, state_dir), WallClock(), once=once)
        sys.exit(asyncio.run(_until_signal(work)))


@main.command("replay")
@_config_option
@_state_option
@click.option("--data", type=_READABLE, help="Usage as CSV, instead of what the store holds.")
@click.option("--from", "start", type=Moment(), help="Judge buckets from here on.")
@click.option("--to", "end", type=Moment(), help="Judge buckets that start before this.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def replay_command(
    config_path: Path | None,
    state_dir: Path | None,
    data: str | None,
    start: datetime | None,
    end: datetime | None,
    format_: str,
) -> None:
    """Run the rules over the past, telling nobody."""
    with _complaints(), _failures():
        path = _find_config(config_path)
        config = load(path, Placeholders(os.environ))
        declared = {m.source: m for feed in config.feeds for m in feed.source.metrics(feed.name)}
        if data is not None:
            with click.open_file(data, encoding="utf-8-sig") as file:
                panels = read_table(file, data, declared)
        else:
            panels = asyncio.run(_remembered(config, state_dir))
        for name in sorted({panel.metric.source for panel in panels} - set(declared)):
            click.echo(f"note: no source of {path} is called {name!r}; its rows are left", err=True)
        for told in replay(config.rules, panels, Span(start, end)):
            click.echo(as_json(told) if format_ == "json" else as_text(told))


@main.command("score")
@click.argument("file", type=_READABLE)
def score_command(file: str) -> None:
    """Score every row of a CSV file (timestamp,value) between 0 and 1."""
    with _failures(), click.open_file(file, encoding="utf-8-sig") as rows:
        score_file(rows, file, sys.stdout)


@main.command()
@_config_option
@_state_option
def export(config_path: Path | None, state_dir: Path | None) -> None:
    """Print all usage that is remembered as CSV; `replay --data` reads it."""
    with _complaints(), _failures():
        config = load(_find_config(config_path), Placeholders(os.environ))
        write_table(asyncio.run(_remembered(config, state_dir)), sys.stdout)


async def _run(
    config: Config, store_url: str, clock: Clock, stop: asyncio.Event, *, once: bool
) -> int:
    if once:
        well = await app.run_once(config, store_url, clock)
        return 0 if well else Exit.FAILURE
    await app.run(config, store_url, clock, stop, supervisor(os.environ, os.getpid()))
    return 0


async def _rehearse(config: Config, speed: float, stop: asyncio.Event, *, once: bool) -> int:
    """The same daemon, its sources and channels pointed at stand-ins, its store thrown away."""
    try:
        # Not above: the stand-ins are an extra, and a daemon does without them.
        from daemon.sandbox import open_sandbox  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"the sandbox needs {error.name}: pip install 'meterwatch[sandbox]'"
        ) from error
    clock = FastClock(WallClock().now(), speed)
    with tempfile.TemporaryDirectory(prefix="meterwatch-") as state:
        async with open_sandbox(config.feeds, config.destinations, clock, click.echo) as sandbox:
            pointed = replace(
                config,
                feeds=sandbox.feeds,
                destinations=sandbox.destinations,
                store=replace(config.store, url=None),
                page=config.page and replace(config.page, port=0),
            )
            return await _run(pointed, _store_url(pointed, Path(state)), clock, stop, once=once)


async def _remembered(config: Config, state_dir: Path | None) -> list[Panel]:
    async with read_store(_store_url(config, state_dir)) as store, store.transaction() as tx:
        return [panel for feed in config.feeds for panel in await tx.usage.panels(feed.name)]


async def _until_signal(work: Callable[[asyncio.Event], Awaitable[int]]) -> int:
    """Do the work; SIGTERM and SIGINT ask it to end well, and a second SIGINT does not ask."""
    stop = asyncio.Event()
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        if interrupted:
            loop.remove_signal_handler(signal.SIGINT)
        interrupted = True
        stop.set()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGINT, interrupt)
    code = await work(stop)
    return Exit.INTERRUPTED if interrupted else code


def _find_config(given: Path | None) -> Path:
    places = [given] if given is not None else config_places(os.environ)
    for place in places:
        if given is not None or place.exists():
            return place
    looked = ", ".join(map(str, places))
    raise click.UsageError(f"no configuration found; looked for {looked}; name one with --config")


def _store_url(config: Config, state_dir: Path | None) -> str:
    if config.store.url is not None:
        return config.store.url
    directory = state_dir or state_directory(os.environ)
    return f"sqlite:///{directory.absolute() / 'meterwatch.db'}"


@contextmanager
def _complaints(*, to_stderr: bool = True) -> Iterator[None]:
    """A configuration that is wrong: every complaint a line, and an exit code of its own."""
    try:
        yield
    except ConfigError as error:
        for complaint in error.complaints:
            click.echo(complaint, err=to_stderr)
        sys.exit(Exit.CONFIG)


@contextmanager
def _failures() -> Iterator[None]:
    """What a person can mend is said in a sentence, not in a traceback."""
    try:
        yield
    except StoreInUse as error:
        click.echo(f"meterwatch: {error}", err=True)
        sys.exit(Exit.LATER)
    except (StoreError, PageError, TableError) as error:
        click.echo(f"meterwatch: {error}", err=True)
        sys.exit(Exit.FAILURE)
