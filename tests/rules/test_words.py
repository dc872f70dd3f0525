"""Numbers and spans as people say them."""

from datetime import timedelta

import pytest

from rules.words import amount, apart, count, number, span


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (41.23999999, "41.2"),
        (9.999, "10"),
        (100.4, "100"),
        (999.96, "1,000"),
        (1344, "1,344"),
        (9999, "9,999"),
        (10_000, "10,000"),
        (18_402, "18,402"),
        (1_500_000, "1.5 M"),
        (2e9, "2 G"),
        (3e12, "3 T"),
        (0.5, "0.5"),
        (0.0312, "0.0312"),
        (-3.14159, "-3.14"),
        (-0.0, "0"),
        (1e-300, "1e-300"),
        (1e20, "1e+20"),
        (float("inf"), "inf"),
    ],
)
def test_a_number_shows_what_matters_and_no_more(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1, "minutes", "1 minute"),
        (1.2, "minutes", "1.2 minutes"),
        (1, "credit", "1 credit"),
        (1, "ms", "1 ms"),
        (7, "", "7"),
        (float("nan"), "credits", "an unknown number of credits"),
    ],
)
def test_an_amount_is_a_number_with_its_unit(value, unit, text):
    assert amount(value, unit) == text


def test_two_amounts_are_told_apart_by_up_to_six_digits():
    assert apart(30.0001, 30, "minutes") == ("30.0001 minutes", "30 minutes")
    assert apart(30, 30, "minutes") == ("30 minutes", "30 minutes")
    assert apart(1, 1.0000001, "s") == ("1 s", "1 s")


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(days=1), "1 day"),
        (timedelta(days=14), "14 days"),
        (timedelta(days=18.7), "19 days"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(hours=50), "2 days 2 hours"),
        (timedelta(minutes=90), "1 hour 30 minutes"),
        (timedelta(hours=47, minutes=59), "2 days"),
        (timedelta(seconds=1.5), "1.5 seconds"),
        (timedelta(0), "0 seconds"),
    ],
)
def test_a_span_is_told_in_the_largest_unit_that_does_not_blur_it(length, text):
    assert span(length) == text


def test_one_of_something_is_singular():
    assert (count(1, "day"), count(0, "day"), count(1344, "hour")) == (
        "1 day",
        "0 days",
        "1,344 hours",
    )
