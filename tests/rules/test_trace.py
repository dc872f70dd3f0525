"""What a chart shows has one value for each bucket in every column."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rules.trace import Trace

TRACE = Trace(
    start=datetime(2026, 11, 20, tzinfo=UTC),
    width=timedelta(hours=1),
    observed=(1.0, None),
    expected=(2.0, None),
    low=(0.0, 0.0),
    high=(3.0, None),
    breached=(False, True),
    unit="minutes",
)


@pytest.mark.parametrize("column", ["observed", "expected", "low", "high", "breached"])
def test_a_column_that_is_shorter_than_the_others_is_refused(column):
    with pytest.raises(ValueError, match="expected columns of one length"):
        replace(TRACE, **{column: getattr(TRACE, column)[:1]})


def test_a_stretch_without_buckets_is_one_too():
    nothing = dict.fromkeys(("observed", "expected", "low", "high", "breached"), ())

    assert replace(TRACE, **nothing).observed == ()
