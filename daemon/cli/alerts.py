"""The command that lists alerts, or tells the whole story of one."""

import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click

from daemon.act import NoSuch
from daemon.cli.options import Moment, Since, config_option, moment_of, state_option
from daemon.cli.person import refusals, store_of
from daemon.clock import WallClock
from daemon.letter import Letter
from daemon.message import Fact
from daemon.store import read_store
from daemon.store.acts import Act
from daemon.store.outbox import Delivery
from daemon.story import Hearing, Story, as_object, as_whole_object, stories, story
from daemon.text import aligned, clip, moment, one_line
from rules.alert import Phase

MOST = 1000
"""So many alerts are listed."""
_RECENT = timedelta(days=1)
_HEAD = ("alert", "state", "rule", "what", "how much", "since", "told")
_WIDEST = 48
_LETTERS = ("letter", "to", "of", "state", "owed", "settled", "why")


@click.command("alerts")
@click.argument("alert", type=click.IntRange(1, 10**18 - 1), required=False)
@config_option
@state_option
@click.option("--firing", is_flag=True, help="Only what goes on.")
@click.option("--all", "all_", is_flag=True, help="Also what was over long ago.")
@click.option("--since", type=Moment(), help="Also what was over later than this. Default: 1d.")
@click.option("--json", "as_json", is_flag=True, help="An object a line, for programs.")
def alerts_command(  # noqa: PLR0913  an option of the command each
    *,
    alert: int | None,
    config_path: Path | None,
    state_dir: Path | None,
    firing: bool,
    all_: bool,
    since: Since | None,
    as_json: bool,
) -> None:
    """List alerts, or tell the story of one.

    What goes on, and what was over lately. ALERT is the number in its messages. What nobody
    looks after comes first.
    """
    if firing + all_ + (since is not None) + (alert is not None) > 1:
        raise click.UsageError("expected one of ALERT, --firing, --all and --since")
    now = WallClock().now()
    ended_since = None if all_ else now if firing else moment_of(since or _RECENT, now)
    with refusals():
        store = store_of(config_path, state_dir)
        if alert is not None:
            one = asyncio.run(_one(store, alert))
            _say([json.dumps(as_whole_object(one), ensure_ascii=False)] if as_json else _whole(one))
            return
        found = asyncio.run(_found(store, ended_since))
    if as_json:
        _say(json.dumps(as_object(one), ensure_ascii=False) for one in found)
    else:
        _say(_lines(found) if found else ["Nothing goes on."])
    if len(found) == MOST:
        click.echo(f"note: only the first {MOST:,} are listed", err=True)


async def _found(url: str, ended_since: datetime | None) -> Sequence[Story]:
    async with read_store(url) as store, store.transaction() as tx:
        return await stories(tx, await tx.alerts.listed(MOST, ended_since))


async def _one(url: str, number: int) -> Story:
    async with read_store(url) as store, store.transaction() as tx:
        found = await story(tx, number)
    if found is None:
        raise NoSuch(f"There is no alert {number}; `meterwatch alerts --all` lists them.")
    return found


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _lines(found: Sequence[Story]) -> Iterator[str]:
    return aligned([_HEAD, *(_cells(one) for one in found)])


def _cells(one: Story) -> tuple[str, ...]:
    what, how_much = (clip(one_line(cell), _WIDEST) for cell in one.row)
    since = moment(one.alert.since)
    rule = one_line(one.alert.rule)
    return str(one.number), _state(one), rule, what, how_much, since, _told(one)


def _state(one: Story) -> str:
    if one.alert.phase is not Phase.FIRING:
        return one.alert.phase.value
    if one.acknowledged is not None:
        return f"with {one_line(one.acknowledged.by, 20)}"
    return f"firing, {one.letter.severity.value}"


def _told(one: Story) -> str:
    said = [
        name if hearing is Hearing.TOLD else f"{name} ({hearing.value})"
        for name, hearing in one.told.items()
    ]
    return ", ".join(said) or "nobody"


def _whole(one: Story) -> Iterator[str]:
    alert, taken = one.alert, one.acknowledged
    by = f", acknowledged by {one_line(taken.by)} since {moment(taken.at)}" if taken else ""
    yield f"Alert {one.number} of the rule {one_line(alert.rule)}: {alert.phase.value}{by}"
    yield ""
    yield from aligned([(fact.label, fact.value) for fact in _facts(one)])
    yield ""
    yield from aligned(_happened(one))
    if one.deliveries:
        yield ""
        yield from aligned([_LETTERS, *(_letter(each) for each in one.deliveries)])


def _facts(one: Story) -> Iterator[Fact]:
    alert, (what, how_much) = one.alert, one.row
    yield Fact("What", one_line(what))
    yield Fact("How much", one_line(how_much))
    yield Fact("Why", one_line(alert.latest.why.reason))
    yield Fact("Severity", one.letter.severity.value)
    yield Fact("Series", one_line(alert.series.key))
    yield Fact("Since", moment(alert.since))
    if alert.ended_at is not None:
        yield Fact("Ended", moment(alert.calm_since or alert.ended_at))
    yield Fact("Told", _told(one))


def _happened(one: Story) -> list[tuple[str, ...]]:
    """What people heard of and what they did, in the order of time."""
    said = [(at, f"{event.change.value}: {event.verdict.why.reason}") for at, event in one.events]
    done = [(act.at, _done(act)) for act in one.acts]
    told = sorted([*said, *done], key=lambda each: each[0])
    return [(moment(at), one_line(words)) for at, words in told] or [
        (moment(one.alert.since), f"{one.alert.phase.value}, and nobody was to be told")
    ]


def _done(act: Act) -> str:
    who = f"{act.what.value} by {act.by} ({act.via.value})"
    return f"{who}: {act.words}" if act.words else who


def _letter(one: Delivery) -> tuple[str, ...]:
    content = one.content
    settled = moment(one.settled_at) if one.settled_at else "-"
    change = content.event.change.value if isinstance(content, Letter) else "-"
    why = one.failure or one.held or ""
    return (
        str(one.id),
        content.destination,
        change,
        one.state.value,
        moment(content.owed_at),
        settled,
        one_line(why, 80),
    )
