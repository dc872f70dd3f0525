"""What a rule looks at beside the metric that it judges: panels of other metrics."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from daemon.source import Feed
from daemon.store import Transaction
from daemon.store.frame import Frame
from rules.kind import Meter, Reads
from rules.panel import Panel
from rules.rule import Rule
from rules.sight import sight


def meters(rule: Rule) -> Sequence[Meter]:
    """The other metrics that a rule reads, each with its source."""
    read = rule.kind.reads() if isinstance(rule.kind, Reads) else ()
    return [replace(each, source=each.source or rule.source) for each in read]


def joined(rule: Rule, panel: Panel, held: Sequence[Panel]) -> Panel:
    """A rule's panel, with those beside it that its kind reads, in the kind's order; they are
    looked for among those that are held.

    A rule that sums its series sums theirs by the same labels. Its `where` holds for them too, as
    far as they have such labels. What is planned is used all the same: there it is not flagged. Of
    what was never told there is no panel. Where a kind must await another metric, a bucket that is
    not closed there yet is not closed here either, so that it is judged when it is.
    """
    beside = []
    for meter in meters(rule):
        found = _found(meter, panel, held)
        if found is None:
            continue
        beside.append(_seen(rule, found))
        if meter.awaited:
            closed = min(panel.closed, max(panel.row(found.at(found.closed)), 0))
            panel = replace(panel, closed=closed)
    return replace(panel, beside=tuple(beside)) if beside else panel


def _found(meter: Meter, panel: Panel, held: Sequence[Panel]) -> Panel | None:
    """Of several grids the newest that knows anything of the same time."""
    mine = [one for one in held if one.metric.source == meter.source]
    if meter.metric is None:
        names = {one.metric.name for one in mine}
        named = mine if len(names) == 1 else []
    else:
        named = [one for one in mine if one.metric.name == meter.metric]
    near = [one for one in named if one.start < panel.end and panel.start < one.end]
    return near[-1] if near else None


def _seen(rule: Rule, other: Panel) -> Panel:
    """Another metric's panel as the rule would see it, were it its own."""
    known = {name for series in other.series for name, _ in series.labels}
    where = {name: patterns for name, patterns in rule.where.items() if name in known}
    own = replace(rule, source=other.metric.source, metric=other.metric.name, where=where)
    return sight(own, replace(other, planned=None, beside=())).panel


async def held_beside(
    tx: Transaction, rules: Sequence[Rule], feeds: Mapping[str, Feed], at: datetime
) -> list[Panel]:
    """What is remembered of the sources of these rules, if they read more than their own metric.

    Of a source that was never read to its end nothing is known yet. Panels are asked for in one
    order, whoever asks: each is locked until the transaction ends, and two polls that wait for each
    other would wait for ever.
    """
    held = []
    for name in _sources(rules):
        state = await tx.polls.state(name)
        if name in feeds and state is not None and state.good_at is not None:
            feed = feeds[name]
            frame = Frame(at, feed.source.settles, feed.history, feed.max_series)
            held += [await tx.usage.panel(one, frame) for one in feed.source.metrics(name)]
    return [panel for panel in held if panel is not None]


def _sources(rules: Sequence[Rule]) -> list[str]:
    """Those that are read beside a rule's own metric, and its own, since it is locked as well."""
    reading = [(rule, meters(rule)) for rule in rules if meters(rule)]
    others = {meter.source for _, some in reading for meter in some if meter.source}
    return sorted(others | {rule.source for rule, _ in reading})
