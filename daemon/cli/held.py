"""The past that commands judge: what the store holds, or a file in its place."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click

from daemon.cli.options import store_url
from daemon.config import Config
from daemon.planned.occasion import expected
from daemon.store import read_store
from daemon.table import read_table
from rules.panel import Panel
from rules.planned import over


def read_held(config: Config, data: str | None, state_dir: Path | None) -> list[Panel]:
    """All that is held of the sources of a configuration."""
    if data is None:
        return read_store_of(config, state_dir)
    known = {feed.name for feed in config.feeds}
    return [panel for panel in read_panels(config, data) if panel.metric.source in known]


def as_planned(held: Sequence[Panel], config: Config) -> list[Panel]:
    """The same, with what this configuration expects to be out of the ordinary."""
    return [over(one, expected(config.planned, one.start, one.end)) for one in held]


def last_days(held: Sequence[Panel], days: timedelta) -> tuple[datetime, datetime]:
    """The last so many days of what is held, or as many as are: by its clock, not by ours."""
    if not held:
        raise click.ClickException(
            "nothing is held of any source of the configuration; has the daemon run?"
        )
    end = max(panel.at(panel.closed) for panel in held)
    return max(end - days, min(panel.start for panel in held)), end


def read_panels(config: Config, data: str) -> list[Panel]:
    """Usage as a CSV file tells it, on the grids that the configuration declares."""
    metrics = [m for feed in config.feeds for m in feed.source.metrics(feed.name)]
    declared = {m.source: m for m in metrics} | {f"{m.source}/{m.name}": m for m in metrics}
    with click.open_file(data, encoding="utf-8-sig") as file:
        return read_table(file, data, declared)


def read_store_of(config: Config, state_dir: Path | None) -> list[Panel]:
    """Usage as the store remembers it, with what people marked as planned."""
    return asyncio.run(_remembered(config, state_dir))


async def _remembered(config: Config, state_dir: Path | None) -> list[Panel]:
    async with read_store(store_url(config, state_dir)) as store, store.transaction() as tx:
        panels = [panel for feed in config.feeds for panel in await tx.usage.panels(feed.name)]
        return [over(one, await tx.planned.between(one.start, one.end)) for one in panels]
