"""People are told when a source cannot be read, once, and when it can again."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from daemon.blind import note_answer, note_failure
from daemon.source import Feed, SourceError, SourceRefused
from daemon.store import Store, open_store
from rules.alert import Change
from tests.fakes import Meter

AT = datetime(2026, 11, 20, 15, tzinfo=UTC)
FEED = Feed("tts", Meter(), grace=timedelta(minutes=30))


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    async with open_store(store_url) as store:
        yield store


async def changes(store: Store, *polls: tuple[int, SourceError | None]) -> list[tuple[int, Change]]:
    """What was told of polls at these minutes, each with its failure or None."""
    told = []
    for minutes, error in polls:
        at = AT + timedelta(minutes=minutes)
        async with store.transaction() as tx:
            if error is None:
                event = await note_answer(tx, FEED, ("team",), at)
            else:
                event = await note_failure(tx, FEED, ("team",), error, at)
        told += [(minutes, event.change)] if event else []
    return told


async def test_a_failure_is_told_after_its_grace_and_its_end_once(store: Store) -> None:
    down = SourceError("503")
    polls = [(0, down), (29, down), (30, down), (35, down), (40, None), (45, None)]

    assert await changes(store, *polls) == [(30, Change.OPENED), (40, Change.RESOLVED)]


async def test_a_refusal_is_told_at_once(store: Store) -> None:
    assert await changes(store, (0, None), (5, SourceRefused("401"))) == [(5, Change.OPENED)]


async def test_a_short_failure_is_told_to_nobody(store: Store) -> None:
    assert await changes(store, (0, SourceError("503")), (5, None), (50, SourceError("503"))) == []


async def test_it_is_told_to_everyone_a_rule_of_the_source_tells(store: Store) -> None:
    await changes(store, (0, SourceRefused("tts: 401: the key was refused")))
    async with store.transaction() as tx:
        owed = await tx.outbox.claim("team", AT, AT + timedelta(minutes=1))

    assert owed is not None
    assert owed.letter.event.verdict.why.reason == "tts: 401: the key was refused"
