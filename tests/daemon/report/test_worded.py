"""What a report says is what was found, the most telling first."""

from dataclasses import replace
from datetime import UTC, timedelta

import numpy as np

from daemon.message import Table
from daemon.report.asked import price_of
from daemon.report.findings import Findings, Told, Used
from daemon.report.term import term_of
from daemon.report.worded import ROWS, worded
from daemon.store import Store
from rules.series import Measure, Metric, Series
from rules.sheet import Sheet
from tests.daemon.report.past import START
from tests.daemon.report.test_gather import gathered

WEEK = term_of("2026-W46", UTC)


def used(*values: float, before: float = 0.0, price: str | None = None) -> Used:
    metric = Metric("tts", "minutes", "minutes", Measure.AMOUNT, timedelta(hours=1))
    series = tuple(
        Series("tts", "minutes", (("voice_id", f"v{each:02}"),)) for each in range(len(values))
    )
    sheet = Sheet(metric, series, np.array([[before] * len(values), list(values)]), 1)
    return Used(sheet, None if price is None else price_of(price), ("voice_id",))


def told(number: int = 7) -> Told:
    return Told(number, "busy", START, START + timedelta(hours=2), "resolved", "Ciara: much", ())


def tables(found: Findings) -> dict[str, Table]:
    return {table.title: table for table in worded(found).tables}


async def test_a_whole_report(store: Store) -> None:
    found = await gathered(store)
    words = worded(found)

    assert words.title == "Week 46 (9 to 15 Nov 2026): 35.21 USD, 16 % more than in the week before"
    assert words.lead == ("1 alert, over.",)
    assert [fact.label for fact in words.facts] == ["Cost", "Budget", "Runway"]
    assert [table.title for table in words.tables] == [
        "Use",
        "Top movers",
        "What alerted",
        "voices, minutes by voice",
        "voices, minutes by model",
        "Who pays: USD",
    ]
    by_title = {table.title: table for table in words.tables}
    assert by_title["Top movers"].rows[0] == ("Ciara", "+252 minutes", "188", "440")
    assert by_title["What alerted"].rows[0][1:] == (
        "Thu 12 Nov 09:00 UTC, for 6 hours",
        "Anna: a job was stuck in a loop (acknowledged)",
    )
    assert by_title["Who pays: USD"].rows[-1] == ("Total", "35.21", "")
    assert by_title["Use"].rows == (
        ("voices, minutes", "1,761 minutes", "1,523", "+16 %", "35.21 USD"),
    )


def test_without_a_price_it_is_told_by_what_was_used() -> None:
    found = Findings("weekly", WEEK, (used(0, before=3), used(30, 10, before=10)))
    use = tables(found)["Use"]

    assert worded(found).title.endswith("40 minutes of tts, 2 times as much as in the week before")
    assert use.head == ("Source", "Used", "Before", "Change")
    assert use.rows[0] == ("tts, minutes", "0 minutes", "3", "-100 %")


def test_what_is_not_known_is_not_made_up() -> None:
    found = Findings("weekly", WEEK, (used(float("nan"), before=float("nan")),), notes=("Odd.",))

    assert worded(found).title == "Week 46 (9 to 15 Nov 2026): nothing was used"
    assert tables(found)["Use"].rows[0][1:] == ("not known", "not known", "not known")
    assert [(fact.label, fact.value) for fact in worded(found).facts] == [("Not known", "Odd.")]


def test_of_many_some_are_named_and_the_others_are_counted() -> None:
    found = Findings("weekly", WEEK, (used(*map(float, range(1, 21))),))
    table = tables(found)["tts, minutes by voice"]

    assert len(table.rows) == ROWS
    assert table.more == "and 10 more, together 55 minutes"


def test_alerts_are_counted_and_those_that_go_on_are_said_to() -> None:
    going_on = replace(told(8), ended_at=None, done=("Bo: so it is", "expected by Bo"))
    found = Findings("weekly", WEEK, alerts=(told(), going_on))

    assert worded(found).lead == ("2 alerts; 1 still on.",)
    assert tables(found)["What alerted"].rows == (
        ("7: Ciara: much", "Mon 12 Oct 00:00 UTC, for 2 hours", "nothing"),
        ("8: Ciara: much", "Mon 12 Oct 00:00 UTC, still on", "Bo: so it is; expected by Bo"),
    )
    assert worded(Findings("weekly", WEEK)).lead == ("Nothing alerted.",)
    assert worded(Findings("weekly", WEEK, alerts=(told(), told()))).lead == (
        "2 alerts, all over.",
    )
    many = Findings("weekly", WEEK, alerts=(told(),) * (ROWS + 3))
    assert tables(many)["What alerted"].more == "and 3 more"


def test_an_alert_that_was_over_at_once_lasted_no_time() -> None:
    found = Findings("weekly", WEEK, alerts=(replace(told(), ended_at=START),))

    assert tables(found)["What alerted"].rows[0][1] == "Mon 12 Oct 00:00 UTC"


def test_a_report_without_a_time_before_has_no_movers() -> None:
    found = Findings("weekly", WEEK, (used(1, 2, before=float("nan"), price="1 USD"),))

    assert "Top movers" not in tables(found)
    assert [fact.value for fact in worded(found).facts] == ["3.00 USD"]
