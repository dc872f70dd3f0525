"""Alerts as Prometheus and its like know them: told apart by their labels."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from daemon.letter import Letter
from daemon.message import Tone, Wording
from daemon.notifier import Message
from daemon.wording import wording
from daemon.wording.form import over_at, unit_of
from rules.alert import Change

ENDS = (Change.RESOLVED, Change.WITHDRAWN)
OURS = ("alertname", "metric", "rule", "severity", "source")
"""Label names that mean the same in every alert."""

_OFFSET, _PRIME = 0xCBF29CE484222325, 0x100000001B3
"""Of the hash FNV-1a over 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/"""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Labels say which alert it is, annotations what is to be known of it."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    start: datetime
    end: datetime | None
    """None: it fires."""


def labelled(message: Message) -> tuple[Labelled, ...]:
    """All that a message speaks of; what is about no alert is one that is over as it begins."""
    if message.letters:
        return tuple(of_letter(one) for one in message.letters)
    name = "MeterwatchTest" if message.tone is Tone.TEST else "MeterwatchReport"
    at = message.written_at
    return (Labelled({"alertname": name, "severity": "info"}, _said(message.wording), at, at),)


def of_letter(letter: Letter) -> Labelled:
    alert = letter.event.alert
    over = letter.event.change in ENDS
    end = max(over_at(letter), alert.since) if over else None
    return Labelled(_labels(letter), _annotations(letter), alert.since, end)


def stamp(at: datetime) -> str:
    """
    >>> stamp(datetime(2026, 11, 20, 14, tzinfo=UTC))
    '2026-11-20T14:00:00Z'
    """
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def fingerprint(labels: Mapping[str, str]) -> str:
    """Alertmanager's own: 16 hexadecimal digits, of the labels and of nothing else.

    >>> fingerprint({"alertname": "voice-spike", "severity": "warning"})
    '830c7adfaa3752e6'
    """
    value = _OFFSET
    for name, label in sorted(labels.items()):
        for byte in b"\xff".join((name.encode(), label.encode(errors="replace"), b"")):
            value = (value ^ byte) * _PRIME % 2**64
    return f"{value:016x}"


def _labels(letter: Letter) -> dict[str, str]:
    """Ours by their names; the vendor's beside them, in Prometheus' syntax and each by itself."""
    series = letter.event.alert.series
    ours = {
        "alertname": letter.event.alert.rule,
        "metric": series.metric,
        "rule": letter.event.alert.rule,
        "severity": letter.severity.value,
        "source": series.source,
    }
    theirs = {f"exported_{name}" if name in OURS else name: of for name, of in series.labels}
    theirs.update((name, of) for name, of in letter.labels.items() if name not in OURS)
    names = syntactic(theirs, taken=OURS)
    told = {**{names[name]: of for name, of in theirs.items()}, **ours}
    # To Prometheus an empty label is none.
    return {name: told[name] for name in sorted(told) if told[name]}


def syntactic(names: Iterable[str], taken: Collection[str] = ()) -> dict[str, str]:
    """Each name as Prometheus may write it, and no two alike. What is well written stays.

    >>> list(syntactic(["voice.id", "voice-id", "voice_id", "2nd", "__x"]).values())
    ['voice_id', '_2nd', '_x', 'voice_id_2', 'voice_id_3']
    """
    made: dict[str, str] = {}
    used = set(taken)
    for name in sorted(names, key=lambda name: (_cleaned(name) != name, name)):
        clean = free = _cleaned(name)
        number = 1
        while free in used:
            number += 1
            free = f"{clean.rstrip('_')}_{number}"
        used.add(free)
        made[name] = free
    return made


def _cleaned(name: str) -> str:
    """Names that begin with two underscores are Prometheus' own."""
    clean = re.sub(r"[^a-zA-Z0-9_]", "_", name)
    return re.sub(r"^(_+|(?=[0-9])|$)", "_", clean) if not clean[:1].isalpha() else clean


def _annotations(letter: Letter) -> dict[str, str]:
    event, verdict = letter.event, letter.event.verdict
    told = {
        **_said(wording(letter)),
        "alert": str(letter.alert),
        "change": event.change.value,
        "value": repr(verdict.observed),
        "expected": "" if verdict.expected is None else repr(verdict.expected),
        "unit": unit_of(letter, verdict),
        "runbook_url": letter.runbook or "",
        "acknowledged_by": letter.by or "",
    }
    return {name: said for name, said in told.items() if said}


def _said(words: Wording) -> dict[str, str]:
    facts = (f"{fact.label}: {fact.value}" for fact in words.facts)
    advice = [f"Next: {words.advice}"] if words.advice else []
    return {"summary": words.title, "description": "\n".join((*words.lead, *facts, *advice))}
