"""Who hears of an event, and the letter that each of them is owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from daemon.notifier import Letter
from daemon.store import Transaction
from rules.alert import Change, Event
from rules.rule import Rule, Severity
from rules.series import Metric


@dataclass(frozen=True, slots=True)
class Notice:
    """What every letter about an alert bears besides its event, and who gets one."""

    tell: tuple[str, ...]
    severity: Severity
    unit: str = ""
    summary: str | None = None
    runbook: str | None = None


def notice_of(rule: Rule, metric: Metric) -> Notice:
    return Notice(rule.tell, rule.severity, metric.unit, rule.summary, rule.runbook)


async def owe(tx: Transaction, notice: Notice, event: Event, alert: int, at: datetime) -> None:
    """Owe one letter to everyone who should hear of an event; `alert` is the alert's number."""
    series = event.alert.series
    parts = event.verdict.why.parts
    values = [*(value for _, value in series.labels), *(part.value for part in parts)]
    names = await tx.names.of(values)
    for destination in await _audience(tx, notice, event, alert):
        letter = Letter(
            key=_key(event, destination),
            destination=destination,
            alert=alert,
            event=event,
            owed_at=at,
            unit=notice.unit,
            severity=notice.severity,
            names=names,
            summary=notice.summary,
            runbook=notice.runbook,
        )
        await tx.outbox.enqueue(letter)


async def _audience(tx: Transaction, notice: Notice, event: Event, alert: int) -> Sequence[str]:
    """Of an end hear only those who heard of the beginning."""
    return notice.tell if event.change is Change.OPENED else await tx.outbox.told(alert)


def _key(event: Event, destination: str) -> str:
    alert, verdict = event.alert, event.verdict
    place = alert.rule, alert.series.key, verdict.at.isoformat()
    # One bucket may pass one limit after another while it fills.
    step = f" {alert.step}" if event.change is Change.WORSENED else ""
    return "|".join((*place, f"{event.change.value}{step}", destination))
