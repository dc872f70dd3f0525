"""The life of an alert."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.alert import (
    ANEW,
    Alert,
    Change,
    Phase,
    Policy,
    Watch,
    advance,
    is_live,
    outlived,
    worse,
)
from rules.verdict import Outcome, Verdict
from tests.rules.panels import HOUR, VOICE, at, verdict

BREACH, NORMAL, BETWEEN, UNKNOWN = (
    Outcome.BREACH,
    Outcome.NORMAL,
    Outcome.BETWEEN,
    Outcome.UNKNOWN,
)
AT_ONCE = Watch("loud", VOICE, Policy())


def watch(for_: timedelta = 0 * HOUR, resolve_after: timedelta = 0 * HOUR) -> Watch:
    return Watch("loud", VOICE, Policy(for_, resolve_after))


def after(
    watching: Watch, *outcomes: Outcome, level: bool = False
) -> tuple[Alert | None, list[tuple[int, Change]]]:
    """The alert after these hours, and the hours at which people heard of it."""
    alert, heard = None, []
    for row, outcome in enumerate(outcomes):
        alert, change = advance(alert, verdict(outcome, row, level=level), watching)
        heard += [(row, change)] if change else []
    return alert, heard


def test_a_breach_opens_at_once_where_nothing_asks_for_more():
    alert, heard = after(AT_ONCE, BREACH)

    assert heard == [(0, Change.OPENED)]
    assert alert is not None
    assert (alert.phase, alert.since, alert.opened_at) == (Phase.FIRING, at(0), at(0))


@pytest.mark.parametrize(("hours", "opened"), [(1, 0), (2, 1), (3, 2)])
def test_hourly_amounts_must_be_in_breach_for_as_many_buckets_as_hours(hours, opened):
    alert, heard = after(watch(for_=hours * HOUR), BREACH, BREACH, BREACH, BREACH)

    assert heard == [(opened, Change.OPENED)]
    assert alert is not None
    assert (alert.since, alert.opened_at) == (at(0), at(opened))


@pytest.mark.parametrize(("hours", "opened"), [(0, 0), (1, 1), (2, 2)])
def test_a_level_speaks_for_its_instant_only(hours, opened):
    _, heard = after(watch(for_=hours * HOUR), BREACH, BREACH, BREACH, level=True)

    assert heard == [(opened, Change.OPENED)]


def test_unknown_changes_nothing_in_any_phase():
    pending, _ = after(watch(for_=2 * HOUR), BREACH)
    firing, _ = after(AT_ONCE, BREACH)
    ended, _ = after(AT_ONCE, BREACH, NORMAL)

    for alert in (None, pending, firing, ended):
        assert advance(alert, verdict(UNKNOWN, 9), AT_ONCE) == (alert, None)


@pytest.mark.parametrize("outcome", [NORMAL, BETWEEN])
def test_a_pending_alert_is_dropped_by_anything_but_a_breach(outcome):
    alert, heard = after(watch(for_=3 * HOUR), BREACH, BREACH, outcome)

    assert alert is None
    assert heard == []


@pytest.mark.parametrize("outcome", [NORMAL, BETWEEN])
def test_an_ended_alert_stays_as_it_was_until_the_next_breach(outcome):
    ended, _ = after(AT_ONCE, BREACH, NORMAL)

    assert advance(ended, verdict(outcome, 5), AT_ONCE) == (ended, None)


def test_the_next_breach_after_the_end_is_an_alert_of_its_own():
    alert, heard = after(AT_ONCE, BREACH, NORMAL, BREACH)

    assert [change for _, change in heard] == [Change.OPENED, Change.RESOLVED, Change.OPENED]
    assert alert is not None
    assert (alert.since, alert.ended_at) == (at(2), None)


@pytest.mark.parametrize(("hours", "resolved"), [(0, 1), (1, 1), (2, 2), (3, 3)])
def test_calm_must_last_as_long_as_the_policy_asks(hours, resolved):
    alert, heard = after(watch(resolve_after=hours * HOUR), BREACH, NORMAL, NORMAL, NORMAL)

    assert heard[1:] == [(resolved, Change.RESOLVED)]
    assert alert is not None
    assert (alert.phase, alert.ended_at, alert.calm_since) == (
        Phase.RESOLVED,
        at(resolved),
        at(1),
    )


@pytest.mark.parametrize("between", [BREACH, BETWEEN])
def test_calm_that_is_broken_begins_anew(between):
    alert, heard = after(watch(resolve_after=2 * HOUR), BREACH, NORMAL, between, NORMAL)

    assert heard[1:] == []
    assert alert is not None
    assert alert.calm_since == at(3)


def test_between_leaves_a_firing_alert_firing_and_its_calm_forgotten():
    alert, _ = after(watch(resolve_after=3 * HOUR), BREACH, NORMAL, BETWEEN)

    assert alert is not None
    assert (alert.phase, alert.calm_since, alert.judged_at) == (Phase.FIRING, None, at(2))


def test_calm_in_the_very_bucket_it_began_at_withdraws_it():
    firing, _ = after(AT_ONCE, BREACH)
    alert, change = advance(firing, verdict(NORMAL, 0), AT_ONCE)

    assert change is Change.WITHDRAWN
    assert alert is not None
    assert (alert.phase, alert.ended_at) == (Phase.WITHDRAWN, at(0))


def test_judging_the_same_breach_again_changes_nothing():
    for watching in (AT_ONCE, watch(for_=2 * HOUR)):
        alert, _ = after(watching, BREACH)

        assert advance(alert, verdict(BREACH, 0), watching) == (alert, None)


def test_a_bucket_told_again_replaces_its_own_worst():
    firing, _ = advance(None, verdict(BREACH, 0, value=9, score=0.9), AT_ONCE)
    alert, _ = advance(firing, verdict(BREACH, 0, value=5, score=0.7), AT_ONCE)

    assert alert is not None
    assert alert.worst.observed == alert.latest.observed == 5


def test_the_worst_is_the_highest_score_and_then_the_largest_number():
    low, high = verdict(BREACH, 0, score=0.7), verdict(BREACH, 1, score=0.8)
    small, large = verdict(BREACH, 0, value=3), verdict(BREACH, 1, value=-4)

    assert worse(low, high) == worse(high, low) == high
    assert worse(small, large) == worse(large, small) == large
    assert worse(low, replace(low, at=at(7))) == low


def test_the_latest_verdict_moves_on_while_the_worst_stays():
    alert, _ = advance(None, verdict(BREACH, 0, score=0.9), AT_ONCE)
    alert, _ = advance(alert, verdict(BREACH, 1, score=0.6), AT_ONCE)

    assert alert is not None
    assert (alert.latest.at, alert.worst.at, alert.judged_at) == (at(1), at(0), at(1))


def test_only_what_is_pending_or_firing_is_live():
    pending, _ = after(watch(for_=2 * HOUR), BREACH)
    firing, _ = after(AT_ONCE, BREACH)
    ended, _ = after(AT_ONCE, BREACH, NORMAL)

    assert [is_live(alert) for alert in (None, pending, firing, ended)] == [
        False,
        True,
        True,
        False,
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(list(Outcome)), max_size=25), st.integers(0, 3), st.integers(0, 3))
def test_opened_and_ended_take_turns_beginning_with_opened(outcomes, for_, resolve_after):
    _, heard = after(watch(for_ * HOUR, resolve_after * HOUR), *outcomes)

    assert [change is Change.OPENED for _, change in heard] == [
        number % 2 == 0 for number in range(len(heard))
    ]


def test_calm_in_a_bucket_before_its_first_ends_nothing():
    """It settled late; the alert began in a later bucket that was already too much."""
    for watching in (AT_ONCE, watch(for_=3 * HOUR)):
        began, _ = advance(None, verdict(BREACH, 5), watching)

        for outcome in (NORMAL, BETWEEN, UNKNOWN):
            assert advance(began, verdict(outcome, 4), watching) == (began, None)


def test_a_breach_before_its_first_bucket_moves_the_beginning_until_people_were_told():
    watching = watch(for_=2 * HOUR)
    pending, _ = advance(None, verdict(BREACH, 5), watching)
    moved, change = advance(pending, verdict(BREACH, 4, score=0.9), watching)
    opened, opening = advance(moved, verdict(BREACH, 5), watching)
    firing, _ = advance(None, verdict(BREACH, 5), AT_ONCE)
    same, nothing = advance(firing, verdict(BREACH, 4, score=0.9), AT_ONCE)

    assert (moved.since, change) == (at(4), None)
    assert (opened.since, opening) == (at(4), Change.OPENED)
    assert (same.since, same.worst.score, nothing) == (at(5), 0.9, None)


def stepped(watching: Watch, *steps: int) -> tuple[Alert | None, list[tuple[int, Change]]]:
    """The alert after these hours, each of which passed so many limits; none is calm."""
    alert, heard = None, []
    for row, step in enumerate(steps):
        judged = replace(verdict(BREACH if step else NORMAL, row), step=max(step, 1))
        alert, change = advance(alert, judged, watching)
        heard += [(row, change)] if change else []
    return alert, heard


@pytest.mark.parametrize(
    ("steps", "worsened"),
    [((1, 1, 1), []), ((1, 2, 2), [1]), ((1, 2, 1, 2), [1]), ((1, 3, 2), [1]), ((1, 2, 3), [1, 2])],
)
def test_each_further_limit_is_told_once_however_often_it_is_passed(steps, worsened):
    alert, heard = stepped(AT_ONCE, *steps)

    assert heard == [(0, Change.OPENED), *((row, Change.WORSENED) for row in worsened)]
    assert alert is not None
    assert alert.step == max(steps)


def test_what_opens_beyond_its_second_limit_is_opened_and_nothing_else():
    alert, heard = stepped(AT_ONCE, 2, 1, 2)

    assert heard == [(0, Change.OPENED)]
    assert alert is not None
    assert alert.step == 2


def test_a_limit_that_was_passed_before_anyone_was_told_may_still_be_told():
    alert, heard = stepped(watch(for_=2 * HOUR), 2, 1, 2)

    assert heard == [(1, Change.OPENED), (2, Change.WORSENED)]
    assert alert is not None
    assert alert.step == 2


def test_the_next_alert_begins_with_the_first_limit_again():
    _, heard = stepped(AT_ONCE, 2, 0, 1, 2)

    assert [change for _, change in heard] == [
        Change.OPENED,
        Change.RESOLVED,
        Change.OPENED,
        Change.WORSENED,
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=25), st.integers(0, 2))
def test_worse_is_only_told_between_an_opening_and_its_end_and_only_rises(steps, for_):
    alert, highest = None, 0
    for row, step in enumerate(steps):
        judged = replace(verdict(BREACH if step else NORMAL, row), step=max(step, 1))
        before = alert
        alert, change = advance(alert, judged, watch(for_ * HOUR))
        if change is Change.OPENED:
            highest = step
        if change is Change.WORSENED:
            assert before is not None
            assert before.phase is Phase.FIRING
            assert step > highest
            highest = step
        if alert is not None and alert.phase is Phase.FIRING:
            assert alert.step == highest


def test_what_opened_it_is_kept_and_not_what_came_before_or_after():
    pending, _ = after(watch(for_=2 * HOUR), BREACH)
    alert, _ = after(watch(for_=2 * HOUR), BREACH, BREACH, BREACH, NORMAL)

    assert pending is not None
    assert pending.opening is None
    assert alert is not None
    assert alert.opening == verdict(BREACH, 1)


def test_a_bucket_that_opened_it_while_it_filled_is_kept_as_it_was_when_whole():
    filling, _ = advance(None, verdict(BREACH, 0, value=5, score=0.9), AT_ONCE)
    alert, _ = advance(filling, verdict(BREACH, 0, value=9, score=0.7), AT_ONCE)
    alert, _ = advance(alert, verdict(BREACH, 1, value=20), AT_ONCE)

    assert alert is not None
    assert alert.opening == verdict(BREACH, 0, value=9, score=0.7)


def of_period(outcome: Outcome, row: int, begins: int) -> Verdict:
    return replace(verdict(outcome, row), period=at(begins))


@pytest.mark.parametrize("outcome", [BREACH, BETWEEN, NORMAL])
def test_whatever_a_new_period_begins_with_ends_the_alert_of_the_one_before(
    outcome: Outcome,
) -> None:
    alert, _ = advance(None, of_period(BREACH, 3, 0), watch(resolve_after=9 * HOUR))
    ended = outlived(alert, of_period(outcome, 7, 6))

    assert ended is not None
    assert (ended.phase, ended.ended_at, ended.calm_since) == (Phase.RESOLVED, at(7), at(6))
    assert (ended.latest.at, ended.latest.why) == (at(7), ANEW)


@pytest.mark.parametrize(("row", "begins"), [(5, 0), (5, 3), (2, -4)])
def test_within_its_own_period_or_before_it_an_alert_is_not_outlived(row: int, begins: int) -> None:
    alert, _ = advance(None, of_period(BREACH, 3, 0), AT_ONCE)

    assert outlived(alert, of_period(BREACH, row, begins)) is None


def test_what_is_not_told_of_a_new_period_or_knows_none_ends_nothing() -> None:
    alert, _ = advance(None, of_period(BREACH, 3, 0), AT_ONCE)
    ended, _ = advance(alert, of_period(NORMAL, 4, 0), AT_ONCE)

    assert outlived(alert, of_period(UNKNOWN, 7, 6)) is None
    assert outlived(alert, verdict(BREACH, 7)) is None
    assert outlived(ended, of_period(BREACH, 7, 6)) is None
    assert outlived(None, of_period(BREACH, 7, 6)) is None


def test_calm_that_began_before_the_new_period_is_kept() -> None:
    calm, _ = advance(None, of_period(BREACH, 3, 0), watch(resolve_after=9 * HOUR))
    calm, _ = advance(calm, of_period(NORMAL, 4, 0), watch(resolve_after=9 * HOUR))
    ended = outlived(calm, of_period(BREACH, 7, 6))

    assert ended is not None
    assert ended.calm_since == at(4)


def test_a_bucket_of_the_period_before_that_settles_late_is_not_of_this_alert() -> None:
    alert, _ = advance(None, of_period(BREACH, 6, 6), watch(for_=5 * HOUR))

    assert advance(alert, of_period(BREACH, 5, 0), AT_ONCE) == (alert, None)
