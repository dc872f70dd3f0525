"""What vendors said of a bucket before they said something else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.store import tables
from daemon.store.grid import is_of, labels_in
from rules.series import Metric, Series


@dataclass(frozen=True, slots=True)
class Revision:
    """One number that was told, and then changed."""

    series: Series
    start: datetime
    """The start of its bucket."""
    revised_at: datetime
    before: float
    after: float | None
    """None: it is no longer told at all."""


class Revisions:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def since(self, metric: Metric, at: datetime) -> Sequence[Revision]:
        """All that was revised of a metric since a moment, by bucket, the oldest first."""
        revision, panel, series = tables.revision, tables.panel, tables.series
        here = (series.c.panel_id == revision.c.panel_id) & (
            series.c.position == revision.c.position
        )
        both = revision.join(panel, panel.c.id == revision.c.panel_id).join(series, here)
        query = (
            sa.select(revision, series.c.labels)
            .select_from(both)
            .where(is_of(metric) & (revision.c.revised_at >= at))
            .order_by(revision.c.start, revision.c.position, revision.c.revised_at)
        )
        return [
            Revision(
                Series(metric.source, metric.name, labels_in(row.labels)),
                row.start,
                row.revised_at,
                row.before,
                row.after,
            )
            for row in (await self._connection.execute(query)).all()
        ]
