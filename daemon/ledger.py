"""What became of every letter, as a table for people or as JSON for machines."""

import json
from collections.abc import Iterator, Sequence

from daemon.letter import Letter
from daemon.notifier import Copy
from daemon.store.destinations import DestinationState
from daemon.store.outbox import Delivery, LetterState
from daemon.table import moment
from daemon.text import aligned, clip, one_line

_STATE = {
    LetterState.OWED: "owed",
    LetterState.SENDING: "being sent",
    LetterState.UNKNOWN: "unknown: it may have arrived",
    LetterState.SENT: "sent",
    LetterState.FOLDED: "said with a later one",
    LetterState.MUTED: "not told",
    LetterState.FAILED: "failed for good",
}
_WIDEST = 60
_HEAD = ("number", "owed at", "destination", "what", "state", "why")


def as_lines(
    deliveries: Sequence[Delivery], destinations: Sequence[DestinationState]
) -> Iterator[str]:
    """A row each, the newest first; then whatever place does not work."""
    if deliveries:
        yield from aligned([_HEAD, *(_row(one) for one in deliveries)])
    else:
        yield "Nothing of that kind. --all lists what was sent, too."
    for one in destinations:
        if one.failing_since is not None:
            yield ""
            why = one_line(one.failure or "")
            yield f"{one.name} fails since {moment(one.failing_since)}: {why}"


def as_json(one: Delivery) -> str:
    """One object, on one line."""
    return json.dumps(as_object(one), ensure_ascii=False)


def as_object(one: Delivery) -> dict[str, str | int | None]:
    return {
        "number": one.id,
        "destination": one.content.destination,
        "alert": one.alert,
        "what": what(one),
        "state": one.state.value,
        "owed_at": moment(one.content.owed_at),
        "due_at": moment(one.due_at),
        "settled_at": None if one.settled_at is None else moment(one.settled_at),
        "tries": one.tries,
        "lost": one.lost,
        "held": one.held,
        "failure": one.failure,
    }


def what(one: Delivery) -> str:
    """What a letter is about, in a few words."""
    if isinstance(one.content, Letter):
        alert = one.content.event.alert
        return f"alert {one.content.alert} {one.content.event.change}, {one_line(alert.rule)}"
    if isinstance(one.content, Copy):
        return f"for {', '.join(one.content.message.to or ())}: {one.content.message.wording.title}"
    return one_line(one.content.wording.title)


def _row(one: Delivery) -> tuple[str, ...]:
    return (
        str(one.id),
        moment(one.content.owed_at.replace(microsecond=0)),
        one.content.destination,
        clip(what(one), _WIDEST),
        _STATE[one.state],
        clip(one_line(_why(one)), 2 * _WIDEST),
    )


def _why(one: Delivery) -> str:
    """Why it is not sent, or not yet."""
    if one.state in (LetterState.OWED, LetterState.UNKNOWN) and one.held is not None:
        return f"{one.held}; looked at again at {moment(one.due_at.replace(microsecond=0))}"
    if one.state in (LetterState.OWED, LetterState.UNKNOWN) and one.failure is not None:
        tries = f"{one.tries} {'try' if one.tries == 1 else 'tries'}"
        return f"{tries}, next at {moment(one.due_at.replace(microsecond=0))}: {one.failure}"
    return one.held or one.failure or ""
