"""What a time came to, before a word of it is written."""

from datetime import UTC, timedelta
from decimal import Decimal

import numpy as np

from daemon.report.asked import price_of
from daemon.report.findings import Findings, Money, Used, added
from daemon.report.term import term_of
from rules.series import Measure, Metric, Series
from rules.sheet import Sheet

NAN = float("nan")


def used(before: float, now: float, price: str | None = "0.02 USD") -> Used:
    metric = Metric("tts", "minutes", "minutes", Measure.AMOUNT, timedelta(hours=1))
    sheet = Sheet(metric, (Series("tts", "minutes", ()),), np.array([[before], [now]]), 1)
    return Used(sheet, None if price is None else price_of(price), ())


def money(*many: Used) -> list[Money]:
    return list(Findings("weekly", term_of("2026-W46", UTC), many).money())


def test_money_is_added_up_by_currency_and_rounded_once() -> None:
    third = used(1 / 3, 0.333, "0.01 USD")

    assert money(third, third, third, used(2, 3, "1 EUR"), used(1, 1, None)) == [
        Money("USD", Decimal("0.01"), Decimal("0.01")),
        Money("EUR", Decimal("3.00"), Decimal("2.00")),
    ]


def test_of_a_time_before_that_is_not_known_there_is_no_cost() -> None:
    assert money(used(NAN, 100)) == [Money("USD", Decimal("2.00"), None)]
    assert money(used(NAN, 100), used(1, 100))[0].before is None
    assert used(NAN, 1).cost_before is None
    assert used(1, 1, None).cost is None


def test_what_was_not_told_adds_nothing() -> None:
    assert added([0.1, NAN, 0.2]) * 10 == 3
