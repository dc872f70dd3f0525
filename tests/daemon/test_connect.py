"""Each source and each channel is asked one thing, and what it answered is told in a line."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from daemon.connect import Place, Result, Try, as_lines, ask, connect
from daemon.http import Call, Http, HttpError, Reply
from daemon.notifier import DeliveryError, DeliveryRefused
from daemon.sandbox.faults import Canned
from daemon.sandbox.loopback import serve
from daemon.source import Answer, Ask, Feed, SourceError, SourceRefused, Standing, Window
from daemon.sources import SOURCES
from rules.series import Measure, Metric, Reading, labels_of
from tests.daemon.sources import stand
from tests.daemon.sources.fastly.stand import STANDS as FASTLY
from tests.daemon.sources.http_json.stand import STANDS as HTTP_JSON
from tests.daemon.sources.killbill.stand import STANDS as KILLBILL
from tests.daemon.sources.prometheus.stand import STANDS as PROMETHEUS
from tests.daemon.sources.segment.stand import STANDS as SEGMENT
from tests.daemon.sources.supertone.stand import STANDS as SUPERTONE

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTES = Metric("voices", "minutes", "minutes", Measure.AMOUNT, HOUR)
A, B = labels_of({"voice": "a"}), labels_of({"voice": "b"})
TOLD = Window(NOW - HOUR, NOW)


class Wire:
    """A way out that answers every call, and counts them."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.calls: list[str] = []

    async def send(self, call: Call) -> Reply:
        self.calls.append(f"{call.method} {call.url}")
        await asyncio.sleep(0)
        if call.body is None and self.failures:
            raise self.failures.pop(0)
        return Reply(200, {}, b"{}")


Fetch = Callable[[Ask], Awaitable[Sequence[Answer | Standing]]]


@dataclass(frozen=True)
class Scripted:
    """A source that fetches as it was told to."""

    script: Fetch
    revises: timedelta = HOUR
    settles: timedelta = HOUR
    calls_a_minute: int = 20
    tells_past: ClassVar[bool] = True

    def metrics(self, name: str) -> Sequence[Metric]:
        return [MINUTES]

    async def fetch(self, asked: Ask) -> Sequence[Answer | Standing]:
        return await self.script(asked)


def place(name: str, answer: str | Exception | None) -> Place:
    async def probe(http: Http) -> str | None:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Place(name, probe)


def feed(script: Fetch) -> Feed:
    return Feed("voices", Scripted(script))


async def one_call(asked: Ask) -> Sequence[Answer | Standing]:
    await asked.http.send(Call("https://vendor/usage"))
    return [Answer(MINUTES, TOLD, [Reading(A, NOW - HOUR, 1.0), Reading(B, NOW - HOUR, 2.0)])]


async def pages(asked: Ask) -> Sequence[Answer | Standing]:
    for page in range(50):
        await asked.http.send(Call(f"https://vendor/usage?page={page}"))
    raise AssertionError("only one call may go out")


async def test_a_source_with_one_call_has_answered() -> None:
    wire = Wire()

    assert await ask(feed(one_call), wire, NOW) == "answered: 2 numbers, 2 series"
    assert wire.calls == ["GET https://vendor/usage"]


async def test_a_source_that_asks_on_has_understood_the_first_answer_and_gets_no_second() -> None:
    wire = Wire()

    assert await ask(feed(pages), wire, NOW) == "answered, first page read"
    assert len(wire.calls) == 1


async def test_a_question_that_is_posted_counts_like_any_other() -> None:
    async def script(asked: Ask) -> Sequence[Answer | Standing]:
        await asked.http.send(Call("https://vendor/query", body=b"{}"))
        return await pages(asked)

    wire = Wire()

    assert await ask(feed(script), wire, NOW) == "answered, first page read"
    assert wire.calls == ["POST https://vendor/query"]


async def test_of_two_calls_side_by_side_the_first_must_be_understood() -> None:
    """The second does not speak for a first that is still on its way."""

    async def understood(asked: Ask) -> None:
        await asked.http.send(Call("https://vendor/a"))
        raise SourceRefused("voices: GET /a answered 401")

    async def script(asked: Ask) -> Sequence[Answer | Standing]:
        await asyncio.gather(understood(asked), asked.http.send(Call("https://vendor/b")))
        return []

    with pytest.raises(SourceRefused, match="401"):
        await ask(feed(script), Wire(), NOW)


async def test_a_first_call_that_comes_to_nothing_keeps_no_second_waiting() -> None:
    async def script(asked: Ask) -> Sequence[Answer | Standing]:
        try:
            await asked.http.send(Call("https://vendor/a"))
        except HttpError as error:
            raise SourceError(f"voices: {error}") from error
        return []

    with pytest.raises(SourceError, match="voices: no route"):
        await ask(feed(script), Wire(HttpError("no route")), NOW)


STANDS = {**SUPERTONE, **KILLBILL, **FASTLY, **SEGMENT, **HTTP_JSON, **PROMETHEUS}


def test_every_source_there_is_is_tried_here() -> None:
    assert SOURCES.keys() <= STANDS.keys()


@pytest.mark.parametrize("word", STANDS)
async def test_every_vendor_is_understood_after_one_call(http: Http, word: str) -> None:
    vendor = STANDS[word].stand_in()
    async with serve(vendor.app()) as url:
        said = await ask(Feed("voices", STANDS[word].source(url)), http, stand.NOW)

    assert said is not None
    assert said.startswith("answered")
    assert len(vendor.faults.asked) == 1


@pytest.mark.parametrize("word", STANDS)
async def test_every_vendor_that_refuses_the_key_is_heard(http: Http, word: str) -> None:
    vendor = STANDS[word].stand_in()
    vendor.faults.canned.extend([Canned(401, "no")] * 9)
    async with serve(vendor.app()) as url:
        with pytest.raises(SourceRefused, match=r"answered 401: .*check sources\.voices\."):
            await ask(Feed("voices", STANDS[word].source(url)), http, stand.NOW)

    assert len(vendor.faults.asked) == 1


async def test_it_asks_for_little() -> None:
    asked: list[Window] = []

    async def script(question: Ask) -> Sequence[Answer | Standing]:
        asked.append(question.window)
        return []

    assert await ask(feed(script), Wire(), NOW) is None, "no call went out"
    assert asked == [Window(NOW - HOUR, NOW)]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ([], "answered: nothing was used of late"),
        ([Answer(MINUTES, TOLD, [])], "answered: nothing was used of late"),
        ([Answer(MINUTES, TOLD, [Reading(A, NOW, 19_612)])], "answered: minutes 19,612"),
        ([Answer(MINUTES, TOLD, [Reading(A, NOW, 0.0)])], "answered: minutes 0"),
        ([Standing(MINUTES, TOLD, NOW, {A: 1.0, B: 2.0})], "answered: 2 numbers, 2 series"),
        (
            [Answer(MINUTES, TOLD, [], notes=("no row has a unit",))],
            "answered: nothing was used of late; no row has a unit",
        ),
    ],
)
async def test_what_was_answered_is_told(told: list[Answer | Standing], words: str) -> None:
    async def script(asked: Ask) -> Sequence[Answer | Standing]:
        await asked.http.send(Call("https://vendor"))
        return told

    assert await ask(feed(script), Wire(), NOW) == words


async def test_every_one_is_tried_whatever_becomes_of_the_others(http: Http) -> None:
    async def refused(asked: Ask) -> Sequence[Answer | Standing]:
        raise SourceRefused("voices: GET /usage answered 401")

    async def silent(asked: Ask) -> Sequence[Answer | Standing]:
        return []

    answers = (None, "signed in", DeliveryError("slack was not reached"), DeliveryRefused("no"))
    places = [place(f"destinations.d{n}", answer) for n, answer in enumerate(answers)]
    tries = await connect([feed(refused), feed(silent)], places, http, NOW)

    writes = "it can only be tried by leaving something there"
    assert tries == [
        Try("sources.voices", Result.FAILS, "voices: GET /usage answered 401"),
        Try("sources.voices", Result.UNTRIED, "it had nothing to ask"),
        Try("destinations.d0", Result.UNTRIED, writes),
        Try("destinations.d1", Result.WORKS, "signed in"),
        Try("destinations.d2", Result.FAILS, "slack was not reached"),
        Try("destinations.d3", Result.FAILS, "no"),
    ]


async def test_whoever_does_not_answer_is_not_waited_for(http: Http) -> None:
    async def hang(asked: Ask) -> Sequence[Answer | Standing]:
        await asyncio.Event().wait()
        return []

    soon = timedelta(milliseconds=10)
    tries = await connect([feed(hang), feed(hang)], [], http, NOW, within=soon)

    assert [one.result for one in tries] == [Result.FAILS] * 2
    assert tries[0].words == "no answer within 0.01 seconds"


def test_the_lines_are_aligned() -> None:
    tries = [Try("sources.a", Result.WORKS, "yes"), Try("destinations.b", Result.UNTRIED, "no")]

    assert as_lines(tries) == [
        "sources.a       works      yes",
        "destinations.b  not tried  no",
    ]
    assert as_lines([]) == []
