"""A courier with two mailboxes, and a store: what several tests of carrying stand on."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from daemon.carry import Means
from daemon.deliver import Courier, Delivered
from daemon.http import Http
from daemon.metrics import build_metrics
from daemon.notifier import (
    Destination,
)
from daemon.route import Routing
from daemon.store import Store
from daemon.store.outbox import LetterState
from rules.alert import Change
from tests import make
from tests.fakes import HandClock, Mailbox

AT = datetime(2026, 11, 20, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OWED, SENT, FAILED = LetterState.OWED, LetterState.SENT, LetterState.FAILED
UNKNOWN, FOLDED, MUTED = LetterState.UNKNOWN, LetterState.FOLDED, LetterState.MUTED


@dataclass
class Post:
    """A courier with two mailboxes, a store and a clock that stands still."""

    store: Store
    http: Http
    clock: HandClock = field(default_factory=lambda: HandClock(AT))
    team: Mailbox = field(default_factory=Mailbox)
    boss: Mailbox = field(default_factory=Mailbox)
    fallback: tuple[str, ...] | None = None

    def courier(self) -> Courier:
        destinations = {
            "team": Destination("team", self.team, self.fallback),
            "boss": Destination("boss", self.boss),
        }
        metrics = build_metrics("test")
        return Courier(destinations, Means(self.store, self.http, self.clock, metrics, Routing()))

    async def owe(
        self, change: Change = Change.OPENED, destination: str = "team", hour: int = 0
    ) -> None:
        async with self.store.transaction() as tx:
            since = make.AT + hour * make.HOUR
            number = await tx.alerts.keep(make.alert(since=since))
            letter = make.letter(
                change,
                key=f"{hour} {change}|{destination}",
                alert=number,
                destination=destination,
                owed_at=self.clock.now(),
            )
            await tx.outbox.enqueue(letter)

    async def deliver(self) -> Delivered:
        return await self.courier().deliver(self.clock.now())

    async def pass_(self, span: timedelta) -> Delivered:
        self.clock.at += span
        return await self.deliver()

    async def states(self, destination: str | None = "team") -> list[LetterState]:
        """Of all letters, in the order in which they were owed."""
        async with self.store.transaction() as tx:
            return [
                one.state
                for one in reversed(await tx.outbox.ledger(99, (*LetterState,), destination))
            ]

    async def next_due(self) -> datetime | None:
        async with self.store.transaction() as tx:
            return await tx.outbox.next_due()
