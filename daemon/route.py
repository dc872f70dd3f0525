"""Who hears of an event, and the letter that each of them is owed."""

from collections.abc import Sequence
from datetime import datetime

from daemon.notifier import Letter
from daemon.store import Transaction
from rules.alert import Change, Event
from rules.rule import Rule
from rules.series import Metric


async def owe(
    tx: Transaction, rule: Rule, metric: Metric, event: Event, alert: int, at: datetime
) -> None:
    """Owe one letter to everyone who should hear of an event; `alert` is the alert's number."""
    series = event.alert.series
    names = await tx.names.of([value for _, value in series.labels])
    for destination in await _audience(tx, rule, event, alert):
        letter = Letter(
            key=_key(event, destination),
            destination=destination,
            alert=alert,
            event=event,
            owed_at=at,
            unit=metric.unit,
            severity=rule.severity,
            names=names,
            summary=rule.summary,
            runbook=rule.runbook,
        )
        await tx.outbox.enqueue(letter)


async def _audience(tx: Transaction, rule: Rule, event: Event, alert: int) -> Sequence[str]:
    """Of an end hear only those who heard of the beginning."""
    return rule.tell if event.change is Change.OPENED else await tx.outbox.told(alert)


def _key(event: Event, destination: str) -> str:
    alert, verdict = event.alert, event.verdict
    place = alert.rule, alert.series.key, verdict.at.isoformat()
    return "|".join((*place, event.change.value, destination))
