"""What was recorded elsewhere, day by day, and what is still owed there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.store import tables
from daemon.store.database import insert_if_absent, upsert
from daemon.store.stretch import Stretches
from rules.recorded import written


class EntryState(StrEnum):
    AWAITED = "awaited"
    """Nobody knows yet what the day came to."""
    OWED = "owed"
    """What it came to is frozen, and has to be recorded."""
    RECORDED = "recorded"
    NOTHING = "nothing"
    """Nothing was used, so nothing was sent."""
    BURIED = "buried"
    """It cannot be recorded, and is kept with the reason."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One day of one recorder. A column of the table for each field."""

    recorder: str
    day: date
    state: EntryState
    owed_at: datetime
    due_at: datetime
    """When it is looked at next, while it is awaited or owed."""
    asked: bool = False
    """Whether a person named the day: it says nothing of the days beside it."""
    amount: Decimal | None = None
    """None while it is awaited, and of a day that never could be said."""
    key: str | None = None
    """What it is recorded under."""
    revised: Decimal | None = None
    """What the source says now, where that differs and people were told."""
    panel_id: int | None = None
    version: int | None = None
    """With `panel_id`: the newest of the source's numbers it was last compared with."""
    tries: int = 0
    lost: int = 0
    """Tries of which nobody knows whether they arrived. Zero: nothing of it is there."""
    claimed_until: datetime | None = None
    settled_at: datetime | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Days:
    """From the first day to the last, both of them in."""

    first: date
    last: date


_COLUMNS = tuple(field.name for field in fields(Entry))
_KEY = ("recorder", "day")


class Recordings:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.stretches = Stretches(connection)

    async def followed(self, recorder: str) -> Days | None:
        """The days a recorder followed on its own; None before it was ever run."""
        entry = tables.recording.c
        query = sa.select(sa.func.min(entry.day), sa.func.max(entry.day))
        own = (entry.recorder == recorder) & entry.asked.is_(False)
        first, last = (await self._connection.execute(query.where(own))).one()
        return None if first is None else Days(first, last)

    async def expect(self, entries: Sequence[Entry]) -> None:
        """Put down days that are not there yet; those that are stay as they are."""
        rows = [_row(entry) for entry in entries]
        if rows:
            await self._connection.execute(
                insert_if_absent(self._connection, tables.recording), rows
            )

    async def entry(self, recorder: str, day: date) -> Entry | None:
        """One day, locked until the transaction ends."""
        entry = tables.recording.c
        mine = (entry.recorder == recorder) & (entry.day == day)
        query = sa.select(tables.recording).where(mine).with_for_update()
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _entry(row)

    async def next_due(self, recorder: str, state: EntryState, at: datetime) -> Entry | None:
        """The oldest day in a state that is due and in nobody's hands, locked likewise."""
        entry = tables.recording.c
        free = entry.claimed_until.is_(None) | (entry.claimed_until <= at)
        due = (entry.recorder == recorder) & (entry.state == state.value) & (entry.due_at <= at)
        query = sa.select(tables.recording).where(due & free).order_by(entry.day).limit(1)
        row = (await self._connection.execute(query.with_for_update(skip_locked=True))).first()
        return None if row is None else _entry(row)

    async def since(self, recorder: str, day: date) -> Sequence[Entry]:
        """All there is of a recorder from a day on, in order."""
        entry = tables.recording.c
        mine = (entry.recorder == recorder) & (entry.day >= day)
        query = sa.select(tables.recording).where(mine).order_by(entry.day)
        return [_entry(row) for row in (await self._connection.execute(query)).all()]

    async def keep(self, entry: Entry) -> None:
        """A day as it stands now. Whoever changes one has locked it first."""
        columns = [name for name in _COLUMNS if name not in _KEY]
        statement = upsert(self._connection, tables.recording, *columns)
        await self._connection.execute(statement, _row(entry))


def _row(entry: Entry) -> Mapping[str, object]:
    row = {name: getattr(entry, name) for name in _COLUMNS}
    for name in ("amount", "revised"):
        row[name] = None if row[name] is None else written(row[name])
    return row | {"state": entry.state.value}


def _entry(row: sa.Row[Any]) -> Entry:
    values = {name: getattr(row, name) for name in _COLUMNS}
    for name in ("amount", "revised"):
        values[name] = None if values[name] is None else Decimal(values[name])
    return Entry(**values | {"state": EntryState(row.state)})
