"""An alert that keeps coming back must be calm for longer each time."""

from dataclasses import replace

import numpy as np
import pytest

from rules.alert import Change, Phase, Policy, Watch, advance
from rules.kinds.threshold import Threshold
from rules.verdict import Outcome
from rules.walk import walk
from tests.rules.panels import HOUR, VOICE, at, panel, rule, verdict

OPENED, RESOLVED = Change.OPENED, Change.RESOLVED


def told(values, policy=None):
    """Each change, and the hour it came in."""
    watched = panel(values)
    story = walk(rule(Threshold(above=10), policy), watched, np.zeros(1, dtype=np.intp), {})[0]
    return [(event.change, (event.verdict.at - at(0)) // HOUR) for event in story.events]


def test_it_must_be_calm_for_two_buckets_then_four_then_six():
    back = [30, 1, 30, 1, 1, 30, 1, 1, 1, 1, 30] + [1] * 8

    assert told(back) == [
        (OPENED, 0),
        (RESOLVED, 1),
        (OPENED, 2),
        (RESOLVED, 4),
        (OPENED, 5),
        (RESOLVED, 9),
        (OPENED, 10),
        (RESOLVED, 16),
    ]


def test_what_goes_up_and_down_every_hour_is_told_once_more_and_then_left_open():
    assert told([30, 1] * 40) == [(OPENED, 0), (RESOLVED, 1), (OPENED, 2)]


def test_calm_need_never_last_longer_than_the_patience():
    values = [30, 1, 30, 1, 1, 30, 1, 1, 1]

    assert told(values, Policy(patience=3 * HOUR))[-1] == (RESOLVED, 8)


@pytest.mark.parametrize(("quiet", "needed"), [(5, 2), (6, 1)])
def test_after_six_hours_it_is_news_and_no_return(quiet, needed):
    """Its end is the first of the quiet hours: it opens again so many hours later, less one."""
    opened, resolved = told([30, *[1] * quiet, 30, 1, 1, 1])[2:]

    assert resolved[1] - opened[1] == needed


def test_without_patience_every_calm_ends_it():
    changes = [change for change, _ in told([30, 1] * 3, Policy(patience=0 * HOUR))]

    assert changes == [OPENED, RESOLVED] * 3


def test_what_was_withdrawn_never_was_and_so_does_not_come_back():
    watch = Watch("loud", VOICE, Policy())
    alert, _ = advance(None, verdict(Outcome.BREACH, 0), watch)
    gone = replace(alert, phase=Phase.WITHDRAWN, ended_at=at(0))
    again, _ = advance(gone, verdict(Outcome.BREACH, 1), watch)

    assert again.returns == 0


def test_a_pending_alert_that_came_to_nothing_makes_us_forget_nothing():
    """It opened and ended; a single hour came to nothing; then it opens again, as a return."""
    values = [30, 30, 1, 30, 1, 30, 30, 1, 1]

    assert told(values, Policy(for_=2 * HOUR)) == [
        (OPENED, 1),
        (RESOLVED, 2),
        (OPENED, 6),
        (RESOLVED, 8),
    ]
