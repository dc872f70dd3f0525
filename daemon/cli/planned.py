"""The commands about what is planned: list it, mark a span of the past or to come, unmark it."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

import click

from daemon.cli.exits import Exit, complaints, failures
from daemon.cli.options import config_option, find_config, state_option, store_url
from daemon.cli.person import login, patterns_in
from daemon.clock import WallClock
from daemon.config import Config, load
from daemon.config.complaints import unlike
from daemon.config.durations import parse_duration
from daemon.config.placeholders import Placeholders
from daemon.planned.listed import Listed, as_json, as_lines
from daemon.planned.zone import begins, ends, zone_of
from daemon.store import read_store, share_store
from daemon.store.database import StoreError
from daemon.store.planned import Mark
from daemon.table import moment
from daemon.text import one_line
from rules.planned import Planned

Read = Callable[[str, tzinfo], datetime]


@click.group("planned", invoke_without_command=True)
@config_option
@state_option
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.pass_context
def planned_group(
    context: click.Context, config_path: Path | None, state_dir: Path | None, format_: str
) -> None:
    """Say what is planned; mark what was.

    What is planned is neither told of nor taken for usual. The configuration says it beforehand;
    `add` marks a span that nobody wrote down, such as a load test of last night.
    """
    if context.invoked_subcommand is not None:
        return
    with complaints(), failures():
        config = load(find_config(config_path), Placeholders(os.environ))
        listed = _configured(config, WallClock().now()) + _marked(store_url(config, state_dir))
    for line in map(as_json, listed) if format_ == "json" else _lines(listed):
        click.echo(line)


@planned_group.command("add")
@config_option
@state_option
@click.option("--from", "start", required=True, metavar="TIME", help="When it began.")
@click.option("--until", "end", metavar="TIME", help="When it was over; a day is meant to its end.")
@click.option("--zone", default="UTC", help="The zone of these times. Default: UTC.")
@click.option("--source", help="The only source it speaks of. Default: every one.")
@click.option("--where", multiple=True, metavar="LABEL=PATTERN", help="Only these series.")
@click.argument("reason", metavar="REASON", nargs=-1, required=True)
@click.pass_context
def add_command(  # noqa: PLR0913  an option of the command each
    context: click.Context,
    *,
    config_path: Path | None,
    state_dir: Path | None,
    start: str,
    end: str | None,
    zone: str,
    source: str | None,
    where: tuple[str, ...],
    reason: tuple[str, ...],
) -> None:
    """Mark a span as planned, beside a daemon that may be running.

    TIME is 2026-11-24, 2026-11-24T08:00, or how long ago it was, such as 3h. Without --until it
    lasts until now. An alert that rests on nothing but what is now planned is withdrawn at the
    next poll.
    """
    now = WallClock().now().replace(microsecond=0)
    with complaints(), failures():
        place = _place(context, config_path, state_dir)
        _check_source(place.config, source)
        span = _span(start, end, zone, now)
        what = Planned(one_line(" ".join(reason)), *span, source, patterns_in(where, "--where"))
        number = asyncio.run(_mark(place.store, what, now))
    click.echo(f"{number}: planned from {moment(span[0])} until {moment(span[1])}: {what.name}")


@planned_group.command("remove")
@config_option
@state_option
@click.argument("number", type=int)
@click.pass_context
def remove_command(
    context: click.Context, config_path: Path | None, state_dir: Path | None, number: int
) -> None:
    """Take a mark back, by its number in the list."""
    with complaints(), failures():
        place = _place(context, config_path, state_dir)
        gone = asyncio.run(_unmark(place.store, number))
    if gone is None:
        click.echo(
            f"meterwatch: there is no mark {number}; `meterwatch planned` lists them", err=True
        )
        sys.exit(Exit.FAILURE)
    click.echo(f"{number}: no longer planned: {gone.planned.name}")


@dataclass(frozen=True, slots=True)
class _Place:
    config: Config
    store: str


def _place(context: click.Context, config_path: Path | None, state_dir: Path | None) -> _Place:
    """What the command was told with, or the group in front of it."""
    before = context.parent.params if context.parent else {}
    path = find_config(config_path or before.get("config_path"))
    config = load(path, Placeholders(os.environ))
    return _Place(config, store_url(config, state_dir or before.get("state_dir")))


def _configured(config: Config, at: datetime) -> list[Listed]:
    return [Listed(one.nearest(at), one.when.words()) for one in config.planned]


def _marked(store: str) -> list[Listed]:
    """Those in the store; where there is none yet, nobody can have marked anything."""
    try:
        marks = asyncio.run(_marks(store))
    except StoreError as error:
        click.echo(f"note: {error}; marks are not shown", err=True)
        return []
    return [Listed(each.planned, number=each.number, by=each.by, at=each.at) for each in marks]


def _lines(listed: Sequence[Listed]) -> Iterable[str]:
    return as_lines(listed) if listed else ["Nothing is planned."]


async def _marks(store: str) -> Sequence[Mark]:
    async with read_store(store) as opened, opened.transaction() as tx:
        return await tx.planned.all()


async def _mark(store: str, planned: Planned, at: datetime) -> int:
    async with share_store(store) as opened, opened.transaction() as tx:
        return await tx.planned.mark(planned, at, login())


async def _unmark(store: str, number: int) -> Mark | None:
    async with share_store(store) as opened, opened.transaction() as tx:
        return await tx.planned.unmark(number)


def _span(start: str, end: str | None, zone: str, now: datetime) -> tuple[datetime, datetime]:
    try:
        there = zone_of(zone)
    except ValueError as error:
        raise click.BadParameter(str(error).removeprefix("zone: "), param_hint="--zone") from None
    began = _moment(start, begins, now, there, "--from")
    ended = now if end is None else _moment(end, ends, now, there, "--until")
    if ended <= began:
        why = f"expected later than --from ({moment(began)}), got {moment(ended)}"
        raise click.BadParameter(why, param_hint="--until")
    return began, ended


def _moment(text: str, read: Read, now: datetime, zone: tzinfo, option: str) -> datetime:
    if (ago := parse_duration(text)) is not None:
        return now - ago
    try:
        return read(text, zone)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from None


def _check_source(config: Config, name: str | None) -> None:
    known = [feed.name for feed in config.feeds]
    if name is not None and name not in known:
        why = f"no such source {name!r}{unlike(name, known)}"
        raise click.BadParameter(why, param_hint="--source")
