"""The commands about what is told to people: the ledger, a letter once more, a test message."""

import asyncio
import getpass
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from daemon.cli.exits import Exit, complaints, failures
from daemon.cli.options import config_option, find_config, state_option, store_url
from daemon.clock import WallClock
from daemon.config import Config, load
from daemon.config.complaints import unlike
from daemon.config.placeholders import Placeholders
from daemon.config.references import Surroundings
from daemon.drill import tell
from daemon.http import open_http
from daemon.ledger import as_json, as_lines, what
from daemon.notifier import DeliveryError, Destination
from daemon.store import read_store, share_store
from daemon.store.destinations import DestinationState
from daemon.store.outbox import Delivery, LetterState

NUMBER = click.IntRange(1, 10**18 - 1)
"""No store counts farther."""
_OPEN = (LetterState.OWED, LetterState.SENDING, LetterState.UNKNOWN, LetterState.FAILED)


@click.command("deliveries")
@config_option
@state_option
@click.option("--all", "every", is_flag=True, help="Also what was sent, folded or not told.")
@click.option("--destination", metavar="NAME", help="Only letters to this destination.")
@click.option("--alert", type=NUMBER, metavar="NUMBER", help="Only letters about this alert.")
@click.option("--many", type=click.IntRange(1, 100_000), default=50, show_default=True)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def deliveries_command(  # noqa: PLR0913  an option of the command each
    *,
    config_path: Path | None,
    state_dir: Path | None,
    every: bool,
    destination: str | None,
    alert: int | None,
    many: int,
    format_: str,
) -> None:
    """Say what became of letters.

    The newest first. Without --all only what is not done: owed, unknown, failed for good. Exits
    with 1 where any of these failed for good.
    """
    with complaints(), failures():
        config = load(find_config(config_path), Placeholders(os.environ))
        states = tuple(LetterState) if every or alert is not None else _OPEN
        ledger = partial(_ledger, many=many, states=states, destination=destination, alert=alert)
        found, places = asyncio.run(ledger(store_url(config, state_dir)))
    if destination is not None and not found:
        _check_name(destination, config)
    for line in map(as_json, found) if format_ == "json" else as_lines(found, places):
        click.echo(line)
    if any(one.state is LetterState.FAILED for one in found):
        sys.exit(Exit.FAILURE)


def _check_name(destination: str, config: Config) -> None:
    """Of a place that was misspelt nothing is owed either, which reads as if all was well; one that
    was removed may still have letters, so that no name is refused."""
    known = {one.name for one in config.destinations}
    if destination not in known:
        near = unlike(destination, known)
        click.echo(f"note: no destination is called {destination!r}{near}", err=True)


async def _ledger(
    url: str,
    *,
    many: int,
    states: Sequence[LetterState],
    destination: str | None,
    alert: int | None,
) -> tuple[Sequence[Delivery], Sequence[DestinationState]]:
    async with read_store(url) as store, store.transaction() as tx:
        found = await tx.outbox.ledger(many, states, destination, alert)
        return found, await tx.destinations.all()


@click.command("resend")
@config_option
@state_option
@click.argument("number", type=NUMBER)
def resend_command(*, config_path: Path | None, state_dir: Path | None, number: int) -> None:
    """Send a letter once more.

    By its number in `meterwatch deliveries --all`. It is owed again, and the daemon sends it at
    its next look, a few seconds from now: as it was written then, to the place it was for.
    """
    with complaints(), failures():
        config = load(find_config(config_path), Placeholders(os.environ))
        found = asyncio.run(_owe_again(store_url(config, state_dir), number))
    click.echo(f"{number}: owed again to {found.content.destination}: {what(found)}")


async def _owe_again(url: str, number: int) -> Delivery:
    async with share_store(url) as store, store.transaction() as tx:
        found = await tx.outbox.number(number)
        if found is None:
            raise click.ClickException(
                f"there is no letter {number}; `meterwatch deliveries --all` lists them"
            )
        if not await tx.outbox.owe_again(number, WallClock().now()):
            raise click.ClickException(f"letter {number} is {found.state.value} as it is")
        return found


@click.command("tell")
@config_option
@click.argument("destination")
def tell_command(*, config_path: Path | None, destination: str) -> None:
    """Send a destination a test message."""
    with complaints(), failures():
        config = load(find_config(config_path), Surroundings(os.environ))
        place = _destination(config, destination)
        try:
            words = asyncio.run(_tell(place))
        except DeliveryError as error:
            click.echo(f"meterwatch: {destination} did not take it: {error}", err=True)
            sys.exit(Exit.FAILURE)
    click.echo(words)


def _destination(config: Config, name: str) -> Destination:
    known = {one.name: one for one in config.destinations}
    if name not in known:
        near = unlike(name, known)
        raise click.UsageError(f"there is no destination {name!r} in the configuration{near}")
    return known[name]


async def _tell(place: Destination) -> str:
    async with open_http() as http:
        return await tell(place, http, getpass.getuser(), WallClock().now())
