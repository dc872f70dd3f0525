"""How a database is opened: SQLite by default, PostgreSQL by URL, one recipe for both."""

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}


_Value = TypeVar("_Value", int, str)


class StoreError(Exception):
    """The store cannot be opened; a person must act."""


def parse_url(text: str) -> sa.URL:
    """A store's URL with its driver: people write `sqlite:///file` or `postgresql://…`."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise StoreError(
            "store.url: expected sqlite:///path or postgresql://user@host/database"
        ) from None
    backend = url.get_backend_name()
    if backend not in _DRIVERS:
        raise StoreError(
            f"store.url: expected sqlite:///path or postgresql://user@host/database, "
            f"got one that begins {backend!r}"
        )
    return url.set(drivername=_DRIVERS[backend])


class Begin(StrEnum):
    """How a transaction begins on SQLite, which must know beforehand whether it will write."""

    READING = "BEGIN"
    WRITING = "BEGIN IMMEDIATE"


def connect(url: sa.URL, begin: Begin) -> AsyncEngine:
    try:
        # What a vendor told must not reach the log by way of an error.
        engine = create_async_engine(
            url, pool_pre_ping=url.get_backend_name() != "sqlite", hide_parameters=True
        )
    except ModuleNotFoundError as error:
        raise StoreError(
            f"store.url names {url.get_backend_name()}, but {error.name} is not installed: "
            "pip install 'meterwatch[postgres]'"
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(
            engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql(begin.value)
        )
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own BEGIN is deferred, and fails at once where two transactions meet.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=wal",
        "foreign_keys=on",
        "busy_timeout=30000",
        "synchronous=normal",
    ):
        cursor.execute(f"pragma {pragma}")
    cursor.close()


def insert_if_absent(
    connection: AsyncConnection, table: sa.Table
) -> sqlite.Insert | postgresql.Insert:
    """An insert that leaves a row alone that is there already."""
    return _insert(connection, table).on_conflict_do_nothing()


def upsert(
    connection: AsyncConnection, table: sa.Table, *replaced: str
) -> sqlite.Insert | postgresql.Insert:
    """An insert that, where the primary key is there already, replaces the named columns.

    Equal values are not written again: an unchanged row dirties no page.
    """
    statement = _insert(connection, table)
    changed = [table.c[name].is_distinct_from(statement.excluded[name]) for name in replaced]
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={name: statement.excluded[name] for name in replaced},
        where=sa.or_(*changed),
    )


def insert_or_replace(
    connection: AsyncConnection,
    table: sa.Table,
    key: Sequence[str],
    *replaced: str,
    also: Callable[[Any], Mapping[str, Any]] = lambda _excluded: {},
) -> sqlite.Insert | postgresql.Insert:
    """An insert that, where there is a row of that key, replaces the named columns of it; and those
    that `also` says of the row that was to be inserted. Either way the row may be returned."""
    statement = _insert(connection, table)
    named = {name: statement.excluded[name] for name in replaced}
    return statement.on_conflict_do_update(
        index_elements=[table.c[name] for name in key],
        set_={**named, **also(statement.excluded)},
    )


def slices(values: Collection[_Value], size: int = 500) -> Sequence[Sequence[_Value]]:
    """A statement takes only so many parameters."""
    ordered = sorted(values)
    return [ordered[first : first + size] for first in range(0, len(ordered), size)]


def _insert(connection: AsyncConnection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)
