"""What each vendor's account still allows, shared by all that call it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.store import tables
from daemon.store.database import insert_if_absent


@dataclass(frozen=True, slots=True)
class AccountState:
    """How an account stands with its vendor."""

    name: str
    spent: Mapping[int, int] = field(default_factory=dict)
    """Calls of the latest minute, by the number of their slot."""
    resume_at: datetime | None = None
    """Nobody calls before this moment; one that is past says nothing."""
    reason: str | None = None
    """Why, where `resume_at` is set."""
    failures: int = 0
    """How often in a row the vendor sent us away; a good answer ends it."""


class Accounts:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def state(self, name: str) -> AccountState:
        """How an account stands; one that never called has spent nothing."""
        return await self._read(_named(name)) or AccountState(name)

    async def hold(self, name: str) -> AccountState:
        """The same, and no other replica changes it before this transaction ends."""
        fresh = {"name": name, "spent": "{}", "failures": 0}
        await self._connection.execute(insert_if_absent(self._connection, tables.account), fresh)
        return await self._read(_named(name).with_for_update()) or AccountState(name)

    async def keep(self, state: AccountState) -> None:
        """Write how an account stands, which was held before."""
        values = {
            "spent": msgspec.json.encode(state.spent).decode(),
            "resume_at": state.resume_at,
            "reason": state.reason,
            "failures": state.failures,
        }
        mine = tables.account.c.name == state.name
        await self._connection.execute(sa.update(tables.account).where(mine).values(**values))

    async def _read(self, query: sa.Select[Any]) -> AccountState | None:
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            return None
        spent = msgspec.json.decode(row.spent, type=dict[int, int])
        return AccountState(row.name, spent, row.resume_at, row.reason, row.failures)


def _named(name: str) -> sa.Select[Any]:
    return sa.select(tables.account).where(tables.account.c.name == name)
