"""One made-up Friday, as the letters of it: what tools/pictures.py shows. Always the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import exp, sin

from daemon.letter import Letter
from rules.alert import Alert, Change, Event, Phase
from rules.health import BLIND, polls_of
from rules.rule import Severity
from rules.series import Series, labels_of
from rules.trace import Trace
from rules.verdict import Outcome, Verdict, Why

HOUR = timedelta(hours=1)
AT = datetime(2026, 11, 20, 14, tzinfo=UTC)
VOICE = "e5f6fb1a53d0add8e7d0"
AGATHA = Series("voices", "minutes", labels_of({"voice_id": VOICE, "model": "sona_speech_1"}))
CREDITS = Series("credits", "credits", ())
RUNBOOK = "https://wiki.example.com/voice-spike"
RARE = "less than once in 20 years for this series"
NAMES = {
    f"v-{number:02}": name
    for number, name in enumerate(
        [
            *("Bruno", "Ciara", "Dmitri", "Élodie", "Farid", "Greta", "Hiro", "Ines", "Jonas"),
            *("Kira", "Luca", "Mina", "Nadia", "Oskar", "Paula", "Quinn", "Rosa", "Sven", "Tara"),
            *("Ugo", "Vera", "Wim", "Xenia", "Yara", "Zoe", "Arno", "Bea", "Cleo", "Dana", "Emil"),
            *("Flora", "Gita", "Hugo", "Iris", "Jan"),
        ],
        1,
    )
}


def _usual(at: datetime) -> float:
    return 0.3 + 4.2 * exp(-(((at.hour + 0.5 - 14) / 4.5) ** 2)) * (1 if at.weekday() < 5 else 0.5)


def lately(*last: float) -> Trace:
    """Three days of a voice, which end like this."""
    many, start = 72, AT - (72 - len(last)) * HOUR
    usual = [_usual(start + each * HOUR) for each in range(many)]
    calm = [each * (1 + 0.22 * sin(place * 2.3)) for place, each in enumerate(usual)]
    observed = (*calm[: many - len(last)], *last)
    high = [2.1 * each + 1.2 for each in usual]
    return Trace(
        start=start,
        width=HOUR,
        observed=observed,
        expected=tuple(usual),
        low=tuple(0.4 * each for each in usual),
        high=tuple(high),
        breached=tuple(used > most for used, most in zip(observed, high, strict=True)),
        unit="minutes",
    )


def _verdict(hours: int, observed: float, usual: float, outcome: Outcome, said: str) -> Verdict:
    at = AT + hours * HOUR
    why = Why(said, RARE if outcome is Outcome.BREACH else None)
    return Verdict(at, at + HOUR, outcome, observed, usual, 0.8, 5.6, 0.97, why)


FIRST = _verdict(
    0, 41.24, 3.2, Outcome.BREACH,
    "41.2 minutes in 1 hour where 3.2 minutes are usual then, 13 times as much",
)  # fmt: skip
WORSE = replace(
    _verdict(
        1, 88.6, 3.1, Outcome.BREACH,
        "88.6 minutes in 1 hour where 3.1 minutes are usual then, 29 times as much",
    ),
    step=2,
)  # fmt: skip
CALM = _verdict(
    3, 3.4, 2.9, Outcome.NORMAL, "3.4 minutes in 1 hour where 2.9 minutes are usual then"
)
REVISED = _verdict(
    0, 3.1, 3.2, Outcome.NORMAL, "3.1 minutes in 1 hour where 3.2 minutes are usual then"
)


def _letter(change: Change, alert: Alert, verdict: Verdict, owed_at: datetime) -> Letter:
    return Letter(
        key=f"{alert.rule}|{alert.series.key}|{change}|ops",
        destination="ops",
        alert=12,
        event=Event(change, alert, verdict),
        owed_at=owed_at,
        unit="minutes",
        severity=Severity.CRITICAL,
        names={VOICE: "Agatha", **NAMES},
        summary="A voice speaks far more than usual. Is a job stuck in a loop?",
        runbook=RUNBOOK,
        by="Anna" if change is Change.ACKNOWLEDGED else None,
    )


def _alert(worst: Verdict, latest: Verdict, phase: Phase = Phase.FIRING) -> Alert:
    over = phase is not Phase.FIRING
    end = latest.at if over else None
    return Alert(
        "voice-spike", AGATHA, phase, AT, latest.at, latest, worst, AT, end, end, opening=FIRST
    )


def opened() -> Letter:
    told = _letter(Change.OPENED, _alert(FIRST, FIRST), FIRST, AT + HOUR / 2)
    return replace(told, trace=lately(41.24))


def acknowledged() -> Letter:
    told = _letter(Change.ACKNOWLEDGED, _alert(FIRST, FIRST), FIRST, AT + 2 * HOUR / 3)
    return replace(told, trace=lately(41.24))


def worsened() -> Letter:
    told = _letter(Change.WORSENED, _alert(WORSE, WORSE), WORSE, AT + 2 * HOUR)
    return replace(told, trace=lately(52.7, 88.6))


def resolved() -> Letter:
    alert = _alert(WORSE, CALM, Phase.RESOLVED)
    told = _letter(Change.RESOLVED, alert, CALM, AT + 4 * HOUR)
    return replace(told, trace=lately(52.7, 88.6, 31.0, 3.4))


def unheard() -> Letter:
    return replace(resolved(), heard=False)


def withdrawn() -> Letter:
    alert = replace(_alert(FIRST, REVISED, Phase.WITHDRAWN), calm_since=None)
    told = _letter(Change.WITHDRAWN, alert, REVISED, AT + 5 * HOUR)
    return replace(told, trace=lately(3.1))


def low_credits() -> Letter:
    why = Why("18,991 credits, below the limit of 20,000 credits")
    low = Verdict(AT, AT, Outcome.BREACH, 18991.0, 20000.0, 20000.0, None, 0.95, why)
    alert = replace(_alert(low, low), rule="low-credits", series=CREDITS)
    told = _letter(Change.OPENED, alert, low, AT)
    words = "Credits run low. Buy more before the voices fall silent."
    return replace(
        told, alert=13, unit="credits", severity=Severity.WARNING, summary=words,
        runbook="https://wiki.example.com/buy-credits",
    )  # fmt: skip


def blind() -> Letter:
    why = Why("cdn: no whole answer within 30 s")
    wrong = Verdict(AT, AT, Outcome.BREACH, 1.0, None, None, None, 1.0, why)
    alert = replace(_alert(wrong, wrong), rule=BLIND.rule, series=polls_of("cdn"))
    told = _letter(Change.OPENED, alert, wrong, AT)
    return replace(told, alert=14, names={}, summary=None, runbook=None)


def burst() -> Iterator[Letter]:
    """37 alerts at once: a balance, a source and 35 voices."""
    for number, voice in enumerate(NAMES):
        series = Series("voices", "minutes", labels_of({"voice_id": voice}))
        usual = 2.0 + (number * 7 % 11) / 3
        much = replace(
            FIRST, observed=usual * (29 - number * 0.7), expected=usual, score=0.99 - number / 1000
        )
        alert = replace(_alert(much, much), series=series)
        told = _letter(Change.OPENED, alert, much, AT + HOUR / 2)
        yield replace(told, alert=101 + number, severity=Severity.WARNING)
    yield low_credits()
    yield blind()
