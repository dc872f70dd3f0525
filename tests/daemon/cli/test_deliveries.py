"""What is owed can be seen, and owed once more; and whether a place is told can be tried."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from daemon.clock import WallClock
from daemon.store import open_store
from tests.daemon.cli.remembered import Where, remember
from tests.daemon.cli.shell import CONFIG, meterwatch

BROKEN = "550 5.1.1 no such user"


@pytest.fixture
def where(tmp_path: Path) -> Where:
    """Letter 1 was sent to the team, letter 2 is owed to mail."""
    return remember(tmp_path)


def fail(where: Where, number: int, destination: str) -> None:
    """Give a letter up, and say since when its place takes none."""

    async def give_up() -> None:
        url = f"sqlite:///{where[3]}/meterwatch.db"
        async with open_store(url) as store, store.transaction() as tx:
            now = WallClock().now()
            await tx.bag.fail([number], now, BROKEN)
            await tx.destinations.failed(destination, now, now, BROKEN)

    asyncio.run(give_up())


def listed(where: Where, *words: str, code: int = 0) -> Sequence[tuple[int, str]]:
    """The numbers and the states of what is listed."""
    result = meterwatch("deliveries", *where, "--format", "json", *words)
    assert result.exit_code == code, result.output
    lines = map(json.loads, result.stdout.splitlines())
    return [(line["number"], line["state"]) for line in lines]


def test_what_is_not_done_is_listed_and_the_rest_where_it_is_asked_for(where: Where) -> None:
    assert listed(where) == [(2, "owed")]
    assert listed(where, "--all") == [(2, "owed"), (1, "sent")]


def test_it_can_be_narrowed_down(where: Where) -> None:
    assert listed(where, "--all", "--destination", "team") == [(1, "sent")]
    assert listed(where, "--all", "--many", "1") == [(2, "owed")]
    assert listed(where, "--alert", "2") == [(2, "owed"), (1, "sent")]
    assert listed(where, "--alert", "1") == []


def test_what_failed_for_good_is_a_failure_to_whoever_asks(where: Where) -> None:
    fail(where, 2, "mail")
    result = meterwatch("deliveries", *where)

    assert result.exit_code == 1
    assert result.stdout.splitlines()[1].endswith(f"failed for good  {BROKEN}")
    assert result.stdout.splitlines()[-1].startswith("mail fails since 20")
    assert listed(where, "--destination", "team") == []


def test_where_nothing_is_owed_it_says_so_and_all_is_well(where: Where) -> None:
    result = meterwatch("deliveries", *where, "--destination", "team")

    assert result.exit_code == 0
    assert result.stdout.startswith("Nothing of that kind.")


def test_a_letter_is_owed_once_more(where: Where) -> None:
    result = meterwatch("resend", "1", *where)

    assert result.exit_code == 0, result.output
    assert result.stdout == "1: owed again to team: alert 2 opened, voice-spike\n"
    assert listed(where) == [(2, "owed"), (1, "owed")]


def test_one_that_was_given_up_is_owed_anew(where: Where) -> None:
    fail(where, 2, "mail")
    meterwatch("resend", "2", *where)

    assert listed(where) == [(2, "owed")]


def test_what_is_owed_as_it_is_need_not_be_owed_again(where: Where) -> None:
    result = meterwatch("resend", "2", *where)

    assert result.exit_code == 1
    assert "letter 2 is owed as it is" in result.stderr


def test_a_letter_nobody_knows_is_a_failure_that_says_where_to_look(where: Where) -> None:
    result = meterwatch("resend", "99", *where)

    assert result.exit_code == 1
    assert "there is no letter 99; `meterwatch deliveries --all` lists them" in result.stderr


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """A terminal, and a file whose directory is not there."""
    config = tmp_path / "places.yaml"
    nowhere = f"{{type: file, path: {tmp_path}/none/alerts.jsonl}}"
    places = f"destinations: {{terminal: {{type: console}}, archive: {nowhere}}}"
    config.write_text(CONFIG.replace("destinations: {}", places))
    return config


def test_a_test_message_is_sent_and_said_to_be(places: Path) -> None:
    result = meterwatch("tell", "terminal", "--config", places, KEY="sk-1")

    assert result.exit_code == 0, result.output
    assert "Test of terminal: nothing happened" in result.stdout
    assert result.stdout.endswith(
        "terminal took the test message; look whether it is there\n",
    )


def test_a_place_that_does_not_take_it_is_a_failure_with_its_reason(places: Path) -> None:
    result = meterwatch("tell", "archive", "--config", places, KEY="sk-1")

    assert result.exit_code == 1
    assert result.stderr.startswith("meterwatch: archive did not take it: cannot write to ")


def test_a_place_nobody_knows_is_named_with_one_that_is_like_it(places: Path) -> None:
    result = meterwatch("tell", "terminl", "--config", places, KEY="sk-1")

    assert result.exit_code == 2
    assert "there is no destination 'terminl' in the configuration" in result.stderr
    assert "did you mean 'terminal'?" in result.stderr


def test_a_real_message_needs_the_real_secrets(places: Path) -> None:
    result = meterwatch("tell", "terminal", "--config", places)

    assert result.exit_code == 78
    assert "Test of terminal" not in result.stdout


@pytest.mark.parametrize("words", [("resend",), ("deliveries", "--alert")])
@pytest.mark.parametrize("number", ["99999999999999999999999", "0"])
def test_a_number_that_no_store_counts_to_is_a_slip(
    where: Where, words: tuple[str, ...], number: str
) -> None:
    result = meterwatch(*words, number, *where)

    assert result.exit_code == 2
    assert "is not in the range" in result.stderr


def test_a_destination_that_nobody_knows_is_no_good_news(where: Where) -> None:
    team = CONFIG.replace("destinations: {}", "destinations: {team: {type: console}}")
    Path(where[1]).write_text(team)
    result = meterwatch("deliveries", *where, "--destination", "tean")

    assert result.exit_code == 0
    assert "note: no destination is called 'tean'; did you mean 'team'?" in result.stderr
    assert meterwatch("deliveries", *where, "--destination", "team").stderr == ""
