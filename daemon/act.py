"""What a person can do about an alert: the same by the command line, the page and Slack."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from daemon.letter import Letter
from daemon.route import more
from daemon.store import Transaction
from daemon.store.acts import Act, Via, What
from daemon.store.alerts import Numbered
from daemon.store.outbox import LetterState, Owed
from daemon.text import moment
from rules.alert import Change, Event, Phase
from rules.health import CONDITIONS
from rules.planned import Planned
from rules.silence import Flaw, Silence, exactly, flaw

__all__ = [
    "ActRefused",
    "Person",
    "Via",
    "acknowledge",
    "acknowledge_all",
    "end_silence",
    "expect",
    "make_silence",
    "silence_alert",
    "take_back",
]

_TWICE = timedelta(minutes=5)
"""A silence that lasts this much longer than another is the same: somebody pressed twice."""
_UNTOLD = (LetterState.MUTED, LetterState.FAILED)
_ACKNOWLEDGED = "{} acknowledged by {}: nobody is reminded of {} any more."
_MANY = 1000
"""So many letters about an alert are looked through."""


class ActRefused(Exception):
    """It was not done, and nothing was changed. The message says why, and what to do instead.

    `flaw`: the part of what was asked for that cannot be.
    """

    def __init__(self, message: str, flaw: Flaw | None = None) -> None:
        super().__init__(message)
        self.flaw = flaw


class NoSuch(ActRefused):
    """There is none of this number."""


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    """As they are known where they do it."""
    via: Via


async def acknowledge(tx: Transaction, alert: int, person: Person, at: datetime) -> str:
    """Say that somebody looks after an alert; those who heard of it hear that too."""
    known = await _live(tx, alert, "there is nothing to look after")
    if not await tx.alerts.acknowledge(alert, person.name, at):
        return f"Alert {alert} is acknowledged already, {_by(known)}."
    await _note(tx, What.ACKNOWLEDGED, alert, person, at)
    await _tell_acknowledged(tx, [known], person, at)
    return _ACKNOWLEDGED.format(f"Alert {alert} is", person.name, "it")


async def acknowledge_all(
    tx: Transaction, alerts: Collection[int], person: Person, at: datetime
) -> str:
    """Say that somebody looks after all of these that go on, and that nobody looks after yet."""
    held = await tx.alerts.hold_all(alerts)
    left = [one for one in held if _fires(one) and one.acknowledged is None]
    if not left:
        raise ActRefused(f"Nothing left to acknowledge: {_why_none(held)}.")
    numbers = [one.number for one in left]
    await tx.alerts.acknowledge_all(numbers, person.name, at)
    done = [Act(at, person.name, person.via, What.ACKNOWLEDGED, one, "") for one in numbers]
    await tx.acts.note_all(done)
    await _tell_acknowledged(tx, left, person, at)
    if len(left) == 1:
        return _ACKNOWLEDGED.format(f"Alert {numbers[0]} is", person.name, "it")
    return _ACKNOWLEDGED.format(f"{len(left):,} alerts are", person.name, "them")


async def take_back(tx: Transaction, alert: int, person: Person, at: datetime) -> str:
    """Take an acknowledgement back; those who heard of it hear that it still goes on."""
    known = await _live(tx, alert, "there is nothing to take back")
    if not await tx.alerts.take_back(alert):
        return f"Nobody has acknowledged alert {alert}: there is nothing to take back."
    await _note(tx, What.TAKEN_BACK, alert, person, at, f"it was acknowledged {_by(known)}")
    # Whoever heard, or will, that it was acknowledged, hears that it is not any more.
    await _tell(tx, [(known, await _who_heard(tx, alert))], Change.REMINDED, at)
    return f"Alert {alert} is not acknowledged any more; it was, {_by(known)}."


async def silence_alert(
    tx: Transaction, alert: int, span: timedelta, person: Person, reason: str, at: datetime
) -> str:
    """Tell nobody of an alert, or of the next one of its rule and its series, for a while."""
    known = await _live(tx, alert, "`meterwatch silence add` silences the next one")
    made = Silence(0, await _labels(tx, known), at, at + span, person.name, reason)
    for one in await tx.silences.active(at):
        if one.match == made.match and one.end >= made.end - _TWICE:
            until = moment(one.end)
            return f"Alert {alert} is silent until {until} already: silence {one.number}."
    made = await _kept(tx, made, at)
    words = f"silence {made.number} until {moment(made.end)}: {reason}"
    await _note(tx, What.SILENCED, alert, person, at, words)
    return (
        f"Alert {alert} is silent until {moment(made.end)}: silence {made.number}. "
        f"`meterwatch silence end {made.number}` ends it early."
    )


async def make_silence(tx: Transaction, wish: Silence, person: Person, at: datetime) -> Silence:
    """Keep a silence that somebody asks for, of whatever alerts; answers it with its number."""
    made = await _kept(tx, wish, at)
    words = f"silence {made.number} until {moment(made.end)}: {made.reason}"
    await _note(tx, What.SILENCED, None, person, at, words)
    return made


async def end_silence(tx: Transaction, number: int, person: Person, at: datetime) -> str:
    """End a silence early: what goes on and was kept back is told."""
    ended = await tx.silences.end(number, at)
    if ended is not None:
        await _note(tx, What.HEARD_AGAIN, None, person, at, f"silence {number}: {ended.reason}")
        return f"Silence {number} is over: {ended.reason}"
    known = await tx.silences.number(number)
    if known is None:
        raise NoSuch(f"There is no silence {number}; `meterwatch silence list --all` lists them.")
    return f"Silence {number} is over already, since {moment(known.end)}."


async def expect(tx: Transaction, alert: int, person: Person, at: datetime) -> str:
    """Mark as planned what an alert is about: from its beginning until now.

    What rests on nothing else is withdrawn at the next poll. What goes on after this moment is
    judged as ever.
    """
    known = await _live(tx, alert, "`meterwatch planned add` marks what is over")
    if known.alert.rule in CONDITIONS:
        raise ActRefused(
            f"Alert {alert} says that something does not work: that cannot have been planned. "
            "It can be acknowledged, or silenced."
        )
    planned = _planned(known, person, at)
    for mark in await tx.planned.all():
        said = mark.planned
        if (said.source, said.where, said.start) == (planned.source, planned.where, planned.start):
            return f"Alert {alert} is marked as planned already: mark {mark.number} by {mark.by}."
    number = await tx.planned.mark(planned, at, person.name)
    until = moment(planned.end)
    await _note(tx, What.EXPECTED, alert, person, at, f"mark {number} until {until}")
    return (
        f"What alert {alert} is about is marked as planned until {until}: mark {number}. It is "
        "withdrawn at the next poll, unless its rule counts what is really used, as a budget does. "
        f"`meterwatch planned remove {number}` takes it back."
    )


async def _live(tx: Transaction, number: int, else_: str) -> Numbered:
    """The alert, held until the transaction is over, if there is something to do about it."""
    known = await tx.alerts.hold(number)
    if known is None:
        raise NoSuch(f"There is no alert {number}; `meterwatch alerts` lists them.")
    alert = known.alert
    if alert.phase is Phase.PENDING:
        raise ActRefused(f"Alert {number} is pending: nobody was told of it yet.")
    if not _fires(known):
        when = moment(alert.ended_at or alert.judged_at)
        raise ActRefused(f"Alert {number} is over ({alert.phase.value}, {when}): {else_}.")
    return known


def _fires(known: Numbered) -> bool:
    return known.alert.phase is Phase.FIRING


def _why_none(held: Sequence[Numbered]) -> str:
    """Why none of these is left to look after."""
    going = [one for one in held if _fires(one)]
    over = len(held) - len(going)
    if not going:
        return f"{_all(held)} over"
    names = {one.acknowledged.by for one in going if one.acknowledged}
    by = f", by {names.pop()}" if len(names) == 1 else ""
    if not over:
        return f"{_all(held)} acknowledged already{by}"
    return f"{over:,} {_are(over)} over, and {len(going):,} {_are(len(going))} acknowledged{by}"


def _all(held: Sequence[Numbered]) -> str:
    return f"alert {held[0].number} is" if len(held) == 1 else f"all {len(held):,} are"


def _are(many: int) -> str:
    return "is" if many == 1 else "are"


def _by(known: Numbered) -> str:
    taken = known.acknowledged
    return f"by {taken.by} since {moment(taken.at)}" if taken else "by nobody"


async def _labels(tx: Transaction, known: Numbered) -> dict[str, tuple[str, ...]]:
    """What only alerts of this rule and this series match.

    As its letters bear them, where there are any: a rule's own labels win over a vendor's. But for
    the name of the rule, which may be another by now.
    """
    series = known.alert.series
    ledger = await tx.outbox.ledger(1, alert=known.number)
    last = ledger[0].content if ledger else None
    borne = last.labels if isinstance(last, Letter) else {}
    mine = {name: borne.get(name, value) for name, value in series.labels}
    mine |= {"rule": known.alert.rule, "source": series.source, "metric": series.metric}
    return {name: (exactly(value),) for name, value in mine.items()}


def _planned(known: Numbered, person: Person, at: datetime) -> Planned:
    alert = known.alert
    return Planned(
        name=f"alert {known.number} was expected, said {person.name}",
        start=alert.since,
        end=max(at, alert.latest.until, alert.worst.until),
        source=alert.series.source,
        where={name: (exactly(value),) for name, value in alert.series.labels},
    )


async def _kept(tx: Transaction, wish: Silence, at: datetime) -> Silence:
    if (wrong := flaw(wish, at)) is not None:
        raise ActRefused(str(wrong), wrong)
    return await tx.silences.add(wish, at)


async def _note(
    tx: Transaction, what: What, alert: int | None, person: Person, at: datetime, words: str = ""
) -> None:
    await tx.acts.note(Act(at, person.name, person.via, what, alert, words))


async def _tell_acknowledged(
    tx: Transaction, taken: Sequence[Numbered], person: Person, at: datetime
) -> None:
    told = await tx.outbox.told_of([one.number for one in taken])
    hears = [(one, told.get(one.number, ())) for one in taken]
    await _tell(tx, hears, Change.ACKNOWLEDGED, at, person.name)


async def _tell(
    tx: Transaction,
    hears: Sequence[tuple[Numbered, Collection[str]]],
    change: Change,
    at: datetime,
    by: str | None = None,
) -> None:
    """Owe the news to those who hear of each alert, in a letter like the last they were owed."""
    last = await tx.outbox.last_of([one.number for one, _ in hears])
    owed = [
        Owed(replace(_letter(one, last[one.number, place], change, at), by=by))
        for one, places in hears
        for place in places
    ]
    await tx.outbox.enqueue_all(owed)


def _letter(known: Numbered, last: Letter, change: Change, at: datetime) -> Letter:
    event = Event(change, known.alert, known.alert.latest)
    alert, bucket = known.alert, event.verdict.at.isoformat()
    # It may be taken back and said anew about the same bucket.
    words = str(known.number), alert.rule, alert.series.key, bucket
    key = "|".join((*words, f"{change.value} {at.isoformat()}", last.destination))
    return more(last, event, key, at)


async def _who_heard(tx: Transaction, alert: int) -> Collection[str]:
    """Whoever heard, or will, that an alert is acknowledged."""
    states = [state for state in LetterState if state not in _UNTOLD]
    letters = [one.content for one in await tx.outbox.ledger(_MANY, states, alert=alert)]
    return sorted(
        {
            one.destination
            for one in letters
            if isinstance(one, Letter) and one.event.change is Change.ACKNOWLEDGED
        }
    )
