"""Where a rule meets a panel: what changed for people, and what they should hear of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

import numpy as np

from rules.alert import Alert, Event, Phase, is_live
from rules.amendment import amend
from rules.panel import Panel
from rules.past import Places
from rules.rule import Rule
from rules.series import Series
from rules.sight import sight
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
    return _evaluate(rule, seen.panel, alerts, news)


def _evaluate(rule: Rule, panel: Panel, alerts: Mapping[Series, Alert], news: News) -> Judgement:
    amended = amend(rule, panel, alerts, news.revised)
    begin = _begin(panel, news)
    begin[list(amended)] = len(panel)
    live = {
        column: alert for column, alert in _live(panel, alerts).items() if column not in amended
    }
    return _judgement(panel, alerts, amended | walk(rule, panel, begin, live))


def _begin(panel: Panel, news: News) -> Places:
    """The first row to judge, for each column."""
    latest = max(panel.closed - 1, 0)
    first = latest if news.since is None else panel.row(news.since)
    begin = np.full(len(panel.series), max(first, 0), dtype=np.intp)
    newcomers = list(news.newcomers)
    begin[newcomers] = np.maximum(begin[newcomers], latest)
    return begin


def _live(panel: Panel, alerts: Mapping[Series, Alert]) -> dict[int, Alert]:
    """Live alerts by their column."""
    live = {series: alert for series, alert in alerts.items() if is_live(alert)}
    # Labels hash several times faster than whole series, and there may be a hundred thousand.
    labels = {series.labels for series in live}
    known = map(labels.__contains__, map(attrgetter("labels"), panel.series))
    columns = np.flatnonzero(np.fromiter(known, np.bool_, len(panel.series))) if live else ()
    return {
        int(column): live[panel.series[column]]
        for column in columns
        if panel.series[column] in live
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
