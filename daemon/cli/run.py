"""The command that runs the daemon, for real or in its sandbox."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import SystemRandom

import click

from daemon import app
from daemon.app import Life
from daemon.cli.exits import Exit, complaints, failures
from daemon.cli.options import config_option, find_config, state_option, store_url
from daemon.clock import FastClock, WallClock
from daemon.config import Config, load
from daemon.config.placeholders import Placeholders
from daemon.config.references import Surroundings
from daemon.house import Ground
from daemon.log import LogFormat, set_up_log
from daemon.progress import Progress, Silent, open_progress
from daemon.reload import Again
from daemon.service import supervisor


@click.command("run")
@config_option
@state_option
@click.option("--once", is_flag=True, help="Poll every source once, deliver, and end.")
@click.option("--sandbox", is_flag=True, help="Against stand-ins on this machine: no keys needed.")
@click.option(
    "--speed",
    type=click.FloatRange(min=1, max=3600),
    default=600,
    show_default=True,
    help="Sandbox only: how many times faster than the wall its clock runs.",
)
def run_command(
    *, config_path: Path | None, state_dir: Path | None, once: bool, sandbox: bool, speed: float
) -> None:
    """Run the daemon."""
    path = find_config(config_path)
    known = Placeholders(os.environ) if sandbox else Surroundings(os.environ)
    again = Again(str(path), partial(load, path, known))
    if not sandbox and not once:
        # From here on, so that whoever asks while it still starts is heard, and does not end it.
        signal.signal(signal.SIGHUP, lambda *_: again.ask())
    with complaints(), failures():
        config = load(path, known)
        for_people = config.log.format == "text"
        with open_progress(os.environ, WallClock()) if for_people else nullcontext(Silent()) as bar:
            # Inside, so that what is logged appears above the bar.
            set_up_log(LogFormat(config.log.format), config.log.level, os.environ)
            if sandbox:
                work = partial(_rehearse, config, speed, once=once, progress=bar)
            else:
                url = store_url(config, state_dir)
                ground = Ground(url, WallClock(), SystemRandom(), bar)
                work = partial(_run, config, ground, again, once=once)
            code = asyncio.run(_until_signal(work))
        sys.exit(code)


async def _run(
    config: Config, ground: Ground, again: Again | None, stop: asyncio.Event, *, once: bool
) -> int:
    if once:
        well = await app.run_once(config, ground)
        return 0 if well else Exit.FAILURE
    if again is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, again.ask)
    await app.run(config, ground, Life(stop, supervisor(os.environ, os.getpid()), again))
    return 0


async def _rehearse(
    config: Config, speed: float, stop: asyncio.Event, *, once: bool, progress: Progress
) -> int:
    """The same daemon, its sources and channels pointed at stand-ins, its store thrown away."""
    try:
        # Not above: the stand-ins are an extra, and a daemon does without them.
        from daemon.sandbox import Sandbox, open_sandbox  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"the sandbox needs {error.name}: pip install 'meterwatch[sandbox]'"
        ) from error
    clock = FastClock(WallClock().now(), speed)
    with tempfile.TemporaryDirectory(prefix="meterwatch-") as state:
        real = Sandbox(config.feeds, config.ledgers, config.destinations)
        async with open_sandbox(real, clock, click.echo) as sandbox:
            pointed = replace(
                config,
                feeds=sandbox.feeds,
                ledgers=sandbox.ledgers,
                destinations=sandbox.destinations,
                store=replace(config.store, url=None),
                page=config.page and replace(config.page, port=0),
                heartbeat=None,
            )
            ground = Ground(store_url(pointed, Path(state)), clock, SystemRandom(), progress)
            return await _run(pointed, ground, None, stop, once=once)


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
