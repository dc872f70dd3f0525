"""Asks every destination once a day whether it would take a message, before one is owed."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from logging import getLogger

from daemon.health import note_destination
from daemon.http import Http
from daemon.notifier import DeliveryError, DeliveryRefused, Destination, DestinationDown
from daemon.route import Routing
from daemon.store import Store
from rules.alert import Event

log = getLogger(__name__)

_EVERY = timedelta(days=1)
_WITHIN = timedelta(seconds=30)
"""How long one of them may take to answer."""


class Finding(StrEnum):
    WORKS = "works"
    BROKEN = "broken"
    """A person must act; others are told."""
    UNTRIED = "untried"
    """Only a message could tell."""
    LATER = "later"
    """It did not answer just now; it is asked again at the next look."""


@dataclass(frozen=True, slots=True)
class Checked:
    """How one destination answered."""

    destination: str
    finding: Finding
    words: str
    events: Sequence[Event] = ()


@dataclass(frozen=True, slots=True)
class Checkup:
    destinations: Mapping[str, Destination]
    store: Store
    http: Http
    routing: Routing

    async def check(self, at: datetime) -> Sequence[Checked]:
        """Ask whoever was not asked for a day; call it more often than that."""
        async with self.store.transaction() as tx:
            states = [await tx.destinations.state(name) for name in self.destinations]
        due = [
            self.destinations[state.name]
            for state in states
            if state.checked_at is None or at - state.checked_at >= _EVERY
        ]
        answers = await asyncio.gather(*(self._asked(one) for one in due))
        return [await self._noted(one, at) for one in answers]

    async def _asked(self, destination: Destination) -> Checked:
        name = destination.name
        try:
            async with asyncio.timeout(_WITHIN.total_seconds()):
                said = await destination.notifier.probe(self.http)
        except (DestinationDown, DeliveryRefused) as error:
            return Checked(name, Finding.BROKEN, str(error))
        except DeliveryError as error:
            return Checked(name, Finding.LATER, str(error))
        except TimeoutError:
            return Checked(name, Finding.LATER, f"no answer within {_WITHIN.seconds} s")
        except Exception as error:  # whatever broke, the others are asked all the same
            log.exception("asking %s broke", name)
            words = f"an error of our own, {type(error).__name__}: the log has it, report it"
            return Checked(name, Finding.LATER, words)
        return Checked(name, Finding.UNTRIED if said is None else Finding.WORKS, said or "")

    async def _noted(self, found: Checked, at: datetime) -> Checked:
        name = found.destination
        if found.finding is Finding.LATER:
            log.info("%s was not checked, and will be: %s", name, found.words)
            return found
        async with self.store.transaction() as tx:
            await tx.destinations.checked(name, at)
            if found.finding is Finding.UNTRIED:
                return found
            failure = found.words if found.finding is Finding.BROKEN else None
            others = self.destinations[name].told_instead(self.destinations)
            events = await note_destination(tx, self.routing, name, others, failure, at)
        if failure is not None:
            log.warning("%s takes no messages: %s", name, failure)
        return replace(found, events=events)
