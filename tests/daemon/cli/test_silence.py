"""`silence` begins, lists and ends what nobody shall hear of."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result

from tests.daemon.cli.remembered import Where, acts, remember, silences
from tests.daemon.cli.shell import meterwatch

LOAD_TEST = ("--match", "rule=voice-*", "--reason", "load test", "--by", "Anna")


@pytest.fixture
def where(tmp_path: Path) -> Where:
    return remember(tmp_path)


def add(where: Where, *words: str) -> Result:
    return meterwatch("silence", "add", *where, *words)


def test_a_silence_holds_all_that_was_said(where: Where) -> None:
    result = add(
        where, *LOAD_TEST, "--match", "voice_id=a*", "--match", "voice_id=b", "--for", "2h"
    )
    (made,) = silences(where)

    assert result.exit_code == 0, result.output
    assert made.match == {"rule": ("voice-*",), "voice_id": ("a*", "b")}
    assert (made.author, made.reason) == ("Anna", "load test")
    assert made.end - made.start == timedelta(hours=2)
    assert [(act.by, act.words.partition(" until")[0]) for act in acts(where)] == [
        ("Anna", "silence 1")
    ]


@pytest.mark.parametrize(
    ("match", "said"),
    [("rule=voice-*", "1 alert of what goes on now: 2"), ("rule=a", "No alert that goes on now")],
)
def test_it_says_what_is_silent_now(where: Where, match: str, said: str) -> None:
    result = add(where, "--match", match, "--reason", "load test", "--for", "2h")

    assert result.stdout.splitlines()[1].startswith(said)


def test_it_may_begin_later_and_end_with_a_day(where: Where) -> None:
    day = (datetime.now(UTC) + timedelta(days=3)).date()  # noqa: TID251  the command asks the clock
    result = add(where, *LOAD_TEST, "--from", f"{day}T08:00", "--until", str(day))
    (made,) = silences(where)

    assert result.exit_code == 0, result.output
    assert made.start == datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    assert made.end - made.start == timedelta(hours=16)
    assert len(result.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([*LOAD_TEST], 2, "either --for or --until: no silence lasts for ever"),
        ([*LOAD_TEST, "--for", "2h", "--until", "2099-01-01"], 2, "either --for or --until"),
        ([*LOAD_TEST, "--for", "2 hours"], 2, "expected a span such as 2h or 1d, got '2 hours'"),
        ([*LOAD_TEST, "--for", "0h"], 2, "expected a span such as 2h or 1d"),
        ([*LOAD_TEST, "--for", "91d"], 1, "end: expected no later than 90 days from now"),
        ([*LOAD_TEST, "--until", "2020-01-01"], 1, "end: expected later than its start"),
        ([*LOAD_TEST, "--until", "soon"], 2, "expected a day such as 2026-11-24"),
        ([*LOAD_TEST, "--for", "2h", "--match", "rule"], 2, "expected LABEL=PATTERN"),
        (["--for", "2h", "--reason", "x"], 2, "--match"),
        (["--for", "2h", "--match", "rule=*"], 2, "--reason"),
        (["--for", "2h", "--match", "rule=*", "--reason", " "], 1, "reason: expected why"),
    ],
)
def test_what_cannot_be_is_said_so(where: Where, words: list[str], code: int, said: str) -> None:
    result = add(where, *words)

    assert result.exit_code == code
    assert said in " ".join(result.stderr.split())
    assert silences(where) == []


def test_what_is_silent_is_listed(where: Where) -> None:
    nothing = meterwatch("silence", "list", *where)
    add(where, *LOAD_TEST, "--for", "2h")
    listed = meterwatch("silence", "list", *where)
    objects = meterwatch("silence", "list", *where, "--json")

    assert nothing.stdout == "Nothing is silent.\n"
    head, line = listed.stdout.splitlines()
    assert head.split() == ["number", "from", "until", "by", "alerts", "reason"]
    assert line.startswith("1  ")
    assert line.endswith("Anna  rule=voice-*  load test")
    told = json.loads(objects.stdout)
    assert (told["silence"], told["match"], told["active"]) == (1, {"rule": ["voice-*"]}, True)


def test_one_that_is_ended_is_over_and_only_among_all(where: Where) -> None:
    add(where, *LOAD_TEST, "--for", "2h")
    ended = meterwatch("silence", "end", "1", "--by", "Ben", *where)
    again = meterwatch("silence", "end", "1", *where)
    listed, every = (meterwatch("silence", "list", *where, *more) for more in ([], ["--all"]))

    assert (ended.exit_code, ended.stdout) == (0, "Silence 1 is over: load test\n")
    assert (again.exit_code, again.stdout[:28]) == (0, "Silence 1 is over already, s")
    assert listed.stdout == "Nothing is silent.\n"
    assert len(every.stdout.splitlines()) == 2
    assert [act.by for act in acts(where)] == ["Anna", "Ben"]


def test_a_number_nobody_knows_is_a_failure(where: Where) -> None:
    result = meterwatch("silence", "end", "3", *where)

    assert result.exit_code == 1
    assert result.stderr.startswith("meterwatch: There is no silence 3;")
