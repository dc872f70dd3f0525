"""A balance that is read now and then is drawn as what stood all along."""

from daemon.chart import drawn, spark
from daemon.chart.held import held, pace
from daemon.chart.letters import outline
from tests.daemon.chart.traces import limited, trace

NOW_AND_THEN = (3.0, None, None, 4.0, None, None, 7.0, None)


def test_what_is_read_every_third_bucket_holds_until_it_is_read_again() -> None:
    kept = held(limited(*NOW_AND_THEN))

    assert pace(limited(*NOW_AND_THEN)) == 3
    assert kept.observed == (3.0, 3.0, 3.0, 4.0, 4.0, 4.0, 7.0, 7.0)
    assert kept.breached == (False,) * 6 + (True, True)


def test_a_look_that_failed_stays_a_gap() -> None:
    kept = held(trace(3.0, None, 4.0, None, 5.0, None, None, None, 6.0))

    assert kept.observed == (3.0, 3.0, 4.0, 4.0, 5.0, 5.0, None, None, 6.0)


def test_where_every_bucket_is_told_nothing_is_made_up() -> None:
    told = trace(1.0, 2.0, None, 4.0)

    assert pace(told) == 1
    assert held(told) == told


def test_what_was_told_once_or_never_is_not_carried_anywhere() -> None:
    for few in (trace(None, 3.0, None), trace(None, None), trace(3.0, None, 4.0)):
        assert held(few) == few


def test_a_line_of_letters_has_a_bar_for_each_look() -> None:
    assert spark(trace(*NOW_AND_THEN)) == "▄▅█"


def test_the_chart_says_how_often_it_was_read() -> None:
    minutes = limited(*NOW_AND_THEN)

    assert outline("minutes, every 3 hours") in drawn(minutes, "Credits")
    assert outline("minutes, hour by hour") in drawn(trace(1.0, 2.0, 3.0), "Credits")
