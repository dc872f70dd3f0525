"""A metric comes back from its row as it went in, and another grid is another panel."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from daemon.store.grid import columns_of, is_of, labels_in, metric_of
from rules.series import Absent, Measure, Metric

HOURS = Metric(
    "tts", "minutes", "min", Measure.AMOUNT, timedelta(hours=1), Absent.ZERO, timedelta(hours=9)
)


@pytest.mark.parametrize(
    "metric", [HOURS, replace(HOURS, measure=Measure.LEVEL, absent=Absent.UNKNOWN)]
)
def test_a_metric_survives_its_row(metric: Metric) -> None:
    assert metric_of(SimpleNamespace(**columns_of(metric))) == metric  # type: ignore[arg-type]


def test_what_tells_panels_apart_is_the_source_the_name_and_the_grid() -> None:
    days = replace(HOURS, width=timedelta(days=1))
    renamed = replace(HOURS, unit="minutes", absent=Absent.UNKNOWN)

    assert str(is_of(HOURS).compile().params) == str(is_of(renamed).compile().params)
    assert str(is_of(HOURS).compile().params) != str(is_of(days).compile().params)


def test_labels_are_in_their_one_order() -> None:
    assert labels_in('{"b": "1", "a": "2"}') == (("a", "2"), ("b", "1"))
