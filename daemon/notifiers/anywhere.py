"""Messages to any of the services that the library Apprise knows, which is an extra."""

import asyncio
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from daemon.http import Http
from daemon.message import Tone
from daemon.notifier import (
    DeliveryError,
    DeliveryUnknown,
    DestinationDown,
    Message,
)
from daemon.secret import Secret
from daemon.wording import plain

if TYPE_CHECKING:
    import apprise

_TYPES = {
    Tone.INFO: "info",
    Tone.WARNING: "warning",
    Tone.CRITICAL: "failure",
    Tone.RESOLVED: "success",
}
"""Apprise's word for a tone; of the others, "info"."""

_DOWN = (401, 403, 404, 405, 410)


@dataclass(frozen=True, slots=True)
class Apprise:
    """Posts by the library Apprise, installed with `meterwatch[apprise]`. It cannot edit."""

    url: Secret
    """The service as Apprise writes one, such as tgram://token/chat; one for each destination."""
    pictures: bool = True
    """Whether charts and files go along, where the service takes them."""
    timeout: timedelta = timedelta(seconds=30)
    """How long a delivery may take in all."""
    follows: ClassVar[bool] = False
    spacing: ClassVar[timedelta] = timedelta(0)

    async def send(self, http: Http, message: Message) -> None:
        service = self._service()
        title, _, text = plain(message.wording).partition("\n")
        again = "It may have arrived before: possibly a repeat.\n" if message.repeats else ""
        try:
            async with asyncio.timeout(self.timeout.total_seconds()):
                taken = await service.async_notify(
                    body=again + text.lstrip("\n"),
                    title=title,
                    notify_type=_TYPES.get(message.tone, "info"),
                    body_format="text",
                    attach=list(_attached(message)) if self.pictures else None,
                )
        except TimeoutError as error:
            # Its threads are not stopped by that: what they carry may still arrive.
            wait = f"{self.timeout.total_seconds():g} s"
            raise DeliveryUnknown(f"{_name(service)} did not answer within {wait}") from error
        except (OSError, TypeError, ValueError) as error:
            kind = type(error).__name__
            raise DeliveryError(f"{_name(service)} was not reached: {kind}") from None
        if not taken:
            raise _failure(_name(service), _status(taken))

    async def probe(self, http: Http) -> None:
        """Of what it is to carry and where, only whether Apprise understands it can be told."""
        self._service()

    def _service(self) -> "apprise.Apprise":
        try:
            import apprise  # noqa: PLC0415  an extra, and 36 MB once it is loaded
        except ImportError:
            raise DestinationDown(
                "the library apprise is not installed; install meterwatch[apprise]"
            ) from None
        _hush()
        service = apprise.Apprise()
        if not service.add(self.url.reveal().strip()) or not len(service):
            raise DestinationDown("Apprise does not understand the address; check `url`")
        for one in service:
            # Unless told otherwise, what is longer than a service takes is sent whole, and refused.
            if one.overflow_mode is apprise.OverflowMode.UPSTREAM:
                one.overflow_mode = apprise.OverflowMode.SPLIT
        return service


def _attached(message: Message) -> Iterator[object]:
    from apprise.attachment.memory import AttachMemory  # noqa: PLC0415  as above

    for file in (*message.pictures, *message.files):
        yield AttachMemory(content=file.content, name=file.name)  # type: ignore[no-untyped-call]


def _name(service: "apprise.Apprise") -> str:
    """Of the service alone: whatever else stands in its address may be a key."""
    return next((str(one.service_name) for one in service), "the service")


def _failure(who: str, status: int | None) -> DeliveryError:
    if status is None:
        return DeliveryError(f"{who} was not reached, or did not take it")
    if status in _DOWN:
        return DestinationDown(f"{who} answered {status}; check `url`")
    return DeliveryError(f"{who} answered {status}")


def _status(taken: object) -> int | None:
    """What the service answered, from the words of Apprise (from version 2 on): the words
    themselves may hold the address."""
    said = [
        str(line.message)
        for result in getattr(taken, "results", ())
        for attempt in result.attempts
        for line in attempt.logs
    ]
    found = re.findall(r"\berror=(\d{3})\b", "\n".join(said))
    return int(found[-1]) if found else None


def _hush() -> None:
    """Both write whole addresses to the log, with the keys in them. What Apprise says of one
    delivery it keeps for us all the same, from a warning on."""
    logging.getLogger("apprise").setLevel(logging.WARNING)
    logging.getLogger("apprise").propagate = False
    logging.getLogger("urllib3").setLevel(logging.ERROR)
