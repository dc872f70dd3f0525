"""The command line is a contract: its forms, what it prints where, and its exit codes."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from daemon.cli import main
from daemon.source import Answer, Window
from daemon.store import open_store
from rules.series import Absent, Measure, Metric, Reading, labels_of

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "config.example.yaml"
CONFIG = """\
page: null
sources:
  voices: {type: supertone.usage, key: "${env:KEY}"}
rules:
  busy: {kind: threshold, source: voices, above: 10, tell: []}
destinations: {}
"""
TEN = datetime(2026, 11, 20, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
USAGE = """\
source,metric,timestamp,value,voice_id
voices,minutes,2026-11-20T10:00:00Z,3,agatha
voices,minutes,2026-11-20T11:00:00Z,30,agatha
voices,minutes,2026-11-20T12:00:00Z,3,agatha
"""


def meterwatch(*words: str | Path, **environment: str) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], env=environment)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "meterwatch.yaml"
    path.write_text(CONFIG)
    return path


@pytest.fixture
def usage(tmp_path: Path) -> Path:
    path = tmp_path / "usage.csv"
    path.write_text(USAGE)
    return path


def test_the_example_passes_where_no_secret_is_set() -> None:
    result = meterwatch("check", EXAMPLE)

    assert result.exit_code == 0
    assert "3 sources, 4 rules, 4 destinations" in result.stdout
    assert "environment variable 'SUPERTONE_API_KEY' is not set" in result.stderr


def test_every_complaint_is_a_line_with_its_place(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(CONFIG.replace("threshold", "treshold").replace("${env:KEY}", "sk-123"))
    result = meterwatch("check", broken)

    assert result.exit_code == 78
    lines = result.stdout.splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"{broken}:3:40", f"{broken}:5:16"]
    assert "sk-123" not in result.output
    assert "did you mean 'threshold'?" in lines[1]


def test_a_file_that_is_not_there_is_a_complaint_too(tmp_path: Path) -> None:
    result = meterwatch("check", tmp_path / "none.yaml")

    assert result.exit_code == 78
    assert "none.yaml:1:1: (top): the file cannot be read" in result.stdout


def test_the_schema_is_the_one_in_the_repository() -> None:
    assert meterwatch("schema").stdout == (ROOT / "config.schema.json").read_text()


def test_running_without_the_secrets_it_needs_is_refused(config: Path) -> None:
    result = meterwatch("run", "--config", config)

    assert result.exit_code == 78
    assert f"{config}:3:40: sources.voices.key: environment variable 'KEY'" in result.stderr


def test_without_any_configuration_it_says_where_it_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = meterwatch("run", HOME=str(tmp_path), METERWATCH_CONFIG=str(tmp_path / "no.yaml"))

    assert result.exit_code == 2
    assert f"looked for {tmp_path}/no.yaml; name one with --config" in result.stderr


def test_one_round_in_the_sandbox_needs_no_secret_and_ends_well() -> None:
    result = meterwatch("run", "--sandbox", "--once", "--config", EXAMPLE)

    assert result.exit_code == 0, result.output
    assert result.stderr.count("voices: read up to") == 4
    assert re.search(r"voices: \d+ closed, the last at .* over \d of 8 series", result.stderr)
    assert re.search(r"voice-days: \d+ closed", result.stderr)


def test_a_replay_prints_one_object_a_line(config: Path, usage: Path) -> None:
    result = meterwatch("replay", "--config", config, "--data", usage, "--format", "json")
    opened, resolved = map(json.loads, result.stdout.splitlines())

    assert result.exit_code == 0
    assert list(opened) == [
        *("rule", "series", "change", "at", "observed", "expected", "score", "reason")
    ]
    assert (opened["change"], opened["at"]) == ("opened", "2026-11-20T11:00:00Z")
    assert (resolved["change"], resolved["at"]) == ("resolved", "2026-11-20T12:00:00Z")
    assert opened["series"] == {"voice_id": "agatha"}


def test_a_replay_judges_only_the_span_it_was_given(config: Path, usage: Path) -> None:
    words = ("replay", "--config", config, "--data", usage)

    assert meterwatch(*words, "--from", "2026-11-20T12:00:00Z").stdout == ""
    assert "opened" in meterwatch(*words, "--to", "2026-11-20T12:00:00Z").stdout
    assert meterwatch(*words, "--to", "soon").exit_code == 2


def test_rows_that_no_source_answers_for_are_named(config: Path, usage: Path) -> None:
    usage.write_text(USAGE.replace("voices,", "voises,"))
    result = meterwatch("replay", "--config", config, "--data", usage)

    assert result.exit_code == 0
    assert "no source of" in result.stderr
    assert "'voises'" in result.stderr


async def remember(state: Path) -> None:
    """What the daemon would have stored of USAGE."""
    metric = Metric("voices", "minutes", "minutes", Measure.AMOUNT, HOUR, Absent.ZERO)
    agatha = labels_of({"voice_id": "agatha"})
    readings = [Reading(agatha, TEN + hour * HOUR, value) for hour, value in enumerate((3, 30, 3))]
    answer = Answer(metric, Window(TEN, TEN + 3 * HOUR), readings)
    async with open_store(f"sqlite:///{state}/meterwatch.db") as store:
        async with store.transaction() as tx:
            at = TEN + 4 * HOUR
            await tx.usage.record(answer, at, settles=timedelta(0), horizon=timedelta(days=60))


def test_what_is_stored_can_be_replayed_and_exported(config: Path, tmp_path: Path) -> None:
    asyncio.run(remember(tmp_path))
    stored = ("--config", config, "--state-dir", tmp_path)
    replayed = meterwatch("replay", *stored, "--format", "json")
    exported = meterwatch("export", *stored)

    changes = [json.loads(line)["change"] for line in replayed.stdout.splitlines()]
    assert changes == ["opened", "resolved"]
    assert exported.stdout == USAGE.replace(",3,", ",3.0,").replace(",30,", ",30.0,")


def test_a_replay_of_a_store_that_is_not_there_says_so(config: Path, tmp_path: Path) -> None:
    result = meterwatch("replay", "--config", config, "--state-dir", tmp_path)

    assert result.exit_code == 1
    assert "has the daemon run?" in result.stderr


def test_a_file_that_is_not_right_is_told_where(config: Path, usage: Path) -> None:
    usage.write_text(USAGE.replace("30", "many"))
    result = meterwatch("replay", "--config", config, "--data", usage)

    assert result.exit_code == 1
    assert f"meterwatch: {usage}:3: value: expected a number, got 'many'" in result.stderr


def test_a_score_for_every_row(tmp_path: Path) -> None:
    numbers = tmp_path / "numbers.csv"
    numbers.write_text("timestamp,value\n2014-04-01 00:00:00,1\n2014-04-01 00:05:00,2\n")
    result = meterwatch("score", numbers)

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "timestamp,value,anomaly_score",
        "2014-04-01 00:00:00,1,0.0",
        "2014-04-01 00:05:00,2,0.0",
    ]


def test_help_and_version_are_there() -> None:
    assert "replay" in meterwatch("--help").stdout
    assert meterwatch("--version").stdout.startswith("meterwatch ")
    assert meterwatch("runn").exit_code == 2
