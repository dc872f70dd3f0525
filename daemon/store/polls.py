"""How each source's polls went, and how far each rule has judged."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.store import tables
from daemon.store.database import upsert


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source fares, as of its last poll."""

    name: str
    polled_at: datetime
    good_at: datetime | None
    """The last poll that was answered whole; None before the first."""
    failing_since: datetime | None
    """The first of the failures that have not ended; None while polls succeed."""
    failure: str | None


class Polls:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def state(self, source: str) -> SourceState | None:
        """How a source fares; None before its first poll."""
        query = sa.select(tables.source).where(tables.source.c.name == source)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else SourceState(*row)

    async def succeeded(self, source: str, at: datetime) -> None:
        await self._put(SourceState(source, at, at, None, None))

    async def failed(self, source: str, at: datetime, failure: str) -> SourceState:
        """Note a failure; the state says since when there are nothing but failures."""
        before = await self.state(source)
        good_at = before.good_at if before else None
        since = before.failing_since if before else None
        state = SourceState(source, at, good_at, since or at, failure)
        await self._put(state)
        return state

    async def judged_since(self, rule: str, panel_id: int) -> datetime | None:
        """The first bucket of a panel this rule has not yet judged as closed; None before any."""
        mine = (tables.judged.c.rule == rule) & (tables.judged.c.panel_id == panel_id)
        query = sa.select(tables.judged.c.since).where(mine)
        since: datetime | None = (await self._connection.execute(query)).scalar_one_or_none()
        return since

    async def judged(self, rule: str, panel_id: int, since: datetime) -> None:
        await self._connection.execute(
            upsert(self._connection, tables.judged, "since"),
            {"rule": rule, "panel_id": panel_id, "since": since},
        )

    async def _put(self, state: SourceState) -> None:
        columns = ("polled_at", "good_at", "failing_since", "failure")
        await self._connection.execute(
            upsert(self._connection, tables.source, *columns),
            {name: getattr(state, name) for name in ("name", *columns)},
        )
