"""What becomes of alerts when the configuration changes: those of a renamed rule go with it, those
that no rule looks at any more are closed with a note."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from logging import getLogger

from daemon.route import owe_more
from daemon.source import Feed
from daemon.store import Transaction
from daemon.store.alerts import Numbered
from rules.alert import Alert, Change, Event, Phase
from rules.health import CONDITIONS
from rules.rule import Rule
from rules.series import Series
from rules.verdict import Why

log = getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sights:
    """What a configuration looks at."""

    rules: Mapping[str, Rule]
    """By name."""
    feeds: Mapping[str, Feed]
    others: Collection[str]
    """What else has alerts of its own: recorders, destinations, the configuration itself."""


async def succeed(tx: Transaction, watched: Sights, at: datetime) -> Sequence[Event]:
    """Bring what is kept in line with what there is now."""
    await _rename(tx, list(watched.rules.values()), at)
    events: dict[int, Event] = {}
    live = await tx.alerts.live()
    seen = await _seen(tx, watched, {one.alert.rule for one in live})
    for numbered in live:
        why = _orphaned(numbered.alert, watched, seen)
        if why is None:
            continue
        if numbered.alert.phase is Phase.PENDING:
            await tx.alerts.forget_pending(numbered.alert.rule, [numbered.alert.series])
            continue
        events[numbered.number] = _closed(numbered, why, at)
    await tx.alerts.keep_all([event.alert for event in events.values()])
    await owe_more(tx, events, at)
    return list(events.values())


async def _rename(tx: Transaction, rules: Sequence[Rule], at: datetime) -> None:
    now = {rule.id: rule.name for rule in rules if rule.id is not None}
    before = await tx.rules.names()
    moved = {before[id_]: name for id_, name in now.items() if before.get(id_, name) != name}
    if moved:
        await tx.rules.rename(moved)
        await tx.silences.follow(moved, {rule.name for rule in rules}, at)
        for old, new in moved.items():
            log.info("the rule %s is called %s now, and keeps its alerts", old, new)
    await tx.rules.learn(now, [rule.name for rule in rules if rule.id is None])


def _orphaned(alert: Alert, watched: Sights, seen: Mapping[str, Collection[Series]]) -> Why | None:
    """Why nobody looks at this any more; None where somebody does."""
    source = alert.series.source
    if alert.rule in CONDITIONS:
        if source in watched.feeds or source in watched.others:
            return None
        return Why(
            f"{source} is not in the configuration any more.",
            headline="it is not in the configuration any more",
        )
    rule = watched.rules.get(alert.rule)
    if rule is None:
        return Why(
            f"The rule {alert.rule} is not in the configuration any more.",
            headline="its rule was removed",
        )
    if alert.series not in seen[rule.name]:
        return Why(
            f"The rule {alert.rule} was changed and does not look at this any more.",
            headline="its rule does not look at it any more",
        )
    return None


async def _seen(
    tx: Transaction, watched: Sights, names: Collection[str]
) -> Mapping[str, Collection[Series]]:
    """What each of these rules looks at: nothing else would ever be judged, or end.

    A sum is there as long as one of its parts is.
    """
    rules = [rule for name, rule in watched.rules.items() if name in names]
    met = {name: await _met(tx, watched.feeds.get(name)) for name in {one.source for one in rules}}
    return {
        rule.name: {_as_seen(rule, one) for one in met[rule.source] if rule.wants(one)}
        for rule in rules
    }


async def _met(tx: Transaction, feed: Feed | None) -> Sequence[Series]:
    """What a source ever told of the metrics it has now: its name may be another vendor's by
    now."""
    if feed is None:
        return ()
    told = {one.name for one in feed.source.metrics(feed.name)}
    return [one for one in await tx.usage.met(feed.name) if one.metric in told]


def _as_seen(rule: Rule, series: Series) -> Series:
    by = rule.by
    if by is None:
        return series
    return replace(series, labels=tuple(pair for pair in series.labels if pair[0] in by))


def _closed(numbered: Numbered, why: Why, at: datetime) -> Event:
    """Closed, not calm: its numbers stay as they were last seen."""
    alert = numbered.alert
    verdict = replace(alert.latest, why=why)
    closed = replace(
        alert,
        phase=Phase.RESOLVED,
        latest=verdict,
        calm_since=alert.calm_since or at,
        ended_at=at,
    )
    log.info("alert %d of %s is closed: %s", numbered.number, alert.rule, why.headline)
    return Event(Change.RESOLVED, closed, verdict)
