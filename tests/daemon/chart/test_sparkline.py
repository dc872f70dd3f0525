"""A chart of one line of text."""

from daemon.chart import spark
from tests.daemon.chart.traces import trace


def test_the_largest_is_the_highest_and_nothing_is_the_lowest() -> None:
    assert spark(trace(0, 1, 4, 8, None)) == "▁▂▅█·"


def test_something_is_never_drawn_as_nothing() -> None:
    assert spark(trace(0.001, 1000, 0, -5)) == "▂█▁▁"


def test_it_shows_the_last_day() -> None:
    assert len(spark(trace(*[1.0] * 72))) == 24
    assert spark(trace(*[1.0] * 71, 2.0))[-1] == "█"


def test_where_there_is_nothing_to_measure_by_there_is_a_line_of_nothing() -> None:
    assert spark(trace(0, 0)) == "▁▁"
    assert spark(trace(None, None)) == "··"
