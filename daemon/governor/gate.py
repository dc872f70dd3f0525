"""Where all calls of an account pass, one after the other: each waits for its turn."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from logging import getLogger

from daemon.clock import Clock
from daemon.governor.allowance import left, lot, opens, recent, slot_of
from daemon.http import HttpError
from daemon.http.retry import LONGEST_WAIT
from daemon.store import Store, Transaction
from daemon.store.accounts import AccountState

log = getLogger(__name__)

PATIENCE = timedelta(seconds=10)
"""A shorter rest is waited for; before a longer one, a call fails at once."""
_A_WHILE = PATIENCE * 1.1


class Resting(HttpError):
    """Nobody was asked: the vendor has sent this account away, and it is too soon to come back."""


@dataclass(frozen=True, slots=True)
class _Lot:
    """Calls in hand: counted as made already, and to be made within their slot or not at all."""

    slot: int
    size: int
    left: int


_CREDIBLE = LONGEST_WAIT + timedelta(minutes=5)
"""No rest is longer than an hour. One that is was written by a clock that was wrong."""


def rests_until(state: AccountState, at: datetime) -> datetime | None:
    """None where the account does not rest."""
    until = state.resume_at
    return until if until is not None and at < until <= at + _CREDIBLE else None


class Gate:
    def __init__(self, name: str, limit: int, store: Store, clock: Clock) -> None:
        self.name = name
        self.limit = limit
        self._store = store
        self._clock = clock
        self._turn = asyncio.Lock()
        self._lot = _Lot(0, 0, 0)
        self._failures = 0
        """In a row, as far as this daemon has heard."""

    async def turn(self) -> None:
        """Come back when a call may be made; `Resting` where none may be for a good while."""
        async with self._turn:
            while not self._take():
                wait = await self._stock()
                if wait is not None:
                    await self._clock.sleep(wait - self._clock.now())

    def _take(self) -> bool:
        if self._lot.left < 1 or self._lot.slot != slot_of(self._clock.now()):
            return False
        self._lot = replace(self._lot, left=self._lot.left - 1)
        return True

    async def _stock(self) -> datetime | None:
        """Have some more calls allowed; or answer when to ask for them again."""
        async with self._store.transaction() as tx:
            state = await tx.accounts.hold(self.name)
            at = self._clock.now()
            self._failures = state.failures
            until = rests_until(state, at)
            if until is None:
                return await self._allow(tx, state, at)
        if until - at > _A_WHILE:
            raise _resting(state, until, at)
        return until

    async def _allow(self, tx: Transaction, state: AccountState, at: datetime) -> datetime | None:
        slot = slot_of(at)
        size = lot(self.limit, self._lot.size if self._lot.slot == slot else 0)
        allowed = min(size, left(state.spent, self.limit, at))
        if allowed < 1:
            return opens(state.spent, at)
        spent = recent(state.spent, at)
        spent[slot] = spent.get(slot, 0) + allowed
        await tx.accounts.keep(replace(state, spent=spent))
        self._lot = _Lot(slot, size, allowed)
        return None

    async def rest(self, span: timedelta, reason: str) -> None:
        """Nobody calls before a span is over, whoever they are."""
        async with self._store.transaction() as tx:
            state = await tx.accounts.hold(self.name)
            await self._shut(tx, state, span, reason)

    async def sent_away(self, span: Callable[[int], timedelta], reason: str) -> None:
        """The vendor would not answer, and did not say for how long: rest for a `span` of the
        failures in a row. Those who were sent away together count as one."""
        async with self._store.transaction() as tx:
            state = await tx.accounts.hold(self.name)
            if rests_until(state, self._clock.now()) is None:
                state = replace(state, failures=min(state.failures + 1, 100))
                self._failures = state.failures
                await self._shut(tx, state, span(state.failures), reason)

    async def _shut(self, tx: Transaction, state: AccountState, span: timedelta, why: str) -> None:
        self._lot = _Lot(0, 0, 0)
        at = self._clock.now()
        before, until = rests_until(state, at), at + min(span, LONGEST_WAIT)
        if before is not None and until <= before:
            return
        await tx.accounts.keep(replace(state, resume_at=until, reason=why))
        if span > PATIENCE and (before is None or before - at <= PATIENCE):
            log.warning("%s: rests until %s: %s", self.name, f"{until:%H:%M:%S} UTC", why)

    async def answered(self) -> None:
        """The vendor answers: what was before no longer counts."""
        if not self._failures:
            return
        async with self._store.transaction() as tx:
            state = await tx.accounts.hold(self.name)
            await tx.accounts.keep(replace(state, failures=0))
        self._failures = 0


def _resting(state: AccountState, until: datetime, at: datetime) -> Resting:
    when = f"{until:%d %b %H:%M:%S} UTC"
    words = f"not asked: {state.name} rests until {when}, since {state.reason}"
    return Resting(words, until - at)
