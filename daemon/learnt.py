"""What each rule knows of what it watches: what it can judge, and what it is still learning."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from daemon.beside import joined
from daemon.text import aligned, one_line
from rules.panel import Panel
from rules.rule import Rule
from rules.sight import sight
from rules.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Learnt:
    """How a rule stands with the latest bucket of one metric."""

    rule: str
    kind: str
    metric: str
    series: int
    """Those it watches."""
    judged: int
    learning: int
    """Told, and not judged: too little is known of them, or of all together."""
    firing: int


def learnt(
    rules: Sequence[Rule],
    kinds: Mapping[type, str],
    held: Sequence[Panel],
    firing: Mapping[str, int],
) -> list[Learnt]:
    """`kinds` are the words people write for them; `firing` says how many alerts each rule has."""
    return [
        _of(rule, kinds[type(rule.kind)], joined(rule, panel, held), firing.get(rule.name, 0))
        for rule in rules
        for panel in held
        if panel.metric.source == rule.source and rule.metric in (None, panel.metric.name)
    ]


def _of(rule: Rule, kind: str, panel: Panel, firing: int) -> Learnt:
    seen = sight(rule, panel).panel
    metric = f"{seen.metric.source}/{seen.metric.name}"
    if not seen.closed or not seen.series:
        return Learnt(rule.name, kind, metric, len(seen.series), 0, len(seen.series), firing)
    last = slice(seen.closed - 1, seen.closed)
    unknown = rule.kind.judge(seen, last).outcome[0] == Outcome.UNKNOWN
    told = ~np.isnan(seen.values[seen.closed - 1])
    judged, learning = int((~unknown).sum()), int((unknown & told).sum())
    return Learnt(rule.name, kind, metric, len(seen.series), judged, learning, firing)


def as_lines(found: Sequence[Learnt]) -> Iterator[str]:
    head = ("rule", "kind", "metric", "series", "judged", "learning", "firing")
    yield from aligned([head, *(_row(one) for one in found)], numbers=range(3, len(head)))


def as_json(one: Learnt) -> str:
    line = {
        "rule": one.rule,
        "kind": one.kind,
        "metric": one.metric,
        "series": one.series,
        "judged": one.judged,
        "learning": one.learning,
        "firing": one.firing,
    }
    return json.dumps(line, ensure_ascii=False)


def _row(one: Learnt) -> tuple[str, ...]:
    numbers = (one.series, one.judged, one.learning, one.firing)
    return (
        one_line(one.rule),
        one.kind,
        one_line(one.metric),
        *(f"{number:,}" if number else "-" for number in numbers),
    )
