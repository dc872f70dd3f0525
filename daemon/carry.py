"""Brings one message to its destination, and remembers how that went."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from logging import ERROR, INFO, WARNING, getLogger

from daemon.bundle import Bundle
from daemon.clock import Clock
from daemon.compose import in_words
from daemon.handover import Handover
from daemon.health import note_destination, note_readers
from daemon.http import Http
from daemon.ledger import what
from daemon.letter import Letter
from daemon.metrics import Metrics
from daemon.notifier import (
    Copy,
    DeliveryError,
    DeliveryRefused,
    DeliveryUnknown,
    Destination,
    DestinationDown,
    Message,
    OwnError,
    Receipt,
)
from daemon.route import Routing
from daemon.store import Store, Transaction
from daemon.store.destinations import Claim
from daemon.store.outbox import Owed
from rules.alert import Change, Event

log = getLogger(__name__)

CLAIM = timedelta(seconds=90)
"""How long a destination is this daemon's alone; longer than sending one message may take."""
_FIRST_PAUSE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(minutes=15)
_DOWN_PAUSE = timedelta(minutes=5)
"""How often a destination is tried that waits for a person."""
_REST = timedelta(minutes=1)
"""The longest that all of a destination waits because one message failed."""
_GRACE = timedelta(minutes=15)
"""So long it may fail until others hear of it."""
_PATIENCE = timedelta(days=2)
"""A letter this old is given up: what it says is no longer news."""


class ClaimLost(Exception):
    """This carrier stood still for so long that another took its place."""


@dataclass(frozen=True, slots=True)
class Means:
    """What every carrier works with."""

    store: Store
    http: Http
    clock: Clock
    metrics: Metrics
    routing: Routing


@dataclass(frozen=True, slots=True)
class Carrier:
    """Whoever carries letters to one destination; it has claimed it."""

    destination: Destination
    others: tuple[str, ...]
    """Who hears of it where this destination does not work."""
    means: Means

    async def carry(self, bundle: Bundle, claim: Claim) -> bool:
        """Answers whether the next message may be tried at once."""
        message = await self._composed(bundle)
        try:
            receipt = await self._handover.hand(message, partial(self._take, bundle, claim))
        except DeliveryError as error:
            return await self._failed(bundle, error)
        await self._arrived(bundle, message, receipt)
        return True

    async def broke(self, at: datetime, error: Exception) -> None:
        """Carrying failed by an error of our own, which the log has."""
        failure = f"an error of our own, {type(error).__name__}: report it"
        async with self.means.store.transaction() as tx:
            await tx.bag.doubt_left(self._name)
            await tx.destinations.failed(self._name, at, at + _REST, failure)
            state = await tx.destinations.state(self._name)
            if at - (state.failing_since or at) >= _GRACE:
                await self._tell_others(tx, failure, at)

    async def _composed(self, bundle: Bundle) -> Message:
        """With all alerts that the message speaks of, also those of which there is no news."""
        if bundle.receipt is None:
            return in_words(bundle, {})
        async with self.means.store.transaction() as tx:
            spoken = await tx.bag.spoken_of(self._name, bundle.receipt)
        return in_words(bundle, spoken)

    async def _take(self, bundle: Bundle, claim: Claim) -> None:
        """Committed before it is sent: whoever finds it so knows that it may have arrived."""
        async with self.means.store.transaction() as tx:
            if not await tx.destinations.keep(claim, self.means.clock.now() + CLAIM):
                raise ClaimLost
            await tx.bag.take(bundle.ids, bundle.key)

    async def _arrived(self, bundle: Bundle, message: Message, receipt: Receipt | None) -> None:
        at = self.means.clock.now()
        async with self.means.store.transaction() as tx:
            before = await tx.destinations.state(self._name)
            await tx.bag.sent([one.id for one in bundle.told], at, receipt)
            if bundle.receipt is not None and receipt is not None and receipt != bundle.receipt:
                await tx.bag.move(self._name, bundle.receipt, receipt)
            await tx.bag.fold([one.id for one in bundle.folded], at)
            await tx.destinations.succeeded(self._name, at + self.destination.notifier.spacing)
            events = [
                *await self._tell_others(tx, None, at),
                *await self._note_readers(tx, message, receipt, at),
            ]
        if before.failing_since is not None:
            since = before.failing_since
            log.info("%s: takes messages again, after failing since %s", self._name, since)
        self._note(bundle, "sent", events=events)

    async def _note_readers(
        self, tx: Transaction, message: Message, receipt: Receipt | None, at: datetime
    ) -> Sequence[Event]:
        """A place with several readers may take a message for some of them only."""
        waiting = () if receipt is None else receipt.waiting
        await self._drop_overtaken(tx, message, waiting, at)
        if receipt is None:
            return ()
        if waiting:
            key = f"{message.key}|for {'+'.join(waiting)}"
            copy = Copy(key, self._name, message.written_at, replace(message, to=waiting))
            await tx.outbox.copy(copy, at + _FIRST_PAUSE)
        refused = {one.reader: one.answer for one in receipt.refused}
        if message.to is not None and not refused:
            return ()
        # Who reads here as well hears of it: the others have to tell somebody.
        tell = (*self.others, self._name)
        return await note_readers(tx, self.means.routing, self._name, tell, refused, at)

    async def _drop_overtaken(
        self, tx: Transaction, message: Message, waiting: Sequence[str], at: datetime
    ) -> None:
        """Who has newer news of an alert does not want the older that they lacked."""
        told = {letter.alert for letter in message.letters}
        for id_, copy in await tx.bag.copies(self._name):
            about = {letter.alert for letter in copy.message.letters}
            if about and about <= told and not set(copy.message.to or ()) & set(waiting):
                await tx.bag.fold([id_], at)

    async def _failed(self, bundle: Bundle, error: DeliveryError) -> bool:
        at = self.means.clock.now()
        refused = isinstance(error, DeliveryRefused)
        if refused or at - _owed_at(bundle) > _PATIENCE:
            await self._give_up(bundle, error, at)
            return True
        await self._put_back(bundle, error, at)
        return isinstance(error, OwnError)

    async def _put_back(self, bundle: Bundle, error: DeliveryError, at: datetime) -> None:
        """It stays owed, or unknown; and all else for that place rests a little."""
        unknown, pause = isinstance(error, DeliveryUnknown), _pause(bundle, error)
        async with self.means.store.transaction() as tx:
            put = tx.bag.doubt if unknown else tx.bag.postpone
            if bundle.unknown and not unknown:
                # What left the first time may have arrived, however this try ended.
                put = tx.bag.still_unknown
            await put(bundle.ids, at + pause, str(error))
            events = await self._note_failing(tx, bundle, error, at)
        self._note(bundle, "unknown" if unknown else "postponed", str(error), events)

    async def _note_failing(
        self, tx: Transaction, bundle: Bundle, error: DeliveryError, at: datetime
    ) -> Sequence[Event]:
        """Of the place itself; what only some of its readers still lack says nothing of it."""
        down = isinstance(error, DestinationDown)
        if not down and all(isinstance(one.content, Copy) for one in bundle.told):
            return ()
        rest_until = at + _rest(_pause(bundle, error), error)
        await tx.destinations.failed(self._name, at, rest_until, str(error))
        state = await tx.destinations.state(self._name)
        if not down and at - (state.failing_since or at) < _GRACE:
            return ()
        await self._stand_in(tx, at)
        return await self._tell_others(tx, str(error), at)

    async def _give_up(self, bundle: Bundle, error: DeliveryError, at: datetime) -> None:
        """Others hear that something could not be said there."""
        async with self.means.store.transaction() as tx:
            await tx.bag.fail(bundle.ids, at, str(error))
            await tx.bag.fail_what_follows(self._name, list(_beginnings(bundle)), at)
            events = await self._tell_others(tx, str(error), at)
        self._note(bundle, "failed", str(error), events)

    async def _stand_in(self, tx: Transaction, at: datetime) -> None:
        """Where others stand in for this place, they are told what opened and waits here."""
        if not self.destination.fallback:
            return
        waiting = await tx.bag.waiting_openings(self._name)
        await tx.outbox.enqueue_all(
            [
                Owed(replace(letter, destination=other, key=f"{letter.key}|{other}"), at)
                for other in self.destination.fallback
                for letter in waiting
            ]
        )

    async def _tell_others(
        self, tx: Transaction, failure: str | None, at: datetime
    ) -> Sequence[Event]:
        routing = self.means.routing
        return await note_destination(tx, routing, self._name, self.others, failure, at)

    @property
    def _handover(self) -> Handover:
        return Handover(self.destination, self.means.http)

    @property
    def _name(self) -> str:
        return self.destination.name

    def _note(
        self,
        bundle: Bundle,
        result: str,
        failure: str | None = None,
        events: Sequence[Event] = (),
    ) -> None:
        self.means.metrics.letters.labels(self._name, result).inc(len(bundle.ids))
        level, why = (WARNING, f": {failure}") if failure else (INFO, "")
        log.log(level, "%s to %s: %s%s", result, self._name, _what(bundle), why)
        for event in events:
            level = ERROR if event.change is Change.OPENED else INFO
            reason = event.verdict.why.reason
            log.log(level, "%s: %s: %s", self._name, event.change, reason)


async def give_up(tx: Transaction, name: str, at: datetime) -> None:
    """Letters to a destination that is not in the configuration any more, once nobody carries any
    there: it may still be in that of a replica."""
    claim = await tx.destinations.claim(name, at, at + CLAIM)
    if claim is None:
        return
    await tx.bag.doubt_left(name)
    gone = f"there is no destination {name!r} in the configuration any more"
    ids = [one.id for one in await tx.bag.due(name, at)]
    await tx.bag.fail(ids, at, gone)
    await tx.destinations.release(claim)
    if ids:
        log.warning("%d letters are given up: %s", len(ids), gone)


def _beginnings(bundle: Bundle) -> Iterator[int]:
    """Letters by which a destination would have heard of an alert for the first time."""
    for one in bundle.told:
        if isinstance(one.content, Letter):
            opens = one.content.event.change in (Change.OPENED, Change.ESCALATED)
            if opens or not one.content.heard:
                yield one.id


def _owed_at(bundle: Bundle) -> datetime:
    return max(one.content.owed_at for one in bundle.told)


def _pause(bundle: Bundle, error: DeliveryError) -> timedelta:
    """How long a message waits: what the place asks for, else twice as long each time."""
    if isinstance(error, DestinationDown):
        return _DOWN_PAUSE
    return error.retry_after or min(_FIRST_PAUSE * 2 ** min(bundle.tries, 10), _LONGEST_PAUSE)


def _rest(pause: timedelta, error: DeliveryError) -> timedelta:
    """How long all else for that place waits. One message that fails again and again does not hold
    up the others for long; a place that says when, or is down, is believed."""
    if isinstance(error, DestinationDown) or error.retry_after is not None:
        return pause
    if isinstance(error, OwnError):
        return timedelta(0)  # the place has nothing to do with it
    return min(pause, _REST)


def _what(bundle: Bundle) -> str:
    """Which alerts, in the log."""
    said = [
        f"alert {one.content.alert} {one.content.event.change}"
        if isinstance(one.content, Letter)
        else what(one)
        for one in bundle.told[:3]
    ]
    more = len(bundle.told) - len(said)
    return ", ".join(said) + (f" and {more} more" if more else "")
