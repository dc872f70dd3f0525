"""Judged buckets, as arrays and one by one."""

import numpy as np

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
