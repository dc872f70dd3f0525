"""Runs the rules over what is remembered, telling nobody."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from daemon.beside import joined
from daemon.table import moment
from rules.alert import Event
from rules.engine import News, evaluate
from rules.panel import Panel
from rules.rule import Rule

_LARGE = 4_000_000
"""Numbers in the largest block of memory whose return glibc learns from."""


@dataclass(frozen=True, slots=True)
class Span:
    """Which buckets are judged: those that start in [start, end). None: no limit on that side."""

    start: datetime | None = None
    end: datetime | None = None


def replay(rules: Sequence[Rule], panels: Sequence[Panel], span: Span) -> list[Event]:
    """Every event of these rules over these panels, in the order of their buckets.

    It is the daemon's own path, over closed buckets, from a beginning without alerts. What a rule
    reads beside its own metric is looked for among the same panels.
    """
    # Once so large a block was returned, glibc keeps what it gets back for the next that asks.
    # Before, it gives much of it to the system and takes it anew, which was a fifth of the time.
    np.empty(_LARGE)
    events = [
        event
        for panel in panels
        for rule in rules
        if rule.source == panel.metric.source and rule.metric in (None, panel.metric.name)
        for event in _replay_one(rule, joined(rule, panel, panels), span)
    ]
    return sorted(events, key=lambda event: (event.verdict.at, event.alert.rule))


def _replay_one(rule: Rule, panel: Panel, span: Span) -> Sequence[Event]:
    known = _until(panel, panel.closed)
    if span.end is not None:
        known = _until(known, _first_row(known, span.end))
    first = 0 if span.start is None else _first_row(known, span.start)
    if first >= len(known):
        return ()
    return evaluate(rule, known, {}, News(since=known.at(first))).events


def _until(panel: Panel, rows: int) -> Panel:
    """The panel as it would end before a row."""
    planned = None if panel.planned is None else panel.planned[:rows]
    return replace(panel, values=panel.values[:rows], planned=planned, closed=rows)


def _first_row(panel: Panel, at: datetime) -> int:
    """The first row whose bucket starts at a moment or after it; past the end if none does."""
    return min(max(0, -((panel.start - at) // panel.metric.width)), len(panel))


def as_json(event: Event) -> str:
    """One object, on one line, for machines."""
    verdict = event.verdict
    line = {
        "rule": event.alert.rule,
        "series": dict(event.alert.series.labels),
        "change": event.change.value,
        "at": moment(verdict.at),
        "observed": verdict.observed,
        "expected": verdict.expected,
        "score": verdict.score,
        "reason": verdict.why.reason,
    }
    return json.dumps(line, ensure_ascii=False)


def as_text(event: Event) -> str:
    """One line for people."""
    labels = " ".join(f"{name}={value}" for name, value in event.alert.series.labels)
    at = moment(event.verdict.at)
    head = f"{at}  {event.change:<9}  {event.alert.rule}  {labels}"
    rarity = f"; {event.verdict.why.rarity}" if event.verdict.why.rarity else ""
    return f"{head.rstrip()}  {event.verdict.why.reason}{rarity}"
