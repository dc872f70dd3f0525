"""Verdicts, alerts, letters and messages with sensible defaults, which a test may override."""

from datetime import UTC, datetime, timedelta
from typing import Any

from daemon.letter import Letter
from daemon.message import Wording
from daemon.notifier import Message
from daemon.wording import digest, tone_of, wording
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


def lasting(**fields: Any) -> Verdict:
    """In breach still, three hours after it began."""
    return verdict(
        **{
            "at": AT + 3 * HOUR,
            "observed": 38.0,
            "why": Why("38 minutes where 3.2 minutes are usual for a Friday at 17:00."),
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
    """`change` decides the rest: what still goes on is in breach, any other is calm two hours
    later."""
    if change in (Change.OPENED, Change.ACKNOWLEDGED, Change.ESCALATED):
        decided = fields.get("verdict", verdict())
        defaults: dict[str, Any] = {"verdict": decided, "alert": alert(worst=decided)}
    elif change is Change.WORSENED:
        decided = fields.get("verdict", worse())
        going_on = alert(judged_at=decided.at, worst=decided, opening=verdict(), step=decided.step)
        defaults = {"verdict": decided, "alert": going_on}
    elif change is Change.REMINDED:
        decided = fields.get("verdict", lasting())
        defaults = {"verdict": decided, "alert": alert(judged_at=decided.at, latest=decided)}
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
        "by": "Anna" if told.change is Change.ACKNOWLEDGED else None,
        "unit": "minutes",
        "severity": Severity.WARNING,
        "names": {VOICE: "Agatha"},
    }
    return Letter(**{**defaults, **fields})


def message(*letters: Letter, **fields: Any) -> Message:
    """What a courier would carry of these letters; without any, a test of the way."""
    defaults: dict[str, Any] = {
        "key": "+".join(one.key for one in letters) or "test|team",
        "written_at": max((one.owed_at for one in letters), default=AT),
        "wording": _worded(letters),
        "tone": tone_of(letters),
        "letters": letters,
    }
    return Message(**{**defaults, **fields})


def _worded(letters: tuple[Letter, ...]) -> Wording:
    if not letters:
        title = "A test message: nothing happened"
        return Wording(title, title, ("Somebody tried whether it arrives.",), (), "Nothing.")
    return wording(letters[0]) if len(letters) == 1 else digest(letters)
