"""`report` prints what is sent, of any week or month."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.daemon.cli.shell import meterwatch
from tests.daemon.report.past import CONFIG, remembered


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("past")
    (folder / "meterwatch.yaml").write_text(CONFIG)

    async def fill() -> None:
        async with remembered(folder):
            pass

    asyncio.run(fill())
    return folder


def report(past: Path, *words: str) -> Result:
    where = ("--config", past / "meterwatch.yaml", "--state-dir", past)
    return meterwatch("report", *words, *where, KEY="key")


def test_people_read_it(past: Path) -> None:
    result = report(past, "weekly", "--period", "2026-W46")

    assert result.exit_code == 0
    assert result.stdout.startswith(
        "Week 46 (9 to 15 Nov 2026): 35.21 USD, 16 % more than in the week before\n1 alert, over.\n"
    )
    assert "What alerted" in result.stdout


def test_the_same_is_a_page_a_table_and_an_object(past: Path) -> None:
    page, table, line = (
        report(past, "weekly", "--period", "2026-W46", "--format", each).stdout
        for each in ("html", "csv", "json")
    )

    assert page.startswith("<!doctype html>")
    assert table.splitlines()[1] == "2026-W46,USD,radio,16.40,USD,0.465620"
    assert json.loads(line)["cost"][0]["cost"] == "35.21"


def test_without_cost_centres_the_table_is_of_use(past: Path) -> None:
    result = report(past, "monthly", "--period", "2026-10", "--format", "csv")

    assert result.stdout.startswith("period,source,metric,labels,names,used,before,unit,cost")


@pytest.mark.parametrize(
    ("words", "title"),
    [
        (["--period", "2026-W45"], "Week 45 (2 to 8 Nov 2026): 30.46 USD"),
        (["--weekly", "--period", "2026-W45"], "Week 45 (2 to 8 Nov 2026): 30.46 USD"),
        (["--monthly", "--period", "2026-10"], "October 2026: "),
        (["monthly", "--period", "2026-10"], "October 2026: "),
        (["--monthly"], ""),
    ],
)
def test_without_a_name_the_only_report_that_fits_is_meant(
    past: Path, words: list[str], title: str
) -> None:
    result = report(past, *words)

    assert result.exit_code == 0
    assert result.stdout.startswith(title)


def test_without_any_report_everything_is_told_of(past: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.yaml"
    plain.write_text(CONFIG[: CONFIG.index("reports:")])
    result = meterwatch(
        *("report", "--period", "2026-W46", "--config", plain, "--state-dir", past), KEY="key"
    )

    assert result.exit_code == 0
    assert result.stdout.startswith("Week 46 (9 to 15 Nov 2026): 1,761 minutes of voices")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["weekli"], "no such report 'weekli'; did you mean 'weekly'?"),
        (["--period", "2026-46"], "expected a week such as 2026-W46 or a month such as 2026-10"),
        (["--monthly", "--period", "2026-W46"], "2026-W46 is a week, no month"),
        (["weekly", "--period", "2026-10"], "weekly tells of a week, not of a month"),
    ],
)
def test_what_cannot_be_meant_is_said(past: Path, words: list[str], why: str) -> None:
    result = report(past, *words)

    assert result.exit_code == 2
    assert why in result.stderr


def test_where_there_is_no_store_yet_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "meterwatch.yaml").write_text(CONFIG)
    result = report(tmp_path, "weekly")

    assert result.exit_code == 1
    assert "there is no store" in result.stderr
