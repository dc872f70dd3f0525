"""Shares add up to the whole, to the cent, whatever is split among whom."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.allocation import NOT_ALLOCATED, allocated, centre_of, exact, rounded
from rules.series import Series

AMOUNTS = st.one_of(
    st.floats(-1e12, 1e12).map(lambda value: exact([value])),
    st.fractions(min_value=0, max_value=10**30),
)
SPLITS = st.dictionaries(st.text(max_size=4), AMOUNTS, max_size=12)


@given(SPLITS, st.integers(0, 6))
def test_shares_add_up_to_the_whole_to_the_cent(parts: dict[str, Fraction], places: int) -> None:
    shares = allocated(parts, places)

    assert sum(map(Fraction, shares.values())) == Fraction(rounded(sum(parts.values()), places))
    assert list(shares) == list(parts)


@given(SPLITS)
def test_nobody_is_off_by_a_whole_cent(parts: dict[str, Fraction]) -> None:
    for name, share in allocated(parts).items():
        assert abs(Fraction(share) - parts[name]) < Fraction(1, 100)
        assert share.as_tuple().exponent == -2


@given(SPLITS)
def test_whoever_used_nothing_pays_nothing(parts: dict[str, Fraction]) -> None:
    shares = allocated({**parts, "nobody": Fraction(0)})

    assert shares["nobody"] == 0


def test_the_cents_that_lack_go_to_whom_most_was_taken_from() -> None:
    parts = {"a": Fraction("1.001"), "b": Fraction("1.009"), "c": Fraction("0.996")}

    assert allocated(parts) == {"a": Decimal("1.00"), "b": Decimal("1.01"), "c": Decimal("1.00")}


def test_of_equals_the_first_is_given_the_cent() -> None:
    parts = dict.fromkeys("abc", Fraction(1, 3))

    assert [str(each) for each in allocated(parts).values()] == ["0.34", "0.33", "0.33"]
    assert allocated({}) == {}


@pytest.mark.parametrize(
    ("amount", "said"),
    [("0.005", "0.00"), ("0.015", "0.02"), ("-0.015", "-0.02"), ("0", "0.00"), ("2.5", "2.50")],
)
def test_money_is_rounded_half_to_even(amount: str, said: str) -> None:
    assert str(rounded(Fraction(amount))) == said


def test_numbers_are_added_up_as_they_are_written() -> None:
    assert exact([0.1] * 10) == 1
    assert exact([]) == 0


def test_a_series_belongs_to_the_first_cost_centre_that_wants_it() -> None:
    agatha = Series("tts", "minutes", (("model", "sona"), ("voice", "agatha")))
    centres = {
        "nobody": {"key": ("*",)},
        "half": {"voice": ("agatha",), "model": ("other",)},
        "radio": {"voice": ("bob", "ag*"), "source": ("tts",), "metric": ("minutes",)},
        "rest": {},
    }

    assert centre_of(agatha, centres) == "radio"
    assert centre_of(Series("cdn", "gb", ()), centres) == "rest"
    assert centre_of(Series("cdn", "gb", ()), {"a": {"voice": ("*",)}}) == NOT_ALLOCATED
