"""What people do not want to hear of, and until when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.store import tables
from daemon.store.moment import Moment
from rules.silence import Silence


class Silences:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, silence: Silence, at: datetime) -> Silence:
        """Remember a silence; answers it with its number."""
        row = {
            "start": silence.start,
            "end": silence.end,
            "match": msgspec.json.encode(silence.match).decode(),
            "author": silence.author,
            "reason": silence.reason,
            "made_at": at,
        }
        added = sa.insert(tables.silence).values(**row).returning(tables.silence.c.id)
        return replace(silence, number=(await self._connection.execute(added)).scalar_one())

    async def end(self, number: int, at: datetime) -> Silence | None:
        """End a silence early; answers it as it is then, None where there is none to end.

        One that has not begun never does.
        """
        silence = tables.silence.c
        lasts = (silence.id == number) & (silence.end > at)
        begun = sa.case((silence.start > at, sa.literal(at, Moment)), else_=silence.start)
        ended = sa.update(tables.silence).where(lasts).values(start=begun, end=at)
        row = (await self._connection.execute(ended.returning(tables.silence))).one_or_none()
        return None if row is None else _silence(row)

    async def number(self, number: int) -> Silence | None:
        """The silence that people call by this number, over or not."""
        query = sa.select(tables.silence).where(tables.silence.c.id == number)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _silence(row)

    async def active(self, at: datetime) -> Sequence[Silence]:
        """Those that hold at this moment, the oldest first."""
        silence = tables.silence.c
        return await self._those((silence.start <= at) & (silence.end > at))

    async def lasting(self, at: datetime) -> Sequence[Silence]:
        """Those that hold at this moment, or will, the oldest first."""
        return await self._those(tables.silence.c.end > at)

    async def between(self, start: datetime, end: datetime) -> Sequence[Silence]:
        """Those that held at some moment of [start, end), the oldest first."""
        silence = tables.silence.c
        held = (silence.start < end) & (silence.end > start) & (silence.start < silence.end)
        return await self._those(held)

    async def all(self) -> Sequence[Silence]:
        """Every one there ever was, the oldest first."""
        return await self._those(sa.true())

    async def _those(self, which: sa.ColumnElement[bool]) -> Sequence[Silence]:
        query = sa.select(tables.silence).where(which).order_by(tables.silence.c.id)
        return [_silence(row) for row in await self._connection.execute(query)]


def _silence(row: sa.Row[Any]) -> Silence:
    match = msgspec.json.decode(row.match, type=dict[str, tuple[str, ...]])
    return Silence(row.id, match, row.start, row.end, row.author, row.reason)
