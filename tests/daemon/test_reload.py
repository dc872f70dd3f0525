"""A configuration that is read again: the last word counts, and one that says the same is none."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from daemon.config import Config, ConfigError, parse
from daemon.config.placeholders import Placeholders
from daemon.config.references import Surroundings
from daemon.config.settings import LogConfig, PageConfig, StoreConfig
from daemon.reload import Again
from daemon.source import Feed
from tests.fakes import Meter

FEED = Feed("tts", Meter())
FIRST = Config((FEED,))
SECOND = Config((FEED,), log=LogConfig("debug"))
UNUSABLE = ConfigError(("a.yaml:1:1: one", "a.yaml:2:1: two", "a.yaml:3:1: three", "a.yaml:4:1: x"))
EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"


class File:
    """What it says at each reading; from the last on it stays so."""

    def __init__(self, *readings: Config | Exception) -> None:
        self.readings = deque(readings)
        self.read = 0
        self.noted: list[str | None] = []
        self.again = Again("a.yaml", self.load)

    def load(self) -> Config:
        self.read += 1
        found = self.readings.popleft() if len(self.readings) > 1 else self.readings[0]
        if isinstance(found, Exception):
            raise found
        return found

    async def note(self, failure: str | None) -> None:
        self.noted.append(failure)
        if self.readings:
            self.again.ask()

    async def next(self) -> Config:
        self.again.ask()
        async with asyncio.timeout(10):
            return await self.again.next(FIRST, self.note)


async def test_another_configuration_takes_its_place() -> None:
    file = File(SECOND)

    assert await file.next() is SECOND
    assert file.noted == [None]


async def test_one_that_says_the_same_is_none(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    file = File(replace(FIRST), SECOND)

    assert await file.next() is SECOND
    assert file.noted == [None, None]
    assert "a.yaml was read again and says what it said before" in caplog.messages


async def test_one_that_cannot_be_used_changes_nothing_and_the_log_has_all_that_is_wrong(
    caplog: pytest.LogCaptureFixture,
) -> None:
    file = File(UNUSABLE, SECOND)

    assert await file.next() is SECOND
    told, mended = file.noted
    assert told == "a.yaml:1:1: one | a.yaml:2:1: two | a.yaml:3:1: three | and 1 more, in the log"
    assert mended is None
    logged = [text for text in caplog.messages if "cannot be used: " in text]
    assert [text.partition("used: ")[2] for text in logged] == list(UNUSABLE.complaints)


async def test_an_error_that_nobody_foresaw_is_one_that_cannot_be_used() -> None:
    file = File(RecursionError("deep"), SECOND)

    assert await file.next() is SECOND
    assert file.noted == [
        "an error of our own, RecursionError: the log has it, report it",
        None,
    ]


async def test_however_often_it_is_asked_before_it_is_read_it_is_read_once() -> None:
    file = File(SECOND)
    for _ in range(10):
        file.again.ask()

    assert await file.next() is SECOND
    assert file.read == 1


async def test_what_was_read_is_not_read_again_before_somebody_asks() -> None:
    file, read = File(FIRST), asyncio.Event()

    async def noted(_failure: str | None) -> None:
        read.set()

    file.again.ask()
    waiting = asyncio.create_task(file.again.next(FIRST, noted))
    await asyncio.wait_for(read.wait(), 10)
    for _ in range(5):  # as long as another reading would take
        await asyncio.to_thread(int)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert file.read == 1


async def test_who_asks_while_it_is_read_has_it_read_once_more() -> None:
    readings = 0

    def load() -> Config:
        nonlocal readings
        readings += 1
        if readings == 1:  # the file changes behind the reader's back, and three times it is told
            for _ in range(3):
                loop.call_soon_threadsafe(again.ask)
            return FIRST
        return SECOND

    async def noted(_failure: str | None) -> None:
        pass

    loop, again = asyncio.get_running_loop(), Again("a.yaml", load)
    again.ask()

    async with asyncio.timeout(10):
        assert await again.next(FIRST, noted) is SECOND
    assert readings == 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"page": PageConfig(port=1)}, ["page"]),
        ({"log": LogConfig("debug")}, ["log"]),
        ({"store": StoreConfig("sqlite:///other.db")}, ["store.url"]),
        ({"store": StoreConfig(keep=timedelta(days=5))}, []),
    ],
)
async def test_what_takes_effect_at_the_next_start_only_is_said(
    changed: Mapping[str, Any], said: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    await File(replace(FIRST, **changed)).next()

    assert caplog.messages == [
        f"{key} was changed: that takes effect at the next start" for key in said
    ]


def _backwards(told: object) -> object:
    """Every block of a file, its keys the other way round."""
    if isinstance(told, dict):
        return {key: _backwards(value) for key, value in reversed(told.items())}
    return told


def _rewritten(change: Callable[[Any], object]) -> Config:
    told = yaml.safe_load(EXAMPLE.read_text())
    return parse(yaml.safe_dump(change(told), sort_keys=False), "b.yaml", Placeholders({}))


async def _is_the_same(before: Config, after: Config) -> bool:
    """Of a file that says `after` for once, and then something that is certainly another."""
    other = replace(before, feeds=())
    readings, noted = deque([after, other]), list[str | None]()

    async def note(failure: str | None) -> None:
        noted.append(failure)
        again.ask()

    again = Again("a.yaml", readings.popleft)
    again.ask()
    return await again.next(before, note) is other


async def test_comments_and_order_change_nothing() -> None:
    before = parse(EXAMPLE.read_text(), "a.yaml", Placeholders({}))
    everything = _rewritten(lambda told: told)

    assert await _is_the_same(before, everything)
    assert await _is_the_same(before, _rewritten(_backwards))


@pytest.mark.parametrize("block", ["sources", "rules", "destinations"])
async def test_whatever_is_left_out_changes_something(block: str) -> None:
    before = parse(EXAMPLE.read_text(), "a.yaml", Placeholders({}))
    named = {"sources": "feeds"}.get(block, block)

    assert not await _is_the_same(before, replace(before, **{named: getattr(before, named)[1:]}))


KEYED = """
page: null
sources: {{credits: {{type: supertone.credits, key: "${{file:{path}}}"}}}}
"""


async def test_a_secret_that_was_written_anew_is_another_configuration(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.touch(0o600)

    def read(secret: str) -> Config:
        path.write_text(secret)
        return parse(KEYED.format(path=path), "a.yaml", Surroundings({}))

    before = read("old\n")
    assert await _is_the_same(before, read("old\n"))
    assert not await _is_the_same(before, read("new\n"))
    source: Any = before.feeds[0].source
    assert source.key.reveal() == "new", "and even the old one goes on with the new secret"
