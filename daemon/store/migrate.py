"""Brings a database's tables up to what this version knows."""

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncEngine

from daemon.store.database import StoreError

# Any number serves, so long as every replica takes the same one.
_POSTGRESQL_LOCK = 7_203_118


async def migrate(engine: AsyncEngine) -> None:
    """Run what is missing, in one transaction: all of it, or nothing."""
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade)


async def check_version(engine: AsyncEngine) -> None:
    """Refuse to read tables of another version than this program's."""
    async with engine.begin() as connection:
        found = await connection.run_sync(_version)
    wanted = _scripts().get_current_head()
    if found != wanted:
        raise StoreError(
            f"the store is of version {found}, this program reads {wanted}; "
            "run the daemon of this version once, it brings the store up to date"
        )


def _upgrade(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Two replicas that start together take turns.
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_POSTGRESQL_LOCK)))
    found = _version(connection)
    scripts = _scripts()
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise StoreError(
            f"the store is of version {found}, newer than this program knows; "
            "install the version that wrote it, or restore an older backup"
        )
    if found == scripts.get_current_head():
        return  # Nothing is missing, and to have this looked up imports every script anew.
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _version(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
