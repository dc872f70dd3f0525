"""When a vendor revises what was judged: what people were told is set right, and told once.

The series is walked again over the panel as it is now, as if nobody had been told anything. Then
the two stories are compared, and only what differs for people is said. An alert that people heard
of keeps its identity, which is its rule, its series and its `since`, whatever the new story says.
What ended before the latest told alert began is left alone: only that one alert is known here, and
an earlier one must not be told a second time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce
from math import isnan

import numpy as np

from rules.alert import Alert, Change, Event, Phase, ended_before, is_live, worse
from rules.panel import Panel
from rules.past import Places
from rules.rule import Rule
from rules.series import Series
from rules.verdict import Outcome, Verdict, Why
from rules.walk import Story, walk

GONE = Why("The vendor tells nothing of it any more.")


def amend(
    rule: Rule, panel: Panel, alerts: Mapping[Series, Alert], revised: Sequence[tuple[int, int]]
) -> dict[int, Story]:
    """What becomes of the columns with revised buckets, judged to the panel's end."""
    if not revised:
        return {}
    first = _first_rows(revised)
    told = {
        column: alerts[panel.series[column]]
        for column, row in first.items()
        if panel.series[column] in alerts
        and _in_question(alerts[panel.series[column]], panel.at(row))
    }
    stories = _anew(rule, panel, _begin(panel, told, first), told)
    over = {column: alert for column, alert in told.items() if not is_live(alert)}
    later = _without(walk(rule, panel, _after(panel, told, first), over), over)
    for column, alert in told.items():
        story = stories.get(column, Story())
        now = _verdict_now(rule, panel, alert, column)
        if alert.phase is Phase.FIRING:
            story = _of_firing(alert, story, now)
        elif alert.phase is Phase.RESOLVED:
            story = _of_resolved(alert, story, later.get(column, Story()), now)
        stories[column] = story
    return stories


def _anew(rule: Rule, panel: Panel, begin: Places, told: Mapping[int, Alert]) -> dict[int, Story]:
    """The story as if nobody had been told anything, but for how often an alert had come back
    already: before those of now there was one that is not known here."""
    before = {column: ended for column, alert in told.items() if (ended := ended_before(alert))}
    return _without(walk(rule, panel, begin, before), before)


def _without(stories: dict[int, Story], known: Mapping[int, Alert]) -> dict[int, Story]:
    """What they tell beside the alerts that they began with."""
    for column, alert in known.items():
        story = stories[column]
        story.ended[:] = [each for each in story.ended if each is not alert]
        story.alert = None if story.alert is alert else story.alert
    return stories


def _first_rows(revised: Sequence[tuple[int, int]]) -> dict[int, int]:
    """The first revised row of each column that has any."""
    first: dict[int, int] = {}
    for row, column in revised:
        first[column] = min(row, first.get(column, row))
    return first


def _in_question(alert: Alert, revised_at: datetime) -> bool:
    return alert.ended_at is None or alert.ended_at >= revised_at


def _begin(panel: Panel, told: Mapping[int, Alert], first: Mapping[int, int]) -> Places:
    """Where the new story of each column starts: no later than what was told began; nowhere where
    nothing was revised."""
    begin = np.full(len(panel.series), len(panel), dtype=np.intp)
    for column, row in first.items():
        begin[column] = row
    for column, alert in told.items():
        since = max(panel.row(alert.since), 0)
        latest = alert.phase is Phase.WITHDRAWN
        begin[column] = max(first[column], since) if latest else min(first[column], since)
    return begin


def _after(panel: Panel, told: Mapping[int, Alert], first: Mapping[int, int]) -> Places:
    """Where nothing was told any more, for columns whose alert was resolved; else nowhere."""
    after = np.full(len(panel.series), len(panel), dtype=np.intp)
    for column, alert in told.items():
        if alert.phase is Phase.RESOLVED and alert.ended_at is not None:
            after[column] = max(first[column], panel.row(alert.ended_at))
    return after


def _verdict_now(rule: Rule, panel: Panel, alert: Alert, column: int) -> Verdict:
    """What is thought today of the bucket the alert began at."""
    row = max(panel.row(alert.since), 0)
    now = rule.kind.judge(panel, slice(row, row + 1)).one(panel, row, column)
    if not isnan(now.observed):
        return now
    # It is not told any more; so the numbers are those that people know.
    return replace(alert.latest, at=now.at, until=now.until, outcome=now.outcome, why=GONE)


def _of_firing(told: Alert, story: Story, now: Verdict) -> Story:
    """People believe it is going on. What began in a later period is not it, and is news."""
    heard, after = _heard(told, story), _of_later(told, story)
    if heard:
        last = heard[-1]
        kept = _merged(_known_as(told, last), heard)
        events = [] if is_live(last) else [Event(Change.RESOLVED, kept, last.latest)]
        if is_live(last) and last.step > told.step:
            passed = last.latest if last.latest.step == last.step else last.worst
            events = [Event(Change.WORSENED, kept, passed)]
    else:
        kept = _withdrawn(told, now)
        events = [Event(Change.WITHDRAWN, kept, now)]
    if after.alert is not None:
        return Story(after.alert, [kept, *after.ended], [*events, *after.events])
    waiting = story.alert
    if waiting is None or waiting.phase is not Phase.PENDING or waiting.since == told.since:
        return Story(kept, [], events)
    return Story(waiting, [kept], events)


def _of_later(told: Alert, story: Story) -> Story:
    """What the new story tells of periods after that of an alert."""
    mine = told.worst.period
    late = [each for each in story.alerts() if _is_later(each.worst.period, mine)]
    events = [event for event in story.events if _is_later(event.alert.worst.period, mine)]
    return Story(late[-1], late[:-1], events) if late else Story()


def _is_later(period: datetime | None, than: datetime | None) -> bool:
    return period is not None and than is not None and period > than


def _known_as(told: Alert, last: Alert) -> Alert:
    """An alert as it stands now, with the identity that people know it by."""
    return replace(
        last,
        since=told.since,
        opened_at=told.opened_at,
        opening=told.opening,
        step=max(told.step, last.step),
    )


def _of_resolved(told: Alert, story: Story, later: Story, now: Verdict) -> Story:
    """People believe it happened and is over; what came later they have not heard."""
    if heard := _heard(told, story):
        return Story(later.alert, [_merged(told, heard), *later.ended], later.events)
    gone = _withdrawn(told, now)
    events = [Event(Change.WITHDRAWN, gone, now), *later.events]
    return Story(later.alert, [gone, *later.ended], events)


def _heard(told: Alert, story: Story) -> list[Alert]:
    """What people would have been told of at that time, had the numbers been these."""
    return [
        each
        for each in story.alerts()
        if each.opened_at is not None
        and each.worst.period == told.worst.period
        and (each.ended_at is None or each.ended_at > told.since)
        and (told.ended_at is None or each.since < told.ended_at)
    ]


def _merged(alert: Alert, heard: Sequence[Alert]) -> Alert:
    return replace(alert, worst=reduce(worse, [each.worst for each in heard]))


def _withdrawn(told: Alert, now: Verdict) -> Alert:
    latest = told.latest if now.outcome is Outcome.UNKNOWN else now
    return replace(told, phase=Phase.WITHDRAWN, latest=latest, calm_since=None, ended_at=now.at)
