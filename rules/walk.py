"""Through a panel bucket by bucket, but only where an alert may change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from rules.alert import Alert, Change, Event, Watch, advance, ended_before, is_live, outlived
from rules.panel import Panel
from rules.past import Places
from rules.rule import Rule
from rules.series import Measure
from rules.verdict import UNSAID, Outcome, Outcomes, Verdict, Verdicts

CELLS = 1 << 22
"""So many buckets are judged in one go, that a long replay does not fill the memory."""


@dataclass(slots=True)
class Story:
    """What became of one series along the way."""

    alert: Alert | None = None
    """As it stands; None when there is none, or none any more."""
    ended: list[Alert] = field(default_factory=list)
    """Earlier ones, in the state they ended in."""
    events: list[Event] = field(default_factory=list)
    _past: Alert | None = None
    """What a pending alert had come back from, once it came to nothing: the next may as well."""

    def alerts(self) -> list[Alert]:
        """All there are, the oldest first."""
        return [*self.ended, *([] if self.alert is None else [self.alert])]

    def take(self, verdict: Verdict, watch: Watch) -> None:
        """Take a judged bucket into account: any while an alert is live, else a breach.

        An alert does not outlive its period.
        """
        if (ended := outlived(self.alert, verdict)) is not None:
            self._end(ended)
        before = self.alert
        self.alert, change = advance(before or self._past, verdict, watch)
        if before is not None and self.alert is None:
            self._past = ended_before(before)
        elif before is not None and not is_live(before) and self.alert is not before:
            self.ended.append(before)
        if change is not None and self.alert is not None:
            self.events.append(Event(change, self.alert, verdict))

    def say(self, words: "_Words") -> None:
        """Put into words what is kept: most of what a long alert passes is forgotten again."""
        self.alert = words.of(self.alert) if self.alert is not None else None
        self.ended[:] = [words.of(alert) for alert in self.ended]
        self.events[:] = [
            replace(event, alert=words.of(event.alert), verdict=words.said(event.verdict))
            for event in self.events
        ]

    def _end(self, ended: Alert) -> None:
        """Of what nobody was told, nothing is left."""
        told = ended.opened_at is not None
        self.alert = ended if told else None
        if told:
            self.events.append(Event(Change.RESOLVED, ended, ended.latest))


@dataclass(slots=True)
class _Words:
    """The words for the verdicts of a column."""

    panel: Panel
    verdicts: Verdicts
    column: int
    known: dict[datetime, Verdict] = field(default_factory=dict)

    def of(self, alert: Alert) -> Alert:
        opening = None if alert.opening is None else self.said(alert.opening)
        latest, worst = self.said(alert.latest), self.said(alert.worst)
        return replace(alert, latest=latest, worst=worst, opening=opening)

    def said(self, verdict: Verdict) -> Verdict:
        if verdict.why is not UNSAID:
            return verdict
        if verdict.at not in self.known:
            row = self.panel.row(verdict.at)
            self.known[verdict.at] = self.verdicts.said(verdict, row, self.column)
        return self.known[verdict.at]


def walk(rule: Rule, panel: Panel, begin: Places, alerts: Mapping[int, Alert]) -> dict[int, Story]:
    """What the rule makes of each column from its row in `begin` on, given the alerts there are.

    Columns without a story had neither an alert nor a breach: finding that out is array work.
    """
    stories = {column: Story(alert) for column, alert in alerts.items()}
    for rows in _pieces(panel, int(begin.min(initial=len(panel)))):
        verdicts = rule.kind.judge(panel, rows)
        outcome = _worth_saying(panel, verdicts, begin)
        for column in np.flatnonzero((outcome == Outcome.BREACH).any(axis=0)).tolist():
            if column not in stories:
                stories[column] = Story()
        for column, story in stories.items():
            watch = Watch(rule.name, panel.series[column], rule.policy)
            for row in _visits(outcome[:, column], story):
                if _leaps(panel, outcome[:row, column], rows.start, story.alert):
                    break
                story.take(verdicts.unsaid(panel, row + rows.start, column), watch)
            story.say(_Words(panel, verdicts, column))
    return stories


def _pieces(panel: Panel, start: int) -> Iterator[slice]:
    step = max(CELLS // max(len(panel.series), 1), 1)
    for first in range(start, len(panel), step):
        yield slice(first, min(first + step, len(panel)))


def _worth_saying(panel: Panel, verdicts: Verdicts, begin: Places) -> Outcomes:
    """Unknown before a column begins. A bucket still filling can already be too much, but never
    too little, nor in order."""
    outcome = verdicts.outcome.copy()
    rows = np.arange(verdicts.first, verdicts.first + len(outcome))
    if rows[0] < begin.max():
        outcome[rows[:, None] < begin] = Outcome.UNKNOWN
    filling = outcome[max(panel.closed - verdicts.first, 0) :]
    filling[filling != Outcome.BREACH] = Outcome.UNKNOWN
    if len(filling) and panel.metric.measure is Measure.AMOUNT:
        here = slice(verdicts.first + len(outcome) - len(filling), verdicts.first + len(outcome))
        observed = panel.values[here]
        if verdicts.observed is not None:
            observed = verdicts.observed[-len(filling) :]
        too_little = observed < verdicts.expected[-len(filling) :]
        filling[too_little] = Outcome.UNKNOWN
    return outcome


def _leaps(panel: Panel, before: Outcomes, first: int, alert: Alert | None) -> bool:
    """Whether a live alert would be carried over a bucket that still fills and is not, so far, in
    breach: nobody knows yet whether the breach went on or ended there."""
    if alert is None or not is_live(alert) or first + len(before) <= panel.closed:
        return False
    undecided = max(panel.closed, panel.row(alert.since)) - first
    return bool((before[max(undecided, 0) :] != Outcome.BREACH).any())


def _visits(column: Outcomes, story: Story) -> Iterator[int]:
    """Every bucket that says something while an alert is live; else on to the next breach."""
    said, breaches = np.flatnonzero(column), np.flatnonzero(column == Outcome.BREACH)
    row = 0
    while True:
        stops = said if is_live(story.alert) else breaches
        place = int(stops.searchsorted(row))
        if place == len(stops):
            return
        yield int(stops[place])
        row = int(stops[place]) + 1
