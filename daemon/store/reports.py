"""What reports are made of, and which of them were made."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import numpy as np
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.store import tables
from daemon.store.acts import Act, Acts
from daemon.store.database import insert_if_absent
from daemon.store.grid import is_of, labels_in
from rules.alert import Alert, Phase
from rules.panel import Floats
from rules.series import Metric, Series


@dataclass(frozen=True, slots=True)
class Days:
    """What the series of a metric used on each of some days."""

    series: tuple[Series, ...]
    values: Floats
    """A row for each day, a column for each series; NaN: not told."""
    told: Sequence[int]
    """How many buckets of each day were told, of any series."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An alert that was going on, and what people did about it."""

    number: int
    alert: Alert
    acknowledged_by: str | None
    deeds: tuple[Act, ...] = ()
    """Since the time began that was asked for, up to now."""


class Reports:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def made(self, name: str) -> Sequence[str]:
        """The periods a report was made for."""
        report = tables.report.c
        query = sa.select(report.period).where(report.name == name).order_by(report.period)
        return (await self._connection.execute(query)).scalars().all()

    async def claim(self, name: str, period: str, at: datetime) -> bool:
        """Take it on oneself to tell of a period; false where somebody did before."""
        row = {"name": name, "period": period, "made_at": at}
        added = insert_if_absent(self._connection, tables.report).values(**row)
        return (await self._connection.execute(added)).rowcount == 1

    async def days(self, metric: Metric, edges: Sequence[datetime]) -> Days | None:
        """The use between neighbouring moments; None where nothing was ever told.

        A bucket is of the day it begins in. Days are read one by one, so that a month of thousands
        of series is never held whole.
        """
        query = sa.select(tables.panel.c.id).where(is_of(metric))
        panel_id = (await self._connection.execute(query)).scalar_one_or_none()
        if panel_id is None:
            return None
        labels = await self._labels(panel_id)
        series = tuple(Series(metric.source, metric.name, labels_in(one)) for one in labels)
        values = np.full((len(edges) - 1, len(series)), np.nan)
        told = [
            await self._add_up(panel_id, edges[day], edges[day + 1], values[day])
            for day in range(len(values))
        ]
        return Days(series, values, told)

    async def alerts(self, start: datetime, end: datetime, at: datetime) -> Sequence[Happened]:
        """Those that were going on in [start, end) and that people heard of, oldest first.

        With what people did about them since, up to `at`.
        """
        alert = tables.alert.c
        heard = (alert.phase != Phase.PENDING.value) & (alert.since < end)
        here = heard & (alert.ended_at.is_(None) | (alert.ended_at >= start))
        query = sa.select(tables.alert).where(here).order_by(alert.since, alert.id)
        rows = (await self._connection.execute(query)).all()
        deeds: defaultdict[int | None, list[Act]] = defaultdict(list)
        for act in await Acts(self._connection).between(start, max(at, end)):
            deeds[act.alert].append(act)
        return [
            Happened(
                row.id,
                msgspec.json.decode(row.body, type=Alert),
                row.acknowledged_by,
                tuple(deeds[row.id]),
            )
            for row in rows
        ]

    async def _labels(self, panel_id: int) -> Sequence[str]:
        series = tables.series.c
        query = sa.select(series.labels).where(series.panel_id == panel_id)
        return (await self._connection.execute(query.order_by(series.position))).scalars().all()

    async def _add_up(self, panel_id: int, start: datetime, end: datetime, into: Floats) -> int:
        bucket = tables.bucket.c
        here = (bucket.panel_id == panel_id) & (bucket.start >= start) & (bucket.start < end)
        many = 0
        for packed in (
            await self._connection.execute(sa.select(bucket.packed).where(here))
        ).scalars():
            found = np.frombuffer(packed, dtype="<f8")[: len(into)]
            known = np.flatnonzero(~np.isnan(found))
            into[known] = np.nan_to_num(into[known]) + found[known]
            many += bool(len(known))
        return many
