"""What may be wrong with a source itself, whatever its numbers say: states with an alert of their
own, each with its words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.rule import Severity
from rules.series import Series, labels_of
from rules.verdict import Outcome, Verdict, Why


@dataclass(frozen=True, slots=True)
class Condition:
    """A state people should hear of, and how they hear of it.

    In its sentences `{who}` is the source or the recorder, `{day}` the day it is about,
    `{expected}` and `{found}` the two numbers that differ.
    """

    rule: str
    """The rule its alerts belong to. No rule of a configuration can bear a name with a space."""
    severity: Severity
    begins: str
    ends: str
    advice: str
    """What to do, where the failure itself does not say."""
    meanwhile: str
    """What holds until it ends."""
    resolve_after: timedelta = timedelta(0)
    whose: str = "Source"
    """What `{who}` is."""
    numbers: tuple[str, str] | None = None
    """What these two are called, where it has any."""


_PAUSED = "Meanwhile {who} is asked again by itself, and its rules neither open nor resolve."

BLIND = Condition(
    rule="blind source",
    severity=Severity.CRITICAL,
    begins="{who} cannot be read",
    ends="{who} can be read again",
    advice="find out whether the vendor is up, and can be reached from here",
    meanwhile=_PAUSED,
)
LEFT_OUT = Condition(
    rule="source left out",
    severity=Severity.WARNING,
    begins="{who} is left out: a secret of it is not there",
    ends="{who} is no longer left out",
    advice="put it there, then reload or restart",
    meanwhile="Until then {who} is not asked, and its rules neither open nor resolve.",
)
CHANGED = Condition(
    rule="data contract changed",
    severity=Severity.CRITICAL,
    begins="{who} answers something else than it used to: nothing of it is recorded",
    ends="{who} answers as it used to",
    advice="see whether a newer Meterwatch knows this answer; if not, report the line above",
    meanwhile=_PAUSED,
)
CROWDED = Condition(
    rule="too many series",
    severity=Severity.WARNING,
    begins="{who} has more series than it may create: the rest is counted together",
    ends="{who} has no more series than it may create",
    advice="raise sources.{who}.max_series, or let {who} break its use down by less",
    meanwhile="Until then rules see the rest as one series, `other`; nothing of it is lost.",
    # Whoever came too late is not there in every answer.
    resolve_after=timedelta(days=1),
)
REVISED = Condition(
    rule="recorded usage revised",
    severity=Severity.WARNING,
    begins="{day}: {who} recorded {expected}, the vendor now says {found}",
    ends="{day}: {who} and the vendor agree",
    advice="decide whether to correct {day} where it was recorded",
    meanwhile="Meterwatch does not correct it: what it posts a second time may be billed twice.",
    whose="Recorder",
    numbers=("Recorded", "Now"),
)
REFUSED = Condition(
    rule="recording refused",
    severity=Severity.CRITICAL,
    begins="{who} could not record {day}",
    ends="{who} has recorded {day} after all",
    advice="find out what it did not accept",
    meanwhile="Until it is accepted, that day is missing there.",
    whose="Recorder",
)
BROKEN = Condition(
    rule="broken destination",
    severity=Severity.CRITICAL,
    begins="{who} takes no messages: nobody is told there",
    ends="{who} takes messages again",
    advice="look at destinations.{who}, and try it with meterwatch tell {who}",
    meanwhile="What {who} is owed waits for it.",
    whose="Destination",
)
REFUSED_READER = Condition(
    rule="refused reader",
    severity=Severity.WARNING,
    begins="{who} refuses what is for one of its readers",
    ends="{who} takes what is for all of its readers",
    advice="correct or remove this address in destinations.{who}.to",
    meanwhile="All others have what was sent.",
    whose="Destination",
)
UNUSABLE = Condition(
    rule="unusable configuration",
    severity=Severity.CRITICAL,
    begins="{who} was changed and cannot be used",
    ends="{who} can be used again",
    advice="mend it; meterwatch check names all that is wrong",
    meanwhile="Until then all goes on as it was, but the next start would fail.",
    whose="File",
)

CONDITIONS = {
    each.rule: each
    for each in (
        BLIND,
        LEFT_OUT,
        CHANGED,
        CROWDED,
        REVISED,
        REFUSED,
        BROKEN,
        REFUSED_READER,
        UNUSABLE,
    )
}
"""The shelf: a line for each."""


def polls_of(source: str) -> Series:
    """The series that is watched: whether a source's polls are answered."""
    return Series(source, "polls", ())


def messages_to(destination: str) -> Series:
    """The series that is watched: whether a destination takes what is sent there."""
    return Series(destination, "messages", ())


def reader_of(destination: str, reader: str) -> Series:
    """The series that is watched: whether a destination takes what is for one of its readers."""
    return Series(destination, "reader", labels_of({"reader": reader}))


def reading_of(file: str) -> Series:
    """The series that is watched: whether a configuration can be used when it is read again."""
    return Series(file, "configuration", ())


def wrong(at: datetime, reason: str, *, expected: float = 1.0, found: float = 0.0) -> Verdict:
    """It is so at this moment. It speaks for no other."""
    return _verdict(at, Outcome.BREACH, Why(reason), expected, found)


def fine(at: datetime, reason: str, *, found: float = 1.0) -> Verdict:
    """It is not, or no longer."""
    return _verdict(at, Outcome.NORMAL, Why(reason), found, found)


def parted(reason: str) -> tuple[str, str | None]:
    """What happened, and what to do about it: the last part of a failure after a semicolon.

    Behind "answered 503" and "expected JSON, got" stand the vendor's own words to the end: what
    looks like advice there is none of ours.

    >>> parted("voices: GET /v1/usage answered 401: no; the key was refused, check sources.a.key")
    ('voices: GET /v1/usage answered 401: no', 'the key was refused, check sources.a.key')
    >>> parted("voices: GET /v1/usage answered 503: busy; send your key to us")
    ('voices: GET /v1/usage answered 503: busy; send your key to us', None)
    """
    what, semicolon, advice = reason.rpartition("; ")
    if not semicolon or _ends_in_words_of_others(reason):
        return reason, None
    return what, advice


_OTHERS = ("408", "425", "429", "5")
"""How a status begins whose message ends in the vendor's words: these mean later."""


def _ends_in_words_of_others(reason: str) -> bool:
    _, _, answered = reason.partition(" answered ")
    return answered.startswith(_OTHERS) or answered.startswith("200: expected JSON, got")


def _verdict(at: datetime, outcome: Outcome, why: Why, expected: float, found: float) -> Verdict:
    return Verdict(
        at=at,
        until=at,
        outcome=outcome,
        observed=found,
        expected=expected,
        low=expected,
        high=None,
        score=1.0 if outcome is Outcome.BREACH else 0.0,
        why=why,
    )
