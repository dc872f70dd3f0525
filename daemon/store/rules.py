"""Under which name the alerts of a rule are kept, and how they move to another."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import count

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.store import tables
from daemon.store.database import slices, upsert
from rules.alert import Alert


class Rules:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def names(self) -> Mapping[str, str]:
        """Ids to the names they were last seen with."""
        rows = await self._connection.execute(sa.select(tables.rule))
        return {row.id: row.name for row in rows}

    async def learn(self, names: Mapping[str, str], others: Collection[str] = ()) -> None:
        """Remember the names of ids. Whoever bore one of these before, or one of the others, which
        are of rules without an id, bears it no more."""
        rule = tables.rule.c
        for some in slices([*names.values(), *others]):
            await self._connection.execute(sa.delete(tables.rule).where(rule.name.in_(some)))
        rows = [{"id": id_, "name": name} for id_, name in names.items()]
        if rows:
            await self._connection.execute(upsert(self._connection, tables.rule, "name"), rows)

    async def rename(self, names: Mapping[str, str]) -> None:
        """Move all that is kept under old names to new ones; two of them may change places. What is
        kept under a new name was another rule's, and is set aside."""
        for taken in set(names.values()) - names.keys():
            await self._move(taken, await self._former(taken))
        for old in names:
            await self._move(old, _aside(old))
        for old, new in names.items():
            await self._move(_aside(old), new)

    async def _former(self, name: str) -> str:
        """What a rule is called that lost its name to another."""
        for number in count(1):
            former = f"{name[:48]} (former {number})"
            if not await self._alerts(former):
                break
        return former

    async def _move(self, old: str, new: str) -> None:
        judged = tables.judged
        await self._connection.execute(sa.delete(judged).where(judged.c.rule == new))
        await self._connection.execute(
            sa.update(judged).where(judged.c.rule == old).values(rule=new)
        )
        for number, alert in await self._alerts(old):
            body = msgspec.json.encode(replace(alert, rule=new)).decode()
            await self._connection.execute(
                sa.update(tables.alert)
                .where(tables.alert.c.id == number)
                .values(rule=new, body=body)
            )

    async def _alerts(self, rule: str) -> Sequence[tuple[int, Alert]]:
        alert = tables.alert.c
        query = sa.select(alert.id, alert.body).where(alert.rule == rule)
        rows = (await self._connection.execute(query)).all()
        return [(row.id, msgspec.json.decode(row.body, type=Alert)) for row in rows]


def _aside(name: str) -> str:
    """No rule of a configuration can be called so."""
    return f"{name} moves"[:64]
