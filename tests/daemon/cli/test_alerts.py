"""`alerts` lists what goes on for a tired person, and tells the whole story of one alert."""

import json
from pathlib import Path

import pytest

from daemon.cli import alerts
from tests.daemon.cli.remembered import Where, many, remember
from tests.daemon.cli.shell import meterwatch


@pytest.fixture
def where(tmp_path: Path) -> Where:
    return remember(tmp_path)


def numbers(where: Where, *words: str) -> list[int]:
    result = meterwatch("alerts", *where, "--json", *words)
    assert result.exit_code == 0, result.output
    return [json.loads(line)["alert"] for line in result.stdout.splitlines()]


def test_a_line_says_all_that_one_needs_to_know_first(where: Where) -> None:
    head, line = meterwatch("alerts", *where).stdout.splitlines()

    assert head.split() == ["alert", "state", "rule", "what", "how", "much", "since", "told"]
    assert line.startswith(
        "2      firing, warning  voice-spike  Agatha, sona_speech_1  41.2 minutes, 13"
    )
    assert line.endswith("UTC  team, mail (owed)")


def test_it_says_who_looks_after_what(where: Where) -> None:
    meterwatch("acknowledge", "2", "--by", "Anna", *where)

    assert "2      with Anna  voice-spike  Agatha" in meterwatch("alerts", *where).stdout


def test_what_was_over_lately_is_listed_below_what_goes_on(where: Where) -> None:
    assert numbers(where) == [2]
    assert numbers(where, "--firing") == [2]
    assert numbers(where, "--since", "1d") == [2]
    assert numbers(where, "--since", "3d") == [2, 1]
    assert numbers(where, "--all") == [2, 1]


def test_one_of_whom_nobody_was_told_is_said_so(where: Where) -> None:
    *_, line = meterwatch("alerts", *where, "--all").stdout.splitlines()

    assert line.startswith("1      resolved")
    assert line.endswith("nobody")


def test_where_nothing_goes_on_it_says_so(where: Where, tmp_path: Path) -> None:
    meterwatch("alerts", *where)
    empty = tmp_path / "empty"
    remember_nothing(empty)

    assert meterwatch("alerts", *where[:3], empty).stdout == "Nothing goes on.\n"
    assert meterwatch("alerts", *where[:3], empty, "--json").stdout == ""


def remember_nothing(directory: Path) -> None:
    import asyncio

    from daemon.store import open_store

    async def make() -> None:
        async with open_store(f"sqlite:///{directory}/meterwatch.db"):
            pass

    directory.mkdir()
    asyncio.run(make())


def test_the_whole_story_of_one_is_told_in_the_order_of_time(where: Where) -> None:
    meterwatch("acknowledge", "2", "--by", "Anna", *where)
    result = meterwatch("alerts", "2", *where)
    lines = result.stdout.splitlines()

    assert result.exit_code == 0, result.output
    assert lines[0].startswith(
        "Alert 2 of the rule voice-spike: firing, acknowledged by Anna since"
    )
    story = [line for line in lines if ": " in line or " by " in line][1:]
    opened = next(at for at, line in enumerate(story) if "opened: 41.2 minutes where" in line)
    assert "acknowledged by Anna (command line)" in "\n".join(story[opened + 1 :])
    assert any(line.split()[:4] == ["1", "team", "opened", "sent"] for line in lines)
    assert any(line.split()[:4] == ["2", "mail", "opened", "owed"] for line in lines)
    assert "Agatha, sona_speech_1" in result.stdout


def test_the_story_is_an_object_for_programs(where: Where) -> None:
    meterwatch("acknowledge", "2", "--by", "Anna", *where)
    told = json.loads(meterwatch("alerts", "2", *where, "--json").stdout)

    assert told["told"] == {"team": "told", "mail": "owed"}
    assert told["acknowledged"]["by"] == "Anna"
    assert [act["what"] for act in told["acts"]] == ["acknowledged"]
    assert [event["change"] for event in told["events"]] == ["opened", "acknowledged"]


def test_one_of_which_nobody_was_told_has_a_story_too(where: Where) -> None:
    result = meterwatch("alerts", "1", *where)

    assert result.exit_code == 0
    assert "resolved, and nobody was to be told" in result.stdout
    assert "Ended" in result.stdout


def test_a_number_nobody_knows_is_a_failure(where: Where) -> None:
    result = meterwatch("alerts", "7", *where)

    assert result.exit_code == 1
    assert "There is no alert 7; `meterwatch alerts --all` lists them." in result.stderr


@pytest.mark.parametrize(
    "words", [["--firing", "--all"], ["2", "--all"], ["--since", "7d", "--firing"]]
)
def test_one_thing_is_asked_at_a_time(where: Where, words: list[str]) -> None:
    result = meterwatch("alerts", *where, *words)

    assert result.exit_code == 2
    assert "expected one of ALERT, --firing, --all and --since" in result.stderr


def test_more_than_one_reads_are_cut_short_and_that_is_said(
    where: Where, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(where, 3)
    monkeypatch.setattr(alerts, "MOST", 3)
    result = meterwatch("alerts", *where)

    assert len(result.stdout.splitlines()) == 4
    assert result.stderr == "note: only the first 3 are listed\n"
