"""What is owed to people: a row for every event and destination, from owed to its end."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.letter import Circular, Letter
from daemon.notifier import Copy, Receipt
from daemon.store import tables
from daemon.store.database import insert_if_absent, slices
from rules.alert import Change


class LetterState(StrEnum):
    OWED = "owed"
    SENDING = "sending"
    """In a carrier's hands. Where that carrier died, it is unknown."""
    UNKNOWN = "unknown"
    """It left, and nobody knows whether it arrived."""
    SENT = "sent"
    FOLDED = "folded"
    """Said by a later one, which went out in its place."""
    MUTED = "muted"
    """Not told, and why: a silence, say, that outlasted the alert."""
    FAILED = "failed"
    """It cannot be delivered, and is kept with the reason."""


UNSETTLED = (LetterState.OWED, LetterState.SENDING, LetterState.UNKNOWN)
_NEVER = (LetterState.FAILED, LetterState.MUTED)
"""Whose destination heard nothing."""
_CIRCULAR = "circular"
_COPY = "copy"
Content = Letter | Circular | Copy
"""What is owed: by the column `change`, which names the last two."""
_ONCE = (Change.WORSENED, Change.REMINDED)
"""Of these an alert may have one after the other, each with a key of its own."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A line of the ledger."""

    id: int
    content: Content
    state: LetterState
    due_at: datetime
    tries: int
    lost: int
    """Tries of which nobody knows whether they arrived."""
    settled_at: datetime | None = None
    failure: str | None = None
    held: str | None = None
    message: str | None = None
    """The key of the message that carries it."""

    @property
    def alert(self) -> int | None:
        return self.content.alert if isinstance(self.content, Letter) else None


@dataclass(frozen=True, slots=True)
class Owed:
    """A letter that is to be owed."""

    letter: Letter
    due_at: datetime | None = None
    """None: at once."""


_Told = tuple[str, str]
"""Of a letter its key and its change."""


class Outbox:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def enqueue(self, letter: Letter, due_at: datetime | None = None) -> None:
        """Owe a letter, unless it says what its destination was told of the alert last.

        So owing a letter twice owes it once; but an alert that was withdrawn, and whose numbers
        the vendor then gave back, is news again. What is worse may become worse still: of each
        limit there is a letter of its own, with a key of its own. Due at once, unless it says when.
        """
        await self.enqueue_all([Owed(letter, due_at)])

    async def enqueue_all(self, owed: Sequence[Owed]) -> None:
        """The same of many, one after the other: a poll may open thousands of alerts."""
        earlier = await self._earlier({one.letter.alert for one in owed})
        rows = []
        for one in owed:
            told = earlier.setdefault((one.letter.alert, one.letter.destination), [])
            letter = _unless_told(one.letter, told)
            if letter is not None:
                change = letter.event.change.value
                told.append((letter.key, change))
                rows.append(_row(letter, letter.alert, change, one.due_at))
        await self._insert(rows)

    async def circulate(self, circular: Circular) -> None:
        """Owe a circular; one of its key is owed once."""
        await self._insert([_row(circular, None, _CIRCULAR, None)])

    async def copy(self, copy: Copy, due_at: datetime) -> None:
        """Owe a message to those of its readers who lack it."""
        await self._insert([_row(copy, None, _COPY, due_at)])

    async def _insert(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            await self._connection.execute(insert_if_absent(self._connection, tables.letter), rows)

    async def _earlier(self, alerts: Collection[int]) -> dict[tuple[int, str], list[_Told]]:
        """By alert and destination: all it was told, or is going to be, in order."""
        letter = tables.letter.c
        found: dict[tuple[int, str], list[_Told]] = {}
        for some in slices(alerts):
            query = sa.select(letter.alert_id, letter.destination, letter.key, letter.change)
            mine = query.where(letter.alert_id.in_(some)).order_by(letter.id)
            for alert, destination, key, change in await self._connection.execute(mine):
                found.setdefault((alert, destination), []).append((key, change))
        return found

    async def told_of(self, alerts: Collection[int]) -> Mapping[int, Sequence[str]]:
        """The destinations that heard of these alerts, or are going to; of an alert that nobody
        heard of nothing."""
        letter = tables.letter.c
        found: dict[int, list[str]] = {}
        for some in slices(alerts):
            heard = letter.alert_id.in_(some) & letter.state.not_in(_NEVER)
            query = sa.select(letter.alert_id, letter.destination).where(heard).distinct()
            ordered = query.order_by(letter.alert_id, letter.destination)
            for alert, destination in await self._connection.execute(ordered):
                found.setdefault(alert, []).append(destination)
        return found

    async def last_of(self, alerts: Collection[int]) -> Mapping[tuple[int, str], Letter]:
        """The last letter about each of these alerts to each destination, whatever became of it."""
        letter = tables.letter.c
        found: dict[tuple[int, str], Letter] = {}
        for some in slices(alerts):
            mine = sa.select(sa.func.max(letter.id)).where(letter.alert_id.in_(some))
            last = mine.group_by(letter.alert_id, letter.destination)
            query = sa.select(letter.body).where(letter.id.in_(last)).order_by(letter.id)
            for body in (await self._connection.execute(query)).scalars():
                one = msgspec.json.decode(body, type=Letter)
                found[one.alert, one.destination] = one
        return found

    async def spoken_of(self, destination: str, receipt: Receipt) -> Sequence[int]:
        """The alerts that a message speaks of, by where it stands."""
        letter = tables.letter.c
        there = (letter.receipt_id == receipt.id) & (letter.receipt_place == receipt.place)
        mine = there & (letter.destination == destination) & letter.alert_id.is_not(None)
        query = sa.select(letter.alert_id).where(mine).distinct().order_by(letter.alert_id)
        return (await self._connection.execute(query)).scalars().all()

    async def last_told(self, alert: int, destination: str) -> datetime | None:
        """When a destination was told of an alert last; None where that is still owed."""
        letter = tables.letter.c
        mine = (letter.alert_id == alert) & (letter.destination == destination)
        query = sa.select(letter.state, letter.settled_at).where(mine & letter.state.not_in(_NEVER))
        row = (await self._connection.execute(query.order_by(letter.id.desc()).limit(1))).first()
        return None if row is None or row.state in UNSETTLED else row.settled_at

    async def waiting(self, at: datetime) -> Sequence[str]:
        """The destinations that letters are due to."""
        letter = tables.letter.c
        due = letter.state.in_(UNSETTLED) & (letter.due_at <= at)
        query = sa.select(letter.destination).where(due).distinct()
        return (await self._connection.execute(query.order_by(letter.destination))).scalars().all()

    async def next_due(self) -> datetime | None:
        """When the next letter is due; None where none is owed."""
        letter = tables.letter.c
        query = sa.select(sa.func.min(letter.due_at)).where(letter.state.in_(UNSETTLED))
        moment: datetime | None = (await self._connection.execute(query)).scalar_one()
        return moment

    async def number(self, id_: int) -> Delivery | None:
        """The line of the ledger with this number."""
        query = sa.select(tables.letter).where(tables.letter.c.id == id_)
        row = (await self._connection.execute(query)).first()
        return None if row is None else delivery(row)

    async def ledger(
        self,
        many: int,
        states: Collection[LetterState] = tuple(LetterState),
        destination: str | None = None,
        alert: int | None = None,
    ) -> Sequence[Delivery]:
        """The latest lines, the newest first."""
        letter = tables.letter.c
        which: sa.ColumnElement[bool] = letter.state.in_([state.value for state in states])
        if destination is not None:
            which &= letter.destination == destination
        if alert is not None:
            which &= letter.alert_id == alert
        query = sa.select(tables.letter).where(which).order_by(letter.id.desc()).limit(many)
        return [delivery(row) for row in await self._connection.execute(query)]

    async def owe_again(self, id_: int, at: datetime) -> bool:
        """Owe a letter once more that came to an end; answers whether there was one."""
        letter = tables.letter.c
        ended = (letter.id == id_) & letter.state.not_in(UNSETTLED)
        again = {
            "state": LetterState.OWED.value,
            "due_at": at,
            "tries": 0,
            "settled_at": None,
            "held": None,
        }
        done = await self._connection.execute(sa.update(tables.letter).where(ended).values(**again))
        return done.rowcount == 1

    async def counts(self) -> dict[LetterState, int]:
        """How many letters are in each state."""
        letter = tables.letter.c
        query = sa.select(letter.state, sa.func.count()).group_by(letter.state)
        return {LetterState(state): n for state, n in await self._connection.execute(query)}


def _unless_told(letter: Letter, earlier: Sequence[_Told]) -> Letter | None:
    """The letter, with a key that none of the earlier ones has; None where it is no news."""
    change, known = letter.event.change, {key for key, _ in earlier}
    again = bool(earlier) and earlier[-1][1] == change.value
    if again and (change not in _ONCE or letter.key in known):
        return None
    return replace(letter, key=f"{letter.key}|{len(earlier)}") if letter.key in known else letter


def _row(
    content: Content, alert: int | None, change: str, due_at: datetime | None
) -> dict[str, Any]:
    return {
        "key": content.key,
        "alert_id": alert,
        "destination": content.destination,
        "change": change,
        "body": msgspec.json.encode(content).decode(),
        "state": LetterState.OWED.value,
        "owed_at": content.owed_at,
        "due_at": due_at or content.owed_at,
        "group": content.group if isinstance(content, Letter) else "",
        "tries": 0,
        "lost": 0,
    }


_KINDS: Mapping[str, type[Content]] = {_CIRCULAR: Circular, _COPY: Copy}


def delivery(row: sa.Row[Any]) -> Delivery:
    kind = _KINDS.get(row.change, Letter)
    return Delivery(
        id=row.id,
        content=msgspec.json.decode(row.body, type=kind),
        state=LetterState(row.state),
        due_at=row.due_at,
        tries=row.tries,
        lost=row.lost,
        settled_at=row.settled_at,
        failure=row.failure,
        held=row.held,
        message=row.message,
    )
