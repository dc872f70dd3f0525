"""Takes letters that are due, sends each, and remembers how it went."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from logging import INFO, WARNING, getLogger

from daemon.clock import Clock
from daemon.http import Http
from daemon.metrics import Metrics
from daemon.notifier import DeliveryError, DeliveryRefused, Destination, Receipt
from daemon.store import Store
from daemon.store.outbox import OwedLetter

log = getLogger(__name__)

_WITHIN = timedelta(seconds=30)
"""How long one letter may take."""
_CLAIM = timedelta(minutes=1)
"""How long a letter is this daemon's alone; longer than sending it may take."""
_FIRST_PAUSE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(minutes=15)
_PATIENCE = timedelta(days=2)
"""A letter this old is given up: what it says is no longer news."""


@dataclass(frozen=True, slots=True)
class Courier:
    destinations: Mapping[str, Destination]
    store: Store
    http: Http
    clock: Clock
    metrics: Metrics

    async def deliver(self, at: datetime) -> int:
        """Send all that is due; answers how many letters were sent.

        Destinations do not wait for each other. A letter is marked sent only after it was: a
        crash between the two repeats it, and nothing else can.
        """
        async with self.store.transaction() as tx:
            waiting = await tx.outbox.waiting(at)
        results = await asyncio.gather(
            *(self._round(name, at) for name in waiting), return_exceptions=True
        )
        # Every round came to its end before any error is let through.
        errors = [result for result in results if isinstance(result, BaseException)]
        if errors:
            raise errors[0]
        return sum(result for result in results if isinstance(result, int))

    async def _round(self, name: str, at: datetime) -> int:
        """Send one destination's letters, one after the other."""
        sent = 0
        while True:
            async with self.store.transaction() as tx:
                owed = await tx.outbox.claim(name, at, at + _CLAIM)
            if owed is None:
                return sent
            sent += await self._settle(name, owed)

    async def _settle(self, name: str, owed: OwedLetter) -> bool:
        """Try one letter and remember how that went; answers whether it was sent."""
        try:
            receipt = await self._send(name, owed)
        except DeliveryError as error:
            await self._failed(owed, error)
            return False
        async with self.store.transaction() as tx:
            await tx.outbox.sent(owed.id, self.clock.now(), receipt)
        self._note(owed, "sent")
        return True

    async def _send(self, name: str, owed: OwedLetter) -> Receipt | None:
        destination = self.destinations.get(name)
        if destination is None:
            raise DeliveryRefused(f"there is no destination {name!r} in the configuration any more")
        try:
            async with asyncio.timeout(_WITHIN.total_seconds()):
                return await destination.notifier.send(self.http, owed.letter)
        except TimeoutError as error:
            raise DeliveryError(f"no answer within {_WITHIN.seconds} s") from error

    async def _failed(self, owed: OwedLetter, error: DeliveryError) -> None:
        at = self.clock.now()
        final = isinstance(error, DeliveryRefused) or at - owed.letter.owed_at > _PATIENCE
        async with self.store.transaction() as tx:
            if final:
                await tx.outbox.bury(owed, at, str(error))
            else:
                await tx.outbox.postpone(owed.id, at + _pause(owed, error), str(error))
        self._note(owed, "buried" if final else "postponed", str(error))

    def _note(self, owed: OwedLetter, result: str, failure: str | None = None) -> None:
        letter = owed.letter
        self.metrics.letters.labels(letter.destination, result).inc()
        log.log(
            WARNING if failure else INFO,
            "letter %s: alert %d %s to %s%s",
            result,
            letter.alert,
            letter.event.change,
            letter.destination,
            f": {failure}" if failure else "",
        )


def _pause(owed: OwedLetter, error: DeliveryError) -> timedelta:
    """How long to wait: what the place asks for, else twice as long each time."""
    return error.retry_after or min(_FIRST_PAUSE * 2 ** min(owed.tries, 10), _LONGEST_PAUSE)
