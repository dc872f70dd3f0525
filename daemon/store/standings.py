"""Running totals as they stood at one moment after another: what amounts are made of."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.source import Standing
from daemon.store import tables
from daemon.store.database import upsert
from daemon.store.history import History
from rules.panel import Floats
from rules.totals import restated


@dataclass(frozen=True, slots=True)
class Curve:
    """The totals of one period: a row for each moment, a column for each series."""

    moments: list[datetime]
    totals: Floats


class Standings:
    """What is remembered of one metric's totals."""

    def __init__(self, connection: AsyncConnection, history: History) -> None:
        self._connection = connection
        self._history = history

    async def take(self, standing: Standing, told_at: datetime) -> Curve:
        """Remember how totals stand, and answer all that is known of their period."""
        curve = await self._curve(standing)
        at, latest = min(standing.at, standing.period.end), self._totals(standing, curve)
        over = at == standing.period.end and at in curve.moments
        if over and not np.array_equal(curve.totals[-1], latest):
            curve = Curve(curve.moments, restated(curve.totals, curve.totals[-1], latest))
            # Over what is kept: when it was told first says since when totals are watched.
            await self._put(standing, curve, told_at)
        kept = [row for row, moment in enumerate(curve.moments) if moment != at]
        moments = [*(curve.moments[row] for row in kept), at]
        totals = np.vstack([curve.totals[kept], latest])
        order = sorted(range(len(moments)), key=moments.__getitem__)
        curve = Curve([moments[row] for row in order], totals[order])
        await self._put(standing, Curve([at], latest[None, :]), told_at)
        await self._forget(standing, self._between(curve))
        return await self._from_nothing(standing, curve)

    def _totals(self, standing: Standing, curve: Curve) -> Floats:
        """Every series' total; what is absent was not used since the last time."""
        width = len(self._history.series)
        latest = curve.totals[-1].copy() if len(curve.moments) else np.zeros(width)
        for labels, total in standing.totals.items():
            latest[self._history.positions[labels]] = total
        return latest

    async def _curve(self, standing: Standing) -> Curve:
        table, width = tables.standing, len(self._history.series)
        query = sa.select(table.c.at, table.c.packed).where(self._of(standing))
        rows = (await self._connection.execute(query.order_by(table.c.at))).all()
        totals = np.zeros((len(rows), width))
        for place, row in enumerate(rows):
            packed = np.frombuffer(row.packed, dtype="<f8")
            totals[place, : len(packed)] = packed
        return Curve([row.at for row in rows], totals)

    async def _put(self, standing: Standing, curve: Curve, told_at: datetime) -> None:
        rows = [
            {
                "panel_id": self._history.panel_id,
                "period_start": standing.period.start,
                "at": moment,
                "told_at": told_at,
                "packed": totals.astype("<f8").tobytes(),
            }
            for moment, totals in zip(curve.moments, curve.totals, strict=True)
        ]
        written = upsert(self._connection, tables.standing, "packed")
        await self._connection.execute(written, rows)

    async def _forget(self, standing: Standing, moments: list[datetime]) -> None:
        table = tables.standing
        gone = self._of(standing) & table.c.at.in_(moments)
        if moments:
            await self._connection.execute(sa.delete(table).where(gone))

    def _between(self, curve: Curve) -> list[datetime]:
        """All but the first and the last of each bucket, and the two sides of every fall: they
        change no bucket's amount."""
        buckets = [self._history.metric.bucket(moment) for moment in curve.moments]
        fell = np.asarray((curve.totals[1:] < curve.totals[:-1]).any(axis=1))
        return [
            moment
            for at, moment in enumerate(curve.moments[1:-1], 1)
            if buckets[at - 1] == buckets[at] == buckets[at + 1] and not fell[at - 1 : at + 1].any()
        ]

    async def _from_nothing(self, standing: Standing, curve: Curve) -> Curve:
        """A period that began while totals were already watched began at nothing, we know."""
        table = tables.standing
        mine = table.c.panel_id == self._history.panel_id
        query = sa.select(sa.func.min(table.c.told_at)).where(mine)
        watched = (await self._connection.execute(query)).scalar_one()
        start = standing.period.start
        if watched is None or watched >= start or start in curve.moments:
            return curve
        nothing = np.zeros((1, curve.totals.shape[1]))
        return Curve([start, *curve.moments], np.vstack([nothing, curve.totals]))

    def _of(self, standing: Standing) -> sa.ColumnElement[bool]:
        table = tables.standing.c
        period = table.period_start == standing.period.start
        return (table.panel_id == self._history.panel_id) & period
