"""How series stand to their budgets at the end of the time, and how long balances last."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from daemon.beside import joined, meters
from daemon.planned.occasion import Occasion, expected
from daemon.report.findings import Outlook
from daemon.source import Feed
from daemon.store import Transaction
from daemon.store.frame import Frame
from daemon.text import moment
from rules.panel import Floats, Panel
from rules.planned import over
from rules.rule import Rule
from rules.sight import sight
from rules.verdict import Outcome, Outcomes

MOST = 5
"""So many series of a rule are told of: those that come closest to its limit."""
OLD = timedelta(days=1)
"""What a source said longer ago than this is not how it stands."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What rules make of the last whole bucket before a moment, from what is remembered."""

    feeds: Mapping[str, Feed]
    planned: Sequence[Occasion]

    async def outlooks(
        self, tx: Transaction, rule: Rule, until: datetime, at: datetime
    ) -> list[Outlook]:
        held = await self._held(tx, rule, at)
        mine = [panel for panel in held if panel.metric.source == rule.source]
        return [
            found
            for panel in mine
            if rule.metric in (None, panel.metric.name)
            for found in outlooks(rule, joined(rule, panel, held), until)
        ]

    async def _held(self, tx: Transaction, rule: Rule, at: datetime) -> list[Panel]:
        """Panels are asked for in the one order of all: each is locked until the end."""
        held = []
        names = {rule.source, *(each.source for each in meters(rule) if each.source)}
        for name in sorted(names):
            state = await tx.polls.state(name)
            if name in self.feeds and state is not None and state.good_at is not None:
                held += await self._panels(tx, self.feeds[name], at)
        return held

    async def _panels(self, tx: Transaction, feed: Feed, at: datetime) -> list[Panel]:
        frame = Frame(at, feed.source.settles, feed.history, feed.max_series)
        found = [await tx.usage.panel(one, frame) for one in feed.source.metrics(feed.name)]
        laid = []
        for panel in filter(None, found):
            marked = await tx.planned.between(panel.start, panel.end)
            laid.append(over(panel, [*expected(self.planned, panel.start, panel.end), *marked]))
        return laid


def outlooks(rule: Rule, panel: Panel, until: datetime) -> Iterator[Outlook]:
    """What a rule makes of the last whole bucket before a moment, of those that were told.

    Where that was long before, since the source went blind, it is said as of when it holds.
    """
    seen = sight(rule, panel).panel
    row = _last_told(seen, min(seen.row(until), seen.closed))
    if row is None:
        return
    old = until - seen.until(row) > OLD
    as_of = f" (as of {moment(seen.until(row))})" if old else ""
    verdicts = rule.kind.judge(seen, slice(row, row + 1))
    for column in _closest(verdicts.score[0], verdicts.outcome[0]):
        why = verdicts.why(row, column)
        breached = bool(verdicts.outcome[0, column] == Outcome.BREACH)
        yield Outlook(rule.name, seen.series[column], f"{why.reason}{as_of}", breached)


def _last_told(panel: Panel, end: int) -> int | None:
    rows = range(end - 1, -1, -1)
    return next((row for row in rows if not np.isnan(panel.values[row]).all()), None)


def _closest(score: Floats, outcome: Outcomes) -> Sequence[int]:
    """Where nothing is sure of any, what can be said of them all the same."""
    known = np.flatnonzero(outcome != Outcome.UNKNOWN)
    known = known if len(known) else np.arange(len(outcome))
    order = known[np.argsort(-score[known], kind="stable")]
    chosen: list[int] = order[:MOST].tolist()
    return chosen
