"""What people call label values: a voice's id and its name."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.store import tables
from daemon.store.database import upsert


class Names:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def learn(self, names: Mapping[str, str]) -> None:
        """Remember names; the newest one of a label value stands."""
        rows = [{"label": label, "name": name} for label, name in names.items()]
        if rows:
            await self._connection.execute(upsert(self._connection, tables.name, "name"), rows)

    async def of(self, labels: Collection[str]) -> Mapping[str, str]:
        """The names of these label values, as far as any vendor told them."""
        query = sa.select(tables.name).where(tables.name.c.label.in_(list(labels)))
        return {row.label: row.name for row in (await self._connection.execute(query)).all()}
