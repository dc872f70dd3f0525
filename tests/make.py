"""Verdicts, alerts, events and letters with sensible defaults, any of which a test may override."""

from datetime import UTC, datetime, timedelta
from typing import Any

from daemon.notifier import Letter
from rules.alert import Alert, Change, Event, Phase
from rules.rule import Severity
from rules.series import Series, labels_of
from rules.verdict import Outcome, Verdict, Why

AT = datetime(2026, 11, 20, 14, tzinfo=UTC)
"""A Friday."""
HOUR = timedelta(hours=1)

VOICE = "e5f6fb1a53d0add8e7d0"
SERIES = Series("supertone", "minutes", labels_of({"voice_id": VOICE, "model": "sona_speech_1"}))


def verdict(**fields: Any) -> Verdict:
    """A breach: thirteen times the usual, in the hour from Friday 14:00."""
    at = fields.get("at", AT)
    defaults: dict[str, Any] = {
        "at": at,
        "until": at + HOUR,
        "outcome": Outcome.BREACH,
        "observed": 41.23999,
        "expected": 3.2,
        "low": 0.8,
        "high": 5.6,
        "score": 0.97,
        "why": Why(
            "41.2 minutes where 3.2 minutes are usual for a Friday at 14:00.",
            "about once in 4 years for this series",
        ),
    }
    return Verdict(**{**defaults, **fields})


def calm(**fields: Any) -> Verdict:
    """Ordinary again, two hours later."""
    defaults: dict[str, Any] = {
        "at": AT + 2 * HOUR,
        "outcome": Outcome.NORMAL,
        "observed": 3.1,
        "score": 0.02,
        "why": Why("3.1 minutes, as is usual for a Friday at 16:00."),
    }
    return verdict(**{**defaults, **fields})


def worse(**fields: Any) -> Verdict:
    """Beyond the next limit, two hours later."""
    return verdict(
        **{
            "at": AT + 2 * HOUR,
            "observed": 60.0,
            "score": 0.98,
            "why": Why("60 minutes where 3.2 minutes are usual for a Friday at 16:00."),
            "step": 2,
            **fields,
        }
    )


def alert(**fields: Any) -> Alert:
    worst = fields.get("worst", verdict())
    defaults: dict[str, Any] = {
        "rule": "voice-spike",
        "series": SERIES,
        "phase": Phase.FIRING,
        "since": AT,
        "judged_at": AT,
        "latest": worst,
        "worst": worst,
        "opened_at": AT,
    }
    return Alert(**{**defaults, **fields})


def event(change: Change = Change.OPENED, **fields: Any) -> Event:
    """`change` decides the rest: what is opened or worse is in breach, any other is calm two hours
    later."""
    if change is Change.OPENED:
        decided = fields.get("verdict", verdict())
        defaults: dict[str, Any] = {"verdict": decided, "alert": alert(worst=decided)}
    elif change is Change.WORSENED:
        decided = fields.get("verdict", worse())
        going_on = alert(judged_at=decided.at, worst=decided, opening=verdict(), step=decided.step)
        defaults = {"verdict": decided, "alert": going_on}
    else:
        phase = Phase.RESOLVED if change is Change.RESOLVED else Phase.WITHDRAWN
        end = AT + 2 * HOUR
        over = alert(phase=phase, judged_at=end, latest=calm(), calm_since=end, ended_at=end)
        defaults = {"verdict": calm(), "alert": over}
    return Event(change=change, **{**defaults, **fields})


def letter(change: Change = Change.OPENED, **fields: Any) -> Letter:
    """A letter to the destination "team"; `change` makes its event unless one is given."""
    told = fields.pop("event", None) or event(change)
    defaults: dict[str, Any] = {
        "key": f"voice-spike|{SERIES.key}|{AT.isoformat()}|{told.change.value}|team",
        "destination": "team",
        "alert": 12,
        "event": told,
        # An opening while the hour still fills; an end once its hour has settled.
        "owed_at": AT + HOUR / 2 if told.change is Change.OPENED else told.verdict.until,
        "unit": "minutes",
        "severity": Severity.WARNING,
        "names": {VOICE: "Agatha"},
    }
    return Letter(**{**defaults, **fields})
