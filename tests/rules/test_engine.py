"""The laws of a rule over a panel."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.alert import Change, Phase, Policy, is_live
from rules.engine import News, decision, evaluate
from rules.kind import Meter
from rules.kinds.spike import Spike
from rules.kinds.threshold import Threshold
from rules.series import Measure
from tests.rules.panels import HOUR, NAN, VOICE, Steps, at, panel, rule

LIMIT = rule(Threshold(above=10))
HOURS = st.sampled_from([0 * HOUR, HOUR, 2 * HOUR, 3 * HOUR, 24 * HOUR])
POLICY = st.builds(Policy, HOURS, HOURS, HOURS)
VALUES = st.lists(st.sampled_from([0.0, 6.0, 9.0, 11.0, 30.0, NAN]), min_size=2, max_size=24)


class Daemon:
    """What the daemon keeps between polls, and nothing more."""

    def __init__(self, asked):
        self.rule = asked
        self.kept = {}
        self.since = None
        self.events = []

    @property
    def alerts(self):
        """The latest of each series."""
        ordered = sorted(self.kept.values(), key=lambda alert: alert.since)
        return {alert.series: alert for alert in ordered}

    def keep_only(self, alert):
        self.kept = {(alert.series, alert.since): alert}

    def poll(self, watched, **news):
        judged = evaluate(self.rule, watched, self.alerts, News(self.since, **news))
        pending = {key for key, alert in self.kept.items() if alert.phase is Phase.PENDING}
        for series, since in pending:
            if series in judged.dropped:
                del self.kept[series, since]
        for alert in judged.alerts:
            self.kept[alert.series, alert.since] = alert
        self.since = judged.since
        self.events += judged.events
        return judged


def told(events):
    return [(event.change, event.alert.since, event.verdict.at) for event in events]


def part_of(values, rows, share):
    """The first rows, the last of them filled by a share only."""
    seen = np.array(values[:rows])
    seen[-1] *= share
    return panel(seen, filling=1)


@settings(max_examples=60, deadline=None)
@given(VALUES, POLICY, st.data())
def test_how_often_we_look_does_not_change_what_we_say(values, policy, data):
    for kind in (Threshold(above=10, recover=8), Threshold(below=5)):
        often, once = Daemon(rule(kind, policy)), Daemon(rule(kind, policy))
        often.since = once.since = at(0)
        for rows in range(1, len(values) + 1):
            for share in data.draw(st.lists(st.sampled_from([0.0, 0.3, 0.9]), max_size=3)):
                often.poll(part_of(values, rows, share))
        often.poll(panel(values))
        once.poll(panel(values))

        assert told(often.events) == told(once.events)
        assert often.alerts == once.alerts


def settling(values, rows, share, late):
    """The first rows; the last fills still, and `late` more before it have yet to settle."""
    seen = np.array(values[:rows])
    seen[-1] *= share
    return panel(seen, filling=min(1 + late, rows))


@settings(max_examples=60, deadline=None)
@given(VALUES, POLICY, st.integers(1, 3), st.data())
def test_buckets_that_settle_late_change_nothing_in_the_end(values, policy, late, data):
    """A later bucket may be judged, as too much, before an earlier one is closed."""
    often, once = (Daemon(rule(Threshold(above=10, recover=8), policy)) for _ in range(2))
    often.since = once.since = at(0)
    for rows in range(1, len(values) + 1):
        for share in data.draw(st.lists(st.sampled_from([0.3, 0.9, 1.0]), max_size=2)):
            often.poll(settling(values, rows, share, late))
    often.poll(panel(values))
    once.poll(panel(values))
    changes = [change for change, _, _ in told(often.events)]

    assert changes == [
        Change.RESOLVED if place % 2 else Change.OPENED for place in range(len(changes))
    ]
    assert all(event.verdict.at >= event.alert.since for event in often.events)
    live = [
        {series for series, alert in daemon.alerts.items() if is_live(alert)}
        for daemon in (often, once)
    ]
    assert live[0] == live[1]


@settings(max_examples=40, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=3), POLICY, st.integers(1, 7))
def test_opened_and_resolved_alternate_for_every_series(columns, policy, step):
    rows = min(len(column) for column in columns)
    daemon = Daemon(rule(Threshold(above=10, recover=8), policy))
    for end in [*range(1, rows, step), rows]:
        daemon.poll(panel(*(column[:end] for column in columns)))

    for number in range(len(columns)):
        label = ("voice_id", f"v{number}")
        changes = [each.change for each in daemon.events if label in each.alert.series.labels]
        assert all(
            change is (Change.RESOLVED if place % 2 else Change.OPENED)
            for place, change in enumerate(changes)
        )


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 20), min_size=1, max_size=6))
def test_a_replay_in_one_go_says_what_was_said_live(seed, steps):
    rng = np.random.default_rng(seed)
    values = rng.poisson(4, (2, 300)) * 1.0
    values[:, rng.integers(200, 300, 4)] += 60
    live, replay = Daemon(rule(Spike())), Daemon(rule(Spike()))
    live.since = replay.since = at(200)
    for end in np.minimum(np.cumsum(steps) + 200, 300):
        live.poll(panel(*values[:, :end]))
    live.poll(panel(*values))
    replay.poll(panel(*values))

    assert told(live.events) == told(replay.events)
    assert live.alerts == replay.alerts


def test_a_rule_that_never_judged_begins_with_the_latest_closed_bucket():
    daemon = Daemon(LIMIT)
    daemon.poll(panel([30, 30, 30, 1], filling=1))

    assert told(daemon.events) == [(Change.OPENED, at(2), at(2))]
    assert daemon.since == at(3)


def test_what_was_judged_as_closed_is_not_judged_again():
    daemon = Daemon(LIMIT)
    daemon.poll(panel([1, 1]))
    judged = daemon.poll(panel([30, 30, 1]))

    assert (judged.events, judged.alerts, judged.dropped) == ((), (), ())


def test_a_history_that_began_later_is_judged_from_its_start():
    daemon = Daemon(LIMIT)
    daemon.since = at(-5)
    daemon.poll(panel([30, 30]))

    assert told(daemon.events) == [(Change.OPENED, at(0), at(0))]


def test_an_empty_panel_says_nothing():
    judged = Daemon(LIMIT).poll(replace(panel([1.0]), series=(), values=np.empty((1, 0))))

    assert judged.events == ()
    assert Daemon(LIMIT).poll(panel(np.empty(0))).events == ()


def test_newcomers_are_judged_from_their_latest_closed_bucket_on():
    daemon = Daemon(LIMIT)
    daemon.since = at(0)
    daemon.poll(panel([30, 30, 30], [30, 30, 30]), newcomers=[1])

    assert told(daemon.events) == [
        (Change.OPENED, at(0), at(0)),
        (Change.OPENED, at(2), at(2)),
    ]


def test_a_bucket_that_fills_opens_once_and_resolves_never():
    daemon = Daemon(LIMIT)
    daemon.poll(panel([1, 1]))
    for filled in (3, 11, 20, 2):
        daemon.poll(panel([1, 1, filled], filling=1))

    assert told(daemon.events) == [(Change.OPENED, at(2), at(2))]


def test_a_number_taken_back_before_its_bucket_closed_withdraws_the_alert():
    daemon = Daemon(LIMIT)
    daemon.poll(panel([1, 20], filling=1))
    daemon.poll(panel([1, 2]))

    assert [event.change for event in daemon.events] == [Change.OPENED, Change.WITHDRAWN]


def test_what_is_not_told_neither_opens_nor_resolves():
    daemon = Daemon(LIMIT)
    daemon.poll(panel([30]))
    daemon.poll(panel([30, NAN, NAN]))

    assert [event.change for event in daemon.events] == [Change.OPENED]
    assert daemon.alerts[VOICE].phase is Phase.FIRING


def test_a_pending_alert_that_came_to_nothing_is_reported_as_dropped():
    daemon = Daemon(rule(Threshold(above=10), Policy(for_=3 * HOUR)))
    pending = daemon.poll(panel([30]))
    dropped = daemon.poll(panel([30, 1]))

    assert [alert.phase for alert in pending.alerts] == [Phase.PENDING]
    assert dropped.dropped == (VOICE,)
    assert (dropped.alerts, dropped.events) == ((), ())


def test_a_pending_alert_may_give_way_to_another():
    daemon = Daemon(rule(Threshold(above=10), Policy(for_=3 * HOUR)))
    daemon.poll(panel([30]))
    judged = daemon.poll(panel([30, 1, 30]))

    assert judged.dropped == (VOICE,)
    assert [alert.since for alert in judged.alerts] == [at(2)]


def test_an_alert_that_did_not_change_is_not_reported():
    daemon = Daemon(LIMIT)
    daemon.poll(panel([30], filling=1))

    assert daemon.poll(panel([30], filling=1)).alerts == ()
    assert len(daemon.poll(panel([31], filling=1)).alerts) == 1


def test_a_series_the_rule_no_longer_wants_is_left_alone():
    daemon = Daemon(LIMIT)
    daemon.poll(panel([30]))
    daemon.rule = rule(Threshold(above=10), voice_id=("other-*",))

    assert daemon.poll(panel([30, 1])).alerts == ()


def test_alerts_of_series_the_panel_does_not_know_are_left_alone():
    daemon = Daemon(LIMIT)
    daemon.poll(panel([30]))
    elsewhere = replace(VOICE, metric="other")
    daemon.keep_only(replace(daemon.alerts[VOICE], series=elsewhere))

    assert daemon.poll(panel([30, 1])).alerts == ()


def test_an_ended_alert_is_no_alert_for_the_next_breach():
    daemon = Daemon(LIMIT)
    daemon.poll(panel([30]))
    daemon.poll(panel([30, 1]))
    daemon.poll(panel([30, 1, 40]))

    assert [event.change for event in daemon.events] == [
        Change.OPENED,
        Change.RESOLVED,
        Change.OPENED,
    ]
    assert is_live(daemon.alerts[VOICE])


def test_events_of_many_series_come_oldest_first():
    daemon = Daemon(LIMIT)
    daemon.since = at(0)
    judged = daemon.poll(panel([1, 1, 30], [1, 30, 1], [30, 30, 30]))

    assert [event.verdict.at for event in judged.events] == [at(0), at(1), at(2), at(2)]


@pytest.mark.parametrize("measure", list(Measure))
def test_a_revision_takes_its_place_among_what_is_new(measure):
    daemon = Daemon(LIMIT)
    daemon.poll(panel([30, 1], [1, 1], measure=measure))
    daemon.poll(panel([1, 1, 1], [1, 1, 30], measure=measure), revised=[(0, 0)])

    assert told(daemon.events) == [(Change.OPENED, at(2), at(2))]


def test_a_breach_is_not_carried_over_a_bucket_that_may_yet_turn_out_calm():
    """Two hours in breach are asked for: the first, and the third, with the second undecided."""
    daemon = Daemon(rule(Threshold(above=10), Policy(for_=2 * HOUR)))
    daemon.since = at(0)
    daemon.poll(panel([30, 0, 30], filling=2))

    assert daemon.events == []
    daemon.poll(panel([30, 20, 30], filling=1))
    assert told(daemon.events) == [(Change.OPENED, at(0), at(1))]


TOGETHER = replace(LIMIT, by=())
ALL = replace(VOICE, labels=())


def parts_in(verdict):
    return [(part.value, part.observed) for part in verdict.why.parts]


def test_an_event_of_a_sum_and_what_is_kept_of_its_opening_say_who_moved_it():
    daemon = Daemon(TOGETHER)
    judged = daemon.poll(panel([2, 9], [2, 4]))

    assert parts_in(judged.events[0].verdict) == [("v0", 9), ("v1", 4)]
    assert daemon.alerts[ALL].opening == judged.events[0].verdict
    assert daemon.poll(panel([2, 9, 1], [2, 4, 1])).events[0].verdict.why.parts == ()


def test_what_is_worse_says_anew_who_moved_it():
    daemon = Daemon(replace(TOGETHER, kind=Steps()))
    worse = [daemon.poll(panel([9, 20][:end], [4, 30][:end])) for end in (1, 2)][1].events

    assert [event.change for event in worse] == [Change.WORSENED]
    assert parts_in(worse[0].verdict) == [("v1", 30), ("v0", 20)]


@pytest.mark.parametrize("where", [{}, {"voice_id": ("v0",)}])
def test_a_series_by_itself_has_no_parts(where):
    daemon = Daemon(rule(Threshold(above=10), **where))

    assert daemon.poll(panel([2, 30], [2, 4])).events[0].verdict.why.parts == ()


@dataclass(frozen=True)
class Beside:
    """A limit of ten, by a kind that looks at other metrics too, or at none."""

    others: tuple[Meter, ...]

    def judge(self, watched, rows):
        return Threshold(above=10).judge(watched, rows)

    def reads(self):
        return self.others


@pytest.mark.parametrize(("others", "many"), [((), 2), ((Meter(None, "calls"),), 0)])
def test_what_rests_on_other_metrics_too_is_no_sum_of_these_parts(others, many):
    daemon = Daemon(replace(TOGETHER, kind=Beside(others)))
    event = daemon.poll(panel([2, 9], [2, 4])).events[0]

    assert len(event.verdict.why.parts) == many


def test_what_opened_keeps_its_parts_while_it_goes_on_and_through_a_revision():
    daemon = Daemon(TOGETHER)
    daemon.poll(panel([2, 9], [2, 4]))
    before = daemon.alerts[ALL].opening
    daemon.poll(panel([2, 9, 20], [2, 4, 20]))
    daemon.poll(panel([2, 8, 20], [2, 5, 20]), revised=[(1, 0)])

    assert daemon.alerts[ALL].opening == before
    assert daemon.alerts[ALL].phase is Phase.FIRING


@settings(max_examples=25, deadline=None)
@given(st.lists(VALUES, min_size=2, max_size=4), POLICY, st.data())
def test_how_often_we_look_does_not_change_who_moved_it(columns, policy, data):
    rows = min(len(column) for column in columns)
    often, once = (Daemon(replace(TOGETHER, policy=policy)) for _ in range(2))
    often.since = once.since = at(0)
    for end in range(1, rows + 1):
        for share in data.draw(st.lists(st.sampled_from([0.3, 0.9]), max_size=2)):
            seen = np.array([column[:end] for column in columns])
            seen[:, -1] *= share
            often.poll(panel(*seen, filling=1))
    often.poll(panel(*(column[:rows] for column in columns)))
    once.poll(panel(*(column[:rows] for column in columns)))

    assert told(often.events) == told(once.events)
    assert often.alerts == once.alerts


@pytest.mark.parametrize("asked", [LIMIT, TOGETHER])
def test_a_decision_is_made_again_to_the_digit(asked):
    daemon = Daemon(asked)
    watched = panel([0.1, 0.7, 30.3, 2], [0.2, 0.3, 0.1, 2])
    daemon.since = at(0)
    daemon.poll(watched)
    [alert] = daemon.alerts.values()

    assert alert.opening == decision(asked, watched, alert.series, alert.opened_at)


@pytest.mark.parametrize(
    ("series", "moment"), [(ALL, at(0)), (VOICE, at(-1)), (VOICE, at(2))], ids=str
)
def test_of_what_the_rule_does_not_see_there_is_no_decision(series, moment):
    assert decision(LIMIT, panel([1.0, 30.0]), series, moment) is None
