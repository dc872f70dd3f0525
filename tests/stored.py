"""Looks into a store as only a test would: at what no part of the daemon ever asks for."""

from collections.abc import Mapping

import msgspec
import sqlalchemy as sa

from daemon.store import Store, Transaction, tables
from daemon.store.outbox import LetterState
from rules.alert import Alert, Phase

LIVE = (Phase.PENDING.value, Phase.FIRING.value)


async def live_alerts(tx: Transaction) -> Mapping[int, Alert]:
    """Every alert that is pending or firing, by its number."""
    alert = tables.alert.c
    query = sa.select(alert.id, alert.body).where(alert.phase.in_(LIVE)).order_by(alert.id)
    rows = (await tx.alerts._connection.execute(query)).all()
    return {row.id: msgspec.json.decode(row.body, type=Alert) for row in rows}


async def letter_counts(tx: Transaction) -> Mapping[LetterState, int]:
    letter = tables.letter.c
    query = sa.select(letter.state, sa.func.count()).group_by(letter.state)
    rows = (await tx.outbox._connection.execute(query)).all()
    return {LetterState(state): count for state, count in rows}


def forget(store: Store) -> None:
    """Throw the memory of all panels away, as may happen at any moment."""
    store._histories.clear()
