"""Takes what is due to a destination, and has it carried there: what, in which messages, when."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from logging import getLogger

from daemon.bundle import Bundle, Run, bundles, ends_unheard, runs, told_by
from daemon.carry import CLAIM, Carrier, ClaimLost, Means, give_up
from daemon.hold import holds
from daemon.letter import Letter
from daemon.notifier import Destination
from daemon.store import Transaction
from daemon.store.destinations import Claim
from daemon.store.outbox import Delivery, LetterState

log = getLogger(__name__)

_TAKEN_BACK = "it was over before anybody there was told"
_NOT_TOLD = "no acknowledgements are told there"


Broke = Callable[[datetime, Exception], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a round came to."""

    sent: int = 0
    """Messages."""
    again_after: timedelta | None = None
    """More is due then, which the place did not want at once."""


@dataclass(frozen=True, slots=True)
class Courier:
    destinations: Mapping[str, Destination]
    means: Means

    async def deliver(self, at: datetime) -> Delivered:
        """A round to every destination that something is due to, all at once."""
        async with self.means.store.transaction() as tx:
            waiting = await tx.outbox.waiting(at)
        rounds = await asyncio.gather(
            *(self.round(name, at) for name in waiting if name in self.destinations),
            return_exceptions=True,
        )
        # Every round came to its end before any error is let through.
        if errors := [one for one in rounds if isinstance(one, BaseException)]:
            raise errors[0]
        done = [one for one in rounds if isinstance(one, Delivered)]
        pauses = [one.again_after for one in done if one.again_after is not None]
        return Delivered(sum(one.sent for one in done), min(pauses, default=None))

    async def give_up_gone(self, at: datetime) -> None:
        """Letters to destinations that are not in the configuration any more."""
        async with self.means.store.transaction() as tx:
            waiting = await tx.outbox.waiting(at)
            for name in waiting:
                if name not in self.destinations:
                    await give_up(tx, name, at)

    async def round(self, name: str, at: datetime) -> Delivered:
        """Send what is due to one destination, until it wants a pause.

        Something is marked sent only after it was. What was under way when a carrier died may have
        arrived: it is settled before anything else is said.
        """
        async with self.means.store.transaction() as tx:
            claim = await tx.destinations.claim(name, at, at + CLAIM)
            if claim is None:
                return Delivered()
            planned = await self._plan(tx, name, at)
        try:
            return await self._carry(planned, claim)
        finally:
            async with self.means.store.transaction() as tx:
                await tx.destinations.release(claim)

    async def _carry(self, planned: Sequence[Bundle], claim: Claim) -> Delivered:
        carrier = self._carrier(claim.name)
        spacing = carrier.destination.notifier.spacing
        for sent, bundle in enumerate(planned):
            if sent and spacing:
                return Delivered(sent, spacing)
            try:
                goes_on = await carrier.carry(bundle, claim)
            except ClaimLost:
                log.warning("%s: another daemon carries its letters now", claim.name)
                return Delivered(sent)
            if not goes_on:
                return Delivered(sent)
        return Delivered(len(planned))

    def _carrier(self, name: str) -> Carrier:
        destination = self.destinations[name]
        return Carrier(destination, destination.told_instead(self.destinations), self.means)

    def broke(self, name: str) -> Broke:
        """What to do where a round fails by an error of our own: it rests, and others hear of it
        where that goes on. What was on its way may have arrived."""

        async def rest(at: datetime, error: Exception) -> None:
            await self._carrier(name).broke(at, error)

        return rest

    async def _plan(self, tx: Transaction, name: str, at: datetime) -> Sequence[Bundle]:
        """What to say now; what is held back, or need not be said, is marked as that."""
        await tx.bag.doubt_left(name)
        due = await tx.bag.due(name, at)
        alerts = {one.alert for one in due if one.alert is not None}
        heard = await tx.bag.heard(name, alerts)
        owed = runs(due, heard, await tx.bag.receipts(name, alerts))
        follows = self.destinations[name].notifier.follows
        chosen: list[tuple[Run, Delivery]] = []
        for run in await self._not_held(tx, owed, at):
            told = told_by(run, follows=follows)
            if told is None:
                await tx.bag.mute(run.ids, at, _NOT_TOLD if run.heard else _TAKEN_BACK)
            else:
                chosen.append((run, told))
        return bundles(chosen)

    async def _not_held(self, tx: Transaction, owed: Sequence[Run], at: datetime) -> Sequence[Run]:
        """Those that nothing holds back. What is already on its way cannot be."""
        letters = [one.content for one in map(_asked, owed) if isinstance(one.content, Letter)]
        held = await holds(tx, self.means.routing, letters, at)
        free = []
        for run in owed:
            asked = _asked(run)
            hold = None if asked.state is LetterState.UNKNOWN else held.get(asked.content.key)
            if hold is None:
                free.append(run)
            elif hold.mutes and ends_unheard(run):
                await tx.bag.mute(run.ids, at, hold.reason)
            else:
                await tx.bag.hold(run.ids, hold.until, hold.reason)
        return free


def _asked(run: Run) -> Delivery:
    """The letter that decides whether a run is held back: of what nobody heard, its beginning."""
    return run.deliveries[-1] if run.heard else run.deliveries[0]
