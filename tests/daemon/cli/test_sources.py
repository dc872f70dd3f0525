"""`sources` says how each source fares, beside a daemon that may be running."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.cli import main
from daemon.clock import WallClock
from daemon.store import open_store
from tests.blank import blank
from tests.daemon.cli.shell import meterwatch
from tests.terminal import read, terminal

FAILURE = "voices: GET /v1/usage answered 401: the key was refused, check sources.voices.key"


async def poll(state: Path, failure: str | None = None) -> None:
    at = WallClock().now() - timedelta(minutes=5)
    async with open_store(blank(state)) as store:
        async with store.transaction() as tx:
            await (
                tx.polls.failed("voices", at, failure)
                if failure
                else tx.polls.succeeded("voices", at)
            )


async def nothing(state: Path) -> None:
    async with open_store(blank(state)):
        pass


def test_a_table_has_a_line_for_each(config: Path, tmp_path: Path) -> None:
    asyncio.run(poll(tmp_path))
    result = meterwatch("sources", "--config", config, "--state-dir", tmp_path)
    head, line = result.stdout.splitlines()

    assert result.exit_code == 0
    assert head.split("  ")[0] == "source"
    assert line.split()[:3] == ["voices", "supertone.usage", "ok"]


def test_a_failure_is_no_failure_of_the_command_and_stands_in_full(
    config: Path, tmp_path: Path
) -> None:
    asyncio.run(poll(tmp_path, FAILURE))
    result = meterwatch("sources", "--config", config, "--state-dir", tmp_path)

    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].split()[2] == "failing"
    assert result.stdout.splitlines()[2].endswith(f"UTC: {FAILURE}")


def test_without_the_key_of_a_source_nobody_knows_its_account(config: Path, tmp_path: Path) -> None:
    asyncio.run(poll(tmp_path))
    words = ("sources", "--config", config, "--state-dir", tmp_path)
    without, known = meterwatch(*words), meterwatch(*words, KEY="sk-secret-1")

    assert "variable 'KEY' is not set; so nobody knows the calls left" in without.stderr
    assert without.stdout.splitlines()[1].split()[-1] == "-"
    assert (known.stderr, known.stdout.splitlines()[1].split()[-1]) == ("", "20")


def test_a_secret_that_no_source_needs_is_not_missed(config: Path, tmp_path: Path) -> None:
    asyncio.run(poll(tmp_path))
    hook = 'destinations: {hook: {type: slack_webhook, url: "${env:HOOK}"}}'
    config.write_text(config.read_text().replace("destinations: {}", hook))
    result = meterwatch("sources", "--config", config, "--state-dir", tmp_path, KEY="sk-secret-1")

    assert (result.exit_code, result.stderr) == (0, "")


def test_before_any_poll_it_says_so_in_a_sentence(config: Path, tmp_path: Path) -> None:
    asyncio.run(nothing(tmp_path))
    result = meterwatch("sources", "--config", config, "--state-dir", tmp_path)

    assert result.exit_code == 0
    assert result.stdout.startswith("Nothing was polled yet. ")
    assert "never polled" in result.stdout


def test_without_a_store_it_says_where_it_looked(config: Path, tmp_path: Path) -> None:
    result = meterwatch("sources", "--config", config, "--state-dir", tmp_path)

    assert result.exit_code == 1
    assert f"there is no store at {tmp_path}/meterwatch.db yet" in result.stderr


def test_a_machine_reads_an_object_a_line(config: Path, tmp_path: Path) -> None:
    asyncio.run(nothing(tmp_path))
    words = ("--config", config, "--state-dir", tmp_path, "--format", "json")
    result = meterwatch("sources", *words)

    [line] = result.stdout.splitlines()
    assert json.loads(line)["state"] == "never polled"


def test_it_reads_beside_a_daemon_that_holds_the_store(config: Path, tmp_path: Path) -> None:
    async def both() -> str:
        async with open_store(blank(tmp_path)):
            words = ("sources", "--config", config, "--state-dir", tmp_path)
            return (await asyncio.to_thread(meterwatch, *words)).stdout

    assert "never polled" in asyncio.run(both())


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({"TERM": "xterm"}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_only_a_terminal_that_wants_colours_sees_them(
    config: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    coloured: bool,
) -> None:
    asyncio.run(poll(tmp_path, FAILURE))
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    words = ["sources", "--config", str(config), "--state-dir", str(tmp_path)]
    with terminal(monkeypatch) as ours:
        main(words, standalone_mode=False)
        seen = read(ours, f"{FAILURE}\r\n")

    assert ("\x1b[31mvoices" in seen) is coloured
