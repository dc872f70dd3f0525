"""A day of what is remembered: read once, as the database has it, and held on to by nobody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.store import tables
from daemon.store.grid import labels_in, metric_of
from rules.panel import Panel
from rules.recorded import DAY, Day, midnight
from rules.series import Metric, Series


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the numbers of one metric are kept."""

    panel_id: int
    metric: Metric
    version: int
    """Grows by one with every change."""
    open_at: datetime | None
    """Where the first bucket that still fills begins; None before anything was told."""


class Stretches:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def shelves(self, source: str) -> list[Shelf]:
        """All metrics a source ever told of, those of an earlier configuration included."""
        query = sa.select(tables.panel).where(tables.panel.c.source == source)
        rows = (await self._connection.execute(query.order_by(tables.panel.c.id))).all()
        return [Shelf(row.id, metric_of(row), row.version, row.open_at) for row in rows]

    async def day(self, shelf: Shelf, day: date) -> Day:
        """What is remembered of one UTC day."""
        start, width = midnight(day), shelf.metric.width
        bucket = tables.bucket.c
        query = sa.select(bucket.start, bucket.packed).where(_within(shelf, start, start + DAY))
        rows = (await self._connection.execute(query)).all()
        # After the buckets: a series that was met in between has no place in them.
        series, first_at = await self._series(shelf)
        values = np.full((DAY // width, len(series)), np.nan)
        for row in rows:
            packed = np.frombuffer(row.packed, dtype="<f8")
            values[(row.start - start) // width, : len(packed)] = packed
        open_at = shelf.open_at or start
        closed = min(max((open_at - start) // width, 0), len(values))
        return Day(Panel(shelf.metric, series, start, values, closed), first_at)

    async def changed(self, shelf: Shelf, since: date, until: date) -> Mapping[date, int]:
        """The version of the newest change in each day of [since, until)."""
        bucket = tables.bucket.c
        here = _within(shelf, midnight(since), midnight(until))
        query = sa.select(bucket.start, bucket.version).where(here)
        newest: dict[date, int] = {}
        for start, version in (await self._connection.execute(query)).all():
            newest[start.date()] = max(version, newest.get(start.date(), 0))
        return newest

    async def _series(self, shelf: Shelf) -> tuple[tuple[Series, ...], tuple[datetime, ...]]:
        table = tables.series
        query = sa.select(table.c.labels, table.c.first_at).where(
            table.c.panel_id == shelf.panel_id
        )
        rows = (await self._connection.execute(query.order_by(table.c.position))).all()
        metric = shelf.metric
        series = tuple(Series(metric.source, metric.name, labels_in(row.labels)) for row in rows)
        return series, tuple(row.first_at for row in rows)


def _within(shelf: Shelf, start: datetime, end: datetime) -> sa.ColumnElement[bool]:
    bucket = tables.bucket.c
    return (bucket.panel_id == shelf.panel_id) & (bucket.start >= start) & (bucket.start < end)
