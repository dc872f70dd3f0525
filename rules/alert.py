"""The life of an alert: the state machine, whole."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from rules.series import Series
from rules.verdict import Outcome, Verdict, Why


class Phase(StrEnum):
    PENDING = "pending"
    """In breach, but not yet for as long as the policy asks. Nobody was told."""
    FIRING = "firing"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    """The vendor took back the numbers it rested on."""


class Change(StrEnum):
    """Why people hear of an alert."""

    OPENED = "opened"
    WORSENED = "worsened"
    """It passed the next of its rule's limits.

    Where a bucket passes several limits while it fills, people hear of each as it is passed; who
    looks when it is whole, as a replay does, hears once, of the last. The limits are the same.
    """
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    ACKNOWLEDGED = "acknowledged"
    """A person said that they look after it."""
    REMINDED = "reminded"
    """It still goes on, and nobody said so."""
    ESCALATED = "escalated"
    """It opened a while ago, and nobody said that they look after it: now others hear of it."""


@dataclass(frozen=True, slots=True)
class Policy:
    """When a breach becomes an alert, and calm its end. Counted in buckets, never in polls."""

    for_: timedelta = timedelta(0)
    """A breach must last this long before anyone is told."""
    resolve_after: timedelta = timedelta(0)
    """Calm must last this long before the alert is resolved."""
    patience: timedelta = timedelta(hours=6)
    """An alert that comes back this soon after its end must be calm for twice as long as the last
    time, until that is as long as this. 0s: never for longer."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One breach of one rule by one series, from its first bucket to its last."""

    rule: str
    series: Series
    phase: Phase
    since: datetime
    """The start of the first bucket in breach."""
    judged_at: datetime
    """The start of the last bucket that was judged."""
    latest: Verdict
    """The last verdict that said something."""
    worst: Verdict
    """The breach with the highest score."""
    opened_at: datetime | None = None
    """The start of the bucket that opened it; None while pending."""
    calm_since: datetime | None = None
    """The start of the first calm bucket, while it is not yet calm for long enough."""
    ended_at: datetime | None = None
    """The start of the bucket that ended it."""
    step: int = 1
    """How many of the rule's limits people have heard of, or would if it opened now. From then on
    it never falls: each is told once."""
    opening: Verdict | None = None
    """What opened it, as that bucket was judged when it was whole; None while pending, and of
    alerts that are older than this field. A revision does not change it."""
    returns: int = 0
    """How often it came back, each time soon after it had ended."""
    returned_from: datetime | None = None
    """When it had ended before, where it came back."""


@dataclass(frozen=True, slots=True)
class Event:
    """A change of an alert that people should hear of."""

    change: Change
    alert: Alert
    verdict: Verdict
    """The one that decided it."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A rule's eye on one series."""

    rule: str
    series: Series
    policy: Policy


_SHORTEST = timedelta(minutes=5)
"""Calm of a level stands at an instant; what comes back must be calm for longer than that."""

ANEW = Why("Use is counted from zero again.", headline="a new period began")


def is_live(alert: Alert | None) -> bool:
    """Whether it is still going on; an ended alert counts as none for the next breach."""
    return alert is not None and alert.phase in (Phase.PENDING, Phase.FIRING)


def advance(
    alert: Alert | None, verdict: Verdict, watch: Watch
) -> tuple[Alert | None, Change | None]:
    """Take one judged bucket into account; judging the same bucket again is harmless.

    None for the alert means there is none to keep: a pending one that came to nothing is gone.
    """
    if verdict.outcome is Outcome.UNKNOWN:
        return alert, None
    if alert is not None and is_live(alert) and verdict.at < alert.since:
        return _with_earlier(alert, verdict), None
    if verdict.outcome is Outcome.BREACH:
        return _opened_if_due(_in_breach(alert, verdict, watch), verdict, watch.policy)
    return _calmer(alert, verdict, watch.policy)


def outlived(alert: Alert | None, verdict: Verdict) -> Alert | None:
    """The alert at its end, if it is of a period that was over before this bucket; else None.

    Whatever a new period begins with, it is counted anew: what is told of it is another alert's.
    """
    if alert is None or not is_live(alert) or verdict.outcome is Outcome.UNKNOWN:
        return None
    if verdict.period is None or verdict.period <= alert.since:
        return None
    return replace(
        alert,
        phase=Phase.RESOLVED,
        judged_at=verdict.at,
        latest=replace(verdict, why=ANEW),
        calm_since=alert.calm_since or verdict.period,
        ended_at=verdict.at,
    )


def worse(one: Verdict, other: Verdict) -> Verdict:
    """The graver of two breaches: by score, then by size, then the one seen first."""
    return max(one, other, key=lambda verdict: (verdict.score, abs(verdict.observed)))


def _with_earlier(alert: Alert, verdict: Verdict) -> Alert:
    """A bucket that settles late, before one that was too much while it still filled.

    Calm there ends nothing: it was over before the alert began. A breach belongs to the alert,
    whose beginning moves only as long as nobody was told of it; not one of an earlier period.
    """
    if verdict.outcome is not Outcome.BREACH or verdict.period != alert.worst.period:
        return alert
    since = verdict.at if alert.phase is Phase.PENDING else alert.since
    return replace(alert, since=since, worst=worse(alert.worst, verdict))


def _in_breach(alert: Alert | None, verdict: Verdict, watch: Watch) -> Alert:
    if alert is None or not is_live(alert):
        back = _return(alert, verdict, watch.policy)
        return Alert(
            rule=watch.rule,
            series=watch.series,
            phase=Phase.PENDING,
            since=verdict.at,
            judged_at=verdict.at,
            latest=verdict,
            worst=verdict,
            step=verdict.step,
            returns=back.returns,
            returned_from=back.returned_from,
        )
    # The worst may have been this very bucket when it had filled less, or had been told as more.
    worst = verdict if alert.worst.at == verdict.at else worse(alert.worst, verdict)
    opening = verdict if alert.opened_at == verdict.at else alert.opening
    return replace(
        alert,
        judged_at=verdict.at,
        latest=verdict,
        worst=worst,
        opening=opening,
        calm_since=None,
    )


@dataclass(frozen=True, slots=True)
class _Return:
    """What a new alert remembers of the one before it."""

    returns: int = 0
    returned_from: datetime | None = None


def _return(ended: Alert | None, verdict: Verdict, policy: Policy) -> _Return:
    """What was withdrawn never was, and so cannot come back."""
    if ended is None or ended.phase is not Phase.RESOLVED or ended.ended_at is None:
        return _Return()
    if verdict.at - ended.ended_at >= policy.patience:
        return _Return()
    return _Return(ended.returns + 1, ended.ended_at)


def ended_before(alert: Alert) -> Alert | None:
    """The alert that this one came back from, as far as this one remembers it."""
    if not alert.returns:
        return None
    ended_at, returns = alert.returned_from, alert.returns - 1
    return replace(alert, phase=Phase.RESOLVED, ended_at=ended_at, returns=returns)


def calm_needed(alert: Alert, verdict: Verdict, policy: Policy) -> timedelta:
    """How long calm must last until it is over: the longer, the oftener it came back."""
    if not alert.returns:
        return policy.resolve_after
    once = max(policy.resolve_after, verdict.until - verdict.at, _SHORTEST)
    # Doubled for as long as that says something: a month of returns is no number of days.
    grown = once * (1 << min(alert.returns, 16))
    return max(min(grown, policy.patience), policy.resolve_after)


def _opened_if_due(alert: Alert, verdict: Verdict, policy: Policy) -> tuple[Alert, Change | None]:
    if alert.phase is Phase.FIRING:
        if verdict.step <= alert.step:
            return alert, None
        return replace(alert, step=verdict.step), Change.WORSENED
    alert = replace(alert, step=verdict.step)
    if verdict.until - alert.since < policy.for_:
        return alert, None
    fired = replace(alert, phase=Phase.FIRING, opened_at=verdict.at, opening=verdict)
    return fired, Change.OPENED


def _calmer(
    alert: Alert | None, verdict: Verdict, policy: Policy
) -> tuple[Alert | None, Change | None]:
    if alert is None or alert.phase is Phase.PENDING:
        return None, None
    if alert.phase is not Phase.FIRING:
        return alert, None
    if verdict.outcome is Outcome.BETWEEN:
        return replace(alert, judged_at=verdict.at, latest=verdict, calm_since=None), None
    return _ended_if_due(replace(alert, judged_at=verdict.at, latest=verdict), verdict, policy)


def _ended_if_due(alert: Alert, verdict: Verdict, policy: Policy) -> tuple[Alert, Change | None]:
    if verdict.at == alert.since:
        # It rested on a bucket that was still filling, and the vendor took the number back.
        return replace(alert, phase=Phase.WITHDRAWN, ended_at=verdict.at), Change.WITHDRAWN
    calm_since = alert.calm_since or verdict.at
    alert = replace(alert, calm_since=calm_since)
    if verdict.until - calm_since < calm_needed(alert, verdict, policy):
        return alert, None
    return replace(alert, phase=Phase.RESOLVED, ended_at=verdict.at), Change.RESOLVED
