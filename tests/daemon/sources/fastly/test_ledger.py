"""What is told of months becomes one standing for each."""

from datetime import UTC, datetime

from daemon.secret import Secret
from daemon.sources.fastly import FastlyUsageMetrics
from daemon.sources.fastly.ledger import Ledger
from daemon.sources.fastly.months import Month

APRIL, MAY = Month(2025, 4), Month(2025, 5)
NOW = datetime(2025, 5, 22, tzinfo=UTC)
WWW = (("service_id", "w"),)
[METRIC] = FastlyUsageMetrics(Secret("k")).metrics("cdn")


def test_rows_with_equal_labels_are_parts_of_one_total() -> None:
    ledger = Ledger()
    ledger.add(MAY, WWW, 1.5)
    ledger.add(MAY, WWW, 2.0)
    ledger.add(APRIL, WWW, 9.0)
    [standing] = ledger.standings(METRIC, {MAY: NOW})

    assert standing.totals == {WWW: 3.5}
    assert standing.period == MAY.window
    assert standing.at == NOW


def test_the_oldest_month_comes_first_and_what_is_odd_is_said_once_with_the_latest() -> None:
    ledger = Ledger()
    ledger.note("Odd.")
    ledger.note("Odd.")
    first, second = ledger.standings(METRIC, {MAY: NOW, APRIL: MAY.window.start})

    assert (first.period, second.period) == (APRIL.window, MAY.window)
    assert (first.notes, second.notes) == ((), ("Odd.",))


def test_a_month_that_nothing_was_told_of_was_not_used() -> None:
    assert Ledger().standings(METRIC, {MAY: NOW})[0].totals == {}
    assert Ledger().standings(METRIC, {}) == []


def test_a_name_is_learnt_where_it_is_another_word() -> None:
    ledger = Ledger()
    for label, name in (("w", "www"), ("x", "x"), ("y", None), ("z", "")):
        ledger.call(label, name)

    assert ledger.names == {"w": "www"}
