"""People are told once when something is wrong with a source itself, and once when it is over."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from daemon.health import (
    Posting,
    note_answer,
    note_configuration,
    note_destination,
    note_failure,
    note_posted,
    note_recorded,
    note_series,
    note_unrecorded,
)
from daemon.letter import Letter
from daemon.route import Audience, Hearers, Routing, audience_of
from daemon.source import Feed, SourceChanged, SourceError, SourceLeftOut, SourceRefused
from daemon.store import Store, open_store
from rules.alert import Change, Event
from rules.health import BLIND, CHANGED, CROWDED, LEFT_OUT, REFUSED, REVISED
from rules.route import Route
from rules.rule import Severity
from tests.blank import blank
from tests.fakes import Meter

AT = datetime(2026, 11, 20, 15, tzinfo=UTC)
FEED = Feed("tts", Meter(), grace=timedelta(minutes=30), max_series=100)
POSTING = Posting("billing", "tts", date(2026, 11, 19), "minutes")
TELL = Hearers(Routing(), Audience(("team",)))

DOWN, REFUSAL = SourceError("503"), SourceRefused("401; check sources.tts.key")
ABSENT = SourceLeftOut("tts: environment variable 'KEY' is not set")
GONE = SourceChanged("tts: `minutes` is gone")
OPENED, RESOLVED, WITHDRAWN = Change.OPENED, Change.RESOLVED, Change.WITHDRAWN


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Of one kind: what is asked of it, the tests of the store ask of both."""
    async with open_store(blank(tmp_path)) as store:
        yield store


def said(events: Sequence[Event]) -> list[tuple[str, Change]]:
    return [(event.alert.rule, event.change) for event in events]


async def told(
    store: Store, *polls: tuple[int, SourceError | None]
) -> list[tuple[int, str, Change]]:
    """What people heard of polls at these minutes, each with its failure or None."""
    heard = []
    for minutes, error in polls:
        at = AT + timedelta(minutes=minutes)
        async with store.transaction() as tx:
            if error is None:
                events = await note_answer(tx, FEED, TELL, at)
            else:
                events = await note_failure(tx, FEED, TELL, error, at)
        heard += [(minutes, *each) for each in said(events)]
    return heard


async def owed(store: Store) -> list[Letter]:
    """All letters to the team, in the order they go out."""
    async with store.transaction() as tx:
        lines = [one.content for one in reversed(await tx.outbox.ledger(100, destination="team"))]
    return [one for one in lines if isinstance(one, Letter)]


async def test_a_failure_is_told_after_its_grace_and_its_end_once(store: Store) -> None:
    polls = [(0, DOWN), (29, DOWN), (30, DOWN), (35, DOWN), (40, None), (45, None)]

    assert await told(store, *polls) == [(30, BLIND.rule, OPENED), (40, BLIND.rule, RESOLVED)]


async def test_a_refusal_is_told_at_once(store: Store) -> None:
    assert await told(store, (0, None), (5, REFUSAL)) == [(5, BLIND.rule, OPENED)]


async def test_a_short_failure_is_told_to_nobody(store: Store) -> None:
    assert await told(store, (0, DOWN), (5, None), (50, DOWN)) == []


async def test_a_changed_contract_is_told_at_once_and_is_not_blindness_too(store: Store) -> None:
    polls = [(0, GONE), (5, GONE), (60, GONE), (65, None)]

    assert await told(store, *polls) == [(0, CHANGED.rule, OPENED), (65, CHANGED.rule, RESOLVED)]


async def test_a_changed_contract_stays_the_one_alert_however_it_fails_on(store: Store) -> None:
    polls = [(0, GONE), (5, DOWN), (60, DOWN), (65, REFUSAL), (70, GONE), (75, None)]

    assert await told(store, *polls) == [(0, CHANGED.rule, OPENED), (75, CHANGED.rule, RESOLVED)]


async def test_a_contract_that_proves_changed_while_blind_is_told_beside_it_once(
    store: Store,
) -> None:
    polls = [(0, REFUSAL), (5, GONE), (10, DOWN), (60, DOWN), (65, GONE), (70, None)]

    assert await told(store, *polls) == [
        (0, BLIND.rule, OPENED),
        (5, CHANGED.rule, OPENED),
        (70, BLIND.rule, RESOLVED),
        (70, CHANGED.rule, RESOLVED),
    ]


async def test_a_source_that_is_left_out_is_told_until_it_is_asked_again(store: Store) -> None:
    polls = [(0, ABSENT), (5, ABSENT), (10, DOWN), (15, None), (20, ABSENT), (25, None)]

    assert await told(store, *polls) == [
        (0, LEFT_OUT.rule, OPENED),
        (10, LEFT_OUT.rule, RESOLVED),
        (20, LEFT_OUT.rule, OPENED),
        (25, LEFT_OUT.rule, RESOLVED),
    ]


async def test_to_leave_it_out_ends_no_other_trouble_it_had(store: Store) -> None:
    polls = [(0, REFUSAL), (5, ABSENT), (10, None)]

    assert await told(store, *polls) == [
        (0, BLIND.rule, OPENED),
        (5, LEFT_OUT.rule, OPENED),
        (10, BLIND.rule, RESOLVED),
        (10, LEFT_OUT.rule, RESOLVED),
    ]


async def test_a_failure_of_another_kind_within_the_same_outage_is_no_new_letter(
    store: Store,
) -> None:
    polls = [(0, DOWN), (30, DOWN), (35, REFUSAL), (40, DOWN)]

    assert await told(store, *polls) == [(30, BLIND.rule, OPENED)]


async def test_a_failure_told_to_nobody_leaves_nothing_behind(store: Store) -> None:
    polls = [(0, DOWN), (5, GONE), (10, None), (15, DOWN), (50, DOWN)]

    assert await told(store, *polls) == [
        (5, CHANGED.rule, OPENED),
        (10, CHANGED.rule, RESOLVED),
        (50, BLIND.rule, OPENED),
    ]


async def test_one_source_says_nothing_of_another(store: Store) -> None:
    await told(store, (0, GONE))
    async with store.transaction() as tx:
        other = replace(FEED, name="other")

        assert said(await note_failure(tx, other, TELL, REFUSAL, AT)) == [(BLIND.rule, OPENED)]


async def test_the_letter_carries_the_failure_and_how_grave_it_is(store: Store) -> None:
    await told(store, (0, REFUSAL))
    [letter] = await owed(store)

    assert letter.event.verdict.why.reason == "401; check sources.tts.key"
    assert letter.severity is Severity.CRITICAL


async def crowd(store: Store, *polls: tuple[int, int]) -> list[tuple[int, str, Change]]:
    heard = []
    for hours, folded in polls:
        async with store.transaction() as tx:
            events = await note_series(tx, FEED, TELL, folded, AT + timedelta(hours=hours))
        heard += [(hours, *each) for each in said(events)]
    return heard


async def test_too_many_series_are_one_notice_however_many_more_come(store: Store) -> None:
    polls = [(0, 0), (1, 5), (2, 0), (3, 800), (27, 0), (50, 0), (51, 0)]

    assert await crowd(store, *polls) == [(1, CROWDED.rule, OPENED), (51, CROWDED.rule, RESOLVED)]
    assert (await owed(store))[0].event.verdict.why.reason == (
        "5 more were told than the 100 series that are kept apart."
    )


async def compared(store: Store, *polls: tuple[int, float]) -> list[tuple[int, str, Change]]:
    """A day of which 100 minutes were recorded, and what the vendor says at these minutes."""
    heard = []
    for minutes, now in polls:
        at = AT + timedelta(minutes=minutes)
        async with store.transaction() as tx:
            events = await note_recorded(tx, TELL, POSTING, 100.0, now, at)
        heard += [(minutes, *each) for each in said(events)]
    return heard


async def test_a_recorded_day_that_is_revised_is_told_once_a_number(store: Store) -> None:
    polls = [(0, 100.0), (5, 120.0), (10, 120.0 + 1e-12), (15, 130.0), (20, 100.0 + 1e-12)]

    assert await compared(store, *polls) == [
        (5, REVISED.rule, OPENED),
        (15, REVISED.rule, WITHDRAWN),
        (15, REVISED.rule, OPENED),
        (20, REVISED.rule, RESOLVED),
    ]


async def test_a_revision_says_what_was_recorded_and_what_is_said_now(store: Store) -> None:
    await compared(store, (0, 120.0), (5, 85.0))
    first, overtaken, second = await owed(store)

    assert first.event.verdict.why.reason == ("tts says 20 minutes more than was recorded.")
    assert overtaken.alert == first.alert != second.alert
    assert second.event.verdict.why.reason == "tts says 15 minutes less than was recorded."
    assert (second.unit, second.severity) == ("minutes", Severity.WARNING)


async def test_each_day_and_each_account_has_an_alert_of_its_own(store: Store) -> None:
    postings = [POSTING, replace(POSTING, day=date(2026, 11, 18)), replace(POSTING, what="acme")]
    async with store.transaction() as tx:
        events = [await note_recorded(tx, TELL, each, 1.0, 2.0, AT) for each in postings]

    assert [said(each) for each in events] == 3 * [[(REVISED.rule, OPENED)]]


async def test_a_day_that_was_refused_is_told_once_and_again_when_it_was_taken(
    store: Store,
) -> None:
    async with store.transaction() as tx:
        heard = [
            await note_unrecorded(tx, TELL, POSTING, "400: no such unit", AT),
            await note_unrecorded(tx, TELL, POSTING, "400: no such unit", AT + FEED.every),
            await note_posted(tx, TELL, POSTING, AT + 2 * FEED.every),
            await note_posted(tx, TELL, POSTING, AT + 3 * FEED.every),
        ]

    assert [said(each) for each in heard] == [
        [(REFUSED.rule, OPENED)],
        [],
        [(REFUSED.rule, RESOLVED)],
        [],
    ]


async def test_who_is_told_of_a_blind_source_is_routed_as_any_other(store: Store) -> None:
    """By its own labels, and beside those whom rules of the source tell in any case."""
    critical = Route(match={"severity": ("critical",), "source": ("tts",)}, tell=("boss",))
    routing = Routing(Route(tell=("ops",), routes=(critical,)))
    hearers = Hearers(routing, audience_of([None, ("team",)]))
    async with store.transaction() as tx:
        await note_failure(tx, FEED, hearers, REFUSAL, AT)
        told = [one.content.destination for one in await tx.outbox.ledger(10)]

    assert sorted(told) == ["boss", "team"]


async def test_what_a_place_or_a_configuration_suffers_is_told_to_those_named(
    store: Store,
) -> None:
    async with store.transaction() as tx:
        for failure in ("revoked", None):
            await note_destination(tx, Routing(), "slack", ("mail",), failure, AT)
            await note_configuration(tx, Routing(), "c.yaml", ("mail",), failure, AT)
        lines = [one.content for one in reversed(await tx.outbox.ledger(10))]

    assert [(one.event.change, one.destination) for one in lines if isinstance(one, Letter)] == [
        (OPENED, "mail"),
        (OPENED, "mail"),
        (WITHDRAWN, "mail"),
        (WITHDRAWN, "mail"),
    ]
