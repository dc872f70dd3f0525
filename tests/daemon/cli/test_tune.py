"""`tune` tries other settings over the past, and writes nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.daemon.cli.shell import CONFIG, meterwatch

START = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def month(tmp_path: Path) -> Path:
    """28 days of a voice, with a small peak a day and three large ones."""
    rows = ["source,metric,timestamp,value,voice_id"]
    for hour in range(28 * 24):
        day, of_day = divmod(hour, 24)
        value = (3000 if day % 9 == 0 else 20) if of_day == 5 else 1
        at = START + timedelta(hours=hour)
        rows.append(f"voices,minutes,{at:%Y-%m-%dT%H:%M:%SZ},{value},agatha")
    path = tmp_path / "month.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_every_value_is_shown_with_its_price_and_what_to_write(config: Path, month: Path) -> None:
    before = config.read_text()
    result = meterwatch("tune", "--config", config, "--data", month)

    assert result.exit_code == 0
    assert "busy (threshold): above, over 28 days of 1 series of voices\n" in result.stdout
    assert "\nnow           10      28       7       1  " in result.stdout
    assert "\nsuggested    200       4       1       1  " in result.stdout
    assert "\nrules:\n  busy:\n    above: 200\n" in result.stdout
    assert config.read_text() == before


def test_a_person_who_wants_to_look_at_more_hears_more(config: Path, month: Path) -> None:
    words = ("tune", "busy", "--config", config, "--data", month)
    result = meterwatch(*words, "--alerts-per-week", "7")

    assert "What is set is good: the most sensitive with at most 7 alerts a week." in result.stdout
    assert "To take it" not in result.stdout


def test_too_short_a_past_suggests_nothing_and_says_what_it_takes(
    config: Path, usage: Path
) -> None:
    result = meterwatch("tune", "--config", config, "--data", usage)

    assert result.exit_code == 0
    assert (
        "Too little to suggest anything: 3 hours could be judged, and it takes 14 days."
        in result.stdout
    )


def test_a_rule_that_nobody_knows_is_a_slip_of_the_finger(config: Path, month: Path) -> None:
    result = meterwatch("tune", "bsuy", "--config", config, "--data", month)

    assert result.exit_code == 2
    assert "no rule is called 'bsuy'. Did you mean 'busy'?" in result.stderr
    assert "There is busy." in meterwatch("tune", "x", "--config", config).stderr


def test_each_rule_has_its_table(config: Path, month: Path) -> None:
    config.write_text(
        CONFIG.replace(
            "destinations",
            "  low: {kind: threshold, source: voices, below: 0.5, tell: []}\ndestinations",
        )
    )
    result = meterwatch("tune", "--config", config, "--data", month)

    assert "busy (threshold): above" in result.stdout
    assert "low (threshold): below" in result.stdout


def test_nothing_is_drawn_where_nobody_looks_on(config: Path, month: Path) -> None:
    assert meterwatch("tune", "--config", config, "--data", month).stderr == ""
