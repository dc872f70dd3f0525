"""The letters of one destination in the hands of whoever carries them there."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.letter import Letter
from daemon.notifier import Copy, Receipt
from daemon.store import tables
from daemon.store.database import slices
from daemon.store.outbox import Delivery, LetterState, delivery
from rules.alert import Change, Phase

_DEAD = "whoever carried it was gone before it could say how that went"


class Bag:
    """Used only by who holds the claim of its destination (`Destinations.claim`)."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def doubt_left(self, destination: str) -> None:
        """What the last carrier had in its hands when it died may have arrived."""
        letter = tables.letter.c
        left = (letter.destination == destination) & (letter.state == LetterState.SENDING)
        lost = letter.lost + 1
        await self._update(left, state=LetterState.UNKNOWN.value, lost=lost, failure=_DEAD)

    async def due(self, destination: str, at: datetime) -> Sequence[Delivery]:
        """All that is unsettled of each alert whose first unsettled letter is due, in order; and
        each circular that is."""
        letter = tables.letter.c
        open_ = letter.state.in_([LetterState.OWED, LetterState.UNKNOWN])
        mine = open_ & (letter.destination == destination)
        query = sa.select(letter.id, letter.alert_id, letter.due_at).where(mine)
        waiting = (await self._connection.execute(query.order_by(letter.id))).all()
        first = {row.alert_id: row.due_at for row in reversed(waiting)}
        ids = [
            row.id
            for row in waiting
            if (row.due_at if row.alert_id is None else first[row.alert_id]) <= at
        ]
        return await self._lines(ids)

    async def _lines(self, ids: Sequence[int]) -> Sequence[Delivery]:
        letter = tables.letter.c
        found: list[Delivery] = []
        for some in slices(ids):
            query = sa.select(tables.letter).where(letter.id.in_(some)).order_by(letter.id)
            found += [delivery(row) for row in await self._connection.execute(query)]
        return found

    async def receipts(self, destination: str, alerts: Collection[int]) -> Mapping[int, Receipt]:
        """What the destination gave back for the last message about each of these alerts."""
        letter = tables.letter.c
        known = (letter.destination == destination) & letter.receipt_id.is_not(None)
        found: dict[int, Receipt] = {}
        for some in slices(alerts):
            query = sa.select(letter.alert_id, letter.receipt_place, letter.receipt_id)
            mine = query.where(known & letter.alert_id.in_(some)).order_by(letter.id)
            for alert, place, id_ in await self._connection.execute(mine):
                found[alert] = Receipt(place, id_)
        return found

    async def heard(self, destination: str, alerts: Collection[int]) -> set[int]:
        """Those of these alerts that the destination was told of."""
        letter = tables.letter.c
        sent = (letter.destination == destination) & (letter.state == LetterState.SENT)
        found: set[int] = set()
        for some in slices(alerts):
            query = sa.select(letter.alert_id).where(sent & letter.alert_id.in_(some)).distinct()
            found.update((await self._connection.execute(query)).scalars())
        return found

    async def spoken_of(self, destination: str, receipt: Receipt) -> Mapping[int, Letter]:
        """The last letter of each alert that a message speaks of."""
        letter = tables.letter.c
        there = (letter.receipt_id == receipt.id) & (letter.receipt_place == receipt.place)
        mine = there & (letter.destination == destination) & letter.alert_id.is_not(None)
        last = sa.select(sa.func.max(letter.id)).where(mine).group_by(letter.alert_id)
        query = sa.select(tables.letter).where(letter.id.in_(last)).order_by(letter.id)
        told = [delivery(row).content for row in await self._connection.execute(query)]
        return {one.alert: one for one in told if isinstance(one, Letter)}

    async def copies(self, destination: str) -> Sequence[tuple[int, Copy]]:
        """Messages that some readers of the destination still lack."""
        letter = tables.letter.c
        waits = (letter.destination == destination) & (letter.state == LetterState.OWED)
        none = letter.alert_id.is_(None)
        rows = await self._connection.execute(sa.select(tables.letter).where(waits & none))
        lines = map(delivery, rows)
        return [(one.id, one.content) for one in lines if isinstance(one.content, Copy)]

    async def still_firing(self, destination: str) -> Sequence[Letter]:
        """The last letter that the destination was told of each alert that goes on."""
        letter, alert = tables.letter.c, tables.alert.c
        sent = (letter.destination == destination) & (letter.state == LetterState.SENT)
        goes_on = (alert.id == letter.alert_id) & (alert.phase == Phase.FIRING.value)
        query = sa.select(tables.letter).join(tables.alert, goes_on).where(sent)
        rows = await self._connection.execute(query.order_by(letter.id))
        told = [delivery(row).content for row in rows]
        return list({one.alert: one for one in told if isinstance(one, Letter)}.values())

    async def take(self, ids: Collection[int], message: str) -> None:
        """From here on they may have arrived."""
        await self._each(ids, state=LetterState.SENDING.value, message=message, held=None)

    async def sent(self, ids: Collection[int], at: datetime, receipt: Receipt | None) -> None:
        await self._each(
            ids,
            state=LetterState.SENT.value,
            settled_at=at,
            tries=tables.letter.c.tries + 1,
            failure=None,
            receipt_place=receipt and receipt.place,
            receipt_id=receipt and receipt.id,
        )

    async def move(self, destination: str, before: Receipt, now: Receipt) -> None:
        """A new message says all that another said, so that one speaks of its alerts from here on:
        it was deleted, say, or it is a mail, which nobody can edit."""
        letter = tables.letter.c
        there = (letter.receipt_id == before.id) & (letter.receipt_place == before.place)
        mine = there & (letter.destination == destination)
        await self._update(mine, receipt_place=now.place, receipt_id=now.id)

    async def fold(self, ids: Collection[int], at: datetime) -> None:
        await self._each(ids, state=LetterState.FOLDED.value, settled_at=at, failure=None)

    async def mute(self, ids: Collection[int], at: datetime, reason: str) -> None:
        await self._each(ids, state=LetterState.MUTED.value, settled_at=at, held=reason)

    async def hold(self, ids: Collection[int], until: datetime, reason: str) -> None:
        await self._each(ids, due_at=until, held=reason)

    async def postpone(self, ids: Collection[int], due_at: datetime, failure: str) -> None:
        tries = tables.letter.c.tries + 1
        owed = LetterState.OWED.value
        await self._each(ids, state=owed, due_at=due_at, tries=tries, failure=failure)

    async def doubt(self, ids: Collection[int], due_at: datetime, failure: str) -> None:
        """Nobody knows whether they arrived."""
        letter = tables.letter.c
        await self._each(
            ids,
            state=LetterState.UNKNOWN.value,
            due_at=due_at,
            tries=letter.tries + 1,
            lost=letter.lost + 1,
            failure=failure,
        )

    async def still_unknown(self, ids: Collection[int], due_at: datetime, failure: str) -> None:
        """Whether the first arrived is not known yet, and this try did not."""
        unknown, tries = LetterState.UNKNOWN.value, tables.letter.c.tries + 1
        await self._each(ids, state=unknown, due_at=due_at, tries=tries, failure=failure)

    async def fail(self, ids: Collection[int], at: datetime, failure: str) -> None:
        """Give letters up, and keep why."""
        tries = tables.letter.c.tries + 1
        failed = LetterState.FAILED.value
        await self._each(ids, state=failed, settled_at=at, tries=tries, failure=failure)

    async def fail_what_follows(self, destination: str, ids: Collection[int], at: datetime) -> None:
        """What was to follow an opening that nobody heard is not told either."""
        letter = tables.letter.c
        for some in slices(ids):
            alerts = sa.select(letter.alert_id).where(letter.id.in_(some))
            mine = (letter.destination == destination) & letter.alert_id.in_(alerts)
            await self._update(
                mine & (letter.state == LetterState.OWED),
                state=LetterState.FAILED.value,
                settled_at=at,
                failure="the letter before it was never delivered",
            )

    async def waiting_openings(self, destination: str) -> Sequence[Letter]:
        """Openings that the destination was to hear of, and that wait."""
        letter = tables.letter.c
        opens = letter.change.in_([Change.OPENED.value, Change.ESCALATED.value])
        waits = letter.state.in_([LetterState.OWED, LetterState.UNKNOWN]) & opens
        query = sa.select(tables.letter).where(waits & (letter.destination == destination))
        rows = await self._connection.execute(query.order_by(letter.id))
        told = [delivery(row).content for row in rows]
        return [one for one in told if isinstance(one, Letter)]

    async def _each(self, ids: Collection[int], **values: Any) -> None:
        letter = tables.letter.c
        for some in slices(ids):
            await self._update(letter.id.in_(some), **values)

    async def _update(self, which: sa.ColumnElement[bool], **values: Any) -> None:
        await self._connection.execute(sa.update(tables.letter).where(which).values(**values))
