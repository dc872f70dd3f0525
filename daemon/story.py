"""An alert with all that was said and done about it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from math import isfinite

from daemon.letter import Letter
from daemon.store import Transaction
from daemon.store.acts import Act
from daemon.store.alerts import Acknowledgement, Numbered
from daemon.store.outbox import UNSETTLED, Delivery, LetterState
from daemon.table import moment
from daemon.wording.sources import row_of_a_source
from daemon.wording.usage import row_of_usage
from rules.alert import Alert, Change, Event, Phase
from rules.health import CONDITIONS
from rules.rule import Severity
from rules.silence import Silence
from rules.verdict import Verdict

Object = dict[str, object]
"""As JSON has it."""
_STANDING: Mapping[Phase, Change] = {
    Phase.PENDING: Change.OPENED,
    Phase.FIRING: Change.REMINDED,
    Phase.RESOLVED: Change.RESOLVED,
    Phase.WITHDRAWN: Change.WITHDRAWN,
}


class Hearing(StrEnum):
    """How far a destination has heard of an alert."""

    TOLD = "told"
    OWED = "owed"
    """It will be, or nobody knows whether it was."""
    SILENT = "silent"
    """A silence, say, kept it back to the end."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Story:
    """One alert, and what is known of it beside its numbers."""

    known: Numbered
    letter: Letter
    """What there would be to say of it now."""
    deliveries: Sequence[Delivery] = ()
    """Every letter about it, in order."""
    acts: Sequence[Act] = ()

    @property
    def number(self) -> int:
        return self.known.number

    @property
    def alert(self) -> Alert:
        return self.known.alert

    @property
    def acknowledged(self) -> Acknowledgement | None:
        return self.known.acknowledged

    @property
    def row(self) -> tuple[str, str]:
        """Who or what it is about, and how much."""
        condition = CONDITIONS.get(self.alert.rule)
        if condition is None:
            return row_of_usage(self.letter)
        return row_of_a_source(self.letter, condition)

    @property
    def told(self) -> Mapping[str, Hearing]:
        """How far each destination has heard of it."""
        states: dict[str, list[LetterState]] = {}
        for one in self.deliveries:
            states.setdefault(one.content.destination, []).append(one.state)
        return {name: _hearing(some) for name, some in states.items()}

    @property
    def events(self) -> Sequence[tuple[datetime, Event]]:
        """What people were to hear of it, once each, and from when on."""
        found: dict[tuple[Change, datetime], tuple[datetime, Event]] = {}
        for letter in _letters(self.deliveries):
            event, at = letter.event, letter.owed_at
            # Of a change all are told at once; each is reminded when it is time for them.
            when = event.verdict.at if event.change is Change.REMINDED else at
            found.setdefault((event.change, when), (at, event))
        return list(found.values())


async def stories(tx: Transaction, some: Sequence[Numbered]) -> list[Story]:
    """Each with its letters, and without what people did."""
    deliveries = await tx.told.of(one.number for one in some)
    values = {value for one in some for _, value in one.alert.series.labels}
    names = await tx.names.of(values)
    return [_story(known, deliveries[known.number], names) for known in some]


async def story(tx: Transaction, number: int) -> Story | None:
    """The whole of one alert; None where there is none of this number."""
    known = await tx.alerts.find(number)
    if known is None:
        return None
    (made,) = await stories(tx, [known])
    return replace(made, acts=await tx.acts.of(number))


async def spoken_of(tx: Transaction, silence: Silence) -> list[int]:
    """The alerts that fire now and that a silence speaks of, as far as somebody was to be told:
    by the names that their rules have now."""
    firing = {one.number: one.rule for one in await tx.alerts.firing()}
    lasts = {
        number: next(_letters(deliveries[::-1]), None)
        for number, deliveries in (await tx.told.of(firing)).items()
    }
    return [
        number
        for number, last in lasts.items()
        if last and silence.matches({**last.labels, "rule": firing[number]})
    ]


def as_object(story: Story) -> Object:
    """What a list says of it."""
    alert, letter, taken = story.alert, story.letter, story.acknowledged
    what, how_much = story.row
    now = alert.latest
    return {
        "alert": story.number,
        "rule": alert.rule,
        "severity": letter.severity.value,
        "source": alert.series.source,
        "metric": alert.series.metric,
        "series": dict(alert.series.labels),
        "phase": alert.phase.value,
        "since": moment(alert.since),
        "opened_at": _moment(alert.opened_at),
        "ended_at": _moment(alert.ended_at),
        "acknowledged": taken and {"by": taken.by, "at": moment(taken.at)},
        "what": what,
        "how_much": how_much,
        "unit": letter.unit if now.unit is None else now.unit,
        "now": _numbers(now),
        "worst": _numbers(alert.worst),
        "told": {name: hearing.value for name, hearing in story.told.items()},
    }


def as_whole_object(story: Story) -> Object:
    """All of it: what happened, what was said of it, and what people did."""
    return {
        **as_object(story),
        "reason": story.alert.latest.why.reason,
        "events": [
            {"at": moment(at), "change": event.change.value, **_numbers(event.verdict)}
            for at, event in story.events
        ],
        "letters": [_line(one) for one in story.deliveries],
        "acts": [
            {
                "at": moment(act.at),
                "by": act.by,
                "via": act.via.value,
                "what": act.what.value,
                "words": act.words,
            }
            for act in story.acts
        ],
    }


def silence_object(silence: Silence, at: datetime) -> Object:
    return {
        "silence": silence.number,
        "match": {name: list(patterns) for name, patterns in silence.match.items()},
        "start": moment(silence.start),
        "end": moment(silence.end),
        "active": silence.active(at),
        "by": silence.author,
        "reason": silence.reason,
    }


def _story(known: Numbered, deliveries: Sequence[Delivery], names: Mapping[str, str]) -> Story:
    last = next(_letters(deliveries[::-1]), None)
    return Story(known, _standing(known, last, names), deliveries)


def _standing(known: Numbered, last: Letter | None, names: Mapping[str, str]) -> Letter:
    """A letter on how it stands. Where nobody was to be told of it, its unit is not known."""
    alert = known.alert
    return Letter(
        key="",
        destination="",
        alert=known.number,
        event=Event(_STANDING[alert.phase], alert, alert.latest),
        owed_at=last.owed_at if last else alert.latest.until,
        unit=last.unit if last else "",
        severity=last.severity if last else _severity(alert),
        names={value: names[value] for _, value in alert.series.labels if value in names},
        by=known.acknowledged.by if known.acknowledged else None,
    )


def _severity(alert: Alert) -> Severity:
    condition = CONDITIONS.get(alert.rule)
    return Severity.WARNING if condition is None else condition.severity


def _letters(deliveries: Iterable[Delivery]) -> Iterator[Letter]:
    return (one.content for one in deliveries if isinstance(one.content, Letter))


def _hearing(states: Sequence[LetterState]) -> Hearing:
    if any(state in (LetterState.SENT, LetterState.FOLDED) for state in states):
        return Hearing.TOLD
    if any(state in UNSETTLED for state in states):
        return Hearing.OWED
    return Hearing.FAILED if LetterState.FAILED in states else Hearing.SILENT


def _line(one: Delivery) -> Object:
    content = one.content
    return {
        "letter": one.id,
        "destination": content.destination,
        "change": content.event.change.value if isinstance(content, Letter) else None,
        "state": one.state.value,
        "owed_at": moment(content.owed_at),
        "due_at": moment(one.due_at),
        "settled_at": _moment(one.settled_at),
        "tries": one.tries,
        "failure": one.failure,
        "held": one.held,
    }


def _numbers(verdict: Verdict) -> Object:
    return {
        "bucket": moment(verdict.at),
        "observed": _number(verdict.observed),
        "expected": _number(verdict.expected),
    }


def _number(value: float | None) -> float | None:
    """JSON has no word for what was not told."""
    return value if value is not None and isfinite(value) else None


def _moment(at: datetime | None) -> str | None:
    return None if at is None else moment(at)
