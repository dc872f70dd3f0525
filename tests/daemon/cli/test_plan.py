"""`plan OLD NEW` shows what a change of the rules would have changed."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.daemon.cli.shell import CONFIG, USAGE, meterwatch
from tests.daemon.cli.test_past import remember


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """The same, with a limit that nothing passed."""
    path = tmp_path / "other.yaml"
    path.write_text(CONFIG.replace("above: 10", "above: 40"))
    return path


def test_the_alerts_that_would_be_no_more_are_shown(config: Path, other: Path, usage: Path) -> None:
    result = meterwatch("plan", config, other, "--data", usage)

    assert result.exit_code == 0
    assert "busy: 1 -> 0 alerts (1 removed)\n    above: 10 -> 40\n" in result.stdout
    assert "- 2026-11-20 11:00  voice_id=agatha  30 minutes, above the limit" in result.stdout
    assert result.stdout.endswith("In all 1 -> 0 alerts: 1 removed, 0 added, 0 moved, 0 same.\n")


def test_with_exit_code_a_difference_is_one_and_a_setting_without_consequence_is_none(
    config: Path, other: Path, usage: Path
) -> None:
    harmless = config.with_name("harmless.yaml")
    harmless.write_text(CONFIG.replace("above: 10", "above: 11"))
    words = ("--data", usage, "--exit-code")

    assert meterwatch("plan", config, other, *words).exit_code == 3
    assert meterwatch("plan", config, config, *words).exit_code == 0
    assert meterwatch("plan", config, harmless, *words).exit_code == 0


def test_a_machine_gets_one_object(config: Path, other: Path, usage: Path) -> None:
    result = meterwatch("plan", config, other, "--data", usage, "--format", "json")
    told = json.loads(result.stdout)

    assert told["differs"] is True
    assert [rule["removed"] for rule in told["rules"]] == [1]


def test_the_past_is_what_the_store_of_the_old_one_holds(
    config: Path, other: Path, tmp_path: Path
) -> None:
    asyncio.run(remember(tmp_path))
    other.write_text(f"store: {{url: 'sqlite:///{tmp_path}/not-yet.db'}}\n{other.read_text()}")
    result = meterwatch("plan", config, other, "--state-dir", tmp_path)

    assert result.exit_code == 0
    assert "busy: 1 -> 0 alerts" in result.stdout


def test_what_is_wrong_with_both_files_is_told_at_once_with_its_lines(
    config: Path, other: Path, usage: Path
) -> None:
    config.write_text(CONFIG.replace("above: 10", "abov: 10"))
    other.write_text(CONFIG.replace("above: 10", "above: high"))
    result = meterwatch("plan", config, other, "--data", usage)

    assert result.exit_code == 78
    assert f"{config}:5:" in result.stderr
    assert f"{other}:5:" in result.stderr


def test_a_file_that_is_not_there_is_a_wrong_configuration(config: Path, usage: Path) -> None:
    result = meterwatch("plan", config, config.with_name("none.yaml"), "--data", usage)

    assert result.exit_code == 78
    assert "none.yaml:1:1: (top): the file cannot be read" in result.stderr


def test_a_rule_of_a_source_of_which_nothing_is_held_is_noted(
    config: Path, other: Path, usage: Path
) -> None:
    more = '  credits: {type: supertone.credits, key: "${env:KEY}"}\nrules:\n'
    low = "  low: {kind: threshold, source: credits, below: 5, tell: []}\n"
    other.write_text(CONFIG.replace("rules:\n", more + low))
    result = meterwatch("plan", config, other, "--data", usage)

    assert "note: nothing is held of credits in this time, so nothing can be said of low" in (
        result.stderr
    )
    assert "low: a new rule, 0 alerts" in result.stdout


def test_less_past_than_was_asked_for_is_noted(config: Path, usage: Path) -> None:
    result = meterwatch("plan", config, config, "--data", usage)

    assert "note: 30 days were asked for, and 3 hours are held" in result.stderr


def test_a_past_without_any_bucket_says_so(config: Path, usage: Path) -> None:
    usage.write_text(USAGE.splitlines()[0] + "\n")
    result = meterwatch("plan", config, config, "--data", usage)

    assert result.exit_code == 1
    assert "nothing is held of any source" in result.stderr


def test_only_the_last_days_are_judged(config: Path, other: Path, usage: Path) -> None:
    usage.write_text(USAGE + "voices,minutes,2026-11-25T10:00:00Z,3,agatha\n")

    assert "1 -> 0" in meterwatch("plan", config, other, "--data", usage, "--days", "5").stdout
    assert "The same alerts" in (
        meterwatch("plan", config, other, "--data", usage, "--days", "4").stdout
    )


def test_of_many_alerts_five_of_a_sort_are_shown_and_all_where_asked_for(
    config: Path, other: Path, usage: Path
) -> None:
    days = range(1, 8)
    peaks = "".join(
        f"voices,minutes,2026-11-0{day}T{hour}:00:00Z,{value},agatha\n"
        for day in days
        for hour, value in ((10, 30), (11, 3))
    )
    usage.write_text(USAGE.splitlines()[0] + "\n" + peaks)
    words = ("plan", config, other, "--data", usage)

    assert meterwatch(*words).stdout.count("  - ") == 5
    assert "and 2 more removed; --all shows them" in meterwatch(*words).stdout
    assert meterwatch(*words, "--all").stdout.count("  - ") == 7


def test_a_source_that_only_the_new_one_has_is_judged_where_it_is_held(
    config: Path, other: Path, usage: Path
) -> None:
    usage.write_text(USAGE + "days,minutes,2026-11-20T10:00:00Z,7,agatha\n")
    more = '  days: {type: supertone.usage, key: "${env:KEY}"}\nrules:\n'
    heavy = "  heavy: {kind: threshold, source: days, above: 5, tell: []}\n"
    other.write_text(CONFIG.replace("rules:\n", more + heavy))

    assert "heavy: a new rule, 1 alert\n" in (
        meterwatch("plan", config, other, "--data", usage).stdout
    )


def test_as_much_past_as_was_asked_for_needs_no_word(config: Path, usage: Path) -> None:
    usage.write_text(USAGE + "voices,minutes,2026-11-21T09:00:00Z,3,agatha\n")

    assert meterwatch("plan", config, config, "--data", usage, "--days", "1").stderr == ""
