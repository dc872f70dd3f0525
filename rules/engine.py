"""Where a rule meets a panel: what changed for people, and what they should hear of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

import numpy as np

from rules.alert import Alert, Change, Event, Phase, is_live
from rules.amendment import amend
from rules.kind import Kind, Reads
from rules.panel import Panel
from rules.parts import parts_of
from rules.past import Places
from rules.planned import overtaken
from rules.rule import Rule
from rules.series import Series
from rules.sight import Sight, sight
from rules.verdict import Verdict
from rules.walk import Story, walk


@dataclass(frozen=True, slots=True)
class News:
    """What a poll brought that a rule has not judged yet."""

    since: datetime | None
    """The start of the first bucket this rule has not judged as closed; None: never judged, so
    that the latest closed bucket is the first."""
    revised: Sequence[tuple[int, int]] = ()
    """(row, column) of closed buckets before `since`, told before, whose value changed."""
    newcomers: Sequence[int] = ()
    """Columns first heard of now: their past is recorded, and judged from the latest closed
    bucket on."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule says of a panel: nothing in it means nothing changed."""

    alerts: tuple[Alert, ...]
    """Every alert that changed, in its new state; of one series the oldest first."""
    dropped: tuple[Series, ...]
    """Series whose pending alert came to nothing: nobody was told, forget it. A new one of the
    same series may be among `alerts`: forget first, then keep."""
    events: tuple[Event, ...]
    """What people should hear, oldest first."""
    since: datetime
    """The next `News.since`: the start of the first bucket that is not closed."""


def evaluate(rule: Rule, panel: Panel, alerts: Mapping[Series, Alert], news: News) -> Judgement:
    """Judge what is new; `alerts` holds the latest alert of a series, live or ended.

    Series the rule does not want are left alone, and so are their alerts.
    """
    seen = sight(rule, panel)
    news = replace(news, revised=seen.cells(news.revised), newcomers=seen.newcomers(news.newcomers))
    stories = _stories(rule, seen.panel, alerts, news)
    whose = Whose(rule, panel, seen)
    for column, story in stories.items():
        _attribute(story, whose, column, alerts.get(seen.panel.series[column]))
    return _judgement(seen.panel, alerts, stories)


def decision(rule: Rule, panel: Panel, series: Series, at: datetime) -> Verdict | None:
    """What the rule makes of one bucket of one of its series, as it would be told.

    None where the rule sees no such series in this panel, or the panel no such bucket.
    """
    seen = sight(rule, panel)
    row = seen.panel.row(at)
    if series not in seen.panel.series or not 0 <= row < len(panel):
        return None
    column = seen.panel.series.index(series)
    verdict = rule.kind.judge(seen.panel, slice(row, row + 1)).one(seen.panel, row, column)
    return Whose(rule, panel, seen).told(verdict, column)


@dataclass(frozen=True, slots=True)
class Whose:
    """Who moved what a rule judged."""

    rule: Rule
    panel: Panel
    """The whole one, with every part in a column of its own."""
    seen: Sight

    def told(self, verdict: Verdict, column: int) -> Verdict:
        """A verdict with its parts, where the column is a sum of them."""
        if self.seen.of is None or _rests_on_others(self.rule.kind):
            return verdict
        parts = parts_of(self.panel, self.seen.parts(column), verdict)
        return replace(verdict, why=replace(verdict.why, parts=parts)) if parts else verdict


def _rests_on_others(kind: Kind) -> bool:
    """What is also made of other metrics is no sum of the parts of this one."""
    return isinstance(kind, Reads) and bool(kind.reads())


def _attribute(story: Story, whose: Whose, column: int, before: Alert | None) -> None:
    """Say who moved it, wherever people hear of it and in what is kept of why it opened."""
    story.events[:] = [_told_event(event, whose, column) for event in story.events]
    story.ended[:] = [_told_alert(alert, whose, column, before) for alert in story.ended]
    if story.alert is not None:
        story.alert = _told_alert(story.alert, whose, column, before)


def _told_event(event: Event, whose: Whose, column: int) -> Event:
    if event.change not in (Change.OPENED, Change.WORSENED):
        return event
    return replace(event, verdict=whose.told(event.verdict, column))


def _told_alert(alert: Alert, whose: Whose, column: int, before: Alert | None) -> Alert:
    """An opening that was kept before stays as it was."""
    if alert.opening is None or (before is not None and alert.opening == before.opening):
        return alert
    return replace(alert, opening=whose.told(alert.opening, column))


def _stories(
    rule: Rule, panel: Panel, alerts: Mapping[Series, Alert], news: News
) -> dict[int, Story]:
    known = _known(panel, alerts)
    live = {column: alert for column, alert in known.items() if is_live(alert)}
    revised = [*news.revised, *overtaken(rule.kind, panel, live)]
    amended = amend(rule, panel, alerts, revised)
    begin = _begin(panel, news)
    begin[list(amended)] = len(panel)
    known = {column: alert for column, alert in known.items() if column not in amended}
    return amended | walk(rule, panel, begin, known)


def _begin(panel: Panel, news: News) -> Places:
    """The first row to judge, for each column."""
    latest = max(panel.closed - 1, 0)
    first = latest if news.since is None else panel.row(news.since)
    begin = np.full(len(panel.series), max(first, 0), dtype=np.intp)
    newcomers = list(news.newcomers)
    begin[newcomers] = np.maximum(begin[newcomers], latest)
    return begin


def _known(panel: Panel, alerts: Mapping[Series, Alert]) -> dict[int, Alert]:
    """Alerts by their column. One that ended is remembered for a while: it may come back."""
    # Labels hash several times faster than whole series, and there may be a hundred thousand.
    labels = {series.labels for series in alerts}
    known = map(labels.__contains__, map(attrgetter("labels"), panel.series))
    columns = np.flatnonzero(np.fromiter(known, np.bool_, len(panel.series))) if alerts else ()
    return {
        int(column): alerts[panel.series[column]]
        for column in columns
        if panel.series[column] in alerts
    }


def _judgement(
    panel: Panel, alerts: Mapping[Series, Alert], stories: Mapping[int, Story]
) -> Judgement:
    changed: list[Alert] = []
    dropped: list[Series] = []
    for column, story in stories.items():
        before = alerts.get(panel.series[column])
        after = story.alerts()
        changed += [alert for alert in after if alert != before]
        if before is None or before.phase is not Phase.PENDING:
            continue
        if before.since not in [alert.since for alert in after]:
            dropped.append(before.series)
    events = [event for story in stories.values() for event in story.events]
    return Judgement(
        alerts=tuple(changed),
        dropped=tuple(dropped),
        events=tuple(sorted(events, key=lambda event: event.verdict.at)),
        since=panel.at(panel.closed),
    )
