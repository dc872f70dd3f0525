"""How each source's polls went, and how far each rule has judged."""

from collections.abc import Sequence
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
    notes: tuple[str, ...] = ()
    """What was odd about its last good answer, and no error."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """How far a source was told, of one of its metrics."""

    metric: str
    newest_at: datetime | None
    """The start of the newest bucket, which may still fill; None where none was told."""
    open_at: datetime | None
    """The end of the newest bucket that is closed, which is where the first open one begins."""
    series: int


class Polls:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def state(self, source: str) -> SourceState | None:
        """How a source fares; None before its first poll."""
        query = sa.select(tables.source).where(tables.source.c.name == source)
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            return None
        notes = tuple(row.notes.splitlines())
        return SourceState(
            row.name, row.polled_at, row.good_at, row.failing_since, row.failure, notes
        )

    async def remembered(self, source: str) -> Sequence[Remembered]:
        """How far a source was told, by metric, the oldest first."""
        panel, bucket, series = tables.panel.c, tables.bucket.c, tables.series.c
        newest = sa.select(sa.func.max(bucket.start)).where(bucket.panel_id == panel.id)
        many = sa.select(sa.func.count()).where(series.panel_id == panel.id)
        query = sa.select(
            panel.metric, newest.scalar_subquery(), panel.open_at, many.scalar_subquery()
        )
        mine = query.where(panel.source == source).order_by(panel.id)
        return [Remembered(*row) for row in (await self._connection.execute(mine)).all()]

    async def succeeded(self, source: str, at: datetime, notes: Sequence[str] = ()) -> None:
        await self._put(SourceState(source, at, at, None, None, tuple(notes)))

    async def failed(self, source: str, at: datetime, failure: str) -> SourceState:
        """Note a failure; the state says since when there are nothing but failures."""
        before = await self.state(source)
        good_at = before.good_at if before else None
        since = before.failing_since if before else None
        notes = before.notes if before else ()
        state = SourceState(source, at, good_at, since or at, failure, notes)
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
        row = {name: getattr(state, name) for name in ("name", *columns)}
        await self._connection.execute(
            upsert(self._connection, tables.source, *columns, "notes"),
            row | {"notes": "\n".join(state.notes)},
        )
