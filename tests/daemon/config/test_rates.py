"""How often something may happen, as people write it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.config.rates import parse_rate, spell_rate
from rules.rate import MONTH, YEAR, Rate

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("1 per month", Rate(1, MONTH)),
        ("2 per week", Rate(2, 7 * DAY)),
        (" 1  per   day ", Rate(1, DAY)),
        ("1 per quarter", Rate(1, YEAR / 4)),
        ("0.5 per year", Rate(0.5, YEAR)),
        ("3 per 90d", Rate(3, 90 * DAY)),
    ],
)
def test_a_rate_is_a_number_and_a_span(text: str, rate: Rate) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    "text",
    [
        *("", "1", "month", "1 per", "1/month", "once per month", "0 per month", "-1 per day"),
        *("1 per fortnight", "1 per 0s", "1 per month or so"),
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert parse_rate(text) is None


@given(
    st.sampled_from([0.25, 0.5, 1, 2, 12]), st.sampled_from([DAY, 7 * DAY, MONTH, YEAR, 90 * DAY])
)
def test_what_is_spelled_is_read_again(times: float, per: timedelta) -> None:
    assert parse_rate(spell_rate(Rate(times, per))) == Rate(times, per)
