"""Events of a replay, put together again to the alerts that people would have heard of."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from rules.alert import Change, Event, Phase
from rules.series import Series
from rules.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Told:
    """One alert, from the bucket that opened it to the one that ended it."""

    rule: str
    series: Series
    opened_at: datetime
    ended_at: datetime | None
    """None: it had not ended when the past did."""
    step: int
    """How many of the rule's limits people heard of."""
    verdict: Verdict
    """The one that opened it."""
    worst: Verdict
    """The gravest of it, as far as the past goes on to tell."""


def alerts_of(events: Iterable[Event]) -> list[Told]:
    """The alerts of these events, which are in the order of their buckets."""
    alerts: dict[tuple[str, Series, datetime], Told] = {}
    for event in events:
        key = event.alert.rule, event.alert.series, event.alert.since
        if event.change is Change.OPENED:
            alerts[key] = _opened(event)
        elif key in alerts:
            alerts[key] = _gone_on(alerts[key], event)
    return list(alerts.values())


def _opened(event: Event) -> Told:
    alert, verdict = event.alert, event.verdict
    return Told(alert.rule, alert.series, verdict.at, None, alert.step, verdict, alert.worst)


def _gone_on(told: Told, event: Event) -> Told:
    alert = event.alert
    ended_at = None if alert.phase is Phase.FIRING else event.verdict.at
    return replace(told, step=alert.step, worst=alert.worst, ended_at=ended_at)
