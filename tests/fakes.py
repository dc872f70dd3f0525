"""Plugins that behave like real ones, and do what a test scripts."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from daemon.http import Http
from daemon.letter import Letter
from daemon.notifier import Message, Receipt
from daemon.source import Answer, Ask, SourceError, Window
from rules.series import Absent, Measure, Metric, Reading, labels_of

HOUR = timedelta(hours=1)


@dataclass
class Mailbox:
    """A notifier: it keeps what it is given, after raising the failures it was told to."""

    follows: ClassVar[bool] = True
    spacing: ClassVar[timedelta] = timedelta(0)

    messages: list[Message] = field(default_factory=list)
    failures: deque[Exception] = field(default_factory=deque)

    @property
    def letters(self) -> list[Letter]:
        """Those that it was told by, in order."""
        return [letter for message in self.messages for letter in message.letters]

    async def send(self, http: Http, message: Message) -> Receipt | None:
        if self.failures:
            raise self.failures.popleft()
        self.messages.append(message)
        return message.receipt or Receipt("mailbox", str(len(self.messages)))

    async def probe(self, http: Http) -> str | None:
        return "nothing to ask"


@dataclass
class Meter:
    """A source: it tells what was put into it, for the buckets it is asked for.

    `used` maps (voice, start of the hour) to minutes.
    """

    used: dict[tuple[str, object], float] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    failures: deque[SourceError] = field(default_factory=deque)
    asked: list[Window] = field(default_factory=list)
    fails_at: int | None = None
    """Which of its calls is refused as one too many."""
    revises: timedelta = 24 * HOUR
    settles: timedelta = timedelta(0)
    calls_a_minute: int = 60
    tells_past: bool = True
    measure: Measure = Measure.AMOUNT

    def metrics(self, name: str) -> Sequence[Metric]:
        return [Metric(name, "minutes", "minutes", self.measure, HOUR, Absent.ZERO)]

    async def fetch(self, ask: Ask) -> Sequence[Answer]:
        window = ask.window
        self.asked.append(window)
        if len(self.asked) - 1 == self.fails_at:
            raise SourceError("429")
        if self.failures:
            raise self.failures.popleft()
        (metric,) = self.metrics(ask.name)
        told = Window(metric.bucket(window.start), metric.bucket(window.end) + HOUR)
        readings = [
            Reading(labels_of({"voice": voice}), start, minutes)
            for (voice, start), minutes in self.used.items()
            if told.start <= start < told.end
        ]
        return [Answer(metric, told, readings, self.names)]


@dataclass(slots=True)
class HandClock:
    """A clock that stands where it was put."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def wall(self, span: timedelta) -> timedelta:
        return span

    async def sleep(self, span: timedelta) -> None:
        """Moves its time on: whoever waits for a moment finds that it has come."""
        until = self.at + span
        await asyncio.sleep(0)
        self.at = max(self.at, until)
