"""What people do not want to hear of, and until when."""

from collections.abc import Collection, Mapping, Sequence
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
            "match": _written(silence.match),
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

    async def follow(self, moved: Mapping[str, str], taken: Collection[str], at: datetime) -> None:
        """Speak of rules, here by the names they had, by those they have now as well: what is owed
        already bears the old ones. A name that is `taken` is another rule's, and its alone."""
        silence = tables.silence.c
        for one in await self.lasting(at):
            before = one.match.get("rule", ())
            now = [new for name in before for new in _names(name, moved, taken)]
            match = {**one.match, "rule": tuple(dict.fromkeys(now))}
            if match["rule"] != before:
                mine = sa.update(tables.silence).where(silence.id == one.number)
                await self._connection.execute(mine.values(match=_written(match)))

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


def _names(name: str, moved: Mapping[str, str], taken: Collection[str]) -> tuple[str, ...]:
    if name not in moved:
        return (name,)
    return (moved[name],) if name in taken else (name, moved[name])


def _written(match: Mapping[str, tuple[str, ...]]) -> str:
    return msgspec.json.encode(match).decode()


def _silence(row: sa.Row[Any]) -> Silence:
    match = msgspec.json.decode(row.match, type=dict[str, tuple[str, ...]])
    return Silence(row.id, match, row.start, row.end, row.author, row.reason)
