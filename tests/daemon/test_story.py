"""The story of an alert says how it stands, who heard what, and what people did."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.letter import Letter
from daemon.store import Store, open_store
from daemon.store.acts import Act, Via, What
from daemon.store.alerts import Acknowledgement, Numbered
from daemon.store.outbox import Delivery, LetterState
from daemon.story import (
    Hearing,
    Story,
    as_object,
    as_whole_object,
    silence_object,
    spoken_of,
    story,
)
from rules.alert import Alert, Change, Phase
from rules.health import BLIND, polls_of
from rules.rule import Severity
from rules.silence import Silence
from tests import make
from tests.blank import blank

MINUTE = timedelta(minutes=1)
NOW = make.AT + 90 * MINUTE
OWED, SENT, FOLDED = LetterState.OWED, LetterState.SENT, LetterState.FOLDED
MUTED, FAILED, UNKNOWN = LetterState.MUTED, LetterState.FAILED, LetterState.UNKNOWN


def line(state: LetterState, letter: Letter, **fields: object) -> Delivery:
    return replace(Delivery(1, letter, state, NOW, 0, 0), **fields)  # type: ignore[arg-type]


def told(alert: Alert | None = None, *deliveries: Delivery, **fields: object) -> Story:
    known = Numbered(12, alert or make.alert())
    return replace(Story(known, make.letter(), deliveries), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("states", "hearing"),
    [
        ([SENT], Hearing.TOLD),
        ([SENT, OWED], Hearing.TOLD),
        ([FOLDED, MUTED], Hearing.TOLD),
        ([OWED], Hearing.OWED),
        ([MUTED, UNKNOWN], Hearing.OWED),
        ([FAILED, OWED], Hearing.OWED),
        ([MUTED], Hearing.SILENT),
        ([MUTED, FAILED], Hearing.FAILED),
    ],
)
def test_a_destination_has_heard_as_much_as_any_letter_told_it(
    states: list[LetterState], hearing: Hearing
) -> None:
    lines = [line(state, make.letter()) for state in states]

    assert told(None, *lines).told == {"team": hearing}


def test_each_change_is_told_once_however_many_heard_of_it() -> None:
    letters = [
        make.letter(change, destination=destination)
        for change in (Change.OPENED, Change.RESOLVED)
        for destination in ("mail", "team")
    ]
    events = told(None, *(line(SENT, letter) for letter in letters)).events

    assert [event.change for _, event in events] == [Change.OPENED, Change.RESOLVED]
    assert [at for at, _ in events] == [letters[0].owed_at, letters[2].owed_at]


def test_what_comes_twice_in_one_bucket_is_told_twice_and_a_reminder_once() -> None:
    """A bucket that fills may pass one limit after another."""
    changes = [Change.OPENED, Change.WORSENED, Change.WORSENED, Change.REMINDED, Change.REMINDED]
    verdict = make.verdict()
    letters = [
        make.letter(event=make.event(change, verdict=verdict), owed_at=NOW + minute * MINUTE)
        for minute, change in enumerate(changes)
    ]
    events = told(None, *(line(SENT, letter) for letter in letters)).events

    assert [event.change for _, event in events] == changes[:-1]


def test_what_was_not_told_is_null_and_never_no_number_of_json() -> None:
    untold = make.verdict(observed=float("nan"), expected=None)
    one = as_object(told(make.alert(latest=untold, worst=untold)))

    assert one["now"] == {"bucket": "2026-11-20T14:00:00Z", "observed": None, "expected": None}
    assert json.dumps(one, allow_nan=False)


def test_the_whole_of_it_says_what_people_did_and_what_became_of_letters() -> None:
    act = Act(NOW, "Anna", Via.SLACK, What.SILENCED, 12, "silence 3")
    sent = line(SENT, make.letter(), settled_at=NOW, tries=2)
    muted = line(MUTED, make.letter(Change.RESOLVED), held="silence 3", failure="503", id=7)
    whole = as_whole_object(told(None, sent, muted, acts=[act]))

    assert whole["acts"] == [
        {
            "at": "2026-11-20T15:30:00Z",
            "by": "Anna",
            "via": "slack",
            "what": "silenced",
            "words": "silence 3",
        }
    ]
    first, second = whole["letters"]  # type: ignore[misc]
    assert (first["state"], first["settled_at"], first["tries"]) == (
        "sent",
        "2026-11-20T15:30:00Z",
        2,
    )
    assert (second["letter"], second["change"], second["held"]) == (7, "resolved", "silence 3")
    assert (second["failure"], second["settled_at"]) == ("503", None)


def test_who_looks_after_it_is_said() -> None:
    taken = Numbered(12, make.alert(), Acknowledgement(NOW, "Anna"))

    assert as_object(replace(told(), known=taken))["acknowledged"] == {
        "by": "Anna",
        "at": "2026-11-20T15:30:00Z",
    }
    assert as_object(told())["acknowledged"] is None


def test_a_silence_says_whether_it_holds_now() -> None:
    silence = Silence(3, {"rule": ("a*",)}, make.AT, NOW, "anna", "load test")

    assert silence_object(silence, make.AT)["active"] is True
    assert silence_object(silence, NOW)["active"] is False


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(blank(tmp_path)) as store:
        yield store


async def kept(store: Store, alert: Alert, *letters: Letter) -> Story:
    async with store.transaction() as tx:
        number = await tx.alerts.keep(alert)
        for letter in letters:
            await tx.outbox.enqueue(replace(letter, alert=number))
        one = await story(tx, number)
    assert one is not None
    return one


@pytest.mark.parametrize(
    ("fields", "how_much"),
    [
        ({"latest": make.lasting()}, "38 minutes, 12 times the usual"),
        ({"latest": make.calm()}, "41.2 minutes, 13 times the usual"),
        (
            {"phase": Phase.RESOLVED, "latest": make.calm(), "ended_at": NOW},
            "41.2 minutes, 13 times the usual",
        ),
    ],
)
async def test_it_is_as_much_as_it_is_now_or_was_at_worst(
    store: Store, fields: dict[str, object], how_much: str
) -> None:
    one = await kept(store, make.alert(**fields), make.letter())

    assert one.row[1] == how_much


async def test_it_has_the_names_that_are_known_now(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.names.learn({make.VOICE: "Agatha the Second"})

    assert (await kept(store, make.alert(), make.letter())).row[0].startswith("Agatha the Second")


async def test_of_a_source_it_says_what_is_wrong_though_nobody_was_told(store: Store) -> None:
    blind = replace(make.alert(), rule=BLIND.rule, series=polls_of("voices"))
    one = await kept(store, blind)

    assert one.row == ("voices", "cannot be read")
    assert one.letter.severity is Severity.CRITICAL
    assert one.told == {}


async def test_a_silence_speaks_of_what_fires_and_somebody_was_to_be_told_of(store: Store) -> None:
    labels = {"rule": "its name before", "team": "a"}
    first = await kept(store, make.alert(), make.letter(labels=labels))
    await kept(
        store, make.alert(since=make.AT + make.HOUR), make.letter(labels={"team": "b"}, key="b")
    )
    over = make.alert(since=NOW, phase=Phase.RESOLVED, ended_at=NOW)
    await kept(store, over, make.letter(labels=labels, key="c"))
    await kept(store, make.alert(since=NOW + make.HOUR))

    async def spoken(**match: tuple[str, ...]) -> list[int]:
        async with store.transaction() as tx:
            return await spoken_of(tx, Silence(1, match, make.AT, NOW, "anna", "x"))

    assert await spoken(team=("a",)) == [first.number]
    assert len(await spoken(team=("*",))) == 2
    assert await spoken(team=("c",)) == []
    assert await spoken(rule=("voice-spike",), team=("a",)) == [first.number]


async def test_there_is_no_story_of_a_number_nobody_knows(store: Store) -> None:
    async with store.transaction() as tx:
        assert await story(tx, 7) is None
