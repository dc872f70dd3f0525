"""Letters owed: one row for every event and destination, from owed to sent or buried."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.notifier import Letter, Receipt
from daemon.store import tables
from daemon.store.database import insert_if_absent
from rules.alert import Change


class LetterState(StrEnum):
    OWED = "owed"
    SENT = "sent"
    BURIED = "buried"
    """It cannot be delivered, and is kept with the reason."""


@dataclass(frozen=True, slots=True)
class OwedLetter:
    """A letter in this daemon's hands, until it says how it went."""

    id: int
    letter: Letter
    tries: int
    """How often it was tried before."""


class Outbox:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def enqueue(self, letter: Letter) -> None:
        """Owe a letter, unless it says what its destination was told of the alert last.

        So owing a letter twice owes it once; but an alert that was withdrawn, and whose numbers
        the vendor then gave back, is news again. What is worse may become worse still: of each
        limit there is a letter of its own, with a key of its own.
        """
        earlier = await self._earlier(letter)
        change, known = letter.event.change, {one.key for one in earlier}
        again = bool(earlier) and earlier[-1].change == change.value
        if again and (change is not Change.WORSENED or letter.key in known):
            return
        if letter.key in known:
            letter = replace(letter, key=f"{letter.key}|{len(earlier)}")
        row = {
            "key": letter.key,
            "alert_id": letter.alert,
            "destination": letter.destination,
            "change": letter.event.change.value,
            "body": msgspec.json.encode(letter).decode(),
            "state": LetterState.OWED.value,
            "owed_at": letter.owed_at,
            "due_at": letter.owed_at,
            "tries": 0,
        }
        await self._connection.execute(insert_if_absent(self._connection, tables.letter), row)

    async def _earlier(self, letter: Letter) -> Sequence[sa.Row[Any, Any]]:
        """All this destination was told of the alert, or is going to be, in order."""
        columns = tables.letter.c
        mine = (columns.alert_id == letter.alert) & (columns.destination == letter.destination)
        query = sa.select(columns.key, columns.change).where(mine).order_by(columns.id)
        return (await self._connection.execute(query)).all()

    async def told(self, alert: int) -> Sequence[str]:
        """The destinations that heard of an alert, or are going to."""
        letter = tables.letter.c
        heard = (letter.alert_id == alert) & (letter.state != LetterState.BURIED.value)
        query = sa.select(letter.destination).where(heard).distinct()
        return (await self._connection.execute(query.order_by(letter.destination))).scalars().all()

    async def waiting(self, at: datetime) -> Sequence[str]:
        """The destinations that letters are due to."""
        letter = tables.letter.c
        query = sa.select(letter.destination).where(_due(at)).distinct()
        return (await self._connection.execute(query.order_by(letter.destination))).scalars().all()

    async def claim(self, destination: str, at: datetime, until: datetime) -> OwedLetter | None:
        """Take the next letter due to a destination; no other replica gets it before `until`.

        Letters of one alert go out in order: the next is not due before the one ahead of it is
        settled.
        """
        letter = tables.letter.c
        mine = _due(at) & (letter.destination == destination)
        query = sa.select(tables.letter).where(mine).order_by(letter.id).limit(1)
        row = (await self._connection.execute(query.with_for_update(skip_locked=True))).first()
        if row is None:
            return None
        await self._update(letter.id == row.id, claimed_until=until)
        return await self._owed(row)

    async def release(self) -> None:
        """Let go of all claims: whoever held them is dead."""
        await self._update(tables.letter.c.claimed_until.is_not(None), claimed_until=None)

    async def next_due(self) -> datetime | None:
        """When the next letter is due; None where none is owed."""
        letter = tables.letter.c
        query = sa.select(sa.func.min(letter.due_at)).where(letter.state == LetterState.OWED.value)
        moment: datetime | None = (await self._connection.execute(query)).scalar_one()
        return moment

    async def sent(self, id_: int, at: datetime, receipt: Receipt | None) -> None:
        await self._update(
            tables.letter.c.id == id_,
            state=LetterState.SENT.value,
            settled_at=at,
            claimed_until=None,
            tries=tables.letter.c.tries + 1,
            failure=None,
            receipt_place=receipt and receipt.place,
            receipt_id=receipt and receipt.id,
        )

    async def postpone(self, id_: int, due_at: datetime, failure: str) -> None:
        await self._update(
            tables.letter.c.id == id_,
            due_at=due_at,
            claimed_until=None,
            tries=tables.letter.c.tries + 1,
            failure=failure,
        )

    async def bury(self, owed: OwedLetter, at: datetime, failure: str) -> None:
        """Give a letter up, and with an opening whatever was to follow it to the same place."""
        letter = tables.letter.c
        await self._update(
            letter.id == owed.id,
            state=LetterState.BURIED.value,
            settled_at=at,
            tries=letter.tries + 1,
            failure=failure,
        )
        await self._update(
            (letter.alert_id == owed.letter.alert)
            & (letter.destination == owed.letter.destination)
            & (letter.state == LetterState.OWED.value),
            state=LetterState.BURIED.value,
            settled_at=at,
            failure="the letter before it was never delivered",
        )

    async def _owed(self, row: sa.Row[Any]) -> OwedLetter:
        letter = msgspec.json.decode(row.body, type=Letter)
        receipt = await self._receipt(letter)
        return OwedLetter(row.id, replace(letter, receipt=receipt), row.tries)

    async def _receipt(self, letter: Letter) -> Receipt | None:
        """What the destination gave back for the alert's last letter."""
        columns = tables.letter.c
        earlier = (
            (columns.alert_id == letter.alert)
            & (columns.destination == letter.destination)
            & columns.receipt_id.is_not(None)
        )
        query = sa.select(columns.receipt_place, columns.receipt_id).where(earlier)
        row = (await self._connection.execute(query.order_by(columns.id.desc()).limit(1))).first()
        return None if row is None else Receipt(row.receipt_place, row.receipt_id)

    async def _update(self, which: sa.ColumnElement[bool], **values: object) -> None:
        await self._connection.execute(sa.update(tables.letter).where(which).values(**values))


def _due(at: datetime) -> sa.ColumnElement[bool]:
    letter = tables.letter.c
    ahead = tables.letter.alias("ahead")
    waits = sa.exists().where(
        (ahead.c.alert_id == letter.alert_id)
        & (ahead.c.destination == letter.destination)
        & (ahead.c.state == LetterState.OWED.value)
        & (ahead.c.id < letter.id)
    )
    free = letter.claimed_until.is_(None) | (letter.claimed_until <= at)
    return (letter.state == LetterState.OWED.value) & (letter.due_at <= at) & free & ~waits
