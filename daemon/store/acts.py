"""What people did, where they did it, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from daemon.store import tables


class Via(StrEnum):
    """Where a person did something."""

    COMMAND_LINE = "command line"
    SLACK = "slack"
    API = "api"


class What(StrEnum):
    """What a person did."""

    ACKNOWLEDGED = "acknowledged"
    TAKEN_BACK = "taken back"
    """An acknowledgement: they do not look after it any more."""
    EXPECTED = "expected"
    """They said that it had been expected."""
    SILENCED = "silenced"
    HEARD_AGAIN = "heard again"
    """A silence was ended early."""


@dataclass(frozen=True, slots=True)
class Act:
    at: datetime
    by: str
    """As they are known where they did it."""
    via: Via
    what: What
    alert: int | None
    """The alert it was about; None: about none by itself, such as a silence of many."""
    words: str
    """The rest of it."""


class Acts:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def note(self, act: Act) -> None:
        await self.note_all([act])

    async def note_all(self, acts: Sequence[Act]) -> None:
        """Many at once: somebody may have done something about thousands of alerts."""
        if acts:
            await self._connection.execute(sa.insert(tables.act), [_row(act) for act in acts])

    async def of(self, alert: int) -> Sequence[Act]:
        """All that was done about an alert, in order."""
        return await self._those(tables.act.c.alert_id == alert)

    async def between(self, start: datetime, end: datetime) -> Sequence[Act]:
        """All that was done in [start, end), in order."""
        act = tables.act.c
        return await self._those((act.at >= start) & (act.at < end))

    async def _those(self, which: sa.ColumnElement[bool]) -> Sequence[Act]:
        act = tables.act.c
        query = sa.select(tables.act).where(which).order_by(act.at, act.id)
        return [_act(row) for row in await self._connection.execute(query)]


def _row(act: Act) -> dict[str, Any]:
    return {
        "at": act.at,
        "by": act.by,
        "via": act.via.value,
        "what": act.what.value,
        "alert_id": act.alert,
        "words": act.words,
    }


def _act(row: sa.Row[Any]) -> Act:
    return Act(row.at, row.by, Via(row.via), What(row.what), row.alert_id, row.words)
