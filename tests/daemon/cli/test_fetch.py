"""`fetch` prints what a vendor says now, and remembers nothing of it."""

import json
from pathlib import Path

import pytest
from click.testing import Result

from daemon.sandbox.faults import Canned
from tests.daemon.cli.shell import CONFIG, meterwatch
from tests.daemon.cli.town import Town

SECRETS = {"KEY": "sk-secret-1", "TOKEN": "xoxb", "HOOK": "http://127.0.0.1:1/services/a/b/c"}


def fetch(town: Town, *words: str | Path) -> Result:
    return meterwatch("fetch", *words, "--config", town.config, **SECRETS)


def test_what_it_prints_can_be_replayed(town: Town) -> None:
    """Without a store: nothing is made where none was."""
    result = fetch(town, "voices", "--since", "12h")
    table = town.folder / "fetched.csv"
    table.write_text(result.stdout)
    judged = town.folder / "rules.yaml"
    judged.write_text(CONFIG.replace("above: 10", "above: 0.001"))
    replayed = meterwatch("replay", "--config", judged, "--data", table)

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("source,metric,timestamp,value,voice_id\nvoices,minutes,20")
    assert result.stderr == ""
    assert (replayed.exit_code, "opened" in replayed.stdout) == (0, True), replayed.output
    assert not list(town.folder.glob("*.db"))


def test_a_machine_reads_an_object_a_line(town: Town) -> None:
    result = fetch(town, "voices", "--since", "3h", "--until", "1h", "--format", "json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]

    assert {line["source"] for line in lines} == {"voices"}
    assert len({line["timestamp"] for line in lines}) == 3
    assert all(line["names"] for line in lines)


def test_of_a_balance_there_is_only_now(town: Town) -> None:
    result = fetch(town, "credits", "--since", "7d")

    assert len(result.stdout.splitlines()) == 2
    assert result.stderr == "note: credits can only be asked how things stand now\n"


def test_a_vendor_that_cannot_be_read_is_a_sentence(town: Town) -> None:
    town.vendor.faults.canned.append(Canned(401, "no"))
    result = fetch(town, "credits", "--since", "7d")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(
        "meterwatch: credits: GET /v1/credits answered 401: no; the key"
    )


def test_half_an_answer_is_none(town: Town) -> None:
    town.vendor.faults.canned.extend([None, None, None, Canned(500, "busy")])
    result = fetch(town, "voices", "--since", "20d")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "answered 500: busy" in result.stderr


def test_a_name_that_no_source_has_is_told_with_those_there_are(town: Town) -> None:
    result = fetch(town, "voises", "--since", "7d")

    assert result.exit_code == 2
    assert "Invalid value for SOURCE: no source is called 'voises'." in result.stderr
    assert "Did you mean 'voices'? There is credits, voices." in result.stderr
    assert "Did you mean" not in fetch(town, "x", "--since", "7d").stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--since", "2999-01-01"),
        ("--since", "1h", "--until", "2h"),
        ("--since", "0s"),
    ],
)
def test_a_time_that_has_not_been_is_refused(town: Town, words: tuple[str, ...]) -> None:
    result = fetch(town, "voices", *words)

    assert result.exit_code == 2
    assert (
        "Invalid value for --since: expected a time before now and before --until" in result.stderr
    )


def test_nobody_is_asked_what_will_be(town: Town) -> None:
    result = fetch(town, "voices", "--since", "1h", "--until", "2999-01-01")

    assert result.exit_code == 0
    assert not any("2999" in asked for asked in town.vendor.faults.asked)


def test_the_time_it_begins_must_be_said(town: Town) -> None:
    assert "Missing option '--since'" in fetch(town, "voices").stderr


def test_it_needs_the_secrets(town: Town) -> None:
    result = meterwatch("fetch", "voices", "--since", "7d", "--config", town.config)

    assert result.exit_code == 78
    assert "environment variable 'KEY' is not set" in result.stderr
