"""What was owed about many alerts, asked for at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.letter import Letter
from daemon.store import tables
from daemon.store.database import slices
from daemon.store.outbox import Delivery, LetterState, delivery
from rules.alert import Change

_AT_ONCE = 500
"""Databases take only so many parameters in one question."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Where a destination is with a group of alerts."""

    waits_until: datetime | None = None
    """When the openings are told that wait for others; None where none does."""
    told_at: datetime | None = None
    """When a message of it went out last."""


class Told:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, alerts: Iterable[int]) -> Mapping[int, Sequence[Delivery]]:
        """Every letter about each of these alerts, in order; an alert without any has none."""
        found: dict[int, list[Delivery]] = {alert: [] for alert in alerts}
        letter, rest = tables.letter.c, iter(list(found))
        while some := list(islice(rest, _AT_ONCE)):
            query = sa.select(tables.letter).where(letter.alert_id.in_(some)).order_by(letter.id)
            for row in await self._connection.execute(query):
                found[row.alert_id].append(delivery(row))
        return found

    async def last(self, asked: Collection[tuple[int, str]]) -> Mapping[tuple[int, str], Letter]:
        """The last letter about each of these alerts to the destination beside it."""
        letter = tables.letter.c
        newest: dict[int, tuple[int, str]] = {}
        for some in slices({alert for alert, _ in asked}):
            query = sa.select(sa.func.max(letter.id), letter.alert_id, letter.destination)
            mine = query.where(letter.alert_id.in_(some))
            rows = await self._connection.execute(mine.group_by(*query.selected_columns[1:]))
            found_here = {id_: (alert, place) for id_, alert, place in rows}
            newest.update((id_, each) for id_, each in found_here.items() if each in asked)
        found: dict[tuple[int, str], Letter] = {}
        for ids in slices(newest):
            bodies = sa.select(letter.id, letter.body).where(letter.id.in_(ids))
            for id_, body in await self._connection.execute(bodies):
                found[newest[id_]] = msgspec.json.decode(body, type=Letter)
        return found

    async def paces(self, groups: Collection[str], at: datetime) -> Mapping[tuple[str, str], Pace]:
        """By destination and group, for these groups."""
        letter = tables.letter.c
        owed, sent = letter.state == LetterState.OWED.value, letter.state == LetterState.SENT.value
        fresh = (letter.change == Change.OPENED.value) & (letter.tries == 0) & letter.held.is_(None)
        query = sa.select(
            letter.destination,
            letter.group,
            sa.func.min(sa.case((owed & fresh & (letter.due_at > at), letter.due_at))),
            sa.func.max(sa.case((sent, letter.settled_at))),
        ).group_by(letter.destination, letter.group)
        found: dict[tuple[str, str], Pace] = {}
        for some in slices(groups, 5000):
            mine = query.where((owed | sent) & letter.group.in_(some))
            rows = await self._connection.execute(mine)
            found.update(((row[0], row[1]), Pace(row[2], row[3])) for row in rows)
        return found
