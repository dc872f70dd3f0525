"""Hands one message to a notifier: within its time, and asked first where it may have arrived.

What cannot be laid out, by an error of our own, is said barely instead. An alert whose message
nobody can write is still an alert.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from logging import getLogger

from daemon.compose import stripped
from daemon.http import Http
from daemon.notifier import (
    DeliveryError,
    DeliveryRefused,
    DeliveryUnknown,
    Destination,
    DestinationDown,
    Message,
    OwnError,
    ReadsBack,
    Receipt,
)

log = getLogger(__name__)

WITHIN = timedelta(seconds=60)
"""How long one message may take, whatever its notifier thinks."""

Take = Callable[[], Awaitable[None]]
"""To be done right before it is sent: whoever finds it so knows that it may have arrived."""


@dataclass(frozen=True, slots=True)
class Handover:
    destination: Destination
    http: Http

    async def hand(self, message: Message, take: Take) -> Receipt | None:
        """Where it stands now; raises `DeliveryError` where it does not."""
        try:
            async with asyncio.timeout(WITHIN.total_seconds()):
                known = await self._settled(message)
                if isinstance(known, Receipt):
                    return known
                await take()
                return await self._sent(known)
        except TimeoutError as error:
            raise DeliveryUnknown(f"no answer within {WITHIN.seconds} s") from error

    async def _settled(self, message: Message) -> Message | Receipt:
        """Of what may have arrived: where it stands, if it did and its place can be asked; else
        what to send."""
        notifier = self.destination.notifier
        if not message.repeats or not isinstance(notifier, ReadsBack):
            return message
        try:
            found = await notifier.find(self.http, message)
        except DeliveryRefused as error:
            log.warning("%s cannot be asked what it has: %s", self.destination.name, error)
            return message
        except (DestinationDown, TimeoutError):
            raise
        except DeliveryError as error:
            failure = f"cannot be asked whether it has it: {error}"
            raise DeliveryUnknown(failure, error.retry_after) from error
        except Exception as error:  # whatever it is, it is tried again, and nothing waits for it
            raise _own(error) from error
        return replace(message, repeats=False) if found is None else found

    async def _sent(self, message: Message) -> Receipt | None:
        """Where our own code fails, nobody knows whether the message had left by then."""
        try:
            return await self.destination.notifier.send(self.http, message)
        except (DeliveryError, TimeoutError):
            raise
        except Exception:  # whatever it is, people wait to be told
            log.exception("%s: a message could not be laid out: report it", self.destination.name)
        known = await self._settled(replace(message, repeats=True))
        return known if isinstance(known, Receipt) else await self._sent_barely(known)

    async def _sent_barely(self, message: Message) -> Receipt | None:
        try:
            return await self.destination.notifier.send(self.http, stripped(message))
        except (DeliveryError, TimeoutError):
            raise
        except Exception as error:  # tried again later; no other message waits for it
            raise _own(error) from error


def _own(error: Exception) -> OwnError:
    return OwnError(f"an error of our own, {type(error).__name__}: report it")
