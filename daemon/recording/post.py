"""Sends one day that is owed to its recorder, and keeps how that went."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from logging import INFO, WARNING, getLogger

from daemon import health
from daemon.clock import Clock
from daemon.http import Web
from daemon.recorder import Ledger, Posting, RecorderError, RecorderRefused, Taken
from daemon.route import Hearers, Routing, audience_of
from daemon.store import Store, Transaction
from daemon.store.recordings import Entry, EntryState
from rules.alert import Event
from rules.recorded import written

log = getLogger(__name__)

_WITHIN = timedelta(minutes=1)
"""How long sending a day may take, whatever the recorder does."""
LEASE = timedelta(minutes=5)
"""How long a day is its sender's alone, from before it is sent; after a failure too, since it may
still be on its way. It leaves room for the clocks of replicas to differ by minutes."""
_LONGEST_PAUSE = timedelta(hours=6)
PATIENCE = timedelta(days=1)
"""After so long of failing people are told."""
_GIVE_UP = timedelta(days=7)
"""After so long it is tried no more: some refusals look like an outage."""


class Outcome(StrEnum):
    """What became of a day."""

    RECORDED = "recorded"
    ALREADY = "already there"
    NOTHING = "nothing used"
    LATER = "later"
    """It is owed, and will be sent again."""
    REFUSED = "refused"
    UNFINISHED = "not finished"
    """What it came to cannot be said."""
    WOULD = "would be recorded"


@dataclass(frozen=True, slots=True)
class DayResult:
    day: date
    outcome: Outcome
    amount: Decimal | None = None
    why: str | None = None
    events: Sequence[Event] = ()
    """What people are going to hear of it."""


@dataclass(frozen=True, slots=True)
class Poster:
    ledger: Ledger
    store: Store
    http: Web
    clock: Clock
    routing: Routing = field(default_factory=Routing)

    @property
    def hearers(self) -> Hearers:
        """Who hears of failures and revisions."""
        return Hearers(self.routing, audience_of([self.ledger.tell]))

    def key(self, day: date) -> str:
        return self.ledger.recorder.key(self.ledger.name, day)

    async def claim(self, tx: Transaction, entry: Entry) -> Entry:
        """Take a locked day into this sender's hands. It must be committed before it is sent.

        Until an answer says otherwise, the try counts as one of which nobody knows.
        """
        until = self.clock.now() + LEASE
        tries, lost = entry.tries + 1, entry.lost + 1
        mine = replace(entry, claimed_until=until, tries=tries, lost=lost)
        await tx.recordings.keep(mine)
        return mine

    async def post(self, entry: Entry) -> DayResult:
        """Send a claimed day once, and keep how that went."""
        try:
            taken = await self._send(entry)
        except RecorderError as error:
            result = await self._failed(entry, error)
        else:
            result = await self._taken(entry, taken)
        _say(self.ledger.name, result)
        return result

    async def _send(self, entry: Entry) -> Taken:
        name, amount, key = self.ledger.name, entry.amount, entry.key
        if amount is None or key is None:
            raise RuntimeError(f"{name}: {entry.day} is owed, and nobody knows how much")
        posting = Posting(name, key, entry.day, amount)
        try:
            async with asyncio.timeout(_WITHIN.total_seconds()):
                return await self.ledger.recorder.record(self.http, posting, self.clock.now())
        except TimeoutError as error:
            raise RecorderError(f"{name}: no answer within {_WITHIN.seconds} s") from error

    async def _taken(self, entry: Entry, taken: Taken) -> DayResult:
        now = self.clock.now()
        async with self.store.transaction() as tx:
            there = replace(
                await self._again(tx, entry),
                state=EntryState.RECORDED,
                claimed_until=None,
                settled_at=now,
                failure=None,
            )
            await tx.recordings.keep(there)
            events = await health.note_posted(tx, self.hearers, self.posting(entry.day), now)
        why = None
        if taken is Taken.ALREADY and entry.lost == 1:
            why = "it was there before this store ever sent it, under the same key"
        outcome = Outcome.RECORDED if taken is Taken.RECORDED else Outcome.ALREADY
        return DayResult(entry.day, outcome, entry.amount, why, events)

    async def _failed(self, entry: Entry, error: RecorderError) -> DayResult:
        now, refused = self.clock.now(), isinstance(error, RecorderRefused)
        async with self.store.transaction() as tx:
            held = await self._again(tx, entry)
            if held.claimed_until != entry.claimed_until:
                # Slower than the lease: it is in another's hands, or settled by them.
                return DayResult(entry.day, Outcome.LATER, entry.amount, str(error))
            if refused:
                held = replace(held, lost=held.lost - 1)
            if refused or now - held.owed_at > _GIVE_UP:
                return await self.bury(tx, held, str(error))
            due_at = now + _pause(held, error)
            await tx.recordings.keep(replace(held, due_at=due_at, failure=str(error)))
            events: Sequence[Event] = ()
            if now - held.owed_at > PATIENCE:
                events = await self.note_failure(tx, entry.day, str(error), now)
        return DayResult(entry.day, Outcome.LATER, entry.amount, str(error), events)

    async def bury(self, tx: Transaction, entry: Entry, failure: str, from_: str = "") -> DayResult:
        """Give a locked day up, and tell people why and what brings it back: the command, with
        what the amount is to be taken `from_` where it is not remembered."""
        now, name, day = self.clock.now(), self.ledger.name, entry.day
        buried = replace(
            entry, state=EntryState.BURIED, claimed_until=None, settled_at=now, failure=failure
        )
        await tx.recordings.keep(buried)
        again = f"meterwatch record {name} --from {day} --to {day} {from_}".rstrip()
        comma = "," if "; " in failure else ";"
        events = await self.note_failure(tx, day, f"{failure}{comma} then run: {again}", now)
        return DayResult(day, Outcome.REFUSED, entry.amount, failure, events)

    async def note_failure(
        self, tx: Transaction, day: date, failure: str, at: datetime
    ) -> Sequence[Event]:
        return await health.note_unrecorded(tx, self.hearers, self.posting(day), failure, at)

    def posting(self, day: date) -> health.Posting:
        """A day, as people hear of it."""
        ledger = self.ledger
        return health.Posting(ledger.name, ledger.source, day, ledger.recorder.unit)

    async def _again(self, tx: Transaction, entry: Entry) -> Entry:
        """The day as it stands by now, locked."""
        return await tx.recordings.entry(entry.recorder, entry.day) or entry


def _pause(entry: Entry, error: RecorderError) -> timedelta:
    """Never shorter than the lease: what was sent may still be on its way."""
    longer = min(LEASE * (1 << min(entry.tries - 1, 10)), _LONGEST_PAUSE)
    return max(longer, error.retry_after or timedelta(0))


def _say(recorder: str, result: DayResult) -> None:
    much = "" if result.amount is None else f" with {written(result.amount)}"
    why = "" if result.why is None else f": {result.why}"
    level = WARNING if result.why else INFO
    log.log(level, "%s: %s%s %s%s", recorder, result.day, much, result.outcome, why)
