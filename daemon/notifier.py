"""What every notifier can do: carry a message to its place, and say how that went."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Protocol, runtime_checkable

from daemon.http import Http
from daemon.letter import Letter
from daemon.message import File, Tone, Wording


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reader of a place with several who will never have a message, and the place's answer."""

    reader: str
    answer: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a place gave back for a message: where it stands, so that the next one about the same
    alerts can edit it or reply to it."""

    place: str
    """Slack: the channel's id. Mail: the sender."""
    id: str
    """Slack: the message's `ts`. Mail: the Message-ID."""
    refused: tuple[Refusal, ...] = ()
    """Who of several readers will never have it. The others have it."""
    waiting: tuple[str, ...] = ()
    """Who of several readers lacks it so far. They are to be tried again alone (`Message.to`)."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is carried to a destination at once: one alert or many, a report, or a test."""

    key: str
    """Unique, and the same however often it is tried: a place may know it again by this."""
    written_at: datetime
    """When the newest of what it says was owed. The same however often it is tried."""
    wording: Wording
    tone: Tone
    letters: tuple[Letter, ...] = ()
    """The newest of each alert it speaks of; none: it is about no alert."""
    unchanged: frozenset[int] = frozenset()
    """Those of its alerts of which it says what was said before, and nothing new."""
    receipt: Receipt | None = None
    """Where the message stands that told of these alerts last."""
    repeats: bool = False
    """Whether it may have arrived before, and its place could not be asked: it says so."""
    pictures: tuple[File, ...] = ()
    """As PNG where they could be made; what a place cannot show it leaves out."""
    files: tuple[File, ...] = ()
    to: tuple[str, ...] | None = None
    """The readers who still lack it, as the receipt named them; None: all of the place's."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A message that some readers of a place still lack: owed to them alone, and the same."""

    key: str
    destination: str
    owed_at: datetime
    message: Message


class Notifier(Protocol):
    """A frozen dataclass whose fields are its YAML and whose `send` is its work."""

    follows: ClassVar[bool]
    """Whether its message changes with its alert, so that it is told of an acknowledgement too."""
    spacing: ClassVar[timedelta]
    """How long it wants between two messages."""

    async def send(self, http: Http, message: Message) -> Receipt | None:
        """Deliver, or raise. It may be called again with the same message after a crash."""
        ...

    async def probe(self, http: Http) -> str | None:
        """Ask the place whether it would take a message, and leave nothing there.

        Answers what it said, or raises like `send`. None: only a message could tell.
        """
        ...


@runtime_checkable
class ReadsBack(Protocol):
    """A notifier whose place can be asked what it has."""

    async def find(self, http: Http, message: Message) -> Receipt | None:
        """Where a message stands, by its key, that may have arrived; None where it did not.

        Raises like `send` where the place cannot be asked: then nobody knows, for now.
        """
        ...


@runtime_checkable
class Repeats(Protocol):
    """A notifier whose place forgets what is not said again."""

    refresh_every: ClassVar[timedelta]

    async def refresh(self, http: Http, letters: Sequence[Letter]) -> None:
        """Say again what still fires; `letters` are the last it was told of each alert."""
        ...


class DeliveryError(Exception):
    """Not delivered; a later try may succeed. `retry_after` is the place's own word on when."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class DeliveryUnknown(DeliveryError):
    """It left, and no answer came: it may have arrived."""


class OwnError(DeliveryUnknown):
    """Our own code failed at this message, before it left or after."""


class DestinationDown(DeliveryError):
    """Nothing is delivered there until a person acts: a login, a channel. What is owed waits."""


class DeliveryRefused(DeliveryError):
    """This message will never be taken there, and no repetition will change that."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A notifier as it is configured, under the name rules tell it by."""

    name: str
    notifier: Notifier
    fallback: tuple[str, ...] | None = None
    """Who hears of it when this one cannot be reached, and is told in its place what opens
    meanwhile. Left out: all others hear of it, and what is owed waits."""

    def told_instead(self, everyone: Iterable[str]) -> tuple[str, ...]:
        """Who hears that this one does not work."""
        if self.fallback is not None:
            return self.fallback
        return tuple(name for name in everyone if name != self.name)
