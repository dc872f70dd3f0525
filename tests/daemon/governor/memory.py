"""A store that forgets: it keeps accounts as the real one does, and costs nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from daemon.store.accounts import AccountState


@dataclass(slots=True)
class Accounts:
    states: dict[str, AccountState]

    async def state(self, name: str) -> AccountState:
        await asyncio.sleep(0)
        return self.states.get(name, AccountState(name))

    async def hold(self, name: str) -> AccountState:
        return self.states.setdefault(name, await self.state(name))

    async def keep(self, state: AccountState) -> None:
        await asyncio.sleep(0)
        if state.name in self.states:
            self.states[state.name] = state


@dataclass(frozen=True, slots=True)
class _Transaction:
    accounts: Accounts


@dataclass(slots=True)
class Memory:
    """Its transactions take turns, as SQLite's do, and what fails in the middle did not happen."""

    states: dict[str, AccountState] = field(default_factory=dict)
    begun: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[_Transaction]:
        async with self.turn:
            self.begun += 1
            accounts = Accounts(dict(self.states))
            yield _Transaction(accounts)
            self.states = accounts.states
