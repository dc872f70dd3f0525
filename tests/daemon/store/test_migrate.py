"""The migrations make exactly the tables the queries expect, on both databases."""

import asyncio

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from daemon.store import open_store, read_store, tables
from daemon.store.database import Begin, StoreError, connect, parse_url
from daemon.store.migrate import _config
from tests.postgres import Postgres


def differences(connection: sa.Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, tables.metadata))


async def test_after_the_migrations_nothing_is_left_to_do(bare_url: str) -> None:
    async with open_store(bare_url) as store, store._engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_opening_again_changes_nothing(bare_url: str) -> None:
    async with open_store(bare_url) as store, store.transaction() as tx:
        await tx.names.learn({"a": "Agatha"})
    async with open_store(bare_url) as store, store.transaction() as tx:
        assert await tx.names.of(["a"]) == {"a": "Agatha"}


async def test_a_store_from_an_older_version_is_brought_up_to_date(bare_url: str) -> None:
    def as_it_was(connection: sa.Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head-1")

    engine = connect(parse_url(bare_url), Begin.WRITING)
    async with engine.begin() as connection:
        await connection.run_sync(as_it_was)
    await engine.dispose()

    async with open_store(bare_url) as store, store._engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_replicas_that_start_together_take_turns(postgres_server: Postgres) -> None:
    async def start(url: str) -> None:
        async with open_store(url):
            pass

    with postgres_server.database() as url:
        await asyncio.gather(*(start(url) for _ in range(4)))


async def test_a_store_from_a_newer_version_is_refused(bare_url: str) -> None:
    async with open_store(bare_url) as store, store._engine.begin() as connection:
        await connection.execute(sa.text("update alembic_version set version_num = '9999'"))

    with pytest.raises(StoreError, match="version 9999, newer than this program knows"):
        async with open_store(bare_url):
            pass
    with pytest.raises(StoreError, match="version 9999, this program reads"):
        async with read_store(bare_url):
            pass


async def test_reading_a_store_that_was_never_made_says_so(tmp_path: object) -> None:
    with pytest.raises(StoreError, match=r"no store at .*has the daemon run"):
        async with read_store(f"sqlite:///{tmp_path}/none.db"):
            pass
