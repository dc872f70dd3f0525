"""Through a panel bucket by bucket, but only where an alert may change."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import numpy as np
import pytest

import rules.walk
from rules.alert import Change, Policy
from rules.kinds.spike import Spike
from rules.kinds.threshold import Threshold
from rules.series import Measure
from rules.walk import walk
from tests.rules.panels import HOUR, at, panel, rule

LIMIT = rule(Threshold(above=10))


def begin(watched, row=0):
    return np.full(len(watched.series), row)


def heard(stories, column=0):
    return [(event.change, event.verdict.at) for event in stories[column].events]


def test_quiet_series_have_no_story():
    watched = panel([1, 2, 3], [1, 20, 3], [4, 5, 6])

    assert walk(LIMIT, watched, begin(watched), {}).keys() == {1}


def test_a_story_tells_every_alert_on_the_way():
    watched = panel([20, 1, 30, 1, 40])
    impatient = rule(Threshold(above=10), Policy(patience=timedelta(0)))
    story = walk(impatient, watched, begin(watched), {})[0]

    assert [alert.since for alert in story.alerts()] == [at(0), at(2), at(4)]
    assert [event.change for event in story.events] == [
        Change.OPENED,
        Change.RESOLVED,
        Change.OPENED,
        Change.RESOLVED,
        Change.OPENED,
    ]


def test_a_column_is_not_judged_before_its_beginning():
    watched = panel([20, 1, 30], [20, 1, 30])
    stories = walk(LIMIT, watched, np.array([0, 1]), {})

    assert heard(stories, 0)[0] == (Change.OPENED, at(0))
    assert heard(stories, 1) == [(Change.OPENED, at(2))]


def test_a_filling_bucket_can_be_too_much_but_never_calm():
    watched = panel([20, 1], [1, 20], filling=1)
    stories = walk(LIMIT, watched, begin(watched), {})

    assert heard(stories, 0) == [(Change.OPENED, at(0))]
    assert heard(stories, 1) == [(Change.OPENED, at(1))]


@pytest.mark.parametrize(("measure", "opened"), [(Measure.AMOUNT, False), (Measure.LEVEL, True)])
def test_only_a_level_can_be_too_little_while_its_bucket_fills(measure, opened):
    watched = panel([5, 1], measure=measure, filling=1)
    stories = walk(rule(Threshold(below=2)), watched, begin(watched), {})

    assert (0 in stories) is opened


@dataclass(frozen=True)
class Bare:
    """A threshold of 2 that leaves it to the buckets what was observed."""

    def judge(self, watched, rows):
        return replace(Threshold(below=2).judge(watched, rows), observed=None)


@pytest.mark.parametrize(("filling", "opened"), [(0, True), (1, False)])
def test_a_bucket_is_held_against_the_usual_itself_where_nothing_else_is(filling, opened):
    watched = panel([5, 1], filling=filling)

    assert (0 in walk(rule(Bare()), watched, begin(watched), {})) is opened


def test_a_long_panel_is_walked_in_pieces_with_the_same_result(monkeypatch):
    values = np.random.default_rng(4).poisson(3, (3, 50 * 24)) * 1.0
    values[0, 1100:1104] += 60
    watched = panel(*values)
    wary = rule(Spike(), Policy(HOUR, 2 * HOUR))
    whole = walk(wary, watched, begin(watched), {})
    monkeypatch.setattr(rules.walk, "CELLS", 60)

    assert walk(wary, watched, begin(watched), {}) == whole
    assert whole


def test_an_alert_that_is_live_is_followed_even_when_all_is_calm():
    watched = panel([20, 1])
    live = walk(LIMIT, panel([20]), begin(watched), {})[0].alert

    assert heard(walk(LIMIT, watched, begin(watched, 1), {0: live})) == [(Change.RESOLVED, at(1))]


def test_nothing_to_walk_is_no_story():
    watched = panel([20])

    assert walk(LIMIT, watched, begin(watched, 1), {}) == {}
    assert walk(LIMIT, panel(np.empty(0)), np.zeros(1, dtype=np.intp), {}) == {}


DAILY = Threshold(above=10, per="day")


def daily(*days, policy=None, **fields):
    """What is heard of hours that come to so much a day, all of it in the day's first two."""
    hours = np.zeros(24 * len(days))
    hours[0::24], hours[1::24] = np.array(days) * 0.75, np.array(days) * 0.25
    watched = panel(hours, **fields)
    return heard(walk(rule(DAILY, policy or Policy()), watched, begin(watched), {}))


def test_an_alert_ends_with_its_period_though_the_next_begins_with_a_breach():
    assert daily(20, 20, 1) == [
        (Change.OPENED, at(0)),
        (Change.RESOLVED, at(24)),
        (Change.OPENED, at(24)),
        (Change.RESOLVED, at(48)),
    ]


def test_calm_need_not_last_in_a_new_period():
    assert daily(20, 1, policy=Policy(resolve_after=50 * HOUR)) == [
        (Change.OPENED, at(0)),
        (Change.RESOLVED, at(24)),
    ]


@pytest.mark.parametrize(("hours", "opened"), [(24, [0, 24]), (25, [])])
def test_a_breach_lasts_for_no_longer_than_its_period(hours, opened):
    told = daily(20, 20, policy=Policy(for_=hours * HOUR))

    assert [at_ for change, at_ in told if change is Change.OPENED] == [
        at(day + hours - 1) for day in opened
    ]


def test_the_first_bucket_of_a_period_may_end_the_one_before_while_it_fills():
    values = [0.0] * 23 + [12.0, 11.0]
    watched = panel(values, filling=1)

    assert heard(walk(rule(DAILY), watched, begin(watched), {})) == [
        (Change.OPENED, at(23)),
        (Change.RESOLVED, at(24)),
        (Change.OPENED, at(24)),
    ]


@dataclass(frozen=True)
class Asked:
    """A threshold of 10 that remembers for which rows it was asked for words."""

    rows: list[int]

    def judge(self, watched, rows):
        judged = Threshold(above=10).judge(watched, rows)
        return replace(judged, why=partial(self.why, judged))

    def why(self, judged, row, column):
        self.rows.append(row)
        return judged.why(row, column)


def all_told(story):
    alerts = [*story.alerts(), *[event.alert for event in story.events]]
    told = [(alert.latest, alert.worst, alert.opening) for alert in alerts]
    return [*[each for three in told for each in three], *[event.verdict for event in story.events]]


@pytest.mark.parametrize("cells", [1, 2, 100])
def test_whatever_is_kept_has_words(monkeypatch, cells):
    monkeypatch.setattr(rules.walk, "CELLS", cells)
    watched = panel([1, 20, 30, 20, 40, 20, 20, 1, 20, 1, 50])
    told = all_told(walk(LIMIT, watched, begin(watched), {})[0])
    said = Threshold(above=10).judge(watched, slice(0, 11))

    assert len(told) >= 18
    for verdict in told:
        assert verdict == said.one(watched, watched.row(verdict.at), 0)


def test_what_is_forgotten_is_never_put_into_words():
    watched = panel([1, 20, 30, 20, 40, 20, 20, 1, 1, 1])
    asked = Asked([])
    walk(rule(asked), watched, begin(watched), {})

    assert sorted(asked.rows) == [1, 4, 7]


def test_an_alert_that_says_all_keeps_its_words():
    watched = panel([1, 20, 30])
    story = walk(LIMIT, watched, begin(watched), {})[0]
    asked = Asked([])
    again = walk(rule(asked), watched, begin(watched, 3), {0: story.alert})

    assert again[0].alert == story.alert
    assert asked.rows == []
