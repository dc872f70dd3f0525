"""Each value of a dial is tried over the past, and the suggestion keeps to what was asked for."""

from datetime import timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from daemon.replay import Span
from daemon.tune.dial import Value
from daemon.tune.trial import LEAST, Past, Trial, Tuning, suggested, tune
from rules.kinds.spike import Spike
from rules.kinds.threshold import Threshold
from rules.panel import Panel
from rules.rule import Rule
from tests.daemon.plan.past import HOUR, past, told

DAYS = 28
RULE = Rule("busy", "voices", Threshold(above=10))


def peaks(*heights: float, days: int = DAYS) -> Panel:
    """One calm voice, with a peak a day."""
    values = np.ones(days * 24)
    values[np.arange(len(heights)) * 24 + 5] = heights
    return past(values.tolist())


def silently(_rule: Rule, _value: Value) -> None:
    pass


def tuned(panel: Panel, rule: Rule = RULE, per_week: float = 1) -> Tuning:
    [tuning] = tune(rule, Past([panel], Span()), per_week, silently)
    return tuning


def trial(value: float, alerts: int, *, present: bool = False) -> Trial:
    [one] = told(RULE, past([11]))
    return Trial(value, RULE, (one,) * alerts, present)


def taken(*counts: int, most: float, present: int | None = None) -> float | None:
    trials = [trial(n, alerts, present=n == present) for n, alerts in enumerate(counts)]
    found = suggested(trials, most)
    return None if found is None else float(found.value)  # type: ignore[arg-type]


def test_the_most_sensitive_that_keeps_to_the_number_asked_for_is_suggested() -> None:
    assert taken(9, 5, 4, 3, most=4) == 2
    assert taken(9, 5, 4, 3, most=3.9) == 3
    assert taken(9, 5, 4, 3, most=2) is None


def test_of_those_that_tell_as_many_the_one_in_the_middle_is_suggested() -> None:
    assert taken(9, 3, 3, 3, 1, most=4) == 2
    assert taken(9, 3, 3, 1, most=4) == 2


def test_what_is_set_stays_where_the_past_knows_no_difference() -> None:
    assert taken(9, 3, 3, 3, 1, most=4, present=3) == 3
    assert taken(9, 3, 3, 3, 1, most=4, present=4) == 2


def test_a_least_sensitive_one_that_tells_more_hides_none_of_the_others() -> None:
    assert taken(42, 16, 7, 7, 9, most=8) == 3
    assert taken(42, 16, 9, most=8) is None


def test_what_tells_little_because_its_alerts_never_end_is_not_suggested() -> None:
    assert taken(1, 20, 4, 3, most=4) == 2
    assert taken(1, 4, 3, most=4) == 1


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.integers(0, 30))
def test_what_is_suggested_never_tells_more_than_asked_for(counts: list[int], most: int) -> None:
    counts = sorted(counts, reverse=True)
    found = taken(*counts, most=most)

    assert (found is None) == (min(counts) > most)
    if found is not None:
        assert counts[int(found)] == max(each for each in counts if each <= most)


def test_every_value_of_the_dial_is_tried_the_present_one_too() -> None:
    asked: list[Value] = []
    [tuning] = tune(RULE, Past([peaks(20, 30)], Span()), 1, lambda _, value: asked.append(value))

    assert asked == [trial.value for trial in tuning.trials] == list(tuning.dial.values)
    assert (tuning.present.value, len(tuning.present.alerts)) == (10, 2)
    assert tuning.judged.series == 1
    assert tuning.judged.judged == tuning.judged.held == DAYS * 24 * HOUR


def test_what_is_lost_and_won_is_the_difference_to_what_is_set() -> None:
    tuning = tuned(peaks(*[20.0] * 20, 3000, 5000, 4000))

    assert tuning.suggested is not None
    assert len(tuning.suggested.alerts) <= DAYS / 7
    assert [one.told.worst.observed for one in tuning.lost()] == [20.0] * 20
    assert tuning.won() == []


def test_a_more_sensitive_setting_wins_alerts() -> None:
    tuning = tuned(peaks(20, 30, 40), Rule("busy", "voices", Threshold(above=1000)))

    assert [one.told.worst.observed for one in tuning.won()] == [40.0, 30.0, 20.0]
    assert tuning.lost() == []


def test_with_less_than_two_weeks_judged_nothing_is_suggested() -> None:
    days = LEAST // timedelta(days=1)

    assert tuned(peaks(20, days=days)).suggested is not None
    less = tuned(peaks(20, days=days - 1))
    assert (less.suggested, less.lost(), less.won()) == (None, [], [])


def test_what_a_rule_cannot_judge_yet_does_not_count_as_judged() -> None:
    [tuning, *_] = tune(Rule("spike", "voices", Spike()), Past([peaks(20)], Span()), 1, silently)

    assert tuning.judged.judged < tuning.judged.held


def test_only_the_span_is_tried() -> None:
    panel = peaks(20, 30, 40)
    [tuning] = tune(RULE, Past([panel], Span(panel.at(48))), 9, silently)

    assert len(tuning.present.alerts) == 1
    assert tuning.judged.judged == (DAYS - 2) * 24 * HOUR


def test_the_smallest_that_is_told_is_the_one_with_the_lowest_worst() -> None:
    smallest = tuned(peaks(20, 15, 40)).present.smallest

    assert smallest is not None
    assert smallest.worst.observed == 15
    assert trial(1, 0).smallest is None


def test_a_source_of_which_nothing_is_held_is_judged_for_no_time() -> None:
    assert tuned(peaks(20), Rule("low", "credits", Threshold(below=5))).judged.judged == timedelta()


def test_the_past_of_many_series_is_looked_at_in_pieces_and_counted_once() -> None:
    wide = past(*[[1.0, 2.0]] * 3)
    [tuning] = tune(RULE, Past([wide], Span()), 1, silently)

    assert tuning.judged.judged == 2 * HOUR
    assert tuning.judged.observed is not None
    assert sorted(tuning.judged.observed) == [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]
