"""Looks after alerts that nobody looks after: reminds those who were told, and tells others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from daemon.hold import holds
from daemon.letter import Letter
from daemon.route import Routing, more
from daemon.store import Store, Transaction
from daemon.store.alerts import Attended, Line
from daemon.store.outbox import UNSETTLED, LetterState, Owed
from rules.alert import Alert, Change, Event
from rules.route import Direction, direction_to, every_route
from rules.verdict import Outcome, Verdict

_NEVER = (LetterState.FAILED, LetterState.MUTED)
"""What nobody was told."""
_ENDS = (Change.RESOLVED, Change.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody to be told of an alert that still goes on."""

    alert: int
    change: Change
    direction: Direction
    like: str
    """Whose last letter about the alert bears all that this one does."""
    turn: str = ""
    """What tells this reminder from the one before it."""


@dataclass(frozen=True, slots=True)
class Attendant:
    """All it goes by is the ledger, so it goes on after a restart where it stopped."""

    store: Store
    routing: Routing

    async def attend(self, at: datetime) -> int:
        """Owe the reminders and escalations that are due; answers how many.

        What is held back is not owed: of reminders that wait there would be one too many.
        """
        written = [each.route for each in every_route(self.routing.tree)]
        if not any(route.repeat or route.escalate for route in written):
            return 0
        async with self.store.transaction() as tx:
            attended = await tx.alerts.attended()
            calls = [call for one in attended for call in self.calls(one, at)]
            letters = await _letters(tx, calls, at)
            held = await holds(tx, self.routing, letters, at)
            free = [one for one in letters if one.key not in held]
            await tx.outbox.enqueue_all(list(map(Owed, free)))
        return len(free)

    def calls(self, one: Attended, at: datetime) -> Iterator[Call]:
        """Who is to be told of an alert now, unless something holds it back."""
        labels = self.routing.labels_of(one.alert.rule, one.alert.series)
        lines = _since_it_began(one.lines)
        heard = {line.destination: line for line in lines if line.state not in _NEVER}
        meant = [line.destination for line in lines if line.state is not LetterState.MUTED]
        ways = [direction_to(self.routing.tree, labels, name) for name in dict.fromkeys(meant)]
        for way in ways:
            last = heard.get(way.destination)
            known = way.destination in self.routing.destinations
            if known and last is not None and _is_forgotten(way, last, at):
                turn = f" since {last.settled_at}"
                yield Call(one.alert.number, Change.REMINDED, way, way.destination, turn)
        for way in self._escalated(ways, lines, labels, at):
            yield Call(one.alert.number, Change.ESCALATED, way, ways[0].destination)

    def _escalated(
        self,
        ways: Sequence[Direction],
        lines: Sequence[Line],
        labels: Mapping[str, str],
        at: datetime,
    ) -> Iterator[Direction]:
        """Who else is to hear of it: each once, however often nobody acknowledges it."""
        began = _began(lines)
        if began is None:
            return
        done = {line.destination for line in lines if line.change is Change.ESCALATED}
        due = [
            each.escalation.to
            for each in ways
            if each.escalation is not None and began + each.escalation.after <= at
        ]
        for name in dict.fromkeys(name for to in due for name in to):
            if name not in done:
                yield direction_to(self.routing.tree, labels, name)


def _is_forgotten(way: Direction, last: Line, at: datetime) -> bool:
    """Whether a destination was told so long ago that it is to be reminded."""
    if way.repeat is None or last.settled_at is None:  # what is still owed is no old news
        return False
    return last.settled_at + way.repeat <= at


def _since_it_began(lines: Sequence[Line]) -> Sequence[Line]:
    """What was taken back and then given again is told anew: what was said before is over."""
    ends = [place for place, line in enumerate(lines) if line.change in _ENDS]
    return lines[ends[-1] + 1 :] if ends else lines


def _began(lines: Sequence[Line]) -> datetime | None:
    """From when on people could have acknowledged it; None where it was not to be told yet.

    What was held back counts from when it was told. What could not be delivered counts from when it
    was owed: nobody there will acknowledge it.
    """
    known = [_heard_at(line) for line in lines if line.change is Change.OPENED]
    return min((each for each in known if each is not None), default=None)


def _heard_at(line: Line) -> datetime | None:
    if line.state is LetterState.MUTED:
        return None
    if line.state is LetterState.FAILED or (line.state in UNSETTLED and line.tries):
        return line.owed_at
    return line.due_at if line.settled_at is None else line.settled_at


async def _letters(tx: Transaction, calls: Sequence[Call], at: datetime) -> Sequence[Letter]:
    alerts = await tx.alerts.of({call.alert for call in calls})
    last = await tx.told.last({(call.alert, call.like) for call in calls})
    return [_letter(call, alerts[call.alert], last[call.alert, call.like], at) for call in calls]


def _letter(call: Call, alert: Alert, last: Letter, at: datetime) -> Letter:
    way, change = call.direction, call.change
    place = alert.rule, alert.series.key, alert.since.isoformat()
    key = "|".join((*place, f"{change.value}{call.turn}", way.destination))
    letter = more(last, Event(change, alert, _still(alert)), key, at)
    return replace(letter, destination=way.destination, group=way.group, trace=None)


def _still(alert: Alert) -> Verdict:
    """What is said of it now: the last bucket, if that was in breach, else the worst of them."""
    return alert.latest if alert.latest.outcome is Outcome.BREACH else alert.worst
