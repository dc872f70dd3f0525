"""Events are put together again to alerts, each from its opening to its end."""

from daemon.plan.told import Told, alerts_of
from daemon.replay import Span, replay
from rules.alert import Change, Policy
from rules.kinds.threshold import Threshold
from rules.rule import Rule
from tests.daemon.plan.past import HOUR, NOON, past, told
from tests.make import event

RULE = Rule("busy", "voices", Threshold(above=10), policy=Policy(patience=0 * HOUR))


def hours(alerts: list[Told]) -> list[tuple[int, int | None]]:
    return [
        ((one.opened_at - NOON) // HOUR, one.ended_at and (one.ended_at - NOON) // HOUR)
        for one in alerts
    ]


def test_an_alert_goes_from_the_bucket_that_opened_it_to_the_one_that_ended_it() -> None:
    assert hours(told(RULE, past([1, 11, 12, 1, 20, 1]))) == [(1, 3), (4, 5)]


def test_an_alert_that_goes_on_has_no_end() -> None:
    assert hours(told(RULE, past([1, 11, 12]))) == [(1, None)]


def test_each_series_has_alerts_of_its_own() -> None:
    alerts = told(RULE, past([11, 1, 1], [1, 11, 1]))

    assert [(one.series.labels[0][1], one.opened_at) for one in alerts] == [
        ("a", NOON),
        ("b", NOON + HOUR),
    ]


def test_its_worst_may_come_after_its_opening() -> None:
    [alert] = told(RULE, past([11, 50, 12, 1]))

    assert (alert.verdict.observed, alert.worst.observed) == (11, 50)


def test_an_end_without_a_beginning_is_no_alert() -> None:
    _, resolved = replay([RULE], [past([11, 1])], Span())

    assert alerts_of([resolved]) == []


def test_a_worsening_moves_the_step_and_ends_nothing() -> None:
    [alert] = alerts_of([event(Change.OPENED), event(Change.WORSENED)])

    assert (alert.step, alert.ended_at) == (2, None)
