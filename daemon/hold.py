"""What is owed and not told yet: while a silence, another alert or quiet hours hold it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from daemon.letter import Letter
from daemon.route import Routing
from daemon.store import Transaction
from daemon.text import moment
from rules.alert import Change
from rules.health import BLIND, CHANGED
from rules.inhibition import Firing, Inhibition, silenced
from rules.route import direction_to, quiet_until
from rules.rule import Severity
from rules.silence import Silence

BLIND_SOURCE = Inhibition({"rule": (BLIND.rule, CHANGED.rule)}, {"rule": ("*",)}, ("source",))
"""Whoever hears that a source cannot be read need not be reminded of what was read last."""

_AGAIN = timedelta(minutes=1)
"""When to look again: a silence may be ended, and an alert ends when it does."""
_AGAIN_QUIET = timedelta(minutes=15)
"""Quiet hours change with the configuration only."""
_ENDS = (Change.RESOLVED, Change.WITHDRAWN)
_AFTER = (Change.REMINDED, Change.ESCALATED)


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a letter is not told yet."""

    reason: str
    until: datetime
    """When to look again, at the latest."""
    mutes: bool
    """Whether what is over until then is never told: so with a silence and another alert, not so
    with quiet hours."""


async def holds(
    tx: Transaction, routing: Routing, letters: Sequence[Letter], at: datetime
) -> Mapping[str, Hold]:
    """What holds letters back, by their key; what nothing holds back is not in it.

    An acknowledgement is never held back. The end of what people heard of is by quiet hours alone;
    and not by these where it is critical: somebody may be up and at it.
    """
    active = await tx.silences.active(at)
    inhibited = await _inhibited(tx, routing, letters)
    found: dict[str, Hold] = {}
    for letter in letters:
        hold = (
            _by_silence(active, letter, at)
            or _by_alert(inhibited.get(letter.key), letter, at)
            or _by_quiet_hours(routing, letter, at)
        )
        if hold is not None:
            found[letter.key] = hold
    return found


async def inhibitors(
    tx: Transaction, routing: Routing, asked: Sequence[Firing], *, built_in: bool = False
) -> Mapping[int, int]:
    """The numbers of the asked alerts that are silenced by others, each with that of one of these.

    An asked alert that fires no more can be silenced, and silences nobody.
    """
    rules = (*routing.inhibitions, BLIND_SOURCE) if built_in else routing.inhibitions
    if not rules or not asked:
        return {}
    going = await tx.alerts.firing()
    firing = [Firing(one.number, routing.labels_of(one.rule, one.series)) for one in going]
    known = {one.number for one in going}
    return silenced(rules, firing, [one for one in asked if one.number not in known])


async def _inhibited(
    tx: Transaction, routing: Routing, letters: Sequence[Letter]
) -> Mapping[str, int]:
    """The number of the alert that silences a letter's, by the letter's key."""
    found: dict[str, int] = {}
    for built_in in (False, True):
        some = [one for one in letters if (one.event.change in _AFTER) is built_in]
        asked = {one.alert: Firing(one.alert, one.labels) for one in some}
        by = await inhibitors(tx, routing, list(asked.values()), built_in=built_in)
        found |= {one.key: by[one.alert] for one in some if one.alert in by}
    return found


def _by_silence(active: Sequence[Silence], letter: Letter, at: datetime) -> Hold | None:
    if not _may_be_muted(letter):
        return None
    mine = [one for one in active if one.matches(letter.labels)]
    if not mine:
        return None
    last = max(mine, key=lambda one: one.end)
    reason = f"silence {last.number} by {last.author} until {moment(last.end)}: {last.reason}"
    return Hold(reason, min(last.end, at + _AGAIN), mutes=True)


def _by_alert(number: int | None, letter: Letter, at: datetime) -> Hold | None:
    if number is None or not _may_be_muted(letter):
        return None
    return Hold(f"alert {number} goes on", at + _AGAIN, mutes=True)


def _by_quiet_hours(routing: Routing, letter: Letter, at: datetime) -> Hold | None:
    change = letter.event.change
    if change is Change.ACKNOWLEDGED:
        return None
    if change in _ENDS and letter.severity is Severity.CRITICAL:
        return None
    quiet = direction_to(routing.tree, letter.labels, letter.destination).quiet
    end = quiet_until(quiet, at)
    if end is None:
        return None
    return Hold(f"quiet hours until {moment(end)}", min(end, at + _AGAIN_QUIET), mutes=False)


def _may_be_muted(letter: Letter) -> bool:
    """People hear the end of whatever they heard the beginning of."""
    return letter.event.change not in (*_ENDS, Change.ACKNOWLEDGED)
