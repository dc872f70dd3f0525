"""The commands about silences: begin one, list them, end one early."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from daemon.act import Person, end_silence, make_silence
from daemon.cli.options import config_option, state_option
from daemon.cli.person import by_option, patterns_in, refusals, store_of
from daemon.clock import WallClock
from daemon.config.durations import parse_duration
from daemon.planned.zone import begins, ends
from daemon.store import read_store, share_store
from daemon.story import silence_object, spoken_of
from daemon.table import moment
from daemon.text import aligned, one_line
from rules.silence import Silence
from rules.words import count

NONE = "No alert that goes on now is like that: patterns are held against labels, not names."
_HEAD = ("number", "from", "until", "by", "alerts", "reason")


@click.group("silence")
def silence_group() -> None:
    """Tell nobody of some alerts for a while.

    They are judged and remembered as ever. What still goes on when a silence ends is told then;
    what was over before is not told at all.
    """


@silence_group.command("add")
@config_option
@state_option
@click.option(
    "--match",
    multiple=True,
    required=True,
    metavar="LABEL=PATTERN",
    help="Which alerts: labels of the series and the rule, or rule, source, metric, severity.",
)
@click.option("--from", "start", metavar="TIME", help="When it begins. Default: now.")
@click.option("--for", "span", metavar="SPAN", help="How long it lasts, such as 2h.")
@click.option("--until", "end", metavar="TIME", help="When it ends; a day is meant to its end.")
@click.option("--reason", required=True, help="Why nobody should hear of them.")
@by_option
def add_command(  # noqa: PLR0913  an option of the command each
    *,
    config_path: Path | None,
    state_dir: Path | None,
    match: tuple[str, ...],
    start: str | None,
    span: str | None,
    end: str | None,
    reason: str,
    person: Person,
) -> None:
    """Begin a silence, beside a daemon that may be running; it lasts for 90 days at most.

    TIME is 2026-11-24 or 2026-11-24T08:00, in UTC unless it names a zone. Of several patterns for
    one label any may match; of several labels all must.
    """
    now = WallClock().now().replace(microsecond=0)
    first = now if start is None else _read(start, "--from")
    last = _end(first, span, end)
    wish = Silence(0, patterns_in(match, "--match"), first, last, person.name, one_line(reason))
    with refusals():
        store = store_of(config_path, state_dir)
        made, alerts = asyncio.run(_add(store, wish, person, now))
    click.echo(f"{made.number}: silent from {moment(made.start)} until {moment(made.end)}")
    if made.active(now):
        many = count(len(alerts), "alert")
        click.echo(f"{many} of what goes on now: {_some(alerts)}" if alerts else NONE)


@silence_group.command("list")
@config_option
@state_option
@click.option("--all", "over", is_flag=True, help="Also those that are over.")
@click.option("--json", "as_json", is_flag=True, help="An object a line, for programs.")
def list_command(
    *, config_path: Path | None, state_dir: Path | None, over: bool, as_json: bool
) -> None:
    """List what is silent, or will be."""
    now = WallClock().now()
    with refusals():
        silences = asyncio.run(_listed(store_of(config_path, state_dir), now, over=over))
    if as_json:
        for one in silences:
            click.echo(json.dumps(silence_object(one, now), ensure_ascii=False))
        return
    for line in _lines(silences) if silences else ["Nothing is silent."]:
        click.echo(line)


@silence_group.command("end")
@click.argument("number", type=click.IntRange(1, 10**18 - 1))
@config_option
@state_option
@by_option
def end_command(
    number: int, config_path: Path | None, state_dir: Path | None, person: Person
) -> None:
    """End a silence early, by its number in the list."""
    with refusals():
        store = store_of(config_path, state_dir)
        click.echo(asyncio.run(_ended(store, number, person)))


async def _add(
    url: str, wish: Silence, person: Person, at: datetime
) -> tuple[Silence, Sequence[int]]:
    async with share_store(url) as store, store.transaction() as tx:
        made = await make_silence(tx, wish, person, at)
        return made, await spoken_of(tx, made)


async def _listed(url: str, at: datetime, *, over: bool) -> Sequence[Silence]:
    async with read_store(url) as store, store.transaction() as tx:
        return await (tx.silences.all() if over else tx.silences.lasting(at))


async def _ended(url: str, number: int, person: Person) -> str:
    async with share_store(url) as store, store.transaction() as tx:
        return await end_silence(tx, number, person, WallClock().now())


def _end(start: datetime, span: str | None, end: str | None) -> datetime:
    if (span is None) == (end is None):
        raise click.UsageError("expected either --for or --until: no silence lasts for ever")
    if end is not None:
        return _read(end, "--until")
    length = parse_duration(span or "")
    if length is None or not timedelta(0) < length <= timedelta(days=3660):
        raise click.BadParameter(
            f"expected a span such as 2h or 1d, got {span!r}", param_hint="--for"
        )
    return start + length


def _read(text: str, option: str) -> datetime:
    try:
        return (ends if option == "--until" else begins)(text, UTC)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from None


def _some(alerts: Sequence[int]) -> str:
    named = ", ".join(map(str, alerts[:10]))
    return f"{named} and more" if len(alerts) > 10 else named


def _lines(silences: Sequence[Silence]) -> Iterator[str]:
    yield from aligned([_HEAD, *(_cells(one) for one in silences)])


def _cells(one: Silence) -> tuple[str, ...]:
    match = " ".join(f"{name}={each}" for name, many in one.match.items() for each in many)
    times = moment(one.start), moment(one.end)
    return str(one.number), *times, one_line(one.author), one_line(match), one_line(one.reason)
