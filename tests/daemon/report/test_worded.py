"""What a report says is what was found, the most telling first."""

from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal

import numpy as np

from daemon.message import Table
from daemon.report.asked import price_of
from daemon.report.findings import Allocation, Findings, Share, Told, Used
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

    assert worded(found).title == "Week 46 (9 to 15 Nov 2026): no use is known"
    nothing = Findings("weekly", WEEK, (used(0),))
    assert worded(nothing).title == "Week 46 (9 to 15 Nov 2026): nothing was used"
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
    assert tables(found)["tts, minutes by voice"].head == ("Voice", "Minutes", "Share")
    assert [fact.value for fact in worded(found).facts] == ["3.00 USD"]


def test_a_time_that_nobody_was_told_of_is_not_one_without_use_or_cost() -> None:
    nan = float("nan")
    found = Findings("weekly", WEEK, (used(nan, nan, before=30, price="1 USD"),))

    assert worded(found).title == "Week 46 (9 to 15 Nov 2026): no use is known"
    assert tables(found)["Use"].rows[0][-1] == "not known"
    assert [fact.label for fact in worded(found).facts] == []
    assert list(tables(found)) == ["Use"]


def test_what_lacks_some_hours_is_no_sum_and_held_against_nothing() -> None:
    part = replace(used(30, before=10, price="1 USD"), untold="tts: 9 of 168 hours were told.")
    before = replace(used(30, before=10), untold_before="tts: half of it.")

    words = worded(Findings("weekly", WEEK, (part,)))
    assert words.title.endswith("2026): at least 30.00 USD")
    assert words.facts[0].value == "at least 30.00 USD; 10.00 in the week before"
    assert worded(Findings("weekly", WEEK, (before,))).title.endswith("2026): 30 minutes of tts")


def test_each_currency_is_in_the_title_and_what_has_no_price_says_so() -> None:
    many = (used(3, price="1 USD"), used(2, price="2 EUR"), used(5))
    found = Findings("weekly", WEEK, many)

    assert worded(found).title.endswith("2026): 3.00 USD and 4.00 EUR")
    assert [row[-1] for row in tables(found)["Use"].rows] == ["3.00 USD", "4.00 EUR", "no price"]


def test_two_that_are_called_alike_can_be_told_apart() -> None:
    found = Findings("weekly", WEEK, (used(3, 2, 1),), names={"v00": "Aga", "v01": "Aga"})

    [*_, voices] = tables(found).values()
    assert [row[0] for row in voices.rows] == ["Aga (v00)", "Aga (v01)", "v02"]
    movers = tables(found)["Top movers"]
    assert [row[0] for row in movers.rows] == ["Aga (v00)", "Aga (v01)", "v02"]


def test_movers_of_several_sources_bear_their_source() -> None:
    one = used(3, 2)
    metric = replace(one.sheet.metric, source="cdn")
    other = replace(one, sheet=replace(one.sheet, metric=metric))
    movers = tables(Findings("weekly", WEEK, (one, other, used(0))))["Top movers"]

    assert movers.head == ("Who", "Source", "Change", "Before", "Now")
    assert movers.numbers == (2, 3, 4)
    assert [row[1] for row in movers.rows] == ["tts, minutes"] * 2 + ["cdn, minutes"] * 2


def test_an_alert_that_the_vendor_took_back_is_said_to_be() -> None:
    found = Findings("weekly", WEEK, alerts=(replace(told(), phase="withdrawn"),))

    assert tables(found)["What alerted"].rows[0][1] == "Mon 12 Oct 00:00 UTC, later withdrawn"


def test_a_unit_is_written_as_it_is() -> None:
    one = used(3, 2)
    sheet = replace(one.sheet, metric=replace(one.sheet.metric, unit="GB"))
    of = (Allocation("tts minutes", "GB", Decimal(5), (Share("radio", Decimal(5), 1.0),)),)
    by_title = tables(Findings("weekly", WEEK, (replace(one, sheet=sheet),), of))

    assert by_title["tts, minutes by voice"].head[1] == "GB"
    assert by_title["Who pays: tts minutes"].head[1] == "GB"
