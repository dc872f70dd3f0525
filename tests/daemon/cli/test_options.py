"""What several commands are told with is understood alike by all of them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from daemon.cli.options import Moment, find_config, moment_of, store_url
from daemon.config.settings import Config, StoreConfig
from tests.daemon.cli.shell import meterwatch

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-20T14:00:00+02:00", NOON),
        ("2026-11-20", NOON - timedelta(hours=12)),
        ("7d", NOON - timedelta(days=7)),
        ("1h30m", NOON - timedelta(minutes=90)),
    ],
)
def test_a_time_is_a_moment_or_how_long_ago_it_was(text: str, at: datetime) -> None:
    assert moment_of(Moment().convert(text, None, None), NOON) == at


@pytest.mark.parametrize("text", ["soon", "", "7 days", "2026-13-01", "-7d"])
def test_what_is_no_time_is_refused_with_examples(text: str) -> None:
    with pytest.raises(click.BadParameter, match="such as 2026-11-20T14:00:00Z, or how long ago"):
        Moment().convert(text, None, None)


def test_without_any_configuration_it_says_where_it_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = meterwatch("run", HOME=str(tmp_path), METERWATCH_CONFIG=str(tmp_path / "no.yaml"))

    assert result.exit_code == 2
    assert f"looked for {tmp_path}/no.yaml; name one with --config" in result.stderr


def test_a_configuration_that_is_named_need_not_be_looked_for() -> None:
    assert find_config(Path("mine.yaml")) == Path("mine.yaml")


def test_the_store_is_the_configured_one_or_a_file_in_the_state_directory(tmp_path: Path) -> None:
    mine = Config((), store=StoreConfig("postgresql://db/meterwatch"))

    assert store_url(mine, tmp_path) == "postgresql://db/meterwatch"
    assert store_url(Config(()), tmp_path) == f"sqlite:///{tmp_path}/meterwatch.db"
