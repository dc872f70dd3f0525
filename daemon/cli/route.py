"""The command that says where an alert would go."""

import asyncio
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click

from daemon.cli.exits import complaints, failures
from daemon.cli.options import (
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
from daemon.config.complaints import unlike
from daemon.config.placeholders import Placeholders
from daemon.route import routing_of
from daemon.store import read_store
from daemon.store.database import StoreError
from daemon.whither import Whither, as_json, as_lines, whither
from rules.health import CONDITIONS


@click.command("route")
@config_option
@state_option
@click.option("--labels", multiple=True, metavar="LABEL=VALUE", help="What the alert bears.")
@click.option("--at", type=Moment(), help="When it opens. Default: now.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.argument("more", nargs=-1, metavar="[LABEL=VALUE]...")
def route_command(
    *,
    config_path: Path | None,
    state_dir: Path | None,
    labels: tuple[str, ...],
    at: Since | None,
    format_: str,
    more: tuple[str, ...],
) -> None:
    """Say where an alert would go, and when, and why.

    Such as: meterwatch route --labels rule=voice-spike severity=critical. What follows from the
    rule need not be said: its source, its severity, its labels. Nobody is told.
    """
    asked = _labels((*labels, *more))
    with complaints(), failures():
        config = load(find_config(config_path), Placeholders(os.environ))
        _check_rule(config, asked)
        now = WallClock().now()
        moment = now if at is None else moment_of(at, now)
        known = asyncio.run(_asked(config, store_url(config, state_dir), asked, moment))
    for line in [as_json(known)] if format_ == "json" else as_lines(known):
        click.echo(line)


def _labels(words: tuple[str, ...]) -> Mapping[str, str]:
    made: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not (name and equals):
            raise click.BadParameter(f"expected LABEL=VALUE, got {word!r}", param_hint="--labels")
        made[name] = value
    return made


def _check_rule(config: Config, labels: Mapping[str, str]) -> None:
    known = [*(rule.name for rule in config.rules), *CONDITIONS]
    name = labels.get("rule")
    if name is not None and name not in known:
        click.echo(f"note: no rule is called {name!r}{unlike(name, known)}", err=True)


async def _asked(config: Config, url: str, labels: Mapping[str, str], at: datetime) -> Whither:
    routing = routing_of(config)
    try:
        async with read_store(url) as store, store.transaction() as tx:
            return await whither(tx, routing, labels, at)
    except StoreError as error:
        click.echo(f"note: silences and what goes on are not known: {error}", err=True)
        return await whither(None, routing, labels, at)
