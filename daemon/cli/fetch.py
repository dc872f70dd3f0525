"""The command that asks a vendor what it says now."""

import asyncio
import os
import sys
from difflib import get_close_matches
from pathlib import Path

import click

from daemon.cli.exits import complaints, failures
from daemon.cli.options import Moment, Since, config_option, find_config, moment_of
from daemon.clock import WallClock
from daemon.config import Config, load
from daemon.config.references import Surroundings
from daemon.fetch import Fetched, fetch, write_csv, write_json
from daemon.http import open_http
from daemon.source import Feed, Window


@click.command("fetch")
@click.argument("source")
@click.option("--since", type=Moment(), required=True, help="From here on, or how long ago: 7d.")
@click.option("--until", type=Moment(), help="Up to here; up to now if left out.")
@click.option("--format", "format_", type=click.Choice(["csv", "json"]), default="csv")
@config_option
def fetch_command(
    source: str, since: Since, until: Since | None, format_: str, config_path: Path | None
) -> None:
    """Print what a vendor says now.

    SOURCE is the name of a source of the configuration. Its readings are printed, and nothing is
    remembered of them; `replay --data` reads the CSV.
    """
    with complaints(), failures():
        config = load(find_config(config_path), Surroundings(os.environ))
        feed, window = _feed(config, source), _window(since, until)
        fetched = asyncio.run(_fetch(feed, window))
    for note in fetched.notes:
        click.echo(f"note: {note}", err=True)
    if not feed.source.tells_past:
        click.echo(f"note: {source} can only be asked how things stand now", err=True)
    (write_json if format_ == "json" else write_csv)(fetched, sys.stdout)


async def _fetch(feed: Feed, window: Window) -> Fetched:
    async with open_http() as http:
        return await fetch(feed, http, window, WallClock().now())


def _feed(config: Config, name: str) -> Feed:
    feeds = {feed.name: feed for feed in config.feeds}
    if name in feeds:
        return feeds[name]
    near = get_close_matches(name, feeds, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise click.BadParameter(
        f"no source is called {name!r}.{hint} There is {', '.join(feeds)}.", param_hint="SOURCE"
    )


def _window(since: Since, until: Since | None) -> Window:
    now = WallClock().now()
    end = now if until is None else min(moment_of(until, now), now)
    start = moment_of(since, now)
    if start >= end:
        raise click.BadParameter(
            "expected a time before now and before --until", param_hint="--since"
        )
    return Window(start, end)
