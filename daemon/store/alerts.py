"""Alerts as they are remembered: the live ones, and those that ended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.store import tables
from daemon.store.database import insert_if_absent
from rules.alert import Alert, Phase
from rules.series import Series

_LIVE = (Phase.PENDING.value, Phase.FIRING.value)


@dataclass(frozen=True, slots=True)
class Numbered:
    """An alert, and what people call it by."""

    number: int
    alert: Alert


class Alerts:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def latest(self, rule: str, *, ended_since: datetime) -> Mapping[Series, Alert]:
        """The latest alert of each series: live, or ended no earlier than a moment."""
        alert = tables.alert.c
        recent = alert.phase.in_(_LIVE) | (alert.ended_at >= ended_since)
        query = sa.select(alert.body).where((alert.rule == rule) & recent).order_by(alert.since)
        bodies = (await self._connection.execute(query)).scalars()
        return {alert.series: alert for alert in map(_alert, bodies)}

    async def numbered(self, number: int) -> Alert | None:
        """The alert that people call by this number."""
        query = sa.select(tables.alert.c.body).where(tables.alert.c.id == number)
        body = (await self._connection.execute(query)).scalar_one_or_none()
        return None if body is None else _alert(body)

    async def recent(self, many: int) -> Sequence[Numbered]:
        """The alerts with the highest numbers, the newest first; of pending ones nobody knows."""
        alert = tables.alert.c
        told = alert.phase != Phase.PENDING.value
        query = sa.select(alert.id, alert.body).where(told).order_by(alert.id.desc()).limit(many)
        rows = (await self._connection.execute(query)).all()
        return [Numbered(row.id, _alert(row.body)) for row in rows]

    async def keep(self, alert: Alert) -> int:
        """Remember an alert as it stands now; answers its number."""
        columns = tables.alert.c
        key = {"rule": alert.rule, "series": alert.series.key, "since": alert.since}
        state = {
            "phase": alert.phase.value,
            "ended_at": alert.ended_at,
            "body": msgspec.json.encode(alert).decode(),
        }
        await self._connection.execute(
            insert_if_absent(self._connection, tables.alert), {**key, **state}
        )
        mine = sa.and_(*(columns[name] == value for name, value in key.items()))
        await self._connection.execute(sa.update(tables.alert).where(mine).values(**state))
        number: int = (
            await self._connection.execute(sa.select(columns.id).where(mine))
        ).scalar_one()
        return number

    async def forget_pending(self, rule: str, series: Iterable[Series]) -> None:
        """Drop alerts that calmed down before anyone was told."""
        alert = tables.alert.c
        for one in series:
            mine = (alert.rule == rule) & (alert.series == one.key)
            pending = alert.phase == Phase.PENDING.value
            await self._connection.execute(sa.delete(tables.alert).where(mine & pending))


def _alert(body: str) -> Alert:
    return msgspec.json.decode(body, type=Alert)
