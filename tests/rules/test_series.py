"""What is counted, and in which bucket."""

from datetime import UTC, datetime, timedelta

import pytest

from rules.series import Measure, Metric, Series, labels_of


@pytest.mark.parametrize(
    ("offset", "start"),
    [(0, datetime(2025, 5, 20, tzinfo=UTC)), (9, datetime(2025, 5, 20, 15, tzinfo=UTC))],
)
def test_a_day_begins_at_midnight_of_its_zone(offset, start):
    day = timedelta(days=1)
    metric = Metric("tts", "usage", "minutes", Measure.AMOUNT, day, offset=timedelta(hours=offset))

    assert metric.bucket(datetime(2025, 5, 20, 16, 30, tzinfo=UTC)) == start
    assert metric.bucket(start) == start


def test_labels_have_one_order_and_so_series_one_key():
    one = Series("tts", "usage", labels_of({"b": "2", "a": "1"}))
    other = Series("tts", "usage", labels_of({"a": "1", "b": "2"}))

    assert one == other
    assert one.key == "tts/usage{a=1,b=2}"
