"""How destinations fare: who carries letters there, and since when that fails."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.store import tables
from daemon.store.database import insert_if_absent
from daemon.store.moment import Moment


@dataclass(frozen=True, slots=True)
class DestinationState:
    name: str
    resume_at: datetime | None = None
    """Nothing is sent there before this moment."""
    failing_since: datetime | None = None
    failures: int = 0
    """In a row."""
    failure: str | None = None
    checked_at: datetime | None = None
    """When it was last asked whether it would take a message."""


@dataclass(slots=True)
class Claim:
    """Whoever has it carries a destination's letters alone, until a moment: its own mark as well,
    by which a carrier that stood still for longer finds out that another has come."""

    name: str
    until: datetime


class Destinations:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def claim(self, name: str, at: datetime, until: datetime) -> Claim | None:
        """Carry a destination's letters alone until a moment; None where somebody else does, or
        it rests."""
        await self._meet(name)
        mine = tables.destination.c
        free = mine.claimed_until.is_(None) | (mine.claimed_until <= at)
        awake = mine.resume_at.is_(None) | (mine.resume_at <= at)
        taken = await self._connection.execute(
            sa.update(tables.destination)
            .where((mine.name == name) & free & awake)
            .values(claimed_until=until)
        )
        return Claim(name, until) if taken.rowcount else None

    async def keep(self, claim: Claim, until: datetime) -> bool:
        """Go on carrying for longer; False where it ran out and somebody else carries now."""
        kept = await self._set(claim, until)
        if kept:
            claim.until = until
        return kept

    async def release(self, claim: Claim) -> None:
        await self._set(claim, None)

    async def release_all(self) -> None:
        """Let go of all claims: whoever held them is dead."""
        await self._connection.execute(sa.update(tables.destination).values(claimed_until=None))

    async def wake_all(self) -> None:
        """Try each again at once: its configuration may be another."""
        await self._connection.execute(sa.update(tables.destination).values(resume_at=None))

    async def state(self, name: str) -> DestinationState:
        row = await self._row(name)
        if row is None:
            return DestinationState(name)
        return DestinationState(
            name, row.resume_at, row.failing_since, row.failures, row.failure, row.checked_at
        )

    async def all(self) -> Sequence[DestinationState]:
        names = sa.select(tables.destination.c.name).order_by(tables.destination.c.name)
        known = (await self._connection.execute(names)).scalars().all()
        return [await self.state(name) for name in known]

    async def succeeded(self, name: str, resume_at: datetime) -> None:
        await self._meet(name)
        await self._update(name, resume_at=resume_at, failing_since=None, failures=0, failure=None)

    async def failed(self, name: str, at: datetime, resume_at: datetime, failure: str) -> None:
        await self._meet(name)
        since = sa.func.coalesce(tables.destination.c.failing_since, _at(at))
        failures = tables.destination.c.failures + 1
        await self._update(
            name, resume_at=resume_at, failing_since=since, failures=failures, failure=failure
        )

    async def checked(self, name: str, at: datetime) -> None:
        await self._meet(name)
        await self._update(name, checked_at=at)

    async def _set(self, claim: Claim, until: datetime | None) -> bool:
        mine = tables.destination.c
        held = (mine.name == claim.name) & (mine.claimed_until == claim.until)
        query = sa.update(tables.destination).where(held).values(claimed_until=until)
        return bool((await self._connection.execute(query)).rowcount)

    async def _meet(self, name: str) -> None:
        row = {"name": name, "failures": 0}
        await self._connection.execute(insert_if_absent(self._connection, tables.destination), row)

    async def _row(self, name: str) -> sa.Row[tuple[object, ...]] | None:
        query = sa.select(tables.destination).where(tables.destination.c.name == name)
        return (await self._connection.execute(query)).first()

    async def _update(self, name: str, **values: object) -> None:
        mine = tables.destination.c.name == name
        await self._connection.execute(sa.update(tables.destination).where(mine).values(**values))


def _at(moment: datetime) -> sa.BindParameter[datetime]:
    return sa.bindparam(None, moment, type_=Moment)
