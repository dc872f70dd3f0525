"""The governor of the way out: one door for all sources, and who may pass it now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random

from daemon.clock import Clock
from daemon.governor.account import Account
from daemon.governor.allowance import left
from daemon.governor.gate import Gate, rests_until
from daemon.governor.outcome import Outcome
from daemon.governor.way import Count, Governed
from daemon.http import Web
from daemon.store import Store


def _uncounted(_account: str, _outcome: Outcome) -> None:
    """For who does not ask how calls went."""


class Governor:
    """One for a daemon. What must outlive it, and what its replicas must know, is in the store.

    A call waits for its turn in a transaction of its own: never call out inside of one.
    """

    def __init__(
        self, store: Store, clock: Clock, chance: Random, count: Count = _uncounted
    ) -> None:
        self._store = store
        self._clock = clock
        self._chance = chance
        self._count = count
        self._gates: dict[str, Gate] = {}

    def over(self, http: Web, account: Account) -> Web:
        """The way out for one source. Where several share an account, the strictest of their
        limits holds for all."""
        limit = max(account.calls_a_minute, 1)
        gate = self._gates.get(account.name)
        if gate is None:
            gate = Gate(account.name, limit, self._store, self._clock)
            self._gates[account.name] = gate
        gate.limit = min(gate.limit, limit)
        return Governed(http, gate, self._clock, self._chance, self._count)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an account may expect, for people."""

    account: str
    calls_left: int
    """In this minute."""
    rests_until: datetime | None = None
    reason: str | None = None
    """Why it rests; None where it does not."""


async def outlook(store: Store, accounts: Iterable[Account], at: datetime) -> Mapping[str, Outlook]:
    """How each account stands, by its name."""
    limits: dict[str, int] = {}
    for account in accounts:
        limit = max(account.calls_a_minute, 1)
        limits[account.name] = min(limits.get(account.name, limit), limit)
    outlooks = {}
    async with store.transaction() as tx:
        for name, limit in limits.items():
            state = await tx.accounts.state(name)
            until = rests_until(state, at)
            reason = None if until is None else state.reason
            outlooks[name] = Outlook(name, left(state.spent, limit, at), until, reason)
    return outlooks
