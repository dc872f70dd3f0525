"""The past that is judged: of declared sources, from the store or a file, by its own clock."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import numpy as np
import pytest

from daemon.cli.held import as_planned, last_days, read_held
from daemon.config import load
from daemon.config.placeholders import Placeholders
from tests.daemon.cli.shell import USAGE
from tests.daemon.cli.test_past import TEN, remember
from tests.daemon.plan.past import past

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_the_store_and_a_file_hold_the_same_past(config: Path, usage: Path, tmp_path: Path) -> None:
    asyncio.run(remember(tmp_path))
    read = load(config, Placeholders({}))
    [stored], [told] = read_held(read, None, tmp_path), read_held(read, str(usage), None)

    assert (stored.start, stored.series, stored.metric.width) == (TEN, told.series, HOUR)
    assert np.array_equal(stored.values, told.values)


def test_rows_of_no_source_of_the_configuration_are_left(config: Path, usage: Path) -> None:
    usage.write_text(USAGE.replace("voices,", "voises,"))

    assert read_held(load(config, Placeholders({})), str(usage), None) == []


def test_nothing_is_planned_where_nobody_said_so(config: Path, usage: Path) -> None:
    read = load(config, Placeholders({}))
    held = read_held(read, str(usage), None)

    assert as_planned(held, read) == held


def test_the_last_days_are_those_of_the_past_and_not_before_its_beginning() -> None:
    held = [past([1.0] * 72)]
    end = held[0].end

    assert last_days(held, DAY) == (end - DAY, end)
    assert last_days(held, 9 * DAY) == (held[0].start, end)
    assert end.tzinfo is not None
    assert end < datetime(2027, 1, 1, tzinfo=UTC)


def test_no_past_at_all_is_said_in_a_sentence() -> None:
    with pytest.raises(click.ClickException, match="has the daemon run"):
        last_days([], DAY)
