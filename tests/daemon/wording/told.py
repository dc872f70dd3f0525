"""Letters that several tests of the wording read."""

from datetime import date, timedelta

from daemon.letter import Letter
from daemon.wording import wording
from rules.alert import Change, Event, Phase, Policy, Watch, advance
from rules.health import Condition, fine, polls_of, wrong
from rules.series import Series, labels_of
from rules.verdict import Part, Why
from tests.make import AT, HOUR, alert, calm, event, letter, verdict

BALANCE = Series("supertone", "credit_balance", ())
POLLS = polls_of("voices")
DAY = Series("billing", "recorded", (("day", date(2026, 11, 19).isoformat()), ("source", "voices")))


def facts(told):
    return {fact.label: fact.value for fact in wording(told).facts}


def low_credits(**fields):
    limit = {"observed": 4200.0, "expected": 5000.0, "low": 5000.0, "high": None, "until": AT}
    below = verdict(**limit | fields)
    over = alert(worst=below, series=BALANCE, rule="low-credits")
    return letter(event=event(verdict=below, alert=over), unit="credits", names={})


def of_a_sum(*parts: Part, change: Change = Change.OPENED) -> Letter:
    """A letter about the minutes of all voices together, moved by these."""
    why = Why("374 minutes where 33 minutes are usual at this hour of the week", parts=parts)
    much = verdict(observed=374.0, expected=33.0, low=0.0, high=66.0, why=why)
    over = alert(worst=much, series=Series("supertone", "minutes", ()), rule="all-voices")
    return letter(event=Event(change, over, much))


def revised(**fields):
    """A letter about an alert whose only bucket the vendor took back."""
    now = calm(at=AT, until=AT + HOUR, why=Why("3.1 minutes, as is usual for a Friday at 14:00."))
    gone = alert(phase=Phase.WITHDRAWN, latest=now, ended_at=AT)
    told = Event(Change.WITHDRAWN, gone, now)
    return letter(event=told, owed_at=AT + 5 * HOUR, **fields)


def spikes(many: int, first: int = 101, change: Change = Change.OPENED) -> list[Letter]:
    """So many letters, the last of them about the worst."""
    letters = []
    for number in range(first, first + many):
        series = Series("supertone", "minutes", labels_of({"voice_id": f"voice-{number}"}))
        much = verdict(observed=10.0 + number, score=0.5 + number / 1000)
        begun = alert(series=series, worst=much)
        told = event(change, alert=begun) if change is not Change.OPENED else None
        told = told or event(change, alert=begun, verdict=much)
        letters.append(letter(event=told, alert=number, key=f"{number}", names={}))
    return letters


def of_a_source(
    condition: Condition,
    reason: str,
    change: Change = Change.OPENED,
    series: Series = POLLS,
    **numbers: float,
) -> Letter:
    """A letter about a source: it went wrong on Friday at 14:00, and mended two hours later."""
    watch = Watch(condition.rule, series, Policy())
    begun = wrong(AT, reason, **numbers)
    over = fine(AT + timedelta(hours=2), "Its rules go on where they stopped.")
    opened, _ = advance(None, begun, watch)
    told = Event(change, opened, begun)
    if change is Change.RESOLVED:
        told = Event(change, advance(opened, over, watch)[0], over)
    return letter(event=told, severity=condition.severity, unit="minutes", names={})
