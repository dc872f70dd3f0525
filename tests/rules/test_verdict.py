"""Judged buckets, as arrays and one by one."""

from dataclasses import replace

import numpy as np
import pytest

from rules.kinds.threshold import Threshold
from rules.verdict import Outcome, Verdicts, Why
from tests.rules.panels import at, panel


def test_one_verdict_is_addressed_by_its_row_in_the_panel():
    nothing = np.full((1, 1), np.nan)
    verdicts = Verdicts(
        first=2,
        outcome=np.array([[3]], dtype=np.int8),
        expected=np.array([[7.0]]),
        low=nothing,
        high=nothing,
        score=np.array([[0.75]]),
        why=lambda row, column: Why(f"row {row}, column {column}"),
    )
    one = verdicts.one(panel([1.0, 2.0, 30.0]), 2, 0)

    assert (one.at, one.until, one.outcome) == (at(2), at(3), Outcome.BREACH)
    assert (one.observed, one.expected, one.low, one.high, one.score) == (30, 7, None, None, 0.75)
    assert one.why == Why("row 2, column 0")
    assert (one.unit, one.period) == (None, None)


@pytest.mark.parametrize(("begins", "period"), [(1, at(1)), (-20, at(-20))])
def test_a_verdict_may_be_in_a_unit_and_of_a_period_of_its_own(begins, period):
    watched = panel([1.0, 2.0, 30.0])
    judged = Threshold(above=10).judge(watched, slice(2, 3))
    judged = replace(judged, unit="USD", period=np.array([begins]))

    assert (judged.one(watched, 2, 0).unit, judged.one(watched, 2, 0).period) == ("USD", period)
