"""Spans that people marked as planned, mostly after the fact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.store import tables
from rules.planned import Planned


@dataclass(frozen=True, slots=True)
class Mark:
    """A span somebody marked."""

    number: int
    planned: Planned
    at: datetime
    """When it was marked."""
    by: str


class Marks:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def mark(self, planned: Planned, at: datetime, by: str) -> int:
        """Remember a span; answers its number."""
        row = {
            "name": planned.name,
            "start": planned.start,
            "end": planned.end,
            "source": planned.source,
            "where": msgspec.json.encode(planned.where).decode(),
            "marked_at": at,
            "marked_by": by,
        }
        added = sa.insert(tables.planned).values(**row).returning(tables.planned.c.id)
        number: int = (await self._connection.execute(added)).scalar_one()
        return number

    async def unmark(self, number: int) -> Mark | None:
        """Forget a span; answers what it was, None where there is none of this number."""
        mine = tables.planned.c.id == number
        gone = sa.delete(tables.planned).where(mine).returning(tables.planned)
        row = (await self._connection.execute(gone)).one_or_none()
        return None if row is None else _mark(row)

    async def all(self) -> Sequence[Mark]:
        """Every span that is marked, in the order of their beginnings."""
        planned = tables.planned.c
        query = sa.select(tables.planned).order_by(planned.start, planned.id)
        return [_mark(row) for row in (await self._connection.execute(query)).all()]

    async def between(self, start: datetime, end: datetime) -> list[Planned]:
        """What is marked that touches [start, end), in the order of their beginnings."""
        planned = tables.planned.c
        touches = (planned.start < end) & (planned.end > start)
        query = sa.select(tables.planned).where(touches).order_by(planned.start, planned.id)
        return [_mark(row).planned for row in (await self._connection.execute(query)).all()]


def _mark(row: sa.Row[Any]) -> Mark:
    where = msgspec.json.decode(row.where, type=dict[str, tuple[str, ...]])
    planned = Planned(row.name, row.start, row.end, row.source, where)
    return Mark(row.id, planned, row.marked_at, row.marked_by)
