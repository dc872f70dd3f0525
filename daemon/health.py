"""The alerts of a source's own: it cannot be read, it changed, it is too large, or what was
recorded of it elsewhere is no longer so; and of a destination's: it takes no messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import isclose

from daemon.route import Audience, Hearers, Notice, Routing, owe
from daemon.source import Feed, SourceChanged, SourceError, SourceLeftOut, SourceRefused
from daemon.store import Transaction
from rules.alert import Alert, Change, Event, Phase, Policy, Watch, advance, is_live
from rules.health import (
    BLIND,
    BROKEN,
    CHANGED,
    CROWDED,
    LEFT_OUT,
    REFUSED,
    REFUSED_READER,
    REVISED,
    UNUSABLE,
    Condition,
    fine,
    messages_to,
    polls_of,
    reader_of,
    reading_of,
    wrong,
)
from rules.series import Series, labels_of
from rules.verdict import Verdict
from rules.words import amount

_GO_ON = "Its rules go on where they stopped."
_THERE = "All its secrets are there."

Tell = tuple[str, ...]
"""The destinations that hear of it."""


@dataclass(frozen=True, slots=True)
class Posting:
    """A day's amount as a recorder posts it; one alert speaks of one of these."""

    recorder: str
    source: str
    day: date
    unit: str
    what: str = ""
    """What tells it from others of its day, where a recorder posts several: a subscription."""


async def note_failure(
    tx: Transaction, feed: Feed, hearers: Hearers, error: SourceError, at: datetime
) -> Sequence[Event]:
    """Take a failed poll into account. A refusal is told at once: time will not mend it.

    A source that changed stays so until it answers whole, however it fails meanwhile: one outage
    is told once, or, when it turns out later that the contract changed, twice. One that is left out
    was not asked: nothing of that is known.
    """
    polls = polls_of(feed.name)
    left_out = _Case(LEFT_OUT, polls, hearers)
    if isinstance(error, SourceLeftOut):
        return await _note(tx, left_out, wrong(at, str(error)))
    back = await _note(tx, left_out, fine(at, _THERE))
    changed = isinstance(error, SourceChanged) or await _live(tx, CHANGED, polls, at)
    grace = timedelta(0) if isinstance(error, SourceRefused) else feed.grace
    condition = CHANGED if changed else BLIND
    return back + await _note(tx, _Case(condition, polls, hearers, grace), wrong(at, str(error)))


async def note_answer(
    tx: Transaction, feed: Feed, hearers: Hearers, at: datetime
) -> Sequence[Event]:
    """Take a good poll into account."""
    reasons = {BLIND: _GO_ON, LEFT_OUT: _THERE, CHANGED: _GO_ON}
    return [
        event
        for condition, reason in reasons.items()
        for event in await _note(
            tx, _Case(condition, polls_of(feed.name), hearers), fine(at, reason)
        )
    ]


async def note_series(
    tx: Transaction, feed: Feed, hearers: Hearers, folded: int, at: datetime
) -> Sequence[Event]:
    """Take into account how many series of a poll were counted together for want of a place."""
    most = f"{feed.max_series:,} series"
    verdict = fine(at, f"For a day all it told had a place among its {most}.")
    if folded:
        verdict = wrong(at, f"{folded:,} more were told than the {most} that are kept apart.")
    case = _Case(CROWDED, Series(feed.name, "series", ()), hearers)
    return await _note(tx, case, verdict)


async def note_recorded(
    tx: Transaction, hearers: Hearers, posting: Posting, recorded: float, now: float, at: datetime
) -> Sequence[Event]:
    """Compare what was recorded of a day with what the vendor says now; told once a number."""
    case = _Case(REVISED, _day_of(posting), hearers, unit=posting.unit)
    if _same(recorded, now):
        much = amount(now, posting.unit)
        return await _note(tx, case, fine(at, f"Both say {much}.", found=now))
    share = amount(abs(now - recorded), posting.unit)
    side = "more" if now > recorded else "less"
    reason = f"{posting.source} says {share} {side} than was recorded."
    verdict = wrong(at, reason, expected=recorded, found=now)
    overtaken = await _overtaken(tx, case, verdict)
    return [*overtaken, *await _note(tx, case, verdict)]


async def note_unrecorded(
    tx: Transaction, hearers: Hearers, posting: Posting, failure: str, at: datetime
) -> Sequence[Event]:
    """A day was refused where it should be recorded. What may still succeed is no refusal."""
    case = _Case(REFUSED, _day_of(posting), hearers, unit=posting.unit)
    return await _note(tx, case, wrong(at, failure))


async def note_posted(
    tx: Transaction, hearers: Hearers, posting: Posting, at: datetime
) -> Sequence[Event]:
    """A day was recorded, whether or not it had been refused before."""
    case = _Case(REFUSED, _day_of(posting), hearers, unit=posting.unit)
    return await _note(tx, case, fine(at, "It was accepted."))


async def note_destination(
    tx: Transaction,
    routing: Routing,
    destination: str,
    tell: Tell,
    failure: str | None,
    at: datetime,
) -> Sequence[Event]:
    """A destination takes no messages until a person acts; None: it does, or does again.

    `tell` are others: nobody hears of it where it cannot be said.
    """
    case = _Case(BROKEN, messages_to(destination), Hearers(routing, Audience(tell)))
    if failure is None:
        return await _note(tx, case, fine(at, "It took what was sent or asked."))
    return await _note(tx, case, wrong(at, failure))


async def note_readers(
    tx: Transaction,
    routing: Routing,
    destination: str,
    tell: Tell,
    refused: Mapping[str, str],
    at: datetime,
) -> Sequence[Event]:
    """Who of a destination's readers is refused what all of them were sent, and why; whoever was
    refused before and is not among these was not refused now."""
    hearers, rule = Hearers(routing, Audience(tell)), REFUSED_READER.rule
    going = await tx.alerts.latest(rule, ended_since=at)
    mine = [one for one in going if one.source == destination and is_live(going[one])]
    cases = {reader_of(destination, reader): wrong(at, why) for reader, why in refused.items()}
    taken = {one: fine(at, "It was taken.") for one in mine if one not in cases}
    events: list[Event] = []
    for series, verdict in (cases | taken).items():
        events += await _note(tx, _Case(REFUSED_READER, series, hearers), verdict)
    return events


async def note_configuration(
    tx: Transaction,
    routing: Routing,
    file: str,
    tell: Tell,
    failure: str | None,
    at: datetime,
) -> Sequence[Event]:
    """The configuration was read again, and cannot be used; None: it can, or can again."""
    case = _Case(UNUSABLE, reading_of(file), Hearers(routing, Audience(tell)))
    if failure is None:
        return await _note(tx, case, fine(at, "It was read again and is in force."))
    return await _note(tx, case, wrong(at, failure))


@dataclass(frozen=True, slots=True)
class _Case:
    """A condition of somebody."""

    condition: Condition
    series: Series
    hearers: Hearers
    grace: timedelta = timedelta(0)
    unit: str = ""

    @property
    def watch(self) -> Watch:
        policy = Policy(for_=self.grace, resolve_after=self.condition.resolve_after)
        return Watch(self.condition.rule, self.series, policy)

    @property
    def notice(self) -> Notice:
        return Notice(self.hearers.audience, self.condition.severity, self.unit)


async def _note(tx: Transaction, case: _Case, verdict: Verdict) -> list[Event]:
    rule = case.condition.rule
    before = await _latest(tx, case.condition, case.series, verdict.at)
    after, change = advance(before, verdict, case.watch)
    if after == before:
        return []
    if after is None:
        await tx.alerts.forget_pending(rule, [case.series])
        return []
    number = await tx.alerts.keep(after)
    if change is None:
        return []
    event = Event(change, after, verdict)
    await owe(tx, case.hearers.routing, case.notice, event, number, verdict.at)
    return [event]


async def _overtaken(tx: Transaction, case: _Case, verdict: Verdict) -> list[Event]:
    """End the alert about another number: the one it rested on is no longer said.

    An alert is told once, so the new number has one of its own.
    """
    before = await _latest(tx, case.condition, case.series, verdict.at)
    if before is None or before.phase is not Phase.FIRING:
        return []
    if _same(before.latest.observed, verdict.observed):
        return []
    gone = replace(before, phase=Phase.WITHDRAWN, ended_at=verdict.at)
    event = Event(Change.WITHDRAWN, gone, verdict)
    number = await tx.alerts.keep(gone)
    await owe(tx, case.hearers.routing, case.notice, event, number, verdict.at)
    return [event]


async def _live(tx: Transaction, condition: Condition, series: Series, at: datetime) -> bool:
    alert = await _latest(tx, condition, series, at)
    return alert is not None and alert.phase is Phase.FIRING


async def _latest(
    tx: Transaction, condition: Condition, series: Series, at: datetime
) -> Alert | None:
    return (await tx.alerts.latest(condition.rule, ended_since=at)).get(series)


def _same(one: float, other: float) -> bool:
    """To a rounding: both may be sums, added in another order."""
    return isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def _day_of(posting: Posting) -> Series:
    told = {"day": posting.day.isoformat(), "source": posting.source, "what": posting.what}
    return Series(posting.recorder, "recorded", labels_of({k: v for k, v in told.items() if v}))
