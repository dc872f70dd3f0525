"""The command that shows what a change of the configuration would have changed."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click

from daemon.cli.exits import Exit, complaints, failures
from daemon.cli.held import as_planned, last_days, read_held
from daemon.cli.meanwhile import busy, meanwhile
from daemon.cli.options import READABLE, state_option
from daemon.config import Config, ConfigError, load
from daemon.config.placeholders import Placeholders
from daemon.plan.compare import Mark, Side, compare, renames
from daemon.plan.report import Line, Plan, as_json, as_lines
from daemon.plan.told import Told, alerts_of
from daemon.replay import Span, replay
from rules.panel import Panel
from rules.words import span

_COLOURS: Mapping[Mark, str] = {Mark.REMOVED: "red", Mark.ADDED: "green", Mark.MOVED: "yellow"}
_MOST = 5
FILE = click.Path(path_type=Path)


@click.command("plan")
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@click.option(
    "--days",
    type=click.IntRange(min=1, max=3660),
    default=30,
    show_default=True,
    help="How much of what is held is judged, counted back from its end.",
)
@click.option("--data", type=READABLE, help="Usage as CSV, instead of what the store holds.")
@state_option
@click.option("--all", "all_", is_flag=True, help=f"Every alert, not {_MOST} of each sort a rule.")
@click.option("--exit-code", is_flag=True, help=f"End with {Exit.DIFFERS} where alerts differ.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
def plan_command(  # noqa: PLR0913  an option of the command each
    *,
    old: Path,
    new: Path,
    days: int,
    data: str | None,
    state_dir: Path | None,
    all_: bool,
    exit_code: bool,
    format_: str,
) -> None:
    """Show what a change of the rules would have changed.

    OLD and NEW are configuration files. The rules of both judge the same past, and the alerts
    that one of them would have told and the other not are shown. Nobody is told, nothing is kept.
    """
    with complaints(), failures(), busy():
        before, after = _both(old, new)
        meanwhile("reading what is held")
        held = _held(before, after, data, state_dir)
        plan = _plan(before, after, held, timedelta(days=days))
    for note in _notes(before, after, held, timedelta(days=days)):
        click.echo(f"note: {note}", err=True)
    if format_ == "json":
        click.echo(as_json(plan))
    else:
        _print(as_lines(plan, None if all_ else _MOST))
    sys.exit(Exit.DIFFERS if exit_code and plan.differs else 0)


def _both(old: Path, new: Path) -> tuple[Config, Config]:
    """Both configurations, or what is wrong with either of them, in one go."""
    known = Placeholders(os.environ)
    found: list[Config] = []
    wrong: list[str] = []
    for path in (old, new):
        try:
            found.append(load(path, known))
        except ConfigError as error:
            wrong += error.complaints
    if wrong:
        raise ConfigError(tuple(wrong))
    before, after = found
    return before, after


def _held(
    before: Config, after: Config, data: str | None, state_dir: Path | None
) -> Sequence[Panel]:
    """The past of every source of either, from the store that the old one has filled."""
    named = {feed.name: feed for feed in (*before.feeds, *after.feeds)}
    return read_held(replace(before, feeds=tuple(named.values())), data, state_dir)


def _plan(before: Config, after: Config, held: Sequence[Panel], days: timedelta) -> Plan:
    start, end = last_days(held, days)
    sides = []
    for which, config in (("old", before), ("new", after)):
        meanwhile(f"judging by the {which} rules")
        sides.append(Side(config.rules, _alerts(config, held, Span(start, end))))
    return Plan(
        start=start,
        end=end,
        series=sum(len(panel.series) for panel in held),
        rules=compare(*sides),
        renames=list(renames(*sides)),
    )


def _alerts(config: Config, held: Sequence[Panel], span: Span) -> Sequence[Told]:
    return alerts_of(replay(config.rules, as_planned(held, config), span))


def _notes(before: Config, after: Config, held: Sequence[Panel], days: timedelta) -> Iterator[str]:
    start, end = last_days(held, days)
    if end - start < days:
        yield f"{span(days)} were asked for, and {span(end - start)} are held"
    known = {panel.metric.source for panel in held if panel.at(panel.closed) > start}
    rules = {rule.name: rule for rule in (*before.rules, *after.rules)}
    for source in sorted({rule.source for rule in rules.values()} - known):
        of = ", ".join(name for name, rule in rules.items() if rule.source == source)
        yield f"nothing is held of {source} in this time, so nothing can be said of {of}"


def _print(lines: Iterator[Line]) -> None:
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    for line in lines:
        text = line.text if line.mark is None else click.style(line.text, fg=_COLOURS[line.mark])
        click.echo(text, color=False if plain else None)
