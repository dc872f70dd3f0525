"""What a report is to tell, and when: as a configuration says it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.report.asked import Asked, Price, price_of
from daemon.report.term import Per
from rules.series import Measure, Metric

MINUTES = Metric("voices", "minutes", "minutes", Measure.AMOUNT, timedelta(hours=1))


def test_a_week_is_told_of_on_monday_and_a_month_on_its_first() -> None:
    week, month = Asked("week"), Asked("month")

    due = week.due(datetime(2026, 11, 16, 8, tzinfo=UTC))
    assert due is not None
    assert due.label == "2026-W46"
    due = week.due(datetime(2026, 11, 16, 7, 59, tzinfo=UTC))
    assert due is not None
    assert due.label == "2026-W45"
    due = month.due(datetime(2026, 11, 16, tzinfo=UTC))
    assert due is not None
    assert due.label == "2026-10"
    assert month.due_at(datetime(2026, 11, 16, tzinfo=UTC)) == datetime(2026, 11, 1, 8, tzinfo=UTC)


@given(
    st.sampled_from(["week", "month"]),
    st.sampled_from([None, "mon 08:00", "30 2 * * *", "1 00:00", "0 */6 * * *"]),
    st.sampled_from(["UTC", "Europe/Berlin", "America/Sao_Paulo", "+09:00"]),
    st.integers(0, 4 * 366 * 24 * 60),
)
def test_whatever_is_due_is_over_and_was_due(
    per: Per, when: str | None, zone: str, minutes: int
) -> None:
    asked = Asked(per, when=when, zone=zone)
    at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    term = asked.due(at)

    assert term is not None
    assert term.end <= asked.due_at(at) <= at
    assert asked.due(asked.due_at(at)) == term


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"when": "monday"}, r"^when: expected a day and a time such as mon 08:00"),
        ({"when": "0 8 30 2 *"}, r"^when: expected a day that comes, got '0 8 30 2 \*'$"),
        ({"zone": "Berlin"}, "^zone: expected a zone such as Europe/Berlin"),
        ({"prices": {"voices": "0,02 USD"}}, "^prices: expected what one unit costs"),
        ({"prices": {"voices": "0.02"}}, "^prices: expected what one unit costs, such as 0.02 USD"),
        ({"cost_centres": {"not allocated": {}}}, "^cost_centres: 'not allocated' is what no"),
    ],
)
def test_what_cannot_be_meant_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Asked("week", **fields)


def test_a_price_is_exact() -> None:
    assert price_of("0.02 USD") == Price(Decimal("0.02"), "USD")
    assert price_of("3 Swiss francs").currency == "Swiss francs"
    assert price_of("0.1 USD").of(Fraction(3)) == Fraction(3, 10)


def test_a_metric_has_its_own_price_or_its_sources() -> None:
    asked = Asked("week", prices={"voices": "1 USD", "voices/minutes": "2 USD"})

    assert asked.price(MINUTES) == price_of("2 USD")
    assert Asked("week", prices={"voices": "1 USD"}).price(MINUTES) == price_of("1 USD")
    assert Asked("week").price(MINUTES) is None
