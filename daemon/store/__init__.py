"""The door to what is remembered: a store, and its transactions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from daemon.store.accounts import Accounts
from daemon.store.acts import Acts
from daemon.store.alerts import Alerts
from daemon.store.bag import Bag
from daemon.store.database import Begin, StoreError, connect, parse_url
from daemon.store.destinations import Destinations
from daemon.store.lock import sole_owner
from daemon.store.migrate import check_version, migrate
from daemon.store.names import Names
from daemon.store.outbox import Outbox
from daemon.store.planned import Marks
from daemon.store.polls import Polls
from daemon.store.recordings import Recordings
from daemon.store.reports import Reports
from daemon.store.revisions import Revisions
from daemon.store.rules import Rules
from daemon.store.silences import Silences
from daemon.store.told import Told
from daemon.store.usage import Histories, Usage


@dataclass(frozen=True, slots=True)
class Transaction:
    """All that is read and written inside it commits together, or not at all."""

    usage: Usage
    names: Names
    polls: Polls
    alerts: Alerts
    outbox: Outbox
    bag: Bag
    destinations: Destinations
    accounts: Accounts
    recordings: Recordings
    revisions: Revisions
    planned: Marks
    reports: Reports
    rules: Rules
    silences: Silences
    acts: Acts
    told: Told


class Store:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._histories: Histories = {}
        # SQLite has one writer: waiting for it here keeps its busy handler out of it.
        sqlite = engine.dialect.name == "sqlite"
        self._turn: AbstractAsyncContextManager[Any] = asyncio.Lock() if sqlite else nullcontext()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with self._turn:
            touched: set[Any] = set()
            try:
                async with self._engine.begin() as connection:
                    transaction = self._over(connection)
                    touched = transaction.usage.touched
                    yield transaction
            except BaseException:
                # Memory ran ahead of a database that did not follow.
                for metric in touched:
                    self._histories.pop(metric, None)
                raise

    def _over(self, connection: AsyncConnection) -> Transaction:
        return Transaction(
            usage=Usage(connection, self._histories),
            names=Names(connection),
            polls=Polls(connection),
            alerts=Alerts(connection),
            outbox=Outbox(connection),
            bag=Bag(connection),
            destinations=Destinations(connection),
            accounts=Accounts(connection),
            recordings=Recordings(connection),
            revisions=Revisions(connection),
            planned=Marks(connection),
            reports=Reports(connection),
            rules=Rules(connection),
            silences=Silences(connection),
            acts=Acts(connection),
            told=Told(connection),
        )


@asynccontextmanager
async def open_store(url: str) -> AsyncIterator[Store]:
    """The daemon's store, brought up to date. A SQLite file is held by one daemon alone."""
    parsed = parse_url(url)
    with ExitStack() as stack:
        if (path := _file(parsed)) is not None:
            _make_directory(path)
            stack.enter_context(sole_owner(path))
        engine = connect(parsed, Begin.WRITING)
        try:
            await _reach(engine, parsed)
            await migrate(engine)
            store = Store(engine)
            if path is not None:
                # Nobody else can hold this file: claims in it are a dead daemon's.
                async with store.transaction() as tx:
                    await tx.destinations.release_all()
            yield store
        finally:
            await engine.dispose()


@asynccontextmanager
async def read_store(url: str) -> AsyncIterator[Store]:
    """The store as a command reads it, beside a daemon that may be running."""
    async with _beside(url, Begin.READING) as store:
        yield store


@asynccontextmanager
async def share_store(url: str) -> AsyncIterator[Store]:
    """The store as a command writes to it, beside a daemon that may be running: only rows that
    both lock before they change them, and nothing that the daemon remembers of usage."""
    async with _beside(url, Begin.WRITING) as store:
        yield store


@asynccontextmanager
async def _beside(url: str, begin: Begin) -> AsyncIterator[Store]:
    parsed = parse_url(url)
    path = _file(parsed)
    if path is not None and not path.exists():
        raise StoreError(f"there is no store at {path} yet; has the daemon run?")
    engine = connect(parsed, begin)
    try:
        await _reach(engine, parsed)
        await check_version(engine)
        yield Store(engine)
    finally:
        await engine.dispose()


def _file(url: sa.URL) -> Path | None:
    if url.get_backend_name() != "sqlite":
        return None
    if not url.database or url.database == ":memory:":
        raise StoreError("store.url: expected sqlite:///path/to/file, got no path")
    return Path(url.database)


def _make_directory(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot make {path.parent}: {error.strerror}") from error


async def _reach(engine: AsyncEngine, url: sa.URL) -> None:
    try:
        async with engine.connect():
            pass
    except (OperationalError, OSError) as error:
        where = url.render_as_string(hide_password=True)
        cause = getattr(error, "orig", None) or error
        raise StoreError(f"cannot open the store {where}: {cause}") from error
