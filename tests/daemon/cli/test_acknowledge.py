"""`acknowledge` and `expected` answer an alert, in the name of whoever types."""

import getpass
from pathlib import Path

import pytest

from daemon.store import open_store
from daemon.store.acts import Via, What
from tests.daemon.cli.remembered import Where, acts, found, marks, remember
from tests.daemon.cli.shell import meterwatch


@pytest.fixture
def where(tmp_path: Path) -> Where:
    return remember(tmp_path)


def test_who_is_logged_in_looks_after_it(where: Where) -> None:
    result = meterwatch("acknowledge", "2", *where)

    assert result.exit_code == 0, result.output
    name = getpass.getuser()
    said = f"Alert 2 is acknowledged by {name}: nobody is reminded of it any more.\n"
    assert result.stdout == said
    taken = found(where, 2).acknowledged
    assert taken is not None
    assert taken.by == name


def test_another_name_may_be_said(where: Where) -> None:
    meterwatch("acknowledge", "2", "--by", " Anna\n Lee ", *where)

    (act,) = acts(where)
    assert (act.by, act.via, act.what) == ("Anna Lee", Via.COMMAND_LINE, What.ACKNOWLEDGED)


def test_it_is_taken_back(where: Where) -> None:
    meterwatch("acknowledge", "2", "--by", "Anna", *where)
    result = meterwatch("acknowledge", "2", "--undo", *where)

    assert result.exit_code == 0
    assert result.stdout.startswith("Alert 2 is not acknowledged any more; it was, by Anna since")
    assert found(where, 2).acknowledged is None


def test_twice_is_no_failure(where: Where) -> None:
    first, again = (meterwatch("acknowledge", "2", "--by", "Anna", *where) for _ in range(2))

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert again.stdout.startswith("Alert 2 is acknowledged already, by Anna since")


@pytest.mark.parametrize(
    ("alert", "said"),
    [
        ("7", "meterwatch: There is no alert 7; `meterwatch alerts` lists them."),
        ("1", "meterwatch: Alert 1 is over (resolved, "),
    ],
)
@pytest.mark.parametrize("command", ["acknowledge", "expected"])
def test_what_cannot_be_done_is_a_failure(
    where: Where, command: str, alert: str, said: str
) -> None:
    result = meterwatch(command, alert, *where)

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(said)
    assert acts(where) == []


@pytest.mark.parametrize("number", ["0", "x", "1000000000000000000"])
def test_no_number_is_a_mistake_of_whoever_types(where: Where, number: str) -> None:
    assert meterwatch("acknowledge", number, *where).exit_code == 2


def test_no_name_is_a_mistake_of_whoever_types(where: Where) -> None:
    result = meterwatch("acknowledge", "2", "--by", "  ", *where)

    assert result.exit_code == 2
    assert "expected a name" in result.stderr


def test_what_was_expected_is_marked(where: Where) -> None:
    result = meterwatch("expected", "2", "--by", "Anna", *where)

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("What alert 2 is about is marked as planned until")
    (mark,) = marks(where)
    assert (mark.by, mark.planned.source) == ("Anna", "supertone")


def test_without_a_store_it_says_so(tmp_path: Path, config: Path) -> None:
    result = meterwatch("acknowledge", "2", "--config", config, "--state-dir", tmp_path)

    assert result.exit_code == 1
    assert "there is no store at" in result.stderr


async def test_it_is_done_beside_a_daemon_that_has_the_store(tmp_path: Path) -> None:
    import asyncio

    where = await asyncio.to_thread(remember, tmp_path)
    async with open_store(f"sqlite:///{tmp_path}/meterwatch.db"):
        result = await asyncio.to_thread(meterwatch, "acknowledge", "2", *where)

    assert result.exit_code == 0, result.output
