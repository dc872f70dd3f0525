"""Messages as lines of JSON in a file, for machines to read and for people to keep."""

import asyncio
import json
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from math import isfinite
from pathlib import Path
from typing import ClassVar

from daemon.http import Http
from daemon.letter import Letter
from daemon.message import Tone, Wording
from daemon.notifier import DeliveryError, DestinationDown, Message
from daemon.table import moment
from daemon.wording import wording
from daemon.wording.form import unit_of
from rules.alert import Change, Phase
from rules.rule import Severity

_NEEDS_A_PERSON = (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError)


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One event of one alert. Numbers nobody told are null."""

    message: str
    """The key of the message that told it. A line may come twice: then both agree in `letter`."""
    letter: str
    at: datetime
    """When it was owed."""
    repeats: bool
    destination: str
    alert: int
    change: Change
    phase: Phase
    title: str
    rule: str
    severity: Severity
    source: str
    metric: str
    labels: Mapping[str, str]
    names: Mapping[str, str]
    unit: str
    since: datetime
    ended_at: datetime | None
    bucket: datetime
    bucket_end: datetime
    observed: float | None
    expected: float | None
    low: float | None
    high: float | None
    worst: float | None
    score: float
    reason: str
    by: str | None
    summary: str | None
    runbook: str | None


@dataclass(frozen=True, slots=True)
class CircularLine:
    """A report, or a test of the way."""

    message: str
    at: datetime
    repeats: bool
    tone: Tone
    wording: Wording
    files: tuple[str, ...]
    """The names of those that went along; what is in them is not here."""


@dataclass(frozen=True, slots=True)
class JsonLines:
    """Appends a line of JSON for each alert of a message. The file may be rotated at any time."""

    follows: ClassVar[bool] = True
    spacing: ClassVar[timedelta] = timedelta(0)

    path: Path
    """The file, in a directory that exists; it is created where it is missing."""

    async def send(self, http: Http, message: Message) -> None:
        content = "".join(f"{_as_json(line)}\n" for line in lines(message)).encode()
        try:
            await asyncio.to_thread(append, self.path, content)
        except OSError as error:
            raise self._failure(error) from error

    async def probe(self, http: Http) -> str:
        try:
            await asyncio.to_thread(_check, self.path)
        except OSError as error:
            raise self._failure(error) from error
        return f"{self.path} can be written"

    def _failure(self, error: OSError) -> DeliveryError:
        said = f"cannot write to {self.path}: {error.strerror or error}"
        if not isinstance(error, _NEEDS_A_PERSON):
            return DeliveryError(said)
        return DestinationDown(
            f"{said}; check `path`, and that its directory exists and may be written to"
        )


def lines(message: Message) -> Iterator[LetterLine | CircularLine]:
    if message.letters:
        yield from (_of_letter(message, letter) for letter in message.letters)
        return
    yield CircularLine(
        message=message.key,
        at=message.written_at,
        repeats=message.repeats,
        tone=message.tone,
        wording=message.wording,
        files=tuple(file.name for file in (*message.pictures, *message.files)),
    )


def _as_json(line: LetterLine | CircularLine) -> str:
    # All in ASCII: what a vendor wrote can neither end a line nor fail to be written.
    return json.dumps(asdict(line), default=moment, allow_nan=False)


def append(path: Path, content: bytes) -> None:
    """All of it or, where the machine dies, a torn line that the next one does not continue.

    The file is opened anew each time, so that one which was moved away is left in peace.
    """
    with path.open("a+b", buffering=0) as file:
        size = _size(path, file.fileno())
        torn = size > 0 and os.pread(file.fileno(), 1, size - 1) != b"\n"
        rest = b"\n" * torn + content
        try:
            while rest:
                rest = rest[file.write(rest) :]
            os.fsync(file.fileno())
        except OSError:
            # Half of it would be read as rubbish, and the whole is tried again.
            file.truncate(size)
            raise


def _check(path: Path) -> None:
    """Whether a line could be appended; a file that is not there yet stays away."""
    if path.exists():
        # For reading too: a pipe that nobody reads would let a mere writer wait for ever.
        with path.open("a+b", buffering=0) as file:
            _size(path, file.fileno())
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(2, "its directory does not exist")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise PermissionError(13, "its directory may not be written to")


def _size(path: Path, descriptor: int) -> int:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise PermissionError(1, "it is no plain file", str(path))
    return found.st_size


def _of_letter(message: Message, letter: Letter) -> LetterLine:
    event, alert, verdict = letter.event, letter.event.alert, letter.event.verdict
    return LetterLine(
        message=message.key,
        letter=letter.key,
        at=letter.owed_at,
        repeats=message.repeats,
        destination=letter.destination,
        alert=letter.alert,
        change=event.change,
        phase=alert.phase,
        title=wording(letter).title,
        rule=alert.rule,
        severity=letter.severity,
        source=alert.series.source,
        metric=alert.series.metric,
        labels={**letter.labels, **dict(alert.series.labels)},
        names=letter.names,
        unit=unit_of(letter, verdict),
        since=alert.since,
        ended_at=alert.ended_at,
        bucket=verdict.at,
        bucket_end=verdict.until,
        observed=_told(verdict.observed),
        expected=verdict.expected,
        low=verdict.low,
        high=verdict.high,
        worst=_told(alert.worst.observed),
        score=verdict.score,
        reason=verdict.why.reason,
        by=letter.by,
        summary=letter.summary,
        runbook=letter.runbook,
    )


def _told(number: float) -> float | None:
    return number if isfinite(number) else None
