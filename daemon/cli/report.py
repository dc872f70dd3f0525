"""The command that prints a report: the same that is sent, of any week or month."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import click

from daemon.cli.exits import complaints, failures
from daemon.cli.options import config_option, find_config, state_option, store_url
from daemon.clock import WallClock
from daemon.config import Config, load
from daemon.config.complaints import unlike
from daemon.config.placeholders import Placeholders
from daemon.planned.zone import zone_of
from daemon.report.asked import Asked, Report
from daemon.report.files import allocation_csv, charts, use_csv
from daemon.report.findings import Findings
from daemon.report.gather import Gatherer
from daemon.report.machine import as_json
from daemon.report.page import page
from daemon.report.term import Per, Term, last_before, term_of
from daemon.report.worded import worded
from daemon.store import read_store
from daemon.wording.form import plain


@click.command("report")
@click.argument("name", required=False)
@config_option
@state_option
@click.option("--weekly", "per", flag_value="week", help="Without NAME: of the last whole week.")
@click.option("--monthly", "per", flag_value="month", help="Without NAME: of the last whole month.")
@click.option("--period", metavar="PERIOD", help="Of 2026-W46 or 2026-10. Default: the last one.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "html", "csv", "json"]),
    default="text",
)
def report_command(
    name: str | None,
    config_path: Path | None,
    state_dir: Path | None,
    per: Per | None,
    period: str | None,
    format_: str,
) -> None:
    """Print what a week or a month came to.

    NAME is a report of the configuration. Without it, and where several or none are configured,
    --weekly, --monthly or --period say what is meant, and all sources are told of. csv is who
    pays, where the report has cost centres, else who used what.
    """
    now = WallClock().now()
    with complaints(), failures():
        config = load(find_config(config_path), Placeholders(os.environ))
        report = _report(config, name, _per(per, period))
        term = _term(report, period, now)
        store = store_url(config, state_dir)
        found = asyncio.run(_found(config, store, report, term, now))
    sys.stdout.write(FORMATS[format_](found))


def _text(found: Findings) -> str:
    return plain(worded(found)) + "\n"


def _html(found: Findings) -> str:
    return page(worded(found), list(charts(found)))


def _csv(found: Findings) -> str:
    return allocation_csv(found) if found.allocations else use_csv(found)


FORMATS: Mapping[str, Callable[[Findings], str]] = {
    "text": _text,
    "html": _html,
    "csv": _csv,
    "json": lambda found: as_json(found) + "\n",
}


def _per(per: Per | None, period: str | None) -> Per | None:
    if period is None:
        return per
    try:
        meant = term_of(period, zone_of("UTC")).per
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--period") from None
    if per not in (None, meant):
        raise click.BadParameter(f"{period} is a {meant}, no {per}", param_hint="--period")
    return meant


def _report(config: Config, name: str | None, per: Per | None) -> Report:
    """The one that is named; else the only one that fits; else one of everything."""
    known = {one.name: one for one in config.reports}
    if name is not None:
        if name not in known:
            why = f"no such report {name!r}{unlike(name, known)}"
            raise click.BadParameter(why, param_hint="NAME")
        if per not in (None, known[name].asked.per):
            why = f"{name} tells of a {known[name].asked.per}, not of a {per}"
            raise click.BadParameter(why, param_hint="NAME")
        return known[name]
    fitting = [one for one in config.reports if per in (None, one.asked.per)]
    return fitting[0] if len(fitting) == 1 else Report("all", Asked(per or "week"))


def _term(report: Report, period: str | None, now: datetime) -> Term:
    asked = report.asked
    return (
        last_before(asked.per, now, asked.place) if period is None else term_of(period, asked.place)
    )


async def _found(config: Config, url: str, report: Report, term: Term, now: datetime) -> Findings:
    async with read_store(url) as store:
        gatherer = Gatherer(config.feeds, config.rules, store, config.planned)
        return await gatherer.gather(report, term, now)
