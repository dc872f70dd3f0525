"""Alerts as they are remembered: the live ones, and those that ended."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.store import tables
from daemon.store.database import insert_or_replace, slices
from daemon.store.outbox import LetterState
from rules.alert import Alert, Change, Phase
from rules.series import Series

_KEY = ("rule", "series", "since")
_LIVE = (Phase.PENDING.value, Phase.FIRING.value)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A person's word that they look after it."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Numbered:
    """An alert, and what people call it by."""

    number: int
    alert: Alert
    acknowledged: Acknowledgement | None = None
    """None: nobody said that they look after it, or they took it back."""


@dataclass(frozen=True, slots=True)
class Going:
    """What is routed by of an alert that goes on."""

    number: int
    rule: str
    series: Series


@dataclass(frozen=True, slots=True)
class Line:
    """A letter of the ledger, without what it says."""

    destination: str
    change: Change
    state: LetterState
    owed_at: datetime
    due_at: datetime
    settled_at: datetime | None
    tries: int


@dataclass(frozen=True, slots=True)
class Attended:
    """An alert that goes on and that nobody acknowledged, with all letters about it, in order."""

    alert: Going
    lines: tuple[Line, ...]


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

    async def live(self) -> Sequence[Numbered]:
        """All that is pending or firing, whatever its rule."""
        alert = tables.alert.c
        query = sa.select(tables.alert).where(alert.phase.in_(_LIVE)).order_by(alert.id)
        return [_numbered(row) for row in await self._connection.execute(query)]

    async def firing(self) -> Sequence[Going]:
        """All that go on and of which people are told, in the order of their numbers."""
        alert = tables.alert.c
        fires = alert.phase == Phase.FIRING.value
        query = sa.select(alert.id, alert.body).where(fires).order_by(alert.id)
        return [_going(row.id, row.body) for row in await self._connection.execute(query)]

    async def attended(self) -> Sequence[Attended]:
        """Those that fire, of which somebody is told, and which nobody acknowledged."""
        alert, letter = tables.alert.c, tables.letter.c
        fires = (alert.phase == Phase.FIRING.value) & alert.acknowledged_at.is_(None)
        bodies = sa.select(alert.id, alert.body).where(fires)
        known = {row.id: row.body for row in await self._connection.execute(bodies)}
        columns = [getattr(letter, each) for each in Line.__slots__]
        whose = letter.alert_id.in_(sa.select(alert.id).where(fires))
        query = sa.select(letter.alert_id, *columns).where(whose).order_by(letter.id)
        lines: dict[int, list[Line]] = {}
        for row in await self._connection.execute(query):
            lines.setdefault(row.alert_id, []).append(_line(row))
        return [
            Attended(_going(number, known[number]), tuple(lines[number]))
            for number in sorted(lines.keys() & known.keys())
        ]

    async def numbered(self, number: int) -> Alert | None:
        """The alert that people call by this number."""
        query = sa.select(tables.alert.c.body).where(tables.alert.c.id == number)
        body = (await self._connection.execute(query)).scalar_one_or_none()
        return None if body is None else _alert(body)

    async def of(self, numbers: Collection[int]) -> Mapping[int, Alert]:
        """The alerts that people call by these numbers."""
        alert = tables.alert.c
        found: dict[int, Alert] = {}
        for some in slices(numbers):
            query = sa.select(alert.id, alert.body).where(alert.id.in_(some))
            rows = await self._connection.execute(query)
            found.update((row.id, _alert(row.body)) for row in rows)
        return found

    async def recent(self, many: int) -> Sequence[Numbered]:
        """The alerts with the highest numbers, the newest first; of pending ones nobody knows."""
        alert = tables.alert.c
        told = alert.phase != Phase.PENDING.value
        query = sa.select(tables.alert).where(told).order_by(alert.id.desc()).limit(many)
        return [_numbered(row) for row in await self._connection.execute(query)]

    async def listed(self, many: int, ended_since: datetime | None = None) -> Sequence[Numbered]:
        """What fires, and then what ended no earlier than a moment; None: all that ever ended.

        Of each what nobody looks after first, and the highest numbers before the others.
        """
        alert = tables.alert.c
        fires = alert.phase == Phase.FIRING.value
        over = sa.and_(alert.phase.not_in(_LIVE))
        if ended_since is not None:
            over &= alert.ended_at >= ended_since
        order = (fires.desc(), fires & alert.acknowledged_at.is_not(None), alert.id.desc())
        query = sa.select(tables.alert).where(fires | over).order_by(*order).limit(many)
        return [_numbered(row) for row in await self._connection.execute(query)]

    async def find(self, number: int) -> Numbered | None:
        """The alert that people call by this number, and who looks after it."""
        query = sa.select(tables.alert).where(tables.alert.c.id == number)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _numbered(row)

    async def hold(self, number: int) -> Numbered | None:
        """The same, and nobody else changes it until this transaction is over."""
        return next(iter(await self.hold_all([number])), None)

    async def hold_all(self, numbers: Collection[int]) -> Sequence[Numbered]:
        """The same of many, in the order of their numbers: so two who want the same wait for each
        other, and not each for the other."""
        alert = tables.alert.c
        found: list[Numbered] = []
        for some in slices(numbers):
            query = sa.select(tables.alert).where(alert.id.in_(some)).order_by(alert.id)
            rows = await self._connection.execute(query.with_for_update(key_share=True))
            found += map(_numbered, rows)
        return found

    async def acknowledge(self, number: int, by: str, at: datetime) -> bool:
        """Note who looks after an alert; answers whether nobody did before."""
        return await self.acknowledge_all([number], by, at) == 1

    async def acknowledge_all(self, numbers: Collection[int], by: str, at: datetime) -> int:
        """The same of many; answers of how many nobody did."""
        alert, taken = tables.alert.c, 0
        for some in slices(numbers):
            free = sa.update(tables.alert).where(
                alert.id.in_(some), alert.acknowledged_at.is_(None)
            )
            mine = free.values(acknowledged_at=at, acknowledged_by=by)
            taken += (await self._connection.execute(mine)).rowcount
        return taken

    async def take_back(self, number: int) -> bool:
        """Note that nobody looks after an alert any more; answers whether somebody did."""
        alert = tables.alert.c
        taken = (alert.id == number) & alert.acknowledged_at.is_not(None)
        free = sa.update(tables.alert).where(taken)
        done = await self._connection.execute(
            free.values(acknowledged_at=None, acknowledged_by=None)
        )
        return done.rowcount == 1

    async def keep(self, alert: Alert) -> int:
        """Remember an alert as it stands now; answers its number."""
        (number,) = await self.keep_all([alert])
        return number

    async def keep_all(self, alerts: Collection[Alert]) -> Sequence[int]:
        """The same of many: a poll may open thousands."""
        if not alerts:
            return []
        rows = {_identity(alert.rule, alert.series.key, alert.since): alert for alert in alerts}
        body = "phase", "ended_at", "body"
        keep = insert_or_replace(self._connection, tables.alert, _KEY, *body, also=_looked_after)
        columns = tables.alert.c
        kept = await self._connection.execute(
            keep.returning(columns.id, columns.rule, columns.series, columns.since),
            [_row(alert) for alert in rows.values()],
        )
        numbers = {_identity(row.rule, row.series, row.since): row.id for row in kept}
        return [numbers[_identity(alert.rule, alert.series.key, alert.since)] for alert in alerts]

    async def forget_pending(self, rule: str, series: Collection[Series]) -> None:
        """Drop alerts that calmed down before anyone was told.

        One that was told and taken back, and then began anew with its bucket, is taken back still:
        there are letters about it.
        """
        alert = tables.alert.c
        pending = (alert.rule == rule) & (alert.phase == Phase.PENDING.value)
        told = _is_spoken_of(tables.letter) | _is_spoken_of(tables.act)
        for some in slices([one.key for one in series]):
            mine = pending & alert.series.in_(some)
            await self._connection.execute(sa.delete(tables.alert).where(mine & ~told))
            bodies = (await self._connection.execute(sa.select(alert.body).where(mine))).scalars()
            await self.keep_all([_taken_back(_alert(body)) for body in bodies])


def _is_spoken_of(table: sa.Table) -> sa.ColumnElement[bool]:
    return sa.exists().where(table.c.alert_id == tables.alert.c.id)


def _taken_back(alert: Alert) -> Alert:
    return replace(alert, phase=Phase.WITHDRAWN, ended_at=alert.since)


def _looked_after(excluded: Any) -> dict[str, Any]:
    """Who looked after what was taken back does not look after what begins anew."""
    alert = tables.alert.c
    # Spelled out: many rows at once take no lists of parameters.
    live: list[sa.ColumnElement[str]] = [sa.literal_column(f"'{phase}'") for phase in _LIVE]
    same = alert.phase.in_(live) | excluded.phase.not_in(live)
    taken = (alert.acknowledged_at, alert.acknowledged_by)
    return {one.name: sa.case((same, one)) for one in taken}


def _identity(rule: str, series: str, since: datetime) -> tuple[str, str, int]:
    """What tells one alert from another, as exact as the store keeps it."""
    return rule, series, round(since.timestamp() * 1000)


def _row(alert: Alert) -> dict[str, Any]:
    return {
        "rule": alert.rule,
        "series": alert.series.key,
        "since": alert.since,
        "phase": alert.phase.value,
        "ended_at": alert.ended_at,
        "body": msgspec.json.encode(alert).decode(),
    }


def _numbered(row: sa.Row[Any]) -> Numbered:
    by = row.acknowledged_at, row.acknowledged_by
    taken = None if row.acknowledged_at is None else Acknowledgement(*by)
    return Numbered(row.id, _alert(row.body), taken)


def _alert(body: str) -> Alert:
    return msgspec.json.decode(body, type=Alert)


class _Shape(msgspec.Struct):
    """As much of an alert as is routed by: there may be thousands to read."""

    rule: str
    series: Series


def _going(number: int, body: str) -> Going:
    shape = msgspec.json.decode(body, type=_Shape)
    return Going(number, shape.rule, shape.series)


def _line(row: sa.Row[Any]) -> Line:
    return Line(
        destination=row.destination,
        change=Change(row.change),
        state=LetterState(row.state),
        owed_at=row.owed_at,
        due_at=row.due_at,
        settled_at=row.settled_at,
        tries=row.tries,
    )
