"""What a day came to is said to the last digit, or not at all."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.panel import Panel
from rules.recorded import (
    DAY,
    Day,
    Unfinished,
    cut,
    day_amount,
    exact,
    midnight,
    misfit,
    wanted,
    written,
)
from rules.series import OTHER, Absent, Labels, Measure, Metric, Series

HOUR = timedelta(hours=1)
TODAY = date(2025, 5, 20)
MINUTES = Metric("tts", "minutes", "minutes", Measure.AMOUNT, 6 * HOUR, Absent.ZERO)
NAN = float("nan")


def series(*labels: Labels) -> tuple[Series, ...]:
    return tuple(Series("tts", "minutes", each) for each in labels)


A, B = (("voice", "a"),), (("voice", "b"),)


def panel(rows: list[list[float]], *labels: Labels, closed: int | None = None) -> Panel:
    """Four rows are the day; the first begins at its midnight."""
    names = labels or (A, B)[: len(rows[0])]
    count = len(rows) if closed is None else closed
    return Panel(MINUTES, series(*names), midnight(TODAY), np.array(rows), count)


def test_all_series_of_a_day_are_summed() -> None:
    whole = panel([[0.1, 1.0], [0.2, 2.0], [0.0, 0.0], [0.3, 0.0]])

    assert day_amount(cut(whole, TODAY), {}) == Decimal("3.6")
    assert day_amount(cut(whole, TODAY), {"voice": ["a"]}) == Decimal("0.6")
    assert day_amount(cut(whole, TODAY), {"voice": ["c"]}) == 0


def test_a_bucket_that_fills_or_was_not_told_is_never_zero() -> None:
    filling = panel([[1.0], [1.0], [1.0], [1.0]], closed=3)
    with pytest.raises(Unfinished, match=r"^1 of its 4 buckets of 6 hours is still filling$"):
        day_amount(cut(filling, TODAY), {})
    gap = panel([[1.0], [NAN], [NAN], [1.0]])
    with pytest.raises(Unfinished, match=r"^2 of its 4 buckets of 6 hours are not told$"):
        day_amount(cut(gap, TODAY), {})


def test_a_series_that_falls_silent_leaves_the_day_open_unless_it_is_not_asked_for() -> None:
    silent = cut(panel([[1.0, 5.0], [1.0, NAN], [1.0, 5.0], [1.0, 5.0]]), TODAY)
    with pytest.raises(Unfinished, match=r"1 of its 4 .* is not told of tts/minutes\{voice=b\}"):
        day_amount(silent, {})

    assert day_amount(silent, {"voice": ["a"]}) == 4


def test_before_a_series_was_heard_of_there_was_nothing_of_it() -> None:
    newcomer = panel([[1.0, NAN], [1.0, NAN], [1.0, 0.0], [1.0, 5.0]])

    assert day_amount(cut(newcomer, TODAY), {}) == 9


def test_what_lies_before_the_panel_is_told_only_where_somebody_says_so() -> None:
    late = Panel(MINUTES, series(A), midnight(TODAY) + 12 * HOUR, np.array([[1.0], [2.0]]), 2)
    with pytest.raises(Unfinished, match="2 of its 4 buckets of 6 hours are not told"):
        day_amount(cut(late, TODAY), {})

    assert day_amount(cut(late, TODAY).told_from_the_start(), {}) == 3


def test_even_then_a_gap_behind_the_first_use_is_a_gap() -> None:
    gap = panel([[NAN], [1.0], [NAN], [1.0]])
    with pytest.raises(Unfinished, match="1 of its 4"):
        day_amount(cut(gap, TODAY).told_from_the_start(), {})


def test_a_day_on_which_nothing_was_ever_used_is_zero_only_where_it_was_told() -> None:
    nothing = Panel(MINUTES, (), midnight(TODAY), np.empty((4, 0)), 4)
    with pytest.raises(Unfinished):
        day_amount(Day(nothing, ()), {})

    assert day_amount(Day(nothing, ()).told_from_the_start(), {}) == 0


def test_what_is_counted_together_cannot_be_chosen_from() -> None:
    folded = panel([[1.0, 0.0], [1.0, 0.5], [1.0, 0.0], [1.0, 0.0]], A, OTHER)
    with pytest.raises(Unfinished, match="counted together as `other`"):
        day_amount(cut(folded, TODAY), {"voice": ["a"]})

    assert day_amount(cut(folded, TODAY), {}) == Decimal("4.5")


def test_a_day_is_cut_out_of_a_longer_panel() -> None:
    rows = [[float(row)] for row in range(12)]
    long = Panel(MINUTES, series(A), midnight(TODAY) - DAY, np.array(rows), 12)

    assert [day_amount(cut(long, TODAY + step * DAY), {}) for step in (-1, 0, 1)] == [6, 22, 38]
    with pytest.raises(Unfinished, match="4 of its 4"):
        day_amount(cut(long, TODAY + 2 * DAY), {})


def test_series_are_chosen_by_patterns_over_their_labels() -> None:
    four = panel([[0.0] * 4] * 4, A, B, (("model", "m"), ("voice", "a")), ())

    assert wanted(four, {}) == [0, 1, 2, 3]
    assert wanted(four, {"voice": ["a*", "x"]}) == [0, 2]
    assert wanted(four, {"voice": ["*"], "model": ["m"]}) == [2]


@pytest.mark.parametrize(
    ("width", "offset", "fits"),
    [
        (HOUR, 9 * HOUR, True),
        (HOUR, 5.5 * HOUR, False),
        (HOUR / 2, 5.5 * HOUR, True),
        (DAY, 0 * HOUR, True),
        (DAY, 9 * HOUR, False),
        (5 * HOUR, 0 * HOUR, False),
        (7 * DAY, 0 * HOUR, False),
    ],
)
def test_only_buckets_that_utc_days_are_made_of_can_be_recorded(
    width: timedelta, offset: timedelta, fits: bool
) -> None:
    metric = Metric("tts", "minutes", "minutes", Measure.AMOUNT, width, offset=offset)

    assert (misfit(metric) is None) == fits


def test_what_stands_on_an_account_cannot_be_recorded() -> None:
    assert misfit(MINUTES) is None
    assert misfit(replace(MINUTES, measure=Measure.LEVEL)) == (
        "it is a level, and what stands on an account is not what was used"
    )


def test_nine_places_are_kept_and_half_goes_to_even() -> None:
    assert written(exact([0.0000000005])) == "0"
    assert written(exact([0.0000000015])) == "0.000000002"
    assert written(exact([123456789.12, 0.000000001])) == "123456789.120000001"


@given(st.lists(st.integers(0, 10**12), max_size=20))
def test_a_sum_of_decimals_is_exact_in_any_order(thousandths: list[int]) -> None:
    values = [each / 1000 for each in thousandths]

    assert exact(values) == exact(values[::-1]) == Decimal(sum(thousandths)) / 1000


@given(st.decimals(0, 10**9, places=9))
def test_what_is_written_is_the_number_without_an_exponent(amount: Decimal) -> None:
    text = written(amount)

    assert Decimal(text) == amount
    assert "E" not in text.upper()
    assert text == "0" or not text.endswith((".", "0")) or "." not in text


def test_midnight_is_utc() -> None:
    assert midnight(TODAY) == datetime(2025, 5, 20, tzinfo=UTC)
