"""How often something may happen."""

from datetime import timedelta

import pytest

from rules.rate import MONTH, YEAR, Rate

DAY = timedelta(days=1)


def test_a_rate_is_so_many_times_in_any_span():
    assert Rate(2, 7 * DAY).within(DAY) == pytest.approx(2 / 7)
    assert Rate(1, MONTH).within(YEAR) == pytest.approx(12)


@pytest.mark.parametrize(
    ("times", "per", "why"),
    [
        (0, DAY, "more than zero times"),
        (float("inf"), DAY, "more than zero times"),
        (1, timedelta(0), "a span above zero"),
    ],
)
def test_a_rate_of_nothing_is_refused(times, per, why):
    with pytest.raises(ValueError, match=why):
        Rate(times, per)


def test_it_is_said_as_it_is_written():
    assert [Rate(1, MONTH).words(), Rate(3, 90 * DAY).words()] == ["1 per month", "3 per 90 days"]
