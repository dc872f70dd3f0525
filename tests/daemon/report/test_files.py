"""What goes with a report: charts, and figures that a spreadsheet reads as what they are."""

import csv
import io
from decimal import Decimal

import pytest

from daemon.report.asked import price_of
from daemon.report.files import allocation_csv, charts, tables, use_csv
from daemon.report.findings import Findings, Used
from daemon.report.term import term_of
from daemon.store import Store
from rules.sheet import Sheet
from tests.daemon.report.test_gather import gathered
from tests.daemon.report.test_worded import WEEK, used


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


async def test_the_allocation_adds_up_in_the_file_as_well(store: Store) -> None:
    found = await gathered(store)
    told = rows(allocation_csv(found))

    assert sum(Decimal(row["amount"]) for row in told) == found.money()[0].cost
    assert [row["cost_centre"] for row in told] == ["radio", "audiobooks", "lab", "not allocated"]
    assert {row["unit"] for row in told} == {"USD"}


async def test_use_has_a_row_for_each_series(store: Store) -> None:
    told = rows(use_csv(await gathered(store)))

    assert len(told) == 8
    assert told[0]["labels"] == "model=sona_speech_2 voice_id=v-01"
    assert (told[0]["names"], told[0]["unit"], told[0]["currency"]) == ("Agatha", "minutes", "USD")
    assert abs(float(told[0]["used"]) - 542.74) < 1e-6
    assert told[0]["cost"] == "10.8548"


async def test_a_chart_of_what_was_used_goes_with_it(store: Store) -> None:
    found = await gathered(store)
    [chart] = charts(found)

    assert (chart.name, chart.title) == (
        "voices-minutes.svg",
        "voices, minutes: Week 46 (9 to 15 Nov 2026)",
    )
    assert chart.content.startswith(b"<svg ")
    assert [file.name for file in tables(found)] == ["allocation-2026-W46.csv", "use-2026-W46.csv"]


def test_without_cost_centres_nobody_pays_and_of_nothing_there_is_no_chart() -> None:
    unknown = Findings("weekly", WEEK, (used(float("nan")),))

    assert list(charts(unknown)) == []
    assert [file.name for file in tables(unknown)] == ["use-2026-W46.csv"]
    assert rows(use_csv(unknown))[0]["used"] == ""


def test_a_name_that_begins_like_a_formula_stays_a_name() -> None:
    one = used(1.5)
    named = Findings("weekly", WEEK, (one,), names={"v00": "=HYPERLINK(1)"})

    assert rows(use_csv(named))[0]["names"] == "'=HYPERLINK(1)"
    less = Used(Sheet(one.sheet.metric, one.sheet.series, -one.sheet.values, 1), None, ())
    [row] = rows(use_csv(Findings("weekly", term_of("2026-10", WEEK.zone), (less,))))
    assert row["used"] == "-1.5"


def test_what_has_no_price_has_no_cost() -> None:
    told = rows(use_csv(Findings("weekly", WEEK, (used(1), used(2, price="0.333 EUR")))))

    assert [(row["cost"], row["currency"]) for row in told] == [("", ""), ("0.6660", "EUR")]
    assert price_of("0.333 EUR").currency == "EUR"


@pytest.mark.parametrize("name", ["+1", "-x", "@x", "\t=x", "\r=x", " =x", "＝x", "=x\n\x1b[2J"])
def test_no_name_is_worked_out_or_ends_a_line(name: str) -> None:
    text = use_csv(Findings("weekly", WEEK, (used(1),), names={"v00": name}))

    [row] = rows(text)
    assert row["names"][:1] == "'" or row["names"] == "+1"
    assert len(text.splitlines()) == 2
    assert "\x1b" not in text


def test_sums_are_written_without_the_dust_of_adding_up() -> None:
    text = use_csv(Findings("weekly", WEEK, (used(0.1 + 0.2, before=3.0, price="0.05 USD"),)))

    [row] = rows(text)
    assert (row["used"], row["before"], row["cost"]) == ("0.3", "3", "0.0150")


def test_a_spreadsheet_knows_the_letters_of_a_file() -> None:
    found = Findings("weekly", WEEK, (used(1),), names={"v00": "Élodie"})
    [file] = tables(found)

    assert file.content.startswith(b"\xef\xbb\xbfperiod,")
    assert "Élodie" in file.content.decode("utf-8-sig")
