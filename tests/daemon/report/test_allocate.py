"""Who pays what of what was used: to the cent, and what nobody pays is named."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from daemon.report.allocate import allocations, by_centre
from daemon.report.asked import price_of
from daemon.report.findings import Used, added
from rules.allocation import NOT_ALLOCATED, rounded
from rules.series import Measure, Metric, Series
from rules.sheet import Sheet

CENTRES = {"radio": {"voice": ("a",)}, "lab": {"voice": ("[bc]",)}, "idle": {"voice": ("x",)}}


def used(*values: float, price: str | None = "0.01 USD", source: str = "tts") -> Used:
    metric = Metric(source, "minutes", "minutes", Measure.AMOUNT, timedelta(hours=1))
    series = tuple(
        Series(source, "minutes", (("voice", each),)) for each in "abcdef"[: len(values)]
    )
    sheet = Sheet(metric, series, np.array([[0.0] * len(values), list(values)]), 1)
    return Used(sheet, None if price is None else price_of(price), ("voice",))


def test_what_has_a_price_is_split_by_currency_and_the_rest_by_itself() -> None:
    many = [used(100, 50), used(1, 2, source="cdn"), used(3, 4, price="2 EUR"), used(5, price=None)]
    found = list(allocations(many, CENTRES))

    assert [(one.of, one.unit, str(one.total)) for one in found] == [
        ("USD", "USD", "1.53"),
        ("EUR", "EUR", "14.00"),
        ("tts minutes", "minutes", "5.00"),
    ]
    assert {share.centre: str(share.amount) for share in found[0].shares} == {
        "radio": "1.01",
        "lab": "0.52",
        "idle": "0.00",
    }


def test_what_nobody_pays_is_named_where_there_is_any() -> None:
    [found] = allocations([used(1, 1, 1, 7)], CENTRES)

    assert found.shares[-1].centre == NOT_ALLOCATED
    assert (found.shares[-1].amount, round(found.shares[-1].part, 3)) == (Decimal("0.07"), 0.7)


def test_without_cost_centres_nothing_is_split_and_nothing_is_split_evenly() -> None:
    assert list(allocations([used(1, 2)], {})) == []
    [found] = allocations([used(0, 0)], CENTRES)
    assert (found.total, {share.part for share in found.shares}) == (0, {0.0})
    assert list(allocations([used(float("nan"))], CENTRES)) == []


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=6), st.sampled_from(["0.013 USD", None]))
def test_shares_add_up_to_what_the_whole_costs(values: list[float], price: str | None) -> None:
    one = used(*values, price=price)
    [found] = allocations([one], CENTRES)
    whole = added(values) if one.cost is None else one.cost

    assert sum(share.amount for share in found.shares) == found.total == rounded(whole)
    assert sum(by_centre(one, CENTRES).values(), Fraction(0)) == added(values)
