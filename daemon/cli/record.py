"""The command that records days into a recorder of the configuration."""

import asyncio
import os
import sys
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from random import SystemRandom

import click

from daemon.cli.exits import Exit, complaints, failures
from daemon.cli.held import read_panels
from daemon.cli.options import READABLE, config_option, find_config, state_option, store_url
from daemon.clock import WallClock
from daemon.config import Config, load
from daemon.config.references import Surroundings
from daemon.governor import Governor
from daemon.governor.account import account_of
from daemon.http import open_http
from daemon.recorder import Ledger
from daemon.recording.asked import Asked, as_text, record_days
from daemon.recording.post import DayResult, Outcome
from daemon.recording.record import Recording
from daemon.route import routing_of
from daemon.store import share_store

_WELL = (Outcome.RECORDED, Outcome.ALREADY, Outcome.NOTHING, Outcome.WOULD)


class Day(click.ParamType[date]):
    """A day on the command line."""

    name = "day"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"expected a day such as 2026-11-19, got {value!r}", param, ctx)


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be recorded where."""

    config: Config
    store: str
    ledger: Ledger
    asked: Asked


@click.command("record")
@click.argument("recorder", metavar="RECORDER")
@config_option
@state_option
@click.option("--data", type=READABLE, help="Usage as CSV, instead of what the store holds.")
@click.option("--from", "first", type=Day(), help="The first day.")
@click.option("--to", "last", type=Day(), help="The last day, this one too.")
@click.option("--dry-run", is_flag=True, help="Say what would be recorded, and record nothing.")
def record_command(  # noqa: PLR0913  an option of the command each
    *,
    recorder: str,
    config_path: Path | None,
    state_dir: Path | None,
    data: str | None,
    first: date | None,
    last: date | None,
    dry_run: bool,
) -> None:
    """Record days into a recorder, each of them once.

    From what the store remembers, or from a CSV file. A day that is recorded already stays as it
    is, whoever recorded it.
    """
    with complaints(), failures():
        config = load(find_config(config_path), Surroundings(os.environ))
        ledger = _named(config, recorder)
        panels = None if data is None else read_panels(config, data)
        asked = Asked(panels, first, last, dry_run)
        order = _Order(config, store_url(config, state_dir), ledger, asked)
        results = asyncio.run(_record(order, WallClock().now()))
    for result in results:
        click.echo(as_text(result, ledger.recorder.unit))
    if not results:
        click.echo(
            f"nothing to record: the daemon has not run {recorder} yet; name days with --from",
            err=True,
        )
    sys.exit(0 if results and all(one.outcome in _WELL for one in results) else Exit.FAILURE)


def _named(config: Config, name: str) -> Ledger:
    known = {ledger.name: ledger for ledger in config.ledgers}
    if name in known:
        return known[name]
    near = get_close_matches(name, known, 1)
    hint = f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(known) or 'none'}"
    raise click.BadParameter(f"no such recorder {name!r}{hint}", param_hint="RECORDER")


async def _record(order: _Order, at: datetime) -> list[DayResult]:
    clock = WallClock()
    feed = next(feed for feed in order.config.feeds if feed.name == order.ledger.source)
    async with share_store(order.store) as store, open_http() as http:
        governor = Governor(store, clock, SystemRandom())
        web = governor.over(http, account_of(order.ledger.recorder))
        recording = Recording(order.ledger, feed, store, web, clock, routing_of(order.config))
        return await record_days(recording, order.asked, at)
