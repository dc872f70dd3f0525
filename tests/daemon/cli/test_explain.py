"""`explain` says why an alert opened, and decides it again."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

from daemon.store import open_store
from rules.engine import News, evaluate
from rules.kinds.threshold import Threshold
from rules.rule import Rule
from tests.blank import blank
from tests.daemon.cli.shell import meterwatch
from tests.daemon.cli.test_past import HOUR, TEN, remember


async def opened(state: Path) -> int:
    """What the rule `busy` found at eleven; answers its number."""
    await remember(state)
    async with open_store(blank(state)) as store:
        async with store.transaction() as tx:
            [panel] = await tx.usage.panels("voices")
            busy = Rule("busy", "voices", Threshold(above=10))
            [alert] = evaluate(
                busy, replace(panel, values=panel.values[:2], closed=2), {}, News(since=TEN + HOUR)
            ).alerts
            return await tx.alerts.keep(alert)


async def empty(state: Path) -> None:
    async with open_store(blank(state)):
        pass


def test_a_decision_is_printed_again_to_the_digit(config: Path, tmp_path: Path) -> None:
    number = asyncio.run(opened(tmp_path))
    result = meterwatch("explain", str(number), "--config", config, "--state-dir", tmp_path)
    lines = [line.strip() for line in result.stdout.splitlines()]

    assert result.exit_code == 0
    assert lines[0] == f"Alert {number} of the rule busy (warning): firing"
    assert "Observed  30.0 minutes" in lines
    assert lines[-1] == "Decided again, from what is stored: the same, to the digit."


def test_a_machine_reads_one_object(config: Path, tmp_path: Path) -> None:
    number = asyncio.run(opened(tmp_path))
    stored = ("--config", config, "--state-dir", tmp_path, "--format", "json")
    [line] = meterwatch("explain", str(number), *stored).stdout.splitlines()
    said = json.loads(line)

    assert (said["alert"], said["same"], said["then"]) == (number, True, said["now"])


def test_without_a_number_the_latest_are_listed(config: Path, tmp_path: Path) -> None:
    number = asyncio.run(opened(tmp_path))
    stored = ("--config", config, "--state-dir", tmp_path)
    result = meterwatch("explain", *stored)
    [line] = meterwatch("explain", *stored, "--format", "json").stdout.splitlines()

    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].split()[:4] == [
        *(str(number), "firing", "2026-11-20T11:00:00Z", "busy"),
    ]
    assert json.loads(line)["alert"] == number


def test_where_there_is_none_it_says_so(config: Path, tmp_path: Path) -> None:
    asyncio.run(empty(tmp_path))
    stored = ("--config", config, "--state-dir", tmp_path)

    assert meterwatch("explain", *stored).stdout == "There is no alert yet.\n"
    assert meterwatch("explain", *stored, "--format", "json").stdout == ""


def test_a_number_that_nobody_bears_is_a_failure_that_names_the_latest(
    config: Path, tmp_path: Path
) -> None:
    number = asyncio.run(opened(tmp_path))
    result = meterwatch("explain", "99", "--config", config, "--state-dir", tmp_path)

    assert result.exit_code == 1
    assert result.stderr == f"meterwatch: there is no alert 99; the latest are {number}\n"


def test_what_is_no_number_is_not_understood(config: Path, tmp_path: Path) -> None:
    for word in ("twelve", "0"):
        result = meterwatch("explain", word, "--config", config, "--state-dir", tmp_path)
        assert result.exit_code == 2


def test_without_a_store_it_says_where_it_looked(config: Path, tmp_path: Path) -> None:
    result = meterwatch("explain", "1", "--config", config, "--state-dir", tmp_path)

    assert result.exit_code == 1
    assert f"there is no store at {tmp_path}/meterwatch.db yet" in result.stderr
