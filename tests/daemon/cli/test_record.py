"""`record` takes days down in a recorder, each of them once, and says what became of each."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import Result

from daemon.store import open_store
from rules.recorded import DAY, midnight
from tests.billing import KEY, PASSWORD, SECRET, SUBSCRIPTION
from tests.daemon.cli.shell import meterwatch
from tests.daemon.cli.town import Town

SECRETS = {"KEY": KEY, "PASSWORD": PASSWORD, "SECRET": SECRET}
FIRST = date(2026, 11, 10)
USED = """\
source,metric,timestamp,value,voice_id
voices,minutes,2026-11-10T00:00:00Z,30.5,agatha
voices,minutes,2026-11-10T00:00:00Z,11,bruno
voices,minutes,2026-11-11T00:00:00Z,2,agatha
"""


@pytest.fixture
def used(town: Town) -> Path:
    """Usage as CSV, beside an empty store."""

    async def make() -> None:
        async with open_store(f"sqlite:///{town.folder}/meterwatch.db"):
            pass

    asyncio.run(make())
    path = town.folder / "used.csv"
    path.write_text(USED)
    return path


def record(town: Town, *words: str | Path) -> Result:
    where = ("--config", town.billed, "--state-dir", town.folder)
    return meterwatch("record", *words, *where, **SECRETS)


def billed(town: Town, day: date) -> Decimal:
    used = town.billing.used(SUBSCRIPTION, midnight(day), midnight(day + DAY))
    return used.get("minutes", Decimal(0))


def test_a_dry_run_says_what_would_be_recorded_and_records_nothing(town: Town, used: Path) -> None:
    result = record(town, "acme", "--data", used, "--dry-run")

    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "2026-11-10  would be recorded  41.5 minutes",
        "2026-11-11  would be recorded  2 minutes",
    ]
    assert billed(town, FIRST) == 0


def test_days_are_recorded_once_however_often_it_is_asked(town: Town, used: Path) -> None:
    first = record(town, "acme", "--data", used)
    again = record(town, "acme", "--data", used, "--to", "2026-11-10")

    assert (first.exit_code, again.exit_code) == (0, 0), first.output + again.output
    assert first.stdout.startswith("2026-11-10  recorded  41.5 minutes\n")
    assert again.stdout == "2026-11-10  already there  41.5 minutes\n"
    assert billed(town, FIRST) == Decimal("41.5")
    assert billed(town, FIRST + timedelta(days=1)) == 2


def test_a_day_with_gaps_is_not_taken_for_less(town: Town, used: Path) -> None:
    used.write_text(USED.replace("11T00", "10T01"))
    result = record(town, "acme", "--data", used)

    assert result.exit_code == 1
    assert "not finished: 22 of its 24 buckets of 1 hour are still filling" in result.output


def test_without_a_past_it_says_how_to_name_one(town: Town, used: Path) -> None:
    result = record(town, "acme")

    assert result.exit_code == 1
    assert "voices" in result.output


def test_a_recorder_that_is_not_there_is_named_with_those_that_are(town: Town) -> None:
    near, far = record(town, "acne"), record(town, "zzz")

    assert (near.exit_code, far.exit_code) == (2, 2)
    assert "no such recorder 'acne'; did you mean 'acme'?" in near.output
    assert "there are: acme" in far.output


def test_a_day_is_written_as_a_day(town: Town) -> None:
    result = record(town, "acme", "--from", "yesterday")

    assert result.exit_code == 2
    assert "expected a day such as 2026-11-19, got 'yesterday'" in result.output


def test_without_a_store_it_says_so(town: Town) -> None:
    result = record(town, "acme", "--from", "2026-11-10")

    assert result.exit_code == 1
    assert "there is no store at" in result.output


def test_check_asks_the_recorder_too(town: Town) -> None:
    result = meterwatch("check", "--connect", town.billed, **SECRETS)
    wrong = meterwatch("check", "--connect", town.billed, **{**SECRETS, "SECRET": "no"})

    assert result.exit_code == 0, result.output
    assert "recorders.acme  works      answered: the subscription is there" in result.output
    assert wrong.exit_code == 1
    assert "check recorders.acme." in wrong.output
