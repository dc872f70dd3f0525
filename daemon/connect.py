"""Asks every source and every channel one thing, and leaves nothing there: do they work?"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from daemon.http import Call, Http, Reply, Web
from daemon.notifier import DeliveryError
from daemon.recorder import RecorderError
from daemon.source import Answer, Ask, Feed, SourceError, Standing, Window
from rules.series import Labels
from rules.words import count, number, span

_SILENT = "it had nothing to ask"
_WRITES = "it can only be tried by leaving something there"
_WINDOW = timedelta(hours=1)
"""What a source is asked for: so little that most need no second call."""


class Result(StrEnum):
    WORKS = "works"
    FAILS = "fails"
    UNTRIED = "not tried"
    """It cannot be asked anything without leaving something there."""


@dataclass(frozen=True, slots=True)
class Try:
    """How one of them answered."""

    place: str
    """Where it stands in the configuration: "sources.voices"."""
    result: Result
    words: str


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere that things are sent to."""

    name: str
    """Where it stands in the configuration: "destinations.ops-mail"."""
    probe: Callable[[Http], Awaitable[str | None]]
    """What it says to one read-only call; None where there is none that it would answer."""


async def connect(
    feeds: Sequence[Feed],
    places: Sequence[Place],
    http: Http,
    at: datetime,
    within: timedelta = timedelta(seconds=20),
) -> Sequence[Try]:
    """One read-only call each, all at once."""
    asking = (
        _Trial(f"sources.{feed.name}", _SILENT, within).of(ask(feed, http, at)) for feed in feeds
    )
    probing = (_Trial(one.name, _WRITES, within).of(one.probe(http)) for one in places)
    return await asyncio.gather(*asking, *probing)


def as_lines(tries: Sequence[Try]) -> list[str]:
    widest = max((len(one.place) for one in tries), default=0)
    return [f"{one.place:<{widest}}  {one.result.value:<9}  {one.words}" for one in tries]


async def ask(feed: Feed, http: Web, at: datetime) -> str | None:
    """What a source makes of the first answer it gets. None: it had nothing to ask."""
    first = _FirstCall(http)
    try:
        answers = await feed.ask(Ask(feed.name, first, Window(at - _WINDOW, at)))
    except _SecondCall:
        return "answered, first page read"
    return _told(answers) if first.went_out else None


@dataclass(frozen=True, slots=True)
class _Trial:
    place: str
    untried: str
    """What is said where nothing can be asked."""
    within: timedelta

    async def of(self, act: Awaitable[str | None]) -> Try:
        try:
            async with asyncio.timeout(self.within.total_seconds()):
                words = await act
        except (SourceError, DeliveryError, RecorderError) as error:
            return Try(self.place, Result.FAILS, str(error))
        except TimeoutError:
            return Try(self.place, Result.FAILS, f"no answer within {span(self.within)}")
        if words is None:
            return Try(self.place, Result.UNTRIED, self.untried)
        return Try(self.place, Result.WORKS, words)


def _told(answers: Sequence[Answer | Standing]) -> str:
    """
    >>> from daemon.source import Window
    >>> from rules.series import EPOCH, Measure, Metric, Reading
    >>> balance = Metric("credits", "credits", "credits", Measure.LEVEL, timedelta(minutes=1))
    >>> _told([Answer(balance, Window(EPOCH, EPOCH), [Reading((), EPOCH, 19_612)])])
    'answered: credits 19,612'
    """
    notes = "".join(f"; {note}" for answer in answers for note in answer.notes)
    numbers = [pair for answer in answers for pair in _numbers(answer)]
    if not numbers:
        return f"answered: nothing was used of late{notes}"
    if len(numbers) == 1:
        return f"answered: {answers[0].metric.name} {number(numbers[0][1], 6)}{notes}"
    series = len({labels for labels, _ in numbers})
    return f"answered: {count(len(numbers), 'number')}, {series:,} series{notes}"


def _numbers(answer: Answer | Standing) -> Sequence[tuple[Labels, float]]:
    if isinstance(answer, Standing):
        return list(answer.totals.items())
    return [(reading.labels, reading.value) for reading in answer.readings]


class _SecondCall(Exception):
    """A source that asks on has understood the first answer."""


class _FirstCall:
    """A way out for one call only."""

    def __init__(self, http: Web) -> None:
        self._http = http
        self._over = asyncio.Event()
        self.went_out = False

    async def send(self, call: Call) -> Reply:
        if self.went_out:
            # A source may ask two things side by side: what became of the first is to be known.
            await self._over.wait()
            raise _SecondCall
        self.went_out = True
        try:
            return await self._http.send(call)
        finally:
            self._over.set()
