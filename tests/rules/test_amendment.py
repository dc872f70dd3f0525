"""When a vendor revises what was judged."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.alert import Change, Phase, Policy
from rules.kinds.threshold import Threshold
from rules.verdict import Outcome
from tests.rules.panels import HOUR, NAN, VOICE, Steps, at, panel, rule
from tests.rules.test_engine import LIMIT, Daemon, told

LATE = rule(Threshold(above=10), Policy(for_=2 * HOUR))
CALM = rule(Threshold(above=10), Policy(resolve_after=2 * HOUR))


def amended(before, after, asked=LIMIT, rows=None):
    """What a daemon says when a history becomes another one, and the daemon."""
    daemon = Daemon(asked)
    daemon.since = at(0)
    daemon.poll(panel(before))
    changed = [
        row
        for row, pair in enumerate(zip(before, after, strict=False))
        if pair[0] != pair[1] and not (np.isnan(pair[0]) and np.isnan(pair[1]))
    ]
    judged = daemon.poll(panel(after), revised=[(row, 0) for row in rows or changed])
    return told(judged.events), daemon


def test_still_firing_is_no_news_and_keeps_its_identity():
    events, daemon = amended([30, 30, 30], [40, 30, 30])

    assert events == []
    alert = daemon.alerts[VOICE]
    assert (alert.since, alert.opened_at, alert.worst.observed) == (at(0), at(0), 40)


def test_an_earlier_beginning_does_not_change_the_identity_of_what_is_firing():
    events, daemon = amended([1, 30, 30], [30, 30, 30])

    assert events == []
    assert (daemon.alerts[VOICE].since, daemon.alerts[VOICE].opened_at) == (at(1), at(1))


def test_a_later_beginning_does_not_change_the_identity_either():
    events, daemon = amended([30, 30, 30], [1, 30, 30])

    assert events == []
    assert (daemon.alerts[VOICE].since, daemon.alerts[VOICE].worst.at) == (at(0), at(1))


def test_a_firing_alert_whose_numbers_are_taken_back_is_withdrawn():
    events, daemon = amended([1, 30], [1, 2])

    assert events == [(Change.WITHDRAWN, at(1), at(1))]
    alert = daemon.alerts[VOICE]
    assert (alert.phase, alert.ended_at, alert.latest.observed) == (Phase.WITHDRAWN, at(1), 2)


def test_a_firing_alert_that_was_over_already_is_resolved():
    events, daemon = amended([30, 30, 30], [30, 1, 1])

    assert events == [(Change.RESOLVED, at(0), at(1))]
    assert daemon.alerts[VOICE].phase is Phase.RESOLVED


def test_an_ended_alert_whose_numbers_are_taken_back_is_withdrawn_once():
    events, daemon = amended([1, 30, 1], [1, 2, 1])
    again = daemon.poll(panel([1, 3, 1]), revised=[(1, 0)])

    assert events == [(Change.WITHDRAWN, at(1), at(1))]
    assert (again.events, again.alerts) == ((), ())


def test_an_ended_alert_that_still_happened_is_no_news():
    events, daemon = amended([1, 30, 1], [1, 50, 1])

    assert events == []
    assert (daemon.alerts[VOICE].phase, daemon.alerts[VOICE].worst.observed) == (
        Phase.RESOLVED,
        50,
    )


def test_a_breach_nobody_was_told_of_is_told_with_its_end():
    events, _ = amended([1, 1, 1], [1, 30, 1])

    assert events == [(Change.OPENED, at(1), at(1)), (Change.RESOLVED, at(1), at(2))]


def test_a_breach_nobody_was_told_of_that_lasts_is_told():
    events, daemon = amended([1, 1, 1], [1, 30, 30])

    assert events == [(Change.OPENED, at(1), at(1))]
    assert daemon.alerts[VOICE].phase is Phase.FIRING


def test_a_breach_after_the_end_of_a_told_one_is_an_alert_of_its_own():
    events, daemon = amended([30, 1, 1, 1], [31, 1, 1, 30])

    assert events == [(Change.OPENED, at(3), at(3))]
    assert daemon.alerts[VOICE].since == at(3)


def test_what_was_told_as_over_but_goes_on_is_opened_anew_where_it_was_told_to_end():
    events, _ = amended([30, 1, 1], [30, 30, 30])

    assert events == [(Change.OPENED, at(1), at(1))]


def test_what_came_later_does_not_speak_for_an_alert_whose_numbers_are_taken_back():
    events, _ = amended([1, 30, 1, 1], [1, 2, 1, 30])

    assert events == [(Change.WITHDRAWN, at(1), at(1)), (Change.OPENED, at(3), at(3))]


def test_an_alert_that_ended_before_the_revision_is_left_alone():
    events, daemon = amended([30, 1, 1, 1], [30, 1, 1, 2])

    assert events == []
    assert daemon.alerts[VOICE].ended_at == at(1)


def test_a_withdrawn_alert_whose_numbers_return_is_opened():
    _, daemon = amended([1, 30, 1], [1, 2, 1])
    events = daemon.poll(panel([1, 30, 1]), revised=[(1, 0)]).events

    assert told(events) == [(Change.OPENED, at(1), at(1)), (Change.RESOLVED, at(1), at(2))]


def test_an_earlier_alert_is_not_told_again_because_a_later_one_is_live():
    events, daemon = amended([30, 1, 30], [40, 1, 30])

    assert events == []
    assert daemon.alerts[VOICE].since == at(2)


def test_a_firing_alert_that_would_not_be_old_enough_is_withdrawn_and_waits():
    events, daemon = amended([30, 30], [1, 30], LATE)

    assert events == [(Change.WITHDRAWN, at(0), at(0))]
    alert = daemon.alerts[VOICE]
    assert (alert.phase, alert.since) == (Phase.PENDING, at(1))


def test_a_withdrawn_alert_is_not_taken_for_one_that_waits_since_the_same_bucket():
    events, daemon = amended([30, 30], [30, NAN], LATE)

    assert events == [(Change.WITHDRAWN, at(0), at(0))]
    assert daemon.alerts[VOICE].phase is Phase.WITHDRAWN


def test_a_pending_alert_was_told_to_nobody_and_may_move():
    events, daemon = amended([1, 30], [30, 30], LATE)

    assert events == [(Change.OPENED, at(0), at(1))]
    assert daemon.alerts[VOICE].since == at(0)


def test_a_pending_alert_may_come_to_nothing():
    events, daemon = amended([1, 30], [1, 1], LATE)

    assert events == []
    assert daemon.alerts == {}


def test_a_withdrawal_for_want_of_numbers_remembers_the_last_one():
    events, daemon = amended([1, 30], [1, NAN])

    assert events == [(Change.WITHDRAWN, at(1), at(1))]
    assert daemon.alerts[VOICE].latest.observed == 30


def test_calm_that_is_not_yet_long_enough_is_taken_over():
    events, daemon = amended([30, 30, 30], [30, 30, 1], CALM)

    assert events == []
    assert daemon.alerts[VOICE].calm_since == at(2)


def test_an_alert_older_than_the_panel_is_judged_by_what_is_left_of_it():
    daemon = Daemon(LIMIT)
    daemon.since = at(-3)
    daemon.poll(panel([30, 30]))
    daemon.keep_only(replace(daemon.alerts[VOICE], since=at(-2)))
    events = daemon.poll(panel([1, 1]), revised=[(0, 0), (1, 0)]).events

    assert told(events) == [(Change.WITHDRAWN, at(-2), at(0))]


def test_only_the_revised_series_are_gone_over():
    daemon = Daemon(LIMIT)
    daemon.since = at(0)
    daemon.poll(panel([1, 1], [1, 1]))
    judged = daemon.poll(panel([30, 30], [30, 30]), revised=[(1, 1), (0, 1)])

    assert [event.alert.series.labels for event in judged.events] == [(("voice_id", "v1"),)]


def test_a_series_the_rule_does_not_want_is_not_gone_over():
    events, _ = amended([1, 1], [1, 30], rule(Threshold(above=10), voice_id=("v7",)))

    assert events == []


def test_new_buckets_are_judged_in_the_same_walk():
    events, _ = amended([1, 1], [1, 30, 30, 1])

    assert events == [(Change.OPENED, at(1), at(1)), (Change.RESOLVED, at(1), at(3))]


HISTORY = st.lists(st.sampled_from([0.0, 9.0, 11.0, 30.0]), min_size=1, max_size=12)


@settings(max_examples=80, deadline=None)
@given(HISTORY, st.lists(st.tuples(st.integers(0, 11), st.sampled_from([0.0, 30.0])), max_size=6))
def test_nobody_is_told_twice_and_the_end_agrees_with_the_numbers(values, revisions):
    daemon = Daemon(rule(Threshold(above=10), Policy(patience=0 * HOUR)))
    daemon.since = at(0)
    now = list(values)
    daemon.poll(panel(now))
    for row, value in revisions:
        if row < len(now) and now[row] != value:
            now[row] = value
            daemon.poll(panel(now), revised=[(row, 0)])
    changes = [event.change for event in daemon.events]
    alert = daemon.alerts.get(VOICE)

    for before, after in pairwise(changes):
        assert not (before is Change.OPENED and after is Change.OPENED)
    assert (alert is not None and alert.phase is Phase.FIRING) == (now[-1] > 10)


@pytest.mark.parametrize("rows", [[0], [2, 0, 1]])
def test_the_order_in_which_revisions_are_told_does_not_matter(rows):
    events, _ = amended([1, 1, 1], [30, 1, 1], rows=rows)

    assert events == [(Change.OPENED, at(0), at(0)), (Change.RESOLVED, at(0), at(1))]


@pytest.mark.parametrize("now", [[25], [25, 15], [15, 25]])
def test_a_revision_that_passes_the_next_limit_says_so_once(now):
    before = [15] * len(now)
    events, daemon = amended(before, now, rule(Steps()))
    again = daemon.poll(panel([26] * len(now)), revised=[(0, 0)])

    assert [change for change, _, _ in events] == [Change.WORSENED]
    assert daemon.events[-1].verdict.observed == 25
    assert (again.events, daemon.alerts[VOICE].step) == ((), 2)


def test_a_revision_that_falls_back_behind_a_limit_says_nothing_and_forgets_nothing():
    events, daemon = amended([25, 25], [15, 15], rule(Steps()))
    again = daemon.poll(panel([15, 15, 25]))

    assert (events, again.events) == ([], ())
    assert daemon.alerts[VOICE].step == 2


def test_a_revision_that_ends_it_is_told_as_the_end_alone():
    events, _ = amended([15, 15], [25, 1], rule(Steps()))

    assert [change for change, _, _ in events] == [Change.RESOLVED]


def test_a_revision_does_not_change_what_is_kept_of_why_it_opened():
    _, daemon = amended([15, 15], [25, 15], rule(Steps()))

    assert daemon.alerts[VOICE].opening.observed == 15
    assert daemon.alerts[VOICE].worst.observed == 25


def days_of(*days):
    """Two hours of each of these days are used, the rest is nothing."""
    hours = np.zeros((len(days), 24))
    hours[:, 0], hours[:, 1] = np.array(days).T
    return hours.ravel()


DAILY = rule(Threshold(above=10, per="day"))


def test_a_revision_that_comes_with_a_new_period_does_not_carry_the_alert_into_it():
    before = days_of((20, 1), (0, 0))[:24]
    daemon = Daemon(DAILY)
    daemon.since = at(0)
    daemon.poll(panel(before))
    events = daemon.poll(panel(days_of((20, 2), (20, 2))), revised=[(1, 0)]).events

    assert told(events) == [
        (Change.RESOLVED, at(0), at(24)),
        (Change.OPENED, at(24), at(24)),
    ]
    assert daemon.alerts[VOICE].since == at(24)


def test_what_is_taken_back_of_a_period_leaves_the_next_as_it_is():
    daemon = Daemon(DAILY)
    daemon.since = at(0)
    daemon.poll(panel(days_of((20, 1))))
    events = daemon.poll(panel(days_of((2, 1), (20, 2))), revised=[(0, 0)]).events

    assert told(events) == [
        (Change.WITHDRAWN, at(0), at(0)),
        (Change.OPENED, at(24), at(24)),
    ]


def test_a_revision_of_the_period_before_does_not_touch_the_alert_of_this_one():
    daemon = Daemon(DAILY)
    daemon.since = at(0)
    daemon.poll(panel(days_of((20, 1), (20, 1))))
    events = daemon.poll(panel(days_of((20, 9), (20, 1))), revised=[(1, 0)]).events

    assert events == ()
    assert daemon.alerts[VOICE].since == at(24)
    assert daemon.alerts[VOICE].phase is Phase.FIRING


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 30), min_size=1, max_size=12))
def test_with_revisions_at_every_poll_opened_and_ended_still_take_turns(seed, polls):
    rng = np.random.default_rng(seed)
    values = rng.gamma(0.3, 6, 96)
    daemon = Daemon(DAILY)
    daemon.since = at(0)
    for end in [*np.minimum(np.cumsum(polls), 96).tolist(), 96]:
        row = int(rng.integers(0, end))
        values[row] = rng.gamma(0.3, 6)
        daemon.poll(panel(values[:end], filling=1), revised=[(row, 0)])
    changes = [event.change for event in daemon.events]

    assert [change is Change.OPENED for change in changes] == [
        place % 2 == 0 for place in range(len(changes))
    ]
    live = [alert for alert in daemon.kept.values() if alert.phase is Phase.FIRING]
    assert len(live) <= 1
    assert all(alert.since >= at(72) for alert in live) or not live


def test_a_revision_forgets_nothing_of_how_often_an_alert_came_back():
    """It had come back twice, and so must be calm for four hours; a revision of its last breach
    does not end it after one."""
    daemon = Daemon(LIMIT)
    daemon.since = at(0)
    values = [30, 1, 30, 1, 1, 30, 20, 1, 1]
    daemon.poll(panel(values))
    before = daemon.alerts[VOICE]
    values[6] = 25
    daemon.poll(panel(values), revised=[(6, 0)])

    assert before.returns == 2
    assert [event.change for event in daemon.events].count(Change.RESOLVED) == 2
    assert daemon.alerts[VOICE].returns == 2
    assert daemon.alerts[VOICE].phase is Phase.FIRING


def test_what_is_not_told_any_more_is_withdrawn_with_the_numbers_that_people_know():
    """There is no number to tell of now: not zero, and not one that is none."""
    daemon = Daemon(LIMIT)
    daemon.since = at(0)
    daemon.poll(panel([1, 30]))
    (event,) = daemon.poll(panel([1, NAN, 1]), revised=[(1, 0)]).events

    assert event.change is Change.WITHDRAWN
    assert event.verdict.outcome is Outcome.UNKNOWN
    assert (event.verdict.observed, event.verdict.at) == (30.0, at(1))
    assert event.verdict.why.reason == "The vendor tells nothing of it any more."
