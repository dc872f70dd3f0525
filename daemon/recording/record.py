"""Records what a source's days came to: each day once, when it is over and the source is done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from daemon import health
from daemon.clock import Clock
from daemon.http import Web
from daemon.recorder import Ledger
from daemon.recording.post import PATIENCE, DayResult, Outcome, Poster
from daemon.recording.revised import look_back
from daemon.recording.tally import shelf_of, tally
from daemon.route import Routing
from daemon.source import Feed
from daemon.store import Store, Transaction
from daemon.store.recordings import Entry, EntryState
from rules.alert import Event
from rules.recorded import DAY, Unfinished, midnight

_LOOK_AGAIN = timedelta(minutes=10)
"""When a day that is over but not told whole is looked at again."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one look at a recorder's days came to."""

    results: Sequence[DayResult] = ()
    events: Sequence[Event] = ()
    """All that people are going to hear of, that of the results included."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recorder as it is served: its ledger, and the feed whose days are recorded.

    A day goes from awaited to owed, its amount frozen; from owed, claimed and sent, to recorded.
    Each step is committed before the next begins, so a crash repeats at most a sending; and what
    is sent again bears the same key, which the place takes once.
    """

    ledger: Ledger
    feed: Feed
    store: Store
    http: Web
    clock: Clock
    routing: Routing = field(default_factory=Routing)

    @property
    def poster(self) -> Poster:
        return Poster(self.ledger, self.store, self.http, self.clock, self.routing)

    async def record(self, at: datetime) -> Round:
        """Record all that is due, and see whether what was recorded is still so."""
        await self._expect(at)
        awaited = await self._freeze(at)
        sent = await self._send()
        results = [*awaited, *sent]
        async with self.store.transaction() as tx:
            revised = await look_back(tx, self.poster, self.feed, at)
        return Round(results, [*(event for one in results for event in one.events), *revised])

    def finished(self, at: datetime) -> date:
        """The last day that is over, and whose wait is too."""
        return (at - self.ledger.wait).astimezone(UTC).date() - DAY

    async def _expect(self, at: datetime) -> None:
        """Put down the days that are over. The first is that in which the recorder was first run:
        nobody is billed for a past they did not ask for."""
        async with self.store.transaction() as tx:
            followed = await tx.recordings.followed(self.ledger.name)
            first = at.astimezone(UTC).date() if followed is None else followed.last + DAY
            last = first if followed is None else self.finished(at)
            await tx.recordings.expect([self.awaited(day, at) for day in days(first, last)])

    def awaited(self, day: date, at: datetime) -> Entry:
        due_at = midnight(day + DAY) + self.ledger.wait
        return Entry(self.ledger.name, day, EntryState.AWAITED, owed_at=at, due_at=due_at)

    async def _freeze(self, at: datetime) -> list[DayResult]:
        """Write down what the days that are due came to, each in a transaction of its own."""
        results: list[DayResult] = []
        name, more = self.ledger.name, True
        while more:
            async with self.store.transaction() as tx:
                entry = await tx.recordings.next_due(name, EntryState.AWAITED, at)
                more = entry is not None
                if entry is not None:
                    results += await self._freeze_one(tx, entry, at)
        return results

    async def _freeze_one(self, tx: Transaction, entry: Entry, at: datetime) -> list[DayResult]:
        try:
            shelf = await shelf_of(tx, self.ledger, self.feed)
            amount = await tally(tx, self.ledger, self.feed, shelf, entry.day)
        except Unfinished as error:
            return [await self._put_off(tx, entry, str(error), at)]
        frozen = replace(
            self.frozen(entry, amount, at), panel_id=shelf.panel_id, version=shelf.version
        )
        await tx.recordings.keep(frozen)
        if amount:
            return []
        poster = self.poster
        events = await health.note_posted(tx, poster.hearers, poster.posting(entry.day), at)
        return [DayResult(entry.day, Outcome.NOTHING, amount, events=events)]

    def frozen(self, entry: Entry, amount: Decimal, at: datetime) -> Entry:
        """A day whose amount is known. A day of nothing is not sent: it would change no invoice,
        and be refused all the same where the subscription has ended."""
        return replace(
            entry,
            state=EntryState.OWED if amount else EntryState.NOTHING,
            amount=amount,
            key=self.poster.key(entry.day),
            panel_id=None,
            version=None,
            owed_at=at,
            due_at=at,
            settled_at=None if amount else at,
            failure=None,
        )

    async def _put_off(self, tx: Transaction, entry: Entry, why: str, at: datetime) -> DayResult:
        """Look again later; people hear of it after a day, unless the source is blind, which they
        heard of. A day the source is never asked for again is given up."""
        name, day = self.ledger.name, entry.day
        failure = f"{name}: {day} is not finished: {why}"
        if at - midnight(day + DAY) > max(self.feed.history, self.ledger.wait + PATIENCE):
            return await self.poster.bury(tx, entry, failure, "--data FILE")
        await tx.recordings.keep(replace(entry, due_at=at + _LOOK_AGAIN, failure=failure))
        state, events = await tx.polls.state(self.ledger.source), list[Event]()
        blind = state is not None and state.failing_since is not None
        if at - midnight(day + DAY) > self.ledger.wait + PATIENCE and not blind:
            events += await self.poster.note_failure(tx, day, failure, at)
        return DayResult(day, Outcome.UNFINISHED, None, failure, events)

    async def _send(self) -> list[DayResult]:
        """Send all that is owed and due, oldest first. Where one is not answered the others wait
        too: they would fare no better."""
        results: list[DayResult] = []
        while not results or results[-1].outcome is not Outcome.LATER:
            async with self.store.transaction() as tx:
                now, name = self.clock.now(), self.ledger.name
                entry = await tx.recordings.next_due(name, EntryState.OWED, now)
                if entry is None:
                    break
                if entry.key != self.poster.key(entry.day):
                    results.append(await self.poster.bury(tx, entry, _moved(entry)))
                    continue
                entry = await self.poster.claim(tx, entry)
            results.append(await self.poster.post(entry))
        return results


def days(first: date, last: date) -> Iterator[date]:
    """From the first to the last, both of them in."""
    while first <= last:
        yield first
        first += DAY


def _moved(entry: Entry) -> str:
    return (
        f"{entry.recorder}: {entry.day} was to be recorded as {entry.key}, which is no longer "
        "where its recorder points"
    )
