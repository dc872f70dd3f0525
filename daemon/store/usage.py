"""Usage as it is kept: a row for every bucket time, the numbers of all its series packed in it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.source import Answer, Standing
from daemon.store import tables
from daemon.store.crowd import admit
from daemon.store.database import insert_if_absent, upsert
from daemon.store.frame import Frame
from daemon.store.grid import columns_of, is_of, labels_in, metric_of
from daemon.store.history import History
from daemon.store.overlay import Changes, lay, lay_totals
from daemon.store.standings import Standings
from rules.panel import Panel
from rules.series import EPOCH, Labels, Metric, Reading, Series

Histories = dict[Metric, History]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one answer changed."""

    panel_id: int
    panel: Panel
    revised: Sequence[tuple[int, int]]
    """(row, column) of numbers that were told before in a closed bucket, and now differ."""
    newcomers: Sequence[int]
    """Columns first heard of in this answer."""
    closed: int
    """How many buckets this answer closed."""
    folded: int = 0
    """How many series of this answer were counted together, as `OTHER`."""


class Usage:
    """The usage half of a transaction. Histories it touched are forgotten if it fails."""

    def __init__(self, connection: AsyncConnection, histories: Histories) -> None:
        self._connection = connection
        self._histories = histories
        self.touched: set[Metric] = set()

    async def record(self, answer: Answer, frame: Frame) -> Recorded | None:
        """Lay an answer into what is remembered; None where nothing was ever told.

        Asking twice records once. A closed bucket that changed is replaced, and what stood there
        is kept as a revision.
        """
        history = await self._history(answer.metric, frame)
        admitted = admit(answer.readings, history.positions, frame.max_series)
        answer = replace(answer, readings=admitted.readings)
        newcomers = await self._meet(history, answer.readings)
        changes = lay(answer, history, frame.at, frame.settles)
        recorded = await self._recorded(history, changes, newcomers, frame)
        return recorded and replace(recorded, folded=len(admitted.folded))

    async def stand(self, standing: Standing, frame: Frame) -> Recorded | None:
        """Lay down what running totals grew by since they were told last."""
        history = await self._history(standing.metric, frame)
        since = standing.metric.bucket(min(standing.at, standing.period.end))
        readings = [Reading(labels, since, total) for labels, total in standing.totals.items()]
        admitted = admit(readings, history.positions, frame.max_series)
        totals = {each.labels: each.value for each in admitted.readings}
        standing = replace(standing, totals=totals)
        newcomers = await self._meet(history, admitted.readings)
        ledger = Standings(self._connection, history)
        curve = await ledger.take(standing, frame.at)
        changes = lay_totals(standing, history, curve, frame)
        recorded = await self._recorded(history, changes, newcomers, frame)
        return recorded and replace(recorded, folded=len(admitted.folded))

    async def panel(self, metric: Metric, frame: Frame) -> Panel | None:
        """What is remembered of a metric as of a moment; None where nothing was ever told."""
        return (await self._history(metric, frame)).panel()

    async def _recorded(
        self, history: History, changes: Changes, newcomers: Sequence[int], frame: Frame
    ) -> Recorded | None:
        metric = history.metric
        await self._write(history, changes, newcomers)
        panel = history.panel()
        if panel is None:
            # Nobody used anything yet: that was told too, and need not be asked again.
            await self._mark_open(history, metric.bucket(frame.at - frame.settles))
            return None
        revised = [(panel.row(start), column) for start, column in changes.revised]
        return Recorded(history.panel_id, panel, revised, newcomers, changes.closed)

    async def panels(self, source: str) -> list[Panel]:
        """All that is remembered of a source, one panel a metric."""
        query = sa.select(tables.panel).where(tables.panel.c.source == source)
        panels = []
        for row in (await self._connection.execute(query.order_by(tables.panel.c.id))).all():
            history = History(row.id, metric_of(row), _FOREVER)
            await self._load(history, EPOCH)
            panels.append(history.panel())
        return [panel for panel in panels if panel is not None]

    async def met(self, source: str) -> list[Series]:
        """Every series of a source that was ever told, without what was told of it."""
        panel, series = tables.panel.c, tables.series.c
        query = sa.select(panel.metric, series.labels).where(series.panel_id == panel.id)
        rows = await self._connection.execute(query.where(panel.source == source).distinct())
        return [Series(source, row.metric, labels_in(row.labels)) for row in rows]

    async def open_at(self, metrics: Sequence[Metric]) -> datetime | None:
        """Where the first bucket of these metrics that still fills begins.

        None where one of them was never told. What a source told before its configuration was
        changed, by the day and not by the hour, say, does not count.
        """
        found = [await self._open_at(metric) for metric in metrics]
        known = [moment for moment in found if moment is not None]
        return min(known) if known and len(known) == len(found) else None

    async def _open_at(self, metric: Metric) -> datetime | None:
        query = sa.select(tables.panel.c.open_at).where(is_of(metric))
        moment: datetime | None = (await self._connection.execute(query)).scalar_one_or_none()
        return moment

    async def prune(self, before: datetime) -> None:
        """Forget buckets and revisions older than a moment."""
        for table in (tables.bucket, tables.revision):
            await self._connection.execute(sa.delete(table).where(table.c.start < before))
        old = tables.standing.c.at < before
        await self._connection.execute(sa.delete(tables.standing).where(old))

    async def _history(self, metric: Metric, frame: Frame) -> History:
        """What is remembered of a metric, brought up to what the database holds now."""
        self.touched.add(metric)
        row = await self._panel_row(metric)
        history = self._histories.get(metric)
        if history is None:
            history = self._histories[metric] = History(row.id, metric, frame.horizon)
        if history.version != row.version:
            await self._load(history, frame.at - frame.horizon)
            history.version = row.version
        return history

    async def _panel_row(self, metric: Metric) -> sa.Row[Any]:
        """The panel's row, locked until the transaction ends; made where there is none yet.

        The lock is what makes two replicas that poll one source at once take turns.
        """
        query = sa.select(tables.panel).where(is_of(metric)).with_for_update()
        row = (await self._connection.execute(query)).one_or_none()
        if row is not None:
            return row
        fresh = insert_if_absent(self._connection, tables.panel)
        await self._connection.execute(fresh.values(version=0, **columns_of(metric)))
        return (await self._connection.execute(query)).one()

    async def _load(self, history: History, since: datetime) -> None:
        """Read what the history lacks: series it has not met, buckets newer than its version."""
        series, bucket = tables.series.c, tables.bucket.c
        mine = series.panel_id == history.panel_id
        missing = mine & (series.position >= len(history.series))
        query = sa.select(tables.series).where(missing).order_by(series.position)
        for row in (await self._connection.execute(query)).all():
            history.add_series(labels_in(row.labels), row.first_at)
        newer = (
            (bucket.panel_id == history.panel_id)
            & (bucket.version > history.version)
            & (bucket.start >= since)
        )
        buckets = sa.select(tables.bucket).where(newer).order_by(bucket.start)
        for row in (await self._connection.execute(buckets)).all():
            history.write(row.start, np.frombuffer(row.packed, dtype="<f8"), closed=row.closed)

    async def _meet(self, history: History, readings: Sequence[Reading]) -> list[int]:
        """Give every series heard of for the first time its position."""
        first: dict[Labels, datetime] = {}
        for reading in readings:
            if reading.labels not in history.positions:
                known = first.setdefault(reading.labels, reading.start)
                first[reading.labels] = min(known, reading.start)
        newcomers = [history.add_series(labels, start) for labels, start in first.items()]
        rows = [
            {
                "panel_id": history.panel_id,
                "position": position,
                "labels": json.dumps(dict(labels)),
                "first_at": start,
            }
            for position, (labels, start) in zip(newcomers, first.items(), strict=True)
        ]
        if rows:
            await self._connection.execute(sa.insert(tables.series), rows)
        return newcomers

    async def _write(self, history: History, changes: Changes, newcomers: Sequence[int]) -> None:
        """A series alone is a change too: a memory without it would meet it a second time."""
        if not changes.buckets and not newcomers:
            return
        if changes.buckets:
            written = upsert(self._connection, tables.bucket, "packed", "closed", "version")
            await self._connection.execute(written, changes.buckets)
        if changes.revisions:
            # A bucket may be revised twice in a moment; what stood there before both is kept.
            written = upsert(self._connection, tables.revision, "after")
            await self._connection.execute(written, changes.revisions)
        history.version += 1
        panel = history.panel()
        if panel is not None:
            await self._mark_open(history, panel.at(panel.closed))

    async def _mark_open(self, history: History, open_at: datetime) -> None:
        mine = tables.panel.c.id == history.panel_id
        now = {"version": history.version, "open_at": open_at}
        await self._connection.execute(sa.update(tables.panel).where(mine).values(**now))


_FOREVER = timedelta(days=36_500)
