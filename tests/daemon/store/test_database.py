"""One recipe opens both databases, and says what is wrong with an address."""

import asyncio

import pytest
import sqlalchemy as sa

from daemon.store import Store, open_store
from daemon.store.database import StoreError, parse_url


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("sqlite:////var/lib/meterwatch/meterwatch.db", "sqlite+aiosqlite"),
        ("postgresql://meterwatch@db/meterwatch", "postgresql+asyncpg"),
        ("postgres+nothing", None),
        ("mysql://localhost/x", None),
    ],
)
def test_people_write_plain_addresses(text: str, driver: str | None) -> None:
    if driver is not None:
        assert parse_url(text).drivername == driver
        return
    with pytest.raises(StoreError, match=r"expected sqlite:///path or postgresql://"):
        parse_url(text)


async def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(StoreError) as refused:
        async with open_store("postgresql://me:hunter2@127.0.0.1:9/x"):
            pass
    assert "127.0.0.1:9" in str(refused.value)
    assert "hunter2" not in str(refused.value)


async def test_many_transactions_at_once_lose_nothing(store: Store) -> None:
    async def learn(number: int) -> None:
        async with store.transaction() as tx:
            known = await tx.names.of(["counter"])
            await tx.names.learn({"counter": known.get("counter", "") + "x", str(number): "seen"})

    await asyncio.gather(*(learn(number) for number in range(30)))
    async with store.transaction() as tx:
        names = await tx.names.of([str(number) for number in range(30)])

    assert len(names) == 30


async def test_sqlite_commits_survive_the_process_and_enforces_its_keys(store: Store) -> None:
    if store._engine.dialect.name != "sqlite":
        return
    async with store._engine.connect() as connection:
        mode = (await connection.execute(sa.text("pragma journal_mode"))).scalar_one()
        keys = (await connection.execute(sa.text("pragma foreign_keys"))).scalar_one()

    assert (mode, keys) == ("wal", 1)
