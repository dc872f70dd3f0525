"""Whether a source can be read: an alert of its own when it cannot for longer than its grace."""

from datetime import datetime, timedelta

from daemon.route import Notice, owe
from daemon.source import Feed, SourceError, SourceRefused
from daemon.store import Transaction
from rules.alert import Event, Policy, Watch, advance
from rules.blind import BLIND, answered, failed, polls_of
from rules.rule import Severity
from rules.verdict import Verdict


async def note_failure(
    tx: Transaction, feed: Feed, tell: tuple[str, ...], error: SourceError, at: datetime
) -> Event | None:
    """Take a failed poll into account. A refusal is told at once: time will not mend it."""
    grace = timedelta(0) if isinstance(error, SourceRefused) else feed.grace
    return await _note(tx, feed, tell, failed(at, str(error)), grace)


async def note_answer(
    tx: Transaction, feed: Feed, tell: tuple[str, ...], at: datetime
) -> Event | None:
    """Take a good poll into account."""
    return await _note(tx, feed, tell, answered(at), feed.grace)


async def _note(
    tx: Transaction, feed: Feed, tell: tuple[str, ...], verdict: Verdict, grace: timedelta
) -> Event | None:
    watch = Watch(BLIND, polls_of(feed.name), Policy(for_=grace))
    before = (await tx.alerts.latest(BLIND, ended_since=verdict.at)).get(watch.series)
    after, change = advance(before, verdict, watch)
    if after is None:
        await tx.alerts.forget_pending(BLIND, [watch.series])
        return None
    if after == before:
        return None
    number = await tx.alerts.keep(after)
    if change is None:
        return None
    event = Event(change, after, verdict)
    await owe(tx, Notice(tell, Severity.CRITICAL), event, number, verdict.at)
    return event
