"""What became of every letter, for people on a line and for machines as an object."""

import json
from dataclasses import replace

import pytest

from daemon.ledger import as_json, as_lines, what
from daemon.letter import Circular
from daemon.message import Tone
from daemon.notifier import Copy
from daemon.store.destinations import DestinationState
from daemon.store.outbox import Delivery, LetterState
from rules.alert import Change
from tests.make import AT, HOUR, letter, message

SENT = Delivery(7, letter(), LetterState.SENT, AT, 1, 0, settled_at=AT + HOUR, message="m")
OWED = replace(SENT, state=LetterState.OWED, settled_at=None)


def why(one: Delivery) -> str:
    """What the last column says."""
    head, row = as_lines([one], [])
    return row[head.index("why") :]


def test_a_letter_is_a_line_under_a_head() -> None:
    head, row = as_lines([SENT], [])

    assert head.split() == ["number", "owed", "at", "destination", "what", "state", "why"]
    assert row.split() == [
        *("7", "2026-11-20T14:30:00Z", "team", "alert", "12", "opened,", "voice-spike", "sent"),
    ]


def test_columns_are_as_wide_as_what_stands_in_them() -> None:
    long = replace(SENT, id=123_456_789, content=replace(SENT.content, destination="n" * 40))
    head, *rows = as_lines([SENT, long], [])

    assert {row.index("alert 12") for row in rows} == {head.index("what")}


@pytest.mark.parametrize("state", LetterState)
def test_every_state_has_a_word(state: LetterState) -> None:
    assert len(list(as_lines([replace(SENT, state=state)], []))) == 2


def test_what_is_held_back_says_by_what() -> None:
    held = replace(OWED, held="quiet hours until Sat 21 Nov 08:00 UTC", due_at=AT + HOUR)

    assert why(held) == (
        "quiet hours until Sat 21 Nov 08:00 UTC; looked at again at 2026-11-20T15:00:00Z"
    )


@pytest.mark.parametrize(("tries", "counted"), [(1, "1 try"), (2, "2 tries")])
@pytest.mark.parametrize("state", [LetterState.OWED, LetterState.UNKNOWN])
def test_what_failed_for_now_says_when_it_is_tried_again(
    state: LetterState, tries: int, counted: str
) -> None:
    failed = replace(OWED, state=state, tries=tries, failure="slack answered 503")

    assert why(failed) == f"{counted}, next at 2026-11-20T14:00:00Z: slack answered 503"


def test_what_is_never_told_says_why() -> None:
    assert why(replace(SENT, state=LetterState.FAILED, failure="no such user")) == "no such user"
    assert why(replace(SENT, state=LetterState.MUTED, held="alert 3 goes on")) == "alert 3 goes on"
    assert why(SENT) == ""


def test_the_words_of_a_place_stay_on_one_line() -> None:
    told = why(replace(SENT, state=LetterState.FAILED, failure="550\nno\x1b[31m " + "x" * 500))

    assert "\n" not in told
    assert "\x1b" not in told
    assert len(told) <= 120


def test_where_there_is_nothing_it_says_so() -> None:
    [line] = as_lines([], [])

    assert line.startswith("Nothing of that kind.")


def test_below_stands_what_takes_no_messages_and_since_when() -> None:
    fine = DestinationState("mail")
    broken = DestinationState("team", failing_since=AT, failures=3, failure="token_revoked")
    lines = list(as_lines([SENT], [fine, broken]))

    assert lines[2:] == ["", "team fails since 2026-11-20T14:00:00Z: token_revoked"]


def test_a_circular_and_a_copy_say_what_they_are() -> None:
    test = message()
    report = Circular("r", "team", AT, test.wording, Tone.REPORT)
    copy = Copy("c", "team", AT, replace(test, to=("a@example.com", "b@example.com")))

    assert what(replace(SENT, content=report)) == "A test message: nothing happened"
    assert what(replace(SENT, content=copy)) == (
        "for a@example.com, b@example.com: A test message: nothing happened"
    )


def test_what_changed_is_said() -> None:
    assert what(replace(SENT, content=letter(Change.RESOLVED))) == "alert 12 resolved, voice-spike"


def test_a_program_reads_an_object() -> None:
    assert json.loads(as_json(SENT)) == {
        "number": 7,
        "destination": "team",
        "alert": 12,
        "what": "alert 12 opened, voice-spike",
        "state": "sent",
        "owed_at": "2026-11-20T14:30:00Z",
        "due_at": "2026-11-20T14:00:00Z",
        "settled_at": "2026-11-20T15:00:00Z",
        "tries": 1,
        "lost": 0,
        "held": None,
        "failure": None,
    }
    assert json.loads(as_json(OWED))["settled_at"] is None
