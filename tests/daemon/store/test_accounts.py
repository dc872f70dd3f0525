"""What an account still allows is shared by all that open the store."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from daemon.store import Store, open_store, read_store
from daemon.store.accounts import AccountState

AT = datetime(2026, 11, 20, 15, tzinfo=UTC)
STATE = AccountState("acme.example-1a2b3c4d", {893_250_000: 3, 893_250_001: 1}, AT, "429", 2)


async def test_an_account_that_never_called_has_spent_nothing(store: Store) -> None:
    async with store.transaction() as tx:
        assert await tx.accounts.state("acme") == AccountState("acme")
        assert await tx.accounts.hold("acme") == AccountState("acme")


async def test_what_is_kept_is_read_again(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.accounts.hold(STATE.name)
        await tx.accounts.keep(STATE)

    async with store.transaction() as tx:
        assert await tx.accounts.hold(STATE.name) == STATE
        assert await tx.accounts.state("another") == AccountState("another")


async def test_it_outlives_the_daemon_and_a_command_may_read_it(store_url: str) -> None:
    async with open_store(store_url) as store, store.transaction() as tx:
        await tx.accounts.hold(STATE.name)
        await tx.accounts.keep(STATE)

    async with read_store(store_url) as store, store.transaction() as tx:
        assert await tx.accounts.state(STATE.name) == STATE


async def test_nobody_changes_what_another_holds(store: Store) -> None:
    async def count() -> None:
        async with store.transaction() as tx:
            state = await tx.accounts.hold("acme")
            await asyncio.sleep(0)
            await tx.accounts.keep(replace(state, failures=state.failures + 1))

    await asyncio.gather(*(count() for _ in range(8)))

    async with store.transaction() as tx:
        assert (await tx.accounts.state("acme")).failures == 8


async def test_what_fails_in_the_middle_did_not_happen(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store.transaction() as tx:
            await tx.accounts.hold(STATE.name)
            await tx.accounts.keep(STATE)
            raise ZeroDivisionError

    async with store.transaction() as tx:
        assert await tx.accounts.state(STATE.name) == AccountState(STATE.name)
