"""What was used can be replayed, scored and exported."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from daemon.source import Answer, Window
from daemon.store import open_store
from daemon.store.frame import Frame
from rules.series import Absent, Measure, Metric, Reading, labels_of
from tests.blank import blank
from tests.daemon.cli.shell import USAGE, meterwatch

TEN = datetime(2026, 11, 20, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


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
    assert meterwatch(*words, "--to", "3600d").stdout == ""
    assert meterwatch(*words, "--to", "soon").exit_code == 2


def test_rows_that_no_source_answers_for_are_named(config: Path, usage: Path) -> None:
    usage.write_text(USAGE.replace("voices,", "voises,"))
    result = meterwatch("replay", "--config", config, "--data", usage)

    assert result.exit_code == 0
    assert f"note: no source of {config} is called 'voises'; its rows are left" in result.stderr


async def remember(state: Path) -> None:
    """What the daemon would have stored of USAGE."""
    metric = Metric("voices", "minutes", "minutes", Measure.AMOUNT, HOUR, Absent.ZERO)
    agatha = labels_of({"voice_id": "agatha"})
    readings = [Reading(agatha, TEN + hour * HOUR, value) for hour, value in enumerate((3, 30, 3))]
    answer = Answer(metric, Window(TEN, TEN + 3 * HOUR), readings)
    async with open_store(blank(state)) as store:
        async with store.transaction() as tx:
            at = TEN + 4 * HOUR
            await tx.usage.record(answer, Frame(at, timedelta(0), timedelta(days=60)))


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
